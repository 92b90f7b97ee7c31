"""Production mode: what is unsafe is refused at the start, by name, its value never shown."""

from __future__ import annotations

import pytest

from services._runtime.failpoints import FAILPOINTS
from services._runtime.settings import Settings
from services.analytics.settings import Settings as Analytics
from services.labels.settings import Settings as Labels
from services.lookup.settings import Settings as Lookup
from services.notifications.settings import Settings as Notifications
from services.rules.settings import Settings as Rules

A_FAILPOINT = next(iter(FAILPOINTS))
EVERYWHERE = "0.0.0.0"  # noqa: S104  # in order to be refused
SECRET = "cai6ohN7-quaiGh2o-Eiph9aeK"
SAFE = {
    "RETOUR_MODE": "production",
    "RETOUR_KAFKA": "kafka:9093",
    "RETOUR_KAFKA_SECURITY": "sasl_ssl",
    "RETOUR_KAFKA_USER": "me",
    "RETOUR_KAFKA_PASSWORD": SECRET,
    "RETOUR_MONGO": "mongodb://db/?replicaSet=rs0&tls=true",
    "RETOUR_MONGO_USER": "me",
    "RETOUR_MONGO_PASSWORD": SECRET,
}
KEY = "00112233445566778899aabbccddeeff0f1e2d3c4b5a69788796a5b4c3d2e1f0"
OWN = {
    Analytics: {},
    Labels: {},
    Lookup: {"RETOUR_DIGEST_KEY": KEY},
    Notifications: {
        "RETOUR_SMTP_HOST": "mail.example.com",
        "RETOUR_SMTP_TLS": "starttls",
        "RETOUR_MAIL_FROM": "returns@example.com",
    },
    Rules: {"RETOUR_DIGEST_KEY": KEY},
}
"""What makes each service safe, beside what makes all of them."""

FAULTS = [
    (Settings, {"RETOUR_KAFKA_SECURITY": "plaintext"}, "KAFKA_SECURITY"),
    (Settings, {"RETOUR_KAFKA_PASSWORD": "hunter2"}, "KAFKA_PASSWORD"),
    (Settings, {"RETOUR_KAFKA_PASSWORD": "aaaaaaaaaaaaaaaaaaaaaaaa"}, "KAFKA_PASSWORD"),
    (Settings, {"RETOUR_MONGO": "mongodb://db/?replicaSet=rs0"}, "MONGO"),
    (Settings, {"RETOUR_MONGO": "mongodb://db/?tls=false"}, "MONGO"),
    (Settings, {"RETOUR_MONGO": "mongodb://db/?tls=true&tlsInsecure=true"}, "MONGO"),
    (
        Settings,
        {"RETOUR_MONGO": "mongodb://db/?ssl=true&tlsAllowInvalidHostnames=TRUE"},
        "MONGO",
    ),
    (Settings, {"RETOUR_MONGO_USER": None, "RETOUR_MONGO_PASSWORD": None}, "MONGO_USER"),
    (Settings, {"RETOUR_MONGO_PASSWORD": "hunter2"}, "MONGO_PASSWORD"),
    (Settings, {"RETOUR_HTTP_HOST": EVERYWHERE}, "HTTP_HOST"),
    (Settings, {"RETOUR_HTTP_HOST": "::"}, "HTTP_HOST"),
    (Settings, {"RETOUR_LOG_FORMAT": "console"}, "LOG_FORMAT"),
    (Settings, {"RETOUR_OTLP_ENDPOINT": "http://collector:4318"}, "OTLP_ENDPOINT"),
    (Settings, {"RETOUR_FAILPOINT": A_FAILPOINT}, "FAILPOINT"),
    (Lookup, {"RETOUR_DIGEST_KEY": "ab" * 32}, "DIGEST_KEY"),
    (Lookup, {"RETOUR_DIGEST_KEY": KEY[:32]}, "DIGEST_KEY"),
    (Labels, {"RETOUR_CARRIER_URL": "https://carrier.example"}, "CARRIER_URL"),
    (Notifications, {"RETOUR_SMTP_TLS": "offered"}, "SMTP_TLS"),
    (Notifications, {"RETOUR_MAIL_FROM": "returns@retour.invalid"}, "MAIL_FROM"),
    (
        Notifications,
        {"RETOUR_SMTP_USER": "me", "RETOUR_SMTP_PASSWORD": "hunter2"},
        "SMTP_PASSWORD",
    ),
]
"""A service, what is told differently, and the one setting that must be named. None: not told."""


