"""The stack as it should run where others can reach it: TLS, logins, and rights for each principal.

Everything it needs is made on the spot and lies in the run's folder, readable by its owner only:
an authority, a certificate for the broker and one for the database, a password for each principal.
No password is in a command line or in an environment: processes are told in which file it lies.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from pydantic import SecretStr

from contracts.topics import SERVICES
from deploy.local import kafka, kafka_jars, kafka_secured, mongod, mongod_secured
from deploy.local.certificates import Authority, written
from deploy.local.processes import free_port
from deploy.local.runs import LOCAL, Run
from deploy.local.stack import Stack
from deploy.ops import access, acls, topics, users
from services._runtime.kafka_access import Kafka, KafkaAccess
from services._runtime.mongo import MongoAccess

ADMIN = "admin"
"""Who gives rights. Above them is besides only the broker, which shows its certificate."""
PRETENDS = "labels"
"""Runs in development mode: its carrier is the simulator, and production mode refuses that."""
SENDER = "returns@retour.example"


class SecuredStack(Stack):
    """A `Stack` that lets nobody in who does not belong, inside `with SecuredStack() as stack:`.

    Its `kafka` and `mongo` are addresses only: `kafka_as` and `mongo_as` say how to be let in.
    """

    secrets: Path
    """Where certificates and passwords lie."""
    own_port: int
    """Where brokers speak among themselves."""

    def __init__(
        self,
        services: Sequence[str] = SERVICES,
        *,
        folder: Path | None = None,
        environment: Mapping[str, Mapping[str, str]] | None = None,
        tell: Callable[[str], None] = lambda _line: None,
    ) -> None:
        super().__init__(services, folder=folder, environment=environment, tell=tell)
        self._prepare = self.grant

    def kafka_as(self, principal: str) -> Kafka:
        """How this principal reaches Kafka."""
        return KafkaAccess(self.kafka, principal, self.password("kafka", principal), self.ca_file)

    def mongo_as(self, user: str) -> MongoAccess:
        """How this user reaches MongoDB: a service, or `admin`."""
        return MongoAccess(self.mongo, user, self.password("mongo", user), self.ca_file)

    @property
    def ca_file(self) -> Path:
        """Who vouches for broker and database."""
        return self.secrets / "ca.pem"

    def password(self, of: str, name: str) -> SecretStr:
        """Drawn when it is first asked for, and kept beside the data."""
        kept = self.secrets / f"{of}-{name}"
        if not kept.exists():
            written(kept, secrets.token_urlsafe(32).encode())
        return SecretStr(kept.read_text())

    def introduce(self, principal: str) -> None:
        """The broker knows this name and its password, and lets it do nothing."""
        known = {principal: self.password("kafka", principal)}
        asyncio.run(acls.give_passwords(self.kafka_as(ADMIN), known))

    async def grant(self, _bootstrap: str = "") -> None:
        """Every principal has its password and its rights, and every topic is there."""
        admin = self.kafka_as(ADMIN)
        passwords = {name: self.password("kafka", name) for name in access.PRINCIPALS}
        await acls.give_passwords(admin, passwords)
        await acls.apply(admin, list(access.rights()))
        named = {
            role.service: self.password("mongo", role.service) for role in access.mongo_roles()
        }
        await users.apply(self.mongo_as(ADMIN), named)
        await topics.create(self.kafka_as(access.OPERATOR))

    def how_to_listen(self) -> str:
        """A line to type that shows what is decided. The password stays in its file."""
        how = {
            "security.protocol": "SASL_SSL",
            "sasl.mechanism": "SCRAM-SHA-512",
            "sasl.username": access.OPERATOR,
            "sasl.password": self.password("kafka", access.OPERATOR).get_secret_value(),
            "ssl.ca.location": str(self.ca_file),
        }
        lines = "".join(f"{name}={value}\n" for name, value in how.items())
        configured = written(self.secrets / "kcat.conf", lines.encode())
        return f"KCAT_CONFIG={configured} {super().how_to_listen()}"

    def vouch(self, server: str, authority: Authority | None = None) -> None:
        """The broker or the database has a fresh certificate. It shows it when it starts again."""
        authority = authority or Authority.kept(self.secrets)
        written(self.secrets / f"{server}.pem", authority.vouch(f"retour-{server}"))

    def _describe(self, run: Run) -> None:
        super()._describe(run)
        self.secrets = run.folder / "secrets"
        self.secrets.mkdir(mode=0o700, exist_ok=True)
        for server in ("kafka", "broker", "mongod"):
            self.vouch(server)
        self.own_port = free_port()

    async def _raise_kafka(self, java: Path) -> None:
        jars = await kafka_jars.bring(LOCAL, self.logs, self._tell)
        folder, ports = self._data / "kafka", (self._ports.kafka, self._ports.controller)
        folder.mkdir(exist_ok=True)
        first = {ADMIN: self.password("kafka", ADMIN)}
        more = kafka_secured.overrides(self.secrets, ports, self.own_port, ADMIN)
        formatted = folder / "formatted"
        if not (folder / "data").exists():
            log = self.logs / "kafka-format.log"
            formatted = await kafka_secured.format_storage(
                jars, java, folder, more, first, self._basics, log
            )
        log = self.logs / "kafka.log"
        broker = kafka.broker(jars, java, formatted, folder, ports, self._basics, log, more=more)
        admin = self.kafka_as(ADMIN)
        await self._raise(self.parts, broker, lambda: kafka.until_ready(admin, broker))

    async def _raise_mongod(self, binary: Path) -> None:
        log, port = self.logs / "mongod.log", self._ports.mongo
        more = mongod_secured.options(self.secrets)
        server = mongod.server(binary, self._data / "mongod", port, self._basics, log, more)
        admin = self.mongo_as(ADMIN)
        await self._raise(
            self.parts, server, lambda: mongod_secured.until_ready(port, admin, server)
        )

    def _settings_of(self, name: str) -> dict[str, str]:
        told = super()._settings_of(name)
        if key := told.pop("RETOUR_DIGEST_KEY", None):
            told["RETOUR_DIGEST_KEY_FILE"] = str(
                written(self.secrets / f"digest-{name}", key.encode())
            )
        for of in ("kafka", "mongo"):
            self.password(of, name)
            told[f"RETOUR_{of.upper()}_USER"] = name
            told[f"RETOUR_{of.upper()}_PASSWORD_FILE"] = str(self.secrets / f"{of}-{name}")
            told[f"RETOUR_{of.upper()}_CA_FILE"] = str(self.ca_file)
        told["RETOUR_KAFKA_SECURITY"] = "sasl_ssl"
        if name == "notifications":
            told["RETOUR_MAIL_FROM"] = SENDER
        if name != PRETENDS:
            told["RETOUR_MODE"] = "production"
        return told
