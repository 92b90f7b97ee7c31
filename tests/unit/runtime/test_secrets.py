"""Secrets: from files, never shown, and a process that cannot read one does not start."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from services._runtime.kafka_access import KafkaAccess, clients
from services._runtime.settings import Settings
from services.lookup.settings import Settings as Lookup

NEEDED = {"RETOUR_KAFKA": "kafka:9092", "RETOUR_MONGO": "mongodb://db"}
LOGIN = {"RETOUR_KAFKA_SECURITY": "sasl_ssl", "RETOUR_KAFKA_USER": "rules"}


def refusal(settings: type[Settings] = Settings, **environ: str) -> str:
    """What the process says as it ends."""
    with pytest.raises(SystemExit) as ended:
        settings.load(NEEDED | environ)
    return str(ended.value)


@pytest.mark.parametrize(
    ("settings", "name"),
    [
        (Settings, "kafka_password"),
        (Settings, "mongo_password"),
        (Lookup, "digest_key"),
    ],
)
def test_a_secret_is_read_from_its_file(tmp_path: Path, settings, name: str):
    """Files are mounted where they are needed; environments are inherited, dumped and reported."""
    secret = "00112233445566778899aabbccddeeff"
    (tmp_path / "secret").write_text(f"{secret}\n")
    told = {"RETOUR_MONGO_USER": "me"} if name == "mongo_password" else {}

    loaded = settings.load(
        NEEDED
        | told
        | {f"RETOUR_{name.upper()}_FILE": str(tmp_path / "secret")}
        | ({"RETOUR_DIGEST_KEY": secret} if settings is Lookup and name != "digest_key" else {})
    )

    assert getattr(loaded, name).get_secret_value() == secret
    assert secret not in repr(loaded)
    assert secret not in str(loaded.model_dump())


def test_a_file_that_is_not_there_ends_the_process(tmp_path: Path):
    """Going on without a password would be going on without protection."""
    said = refusal(**LOGIN, RETOUR_KAFKA_PASSWORD_FILE=str(tmp_path / "gone"))

    assert said == "secret_unreadable: RETOUR_KAFKA_PASSWORD_FILE (no such file or directory)"


def test_a_file_that_is_empty_ends_the_process(tmp_path: Path):
    """A secret store that was not ready yet has written nothing."""
    (tmp_path / "secret").write_text("\n")

    said = refusal(**LOGIN, RETOUR_KAFKA_PASSWORD_FILE=str(tmp_path / "secret"))

    assert said == "secret_unreadable: RETOUR_KAFKA_PASSWORD_FILE (empty)"


def test_a_file_that_is_no_text_ends_the_process(tmp_path: Path):
    """And says nothing of what is in it."""
    (tmp_path / "secret").write_bytes(b"\xff\xfe\x00hunter2")

    said = refusal(**LOGIN, RETOUR_KAFKA_PASSWORD_FILE=str(tmp_path / "secret"))

    assert said == "secret_unreadable: RETOUR_KAFKA_PASSWORD_FILE (not text)"


def test_a_file_of_somebody_else_ends_the_process(tmp_path: Path):
    """The service itself, as nobody: a mode that root may ignore is no proof."""
    secret = tmp_path / "secret"
    secret.write_text("hunter2")
    secret.chmod(0)
    tmp_path.chmod(0o755)
    environ = NEEDED | LOGIN | {"RETOUR_KAFKA_PASSWORD_FILE": str(secret)}
    asked = (
        "import os, sys\n"
        "from services._runtime.settings import Settings\n"
        "if os.geteuid() == 0: os.seteuid(65534)\n"
        f"Settings.load({environ!r})\n"
    )

    ended = subprocess.run(
        [sys.executable, "-c", asked],
        capture_output=True,
        text=True,
        check=False,
        cwd=Path(__file__).parents[3],
    )

    # A parent folder may be closed to nobody too: either way the file is not read.
    assert ended.stderr == "secret_unreadable: RETOUR_KAFKA_PASSWORD_FILE (permission denied)\n"
    assert ended.returncode == 1


def test_a_secret_given_twice_is_given_once_too_often(tmp_path: Path):
    """Which one counts is nobody's guess."""
    (tmp_path / "secret").write_text("hunter2")

    said = refusal(
        **LOGIN,
        RETOUR_KAFKA_PASSWORD="hunter3",
        RETOUR_KAFKA_PASSWORD_FILE=str(tmp_path / "secret"),
    )

    assert said.startswith("settings_invalid: RETOUR_KAFKA_PASSWORD and ")
    assert "hunter" not in said


def test_a_login_needs_a_name_and_a_password():
    """Half a login is none."""
    assert "KAFKA_SECURITY" in refusal(**LOGIN)
    assert "MONGO_USER" in refusal(RETOUR_MONGO_USER="me")


@pytest.mark.parametrize("content", [None, "", "no certificate"])
def test_a_ca_file_that_vouches_for_nobody_ends_the_process(tmp_path: Path, content):
    """Found out now, not by the first connection that is refused."""
    ca = tmp_path / "ca.pem"
    if content is not None:
        ca.write_text(content)

    assert refusal(RETOUR_KAFKA_CA_FILE=str(ca)).startswith(
        "settings_invalid: RETOUR_KAFKA_CA_FILE ("
    )


def test_a_password_is_in_no_repr_of_what_carries_it():
    """Accesses are passed around, and what is passed around is printed some day."""
    access = Settings.load(NEEDED | LOGIN | {"RETOUR_KAFKA_PASSWORD": "hunter2"}).kafka_access()

    assert isinstance(access, KafkaAccess)
    assert "hunter2" not in repr(access)
    assert clients(access)["sasl_plain_password"] == "hunter2"
    assert clients(access)["security_protocol"] == "SASL_SSL"
    assert clients(access)["ssl_context"].check_hostname


def test_a_users_database_is_the_services_own():
    """Unless the connection string says where users are kept."""
    said = {"RETOUR_MONGO_USER": "me", "RETOUR_MONGO_PASSWORD": "hunter2"}
    own = Settings.load(NEEDED | said).mongo_access()
    named = Settings.load(
        NEEDED | said | {"RETOUR_MONGO": "mongodb://db/?authSource=admin"}
    ).mongo_access()

    assert own.options("rules")["authSource"] == "rules"
    assert "authSource" not in named.options("rules")
    assert "hunter2" not in repr(own)


def test_a_password_in_the_connection_string_is_not_shown_either():
    """The old way to give one."""
    access = Settings.load(NEEDED | {"RETOUR_MONGO": "mongodb://me:hunter2@db/"}).mongo_access()

    assert access.named
    assert "hunter2" not in repr(access)
