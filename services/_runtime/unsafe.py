"""What production refuses to start with: a rule is a row, a setting's name and what is wrong.

A development machine may do all of it; a process that says it is production may do none.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from typing import Protocol
from urllib.parse import urlsplit

from pydantic import BaseModel, SecretStr

from services._runtime.mongo import MongoAccess

EVERY_INTERFACE = ("", "0.0.0.0", "::", "*")  # noqa: S104  # named in order to be refused
SHORTEST_PASSWORD = 16
FOR_TESTS = ("failpoint", "clock")
"""Settings whose names begin so are there for tests: in production they keep their defaults."""


class Told(Protocol):
    """Of the settings that every service knows, those there are rules for."""

    @property
    def kafka_security(self) -> str: ...
    @property
    def kafka_password(self) -> SecretStr | None: ...
    @property
    def http_host(self) -> str: ...
    @property
    def http_everywhere(self) -> bool: ...
    @property
    def log_format(self) -> str: ...
    @property
    def otlp_endpoint(self) -> str | None: ...

    def mongo_access(self) -> MongoAccess:
        """How MongoDB is reached."""
        ...


def everywhere(settings: Told) -> Iterator[str]:
    """The rules for every service."""
    yield from _kafka(settings)
    yield from _mongo(settings.mongo_access())
    if settings.http_host in EVERY_INTERFACE and not settings.http_everywhere:
        yield "HTTP_HOST (every interface: set HTTP_EVERYWHERE=true if that is meant)"
    if settings.log_format == "console":
        yield "LOG_FORMAT (console: for a person at a terminal)"
    if settings.otlp_endpoint is not None and in_the_clear(settings.otlp_endpoint):
        yield "OTLP_ENDPOINT (plain HTTP beyond this machine)"


def for_tests(settings: BaseModel) -> Iterator[str]:
    """Whatever makes a process lie about its time, or kill itself."""
    for name, field in type(settings).model_fields.items():
        if name.startswith(FOR_TESTS) and getattr(settings, name) != field.default:
            yield f"{name.upper()} (for tests only)"


def _kafka(settings: Told) -> Iterator[str]:
    if settings.kafka_security == "plaintext":
        yield "KAFKA_SECURITY (plaintext: anybody may read, write and pretend)"
    elif weak(settings.kafka_password):
        yield "KAFKA_PASSWORD (too short)"


def _mongo(mongo: MongoAccess) -> Iterator[str]:
    if not mongo.encrypted:
        yield "MONGO (no TLS, or certificates are not checked)"
    if not mongo.named:
        yield "MONGO_USER (nobody logs in)"
    elif mongo.password is not None and weak(mongo.password):
        yield "MONGO_PASSWORD (too short)"


def weak(given: SecretStr | None) -> bool:
    """Whether a password is short, or made of hardly more than one letter."""
    secret = given.get_secret_value() if given else ""
    few = len(set(secret)) < SHORTEST_PASSWORD // 3
    return few or len(secret) < SHORTEST_PASSWORD


def loopback(host: str) -> bool:
    """Whether what is sent to this host never leaves the machine."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"


def in_the_clear(url: str) -> bool:
    """Whether what is sent to this address can be read on the way."""
    parts = urlsplit(url)
    return parts.scheme != "https" and not loopback(parts.hostname or "")