def told(service: type[Settings], changes: dict[str, str | None]) -> dict[str, str]:
    """A safe environment, but for these changes."""
    environ = SAFE | OWN.get(service, {}) | changes
    return {name: value for name, value in environ.items() if value is not None}


def refusal(service: type[Settings], environ: dict[str, str]) -> str:
    """What the process says as it ends."""
    with pytest.raises(SystemExit) as ended:
        service.load(environ)
    return str(ended.value)


@pytest.mark.parametrize("service", [Settings, *OWN])
def test_what_is_safe_starts(service: type[Settings]):
    """Rules that nobody can satisfy would be switched off."""
    assert service.load(told(service, {})).mode == "production"


@pytest.mark.parametrize(("service", "changes", "named"), FAULTS)
def test_production_refuses_what_is_unsafe(service, changes, named):
    """One line, a stable code, the setting's name and what is wrong: before anything is connected.

    And it is that setting alone that is named, so each rule stands on its own.
    """
    said = refusal(service, told(service, changes))

    assert said.startswith(f"settings_unsafe: RETOUR_{named} (")
    assert said.count("RETOUR_") == 1
    assert not any(value in said for value in (SECRET, KEY, "hunter2", "aaaa", "abab"))


@pytest.mark.parametrize(("service", "changes", "named"), FAULTS)
def test_a_development_machine_may(service, changes, named):
    """The same settings start where nobody else can reach them."""
    assert service.load(told(service, changes | {"RETOUR_MODE": None})).mode == "development"


def test_everything_unsafe_is_named_at_once():
    """Starting a process six times to find six mistakes is five times too often."""
    plain = {
        "RETOUR_MODE": "production",
        "RETOUR_KAFKA": "kafka:9092",
        "RETOUR_MONGO": "mongodb://db",
        "RETOUR_HTTP_HOST": EVERYWHERE,
        "RETOUR_LOG_FORMAT": "console",
    }

    said = refusal(Settings, plain)

    for name in ("KAFKA_SECURITY", "MONGO", "MONGO_USER", "HTTP_HOST", "LOG_FORMAT"):
        assert f"RETOUR_{name} (" in said


@pytest.mark.parametrize(
    ("service", "changes"),
    [
        (Settings, {"RETOUR_HTTP_HOST": EVERYWHERE, "RETOUR_HTTP_EVERYWHERE": "true"}),
        (Settings, {"RETOUR_OTLP_ENDPOINT": "http://127.0.0.1:4318"}),
        (Settings, {"RETOUR_OTLP_ENDPOINT": "https://collector:4318"}),
        (Settings, {"RETOUR_MONGO": "mongodb+srv://db/"}),
        (
            Settings,
            {
                "RETOUR_MONGO": "mongodb://me:long-enough-for-us@db/?tls=true",
                "RETOUR_MONGO_USER": None,
                "RETOUR_MONGO_PASSWORD": None,
            },
        ),
        (
            Notifications,
            {"RETOUR_SMTP_TLS": "offered", "RETOUR_SMTP_HOST": "127.0.0.1"},
        ),
    ],
)
def test_what_only_looks_unsafe_starts(service, changes):
    """A rule that refuses what is right teaches people to leave production mode off."""
    assert service.load(told(service, changes)).mode == "production"


def test_settings_that_exist_for_tests_are_found_by_their_name():
    """Whoever adds another one need not remember the rule."""

    class Stranger(Settings):
        clock_offset_seconds: float = 0.0

    said = refusal(Stranger, told(Stranger, {"RETOUR_CLOCK_OFFSET_SECONDS": "3600"}))

    assert said == "settings_unsafe: RETOUR_CLOCK_OFFSET_SECONDS (for tests only)"
