"""The one secret of lookup."""

from __future__ import annotations

import pytest

from services.lookup.settings import Settings

NEEDED = {"RETOUR_KAFKA": "127.0.0.1:9092", "RETOUR_MONGO": "mongodb://127.0.0.1"}
KEY = "00112233445566778899aAbBcCdDeEfF"


def test_a_key_of_sixteen_bytes_is_taken():
    """As `openssl rand -hex 16` prints it."""
    settings = Settings.load(NEEDED | {"RETOUR_DIGEST_KEY": KEY})

    assert settings.key() == bytes.fromhex(KEY)


@pytest.mark.parametrize("weak", ["", KEY[:-2], KEY + "0", "swordfish" * 4, KEY[:-1] + "\n"])
def test_a_weak_or_broken_key_stops_the_process(weak):
    """A service that starts with a guessable key looks safe and is not."""
    with pytest.raises(SystemExit, match="RETOUR_DIGEST_KEY") as stopped:
        Settings.load(NEEDED | {"RETOUR_DIGEST_KEY": weak})

    assert not weak or weak not in str(stopped.value)


def test_without_a_key_nothing_starts():
    """There is no default: a secret everybody knows is none."""
    with pytest.raises(SystemExit, match="RETOUR_DIGEST_KEY"):
        Settings.load(NEEDED)


def test_waiting_has_defaults_and_knows_no_past():
    """A wait of less than nothing is a slip of the finger, and is caught at the start."""
    settings = Settings.load(NEEDED | {"RETOUR_DIGEST_KEY": KEY})

    assert (settings.late_seconds, settings.patience_seconds) == (2.0, 15.0)
    with pytest.raises(SystemExit, match="RETOUR_PATIENCE_SECONDS"):
        Settings.load(NEEDED | {"RETOUR_DIGEST_KEY": KEY, "RETOUR_PATIENCE_SECONDS": "-1"})


def test_the_key_is_never_shown():
    """Settings are printed when something goes wrong."""
    settings = Settings.load(NEEDED | {"RETOUR_DIGEST_KEY": KEY})

    assert KEY not in repr(settings)
    assert KEY not in settings.model_dump_json()
