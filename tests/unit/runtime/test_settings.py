"""Settings: read once, and every mistake is named before anything is connected."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from services._runtime.settings import Settings
from services.rules.settings import Settings as RulesSettings

NEEDED = {"RETOUR_KAFKA": "kafka:9092", "RETOUR_MONGO": "mongodb://u:hunter2@db/?replicaSet=rs0"}


def refusal(settings: type[Settings] = Settings, **environ: str) -> str:
    """What the process says as it ends, with these variables beside the needed ones."""
    with pytest.raises(SystemExit) as ended:
        settings.load(NEEDED | environ)
    return str(ended.value)


def test_what_is_needed_is_enough():
    """Everything else has a default one can live with."""
    settings = Settings.load(NEEDED)

    assert (settings.kafka, settings.http_host, settings.http_port) == (
        "kafka:9092",
        "127.0.0.1",
        8080,
    )
    assert (settings.batch_records, settings.log_format, settings.otlp_endpoint) == (
        500,
        "auto",
        None,
    )


def test_numbers_are_read_from_text():
    """An environment holds nothing else."""
    settings = RulesSettings.load(
        NEEDED
        | {
            "RETOUR_HTTP_PORT": "9001",
            "RETOUR_PATIENCE_SECONDS": "2.5",
            "RETOUR_DIGEST_KEY": "ab" * 32,
        }
    )

    assert (settings.http_port, settings.patience_seconds) == (9001, 2.5)


def test_variables_of_others_are_none_of_our_business():
    """PATH is not a setting."""
    assert Settings.load(NEEDED | {"PATH": "/bin", "KAFKA": "elsewhere"}).kafka == "kafka:9092"


@pytest.mark.parametrize("name", NEEDED)
def test_a_missing_setting_ends_the_process_and_is_named(name: str):
    """One line, a stable code, and the name to set."""
    with pytest.raises(SystemExit) as ended:
        Settings.load({k: v for k, v in NEEDED.items() if k != name})

    assert str(ended.value) == f"settings_invalid: {name} (field required)"


def test_a_misspelt_setting_ends_the_process_and_is_named():
    """A knob that turns nothing is worse than none."""
    assert "RETOUR_BATCH_RECORD " in refusal(RETOUR_BATCH_RECORD="1")


def test_another_services_setting_is_not_ours():
    """A carrier's key must not lie in the environment of rules."""
    assert "RETOUR_PATIENCE_SECONDS" in refusal(Settings, RETOUR_PATIENCE_SECONDS="1")
    assert "RETOUR_CARRIER_URL" in refusal(RulesSettings, RETOUR_CARRIER_URL="http://x")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("RETOUR_HTTP_PORT", "hunter2"),
        ("RETOUR_BATCH_RECORDS", "0"),
        ("RETOUR_BATCH_RECORDS", "10001"),
        ("RETOUR_LOG_FORMAT", "hunter2"),
        ("RETOUR_SESSION_SECONDS", "5.9"),  # less than brokers allow
        ("RETOUR_LEASE_SECONDS", "3"),
        ("RETOUR_FAILPOINT", "hunter2"),
    ],
)
def test_a_malformed_setting_is_named_and_its_value_is_not(name: str, value: str):
    """Whoever pastes a password into the wrong variable must not find it in a log."""
    said = refusal(**{name: value})

    assert said.startswith("settings_invalid: ")
    assert name in said
    assert "hunter2" not in said


def test_a_mistake_in_code_quotes_no_value_either():
    """Tests and the local stack build settings directly, and print what went wrong."""
    with pytest.raises(ValidationError) as refused:
        Settings(kafka="kafka:9092", mongo="mongodb://db", http_port="hunter2")

    assert "hunter2" not in str(refused.value)


def test_every_mistake_is_named_at_once():
    """Starting a process four times to find four mistakes is three times too often."""
    said = refusal(RETOUR_HTTP_PORT="x", RETOUR_BATCH_RECORDS="x", RETOUR_NONSENSE="x")

    for name in ("RETOUR_HTTP_PORT", "RETOUR_BATCH_RECORDS", "RETOUR_NONSENSE"):
        assert name in said


def test_the_password_in_the_connection_string_is_never_shown():
    """Settings are logged and printed by people in a hurry."""
    assert "hunter2" not in repr(Settings.load(NEEDED))


def test_settings_do_not_change_while_the_process_runs():
    """What was read at the start is what holds."""
    with pytest.raises(ValidationError):
        Settings.load(NEEDED).http_port = 1
