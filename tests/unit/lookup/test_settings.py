"""What lookup may be told: its one secret, its limits, its floor."""

from __future__ import annotations

from datetime import timedelta

import pytest

from services._runtime.words import Floor
from services.lookup.domain.budget import Limits
from services.lookup.settings import Settings

NEEDED = {"RETOUR_KAFKA": "127.0.0.1:9092", "RETOUR_MONGO": "mongodb://127.0.0.1"}
KEY = "00112233445566778899aAbBcCdDeEfF"
ENVIRONMENT = NEEDED | {"RETOUR_DIGEST_KEY": KEY}


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


def test_budgets_and_floor_are_what_the_environment_says():
    """An operator under attack turns them without a new release."""
    given = ENVIRONMENT | {
        "RETOUR_NUMBER_WRONG": "3",
        "RETOUR_CLIENT_WRONG": "4",
        "RETOUR_CODE_WRONG": "6",
        "RETOUR_WRONG_HOURS": "12",
        "RETOUR_PORTAL_WRONG": "50",
        "RETOUR_PORTAL_WRONG_SHARE": "0.25",
        "RETOUR_PORTAL_HOURS": "0.5",
        "RETOUR_FLOOR_MS": "250",
        "RETOUR_JITTER_MS": "0",
    }

    settings = Settings.load(given)

    assert settings.limits() == Limits(
        3, 4, 6, timedelta(hours=12), 50, 0.25, timedelta(minutes=30)
    )
    assert settings.floor() == Floor(0.25, 0.0)


def test_without_a_word_the_limits_are_those_of_the_domain():
    """Two places with defaults, one truth."""
    assert Settings.load(ENVIRONMENT).limits() == Limits()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("RETOUR_NUMBER_WRONG", "0"),
        ("RETOUR_CODE_WRONG", "-1"),
        ("RETOUR_PORTAL_WRONG_SHARE", "1"),
        ("RETOUR_WRONG_HOURS", "0"),
        ("RETOUR_FLOOR_MS", "60000"),
    ],
)
def test_a_setting_that_would_lock_or_open_everything_is_refused(name, value):
    """Nobody means that."""
    with pytest.raises(SystemExit, match=name):
        Settings.load(ENVIRONMENT | {name: value})
