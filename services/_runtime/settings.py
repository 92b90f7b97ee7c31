"""What a process may be told from outside: `RETOUR_*`, read once."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Literal, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    FilePath,
    SecretStr,
    ValidationError,
    field_validator,
    model_validator,
)

from services._runtime import failpoints, kafka_access, unsafe
from services._runtime.kafka_access import Kafka, KafkaAccess
from services._runtime.mongo import MongoAccess

PREFIX = "RETOUR_"
OF_FILE = "_file"
"""What a secret's name ends with when not the secret is given, but the file it lies in."""


class Settings(BaseModel):
    """`RETOUR_*` in the environment of every service. A name we do not know is an error.

    Every secret X may also be given as `RETOUR_X_FILE`, the file that holds it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    mode: Literal["development", "production"] = "development"
    """In production a process refuses to start with settings that are unsafe, and names them."""
    kafka: str
    """Bootstrap servers, `host:port` with commas between."""
    kafka_security: Literal["plaintext", "sasl_ssl"] = "plaintext"
    """`sasl_ssl`: TLS, and a login by SCRAM-SHA-512."""
    kafka_user: str | None = None
    kafka_password: SecretStr | None = Field(default=None, repr=False)
    kafka_ca_file: FilePath | None = None
    """Who may vouch for the brokers (PEM). Absent means whom this machine believes."""
    mongo: str = Field(repr=False)
    """MongoDB connection string of a replica set. May carry a password, so it is never shown."""
    mongo_user: str | None = None
    """Kept in the service's own database, unless the connection string names an `authSource`."""
    mongo_password: SecretStr | None = Field(default=None, repr=False)
    mongo_ca_file: FilePath | None = None
    """Who may vouch for the database (PEM); naming one turns TLS on."""
    http_host: str = "127.0.0.1"
    http_port: int = 8080
    """Where `/live` and `/ready` answer."""
    http_everywhere: bool = False
    """Says that `http_host` is every interface on purpose, as in a container."""
    batch_records: int = Field(default=500, ge=1, le=10_000)
    """At most so many records are decided, kept and told together."""
    log_format: Literal["auto", "json", "console"] = "auto"
    """`auto` is `console` on a terminal and `json` elsewhere."""
    otlp_endpoint: str | None = None
    """Where spans go (OTLP over HTTP). Absent means no span leaves the process."""
    session_seconds: float = Field(default=10.0, ge=6.0, le=300.0)
    """A process that is silent for so long is out of its group, and its partitions go to others."""
    lease_seconds: float = Field(default=20.0, ge=4.0, le=600.0)
    """After so long, what a process had begun outside when it died is taken up by another."""
    failpoint: str | None = None
    """For tests: the durable step at which this process kills itself, see `failpoints`."""

    @field_validator("failpoint")
    @classmethod
    def _is_one_of_ours(cls, given: str | None) -> str | None:
        if given is not None:
            failpoints.failpoint(given)
        return given

    @field_validator("kafka_ca_file", "mongo_ca_file")
    @classmethod
    def _holds_certificates(cls, given: Path | None) -> Path | None:
        try:
            kafka_access.tls(given)
        except OSError as error:
            raise ValueError(f"cannot be used: {error.strerror or type(error).__name__}") from None
        return given

    @model_validator(mode="after")
    def _says_who(self) -> Self:
        if self.kafka_security == "sasl_ssl" and not (self.kafka_user and self.kafka_password):
            raise ValueError("RETOUR_KAFKA_SECURITY=sasl_ssl needs KAFKA_USER and KAFKA_PASSWORD")
        if (self.mongo_user is None) != (self.mongo_password is None):
            raise ValueError(f"{PREFIX}MONGO_USER and {PREFIX}MONGO_PASSWORD need each other")
        return self

    def kafka_access(self) -> Kafka:
        """How Kafka is reached."""
        if self.kafka_security == "plaintext":
            return self.kafka
        password = self.kafka_password or SecretStr("")
        return KafkaAccess(self.kafka, self.kafka_user or "", password, self.kafka_ca_file)

    def mongo_access(self) -> MongoAccess:
        """How MongoDB is reached."""
        return MongoAccess(self.mongo, self.mongo_user, self.mongo_password, self.mongo_ca_file)

    def unsafe(self) -> Iterator[str]:
        """What production refuses: the name of each setting, and why. A service adds its own."""
        yield from unsafe.everywhere(self)
        yield from unsafe.for_tests(self)

    @classmethod
    def load(cls, environ: Mapping[str, str] = os.environ) -> Self:
        """The settings in `environ`.

        Raises:
            SystemExit: a setting is missing, unknown or malformed, a secret cannot be read, or
                production would be unsafe; says which, never its value.
        """
        given = {
            name.removeprefix(PREFIX).lower(): value
            for name, value in environ.items()
            if name.startswith(PREFIX)
        }
        try:
            settings = cls.model_validate(given | dict(cls._from_files(given)))
        except ValidationError as error:
            wrong = ", ".join(
                f"{PREFIX}{str(e['loc'][0]).upper()} ({e['msg'].lower()})" if e["loc"] else e["msg"]
                for e in error.errors()
            )
            sys.exit(f"settings_invalid: {wrong}")
        if settings.mode == "production" and (found := list(settings.unsafe())):
            sys.exit(f"settings_unsafe: {', '.join(PREFIX + each for each in found)}")
        return settings

    @classmethod
    def _from_files(cls, given: dict[str, str]) -> Iterator[tuple[str, str]]:
        """Secrets that were given as files, read; their names leave `given`."""
        for name, field in cls.model_fields.items():
            if "SecretStr" not in str(field.annotation) or name + OF_FILE not in given:
                continue
            path, said = given.pop(name + OF_FILE), f"{PREFIX}{(name + OF_FILE).upper()}"
            if name in given:
                sys.exit(f"settings_invalid: {PREFIX}{name.upper()} and {said} say it twice")
            try:
                secret = Path(path).read_text(encoding="utf-8").rstrip("\r\n")
            except (OSError, UnicodeDecodeError) as error:
                why = getattr(error, "strerror", None) or "not text"
                sys.exit(f"secret_unreadable: {said} ({why.lower()})")
            if not secret:
                sys.exit(f"secret_unreadable: {said} (empty)")
            yield name, secret
