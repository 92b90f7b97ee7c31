"""The database of one service: majority, journalled, with zones.

On the floor only this file and the two stores know the driver.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import structlog
from motor.motor_asyncio import AsyncIOMotorClient, AsyncIOMotorDatabase
from pydantic import SecretStr
from pymongo import ReadPreference, WriteConcern
from pymongo.errors import BulkWriteError, OperationFailure, PyMongoError
from pymongo.read_concern import ReadConcern
from pymongo.results import BulkWriteResult

log = structlog.get_logger()

Database = AsyncIOMotorDatabase[dict[str, Any]]

ANSWER_SECONDS = 5
"""How long one question to the database may take before it counts as down."""


LOGIN_REFUSED, NOT_ALLOWED, DUPLICATE = 18, 13, 11000
"""MongoDB's own error codes."""


@dataclass(frozen=True, slots=True)
class MongoAccess:
    """How MongoDB is reached: where, as whom, and whom we believe."""

    uri: str = field(repr=False)
    user: str | None = None
    """None: whoever the URI names, if anybody."""
    password: SecretStr | None = None
    ca_file: Path | None = None
    """Who may vouch for the servers (PEM); naming one turns TLS on."""

    def options(self, service: str) -> dict[str, Any]:
        """What the driver is told beside the URI. A service's user is kept in its own database."""
        said: dict[str, Any] = {}
        if self.user is not None:
            secret = self.password.get_secret_value() if self.password else None
            said |= {"username": self.user, "password": secret}
            if "authsource" not in _options(self.uri):
                said["authSource"] = service
        if self.ca_file is not None:
            said |= {"tls": True, "tlsCAFile": str(self.ca_file)}
        return said

    @property
    def encrypted(self) -> bool:
        """Whether TLS is on, and certificate and host name are checked."""
        said = _options(self.uri)
        switched = said.get("tls", said.get("ssl", "")).lower() == "true"
        on = switched or self.ca_file is not None or self.uri.startswith("mongodb+srv:")
        return on and not any(said.get(name, "false").lower() == "true" for name in _BLIND)

    @property
    def named(self) -> bool:
        """Whether we say who we are."""
        x509 = _options(self.uri).get("authmechanism", "").upper() == "MONGODB-X509"
        return x509 or self.user is not None or "@" in urlsplit(self.uri).netloc


_BLIND = ("tlsinsecure", "tlsallowinvalidcertificates", "tlsallowinvalidhostnames")


def _options(uri: str) -> dict[str, str]:
    """The options in the URI, their names in lower case: MongoDB knows no other."""
    return {name.lower(): value for name, value in parse_qsl(urlsplit(uri).query)}


def database(where: str | MongoAccess, service: str) -> Database:
    """The service's own database, named after it. No connection is made yet."""
    access = MongoAccess(where) if isinstance(where, str) else where
    client: AsyncIOMotorClient[dict[str, Any]] = AsyncIOMotorClient(
        access.uri,
        **access.options(service),
        tz_aware=True,
        serverSelectionTimeoutMS=ANSWER_SECONDS * 1000,
        connectTimeoutMS=ANSWER_SECONDS * 1000,
        socketTimeoutMS=4 * ANSWER_SECONDS * 1000,
        retryWrites=True,
        appname=f"retour-{service}",
    )
    return client.get_database(
        service,
        write_concern=WriteConcern("majority", j=True, wtimeout=4 * ANSWER_SECONDS * 1000),
        read_concern=ReadConcern("majority"),
        read_preference=ReadPreference.PRIMARY,
    )


async def answers(db: Database) -> bool:
    """Whether the database answers now."""
    try:
        await asyncio.wait_for(db.command("ping"), ANSWER_SECONDS)
    except (PyMongoError, TimeoutError):
        return False
    return True


def why_not(error: PyMongoError) -> str:
    """A stable code of what keeps us from the database."""
    if isinstance(error, OperationFailure):
        known = {LOGIN_REFUSED: "mongo_login_refused", NOT_ALLOWED: "mongo_not_allowed"}
        return known.get(error.code or 0, "mongo_refused")
    said = str(error)  # the driver wraps what happened on the line in words
    if "certificate verify failed" in said:
        return "mongo_certificate_refused"
    return "mongo_tls_refused" if "SSL" in said else "mongo_unreachable"


def touched(result: BulkWriteResult) -> int:
    """How many documents the writes found or made."""
    found = result.matched_count + result.deleted_count
    return found + result.upserted_count + result.inserted_count


def is_taken(error: BulkWriteError) -> bool:
    """Whether a write failed because what it would insert is there already."""
    return any(e.get("code") == DUPLICATE for e in error.details.get("writeErrors", ()))


Index = tuple[str, Sequence[tuple[str, int | str]], dict[str, Any]]
"""Collection, keys, options."""


async def ensure(db: Database, indexes: Sequence[Index]) -> None:
    """The indexes exist. Asking again changes nothing."""
    for collection, keys, options in indexes:
        await db[collection].create_index(list(keys), **options)
