"""Intents as an operator sees them: what they are for, how far, how long, why. Nobody's data."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from pymongo import AsyncMongoClient
from pymongo.read_concern import ReadConcern
from pymongo.write_concern import WriteConcern

from contracts.topics import SERVICES
from deploy.ops.dead_letters.refused import Refused
from services._runtime.intents import SETTLED, State
from services._runtime.intents_mongo import INTENTS
from services._runtime.mongo import ANSWER_SECONDS, MongoAccess

Client = AsyncMongoClient[dict[str, Any]]

STUCK_AFTER: Final = timedelta(minutes=5)
"""What was due so long ago and is not being done has nobody to do it."""
_SHOWN: Final = (
    *("kind", "key", "state", "code", "attempts", "fence", "planned_at", "deadline_at", "wake_at"),
    *("about", "interrupted"),
)


@dataclass(frozen=True)
class Wanted:
    """Which intents. Without states: those that somebody should look at."""

    services: Sequence[str] = ()
    states: Sequence[str] = ()
    codes: Sequence[str] = ()
    kinds: Sequence[str] = ()
    key: str = ""
    older: timedelta = timedelta(0)


@dataclass(frozen=True)
class Found:
    """One intent. Neither what was ordered nor what is to be told: both may be about a person."""

    service: str
    id: str
    why: str
    """`unknown`, `overdue`, `stuck`, or its state where nothing is wrong with it."""
    held: Mapping[str, Any]

    def summary(self, now: datetime) -> dict[str, Any]:
        """As JSON."""
        dates = {
            name: value.isoformat() for name, value in self.held.items()
            if isinstance(value, datetime)
        }  # fmt: skip
        age = round((now - self.held["planned_at"]).total_seconds())
        said = {"service": self.service, "id": self.id, "why": self.why, "age_seconds": age}
        return {**said, **self.held, **dates}


@asynccontextmanager
async def opened(access: MongoAccess, services: Sequence[str] = ()) -> AsyncIterator[Client]:
    """A line to the databases of these services. Of one, its own user may be who asks."""
    asked_as = services[0] if len(services) == 1 else "admin"
    client: Client = AsyncMongoClient(
        access.uri,
        serverSelectionTimeoutMS=ANSWER_SECONDS * 1000,
        **access.options(asked_as),
        tz_aware=True,
    )
    async with client:
        yield client


def database_of(client: Client, service: str) -> Any:
    """What this service knows, read and written as it does itself."""
    return client.get_database(
        service,
        read_concern=ReadConcern("majority"),
        write_concern=WriteConcern("majority", j=True),
    )


async def now_at(client: Client) -> datetime:
    """The time of the database, which is everybody's."""
    said: datetime = (await client.admin.command("hello"))["localTime"]
    return said.replace(tzinfo=UTC)  # answers of commands come without a zone


async def listed(client: Client, wanted: Wanted, most: int) -> list[Found]:
    """The oldest first, at most so many."""
    now, found = await now_at(client), list[Found]()
    for service in wanted.services or SERVICES:
        cursor = database_of(client, service)[INTENTS].find(_filter(wanted, now), _columns())
        async for document in cursor.sort("planned_at", 1).limit(most):
            found.append(_found(service, document, now))
    return sorted(found, key=lambda one: one.held["planned_at"])[:most]


async def one(client: Client, intent_id: str, services: Sequence[str] = ()) -> Found:
    """The intent with this id.

    Raises:
        Refused: `intent-unknown`.
    """
    for service in services or SERVICES:
        held = await database_of(client, service)[INTENTS].find_one({"_id": intent_id}, _columns())
        if held is not None:
            return _found(service, held, await now_at(client))
    raise Refused(
        "intent-unknown", f"{intent_id} is no intent of {', '.join(services or SERVICES)}"
    )


def _filter(wanted: Wanted, now: datetime) -> dict[str, Any]:
    said: dict[str, Any] = {"planned_at": {"$lte": now - wanted.older}}
    if wanted.states:
        said["state"] = {"$in": list(wanted.states)}
    else:
        said["$or"] = [{"state": State.UNKNOWN.value}, _overdue(now), _stuck(now)]
    if wanted.codes:
        said["code"] = {"$in": list(wanted.codes)}
    if wanted.kinds:
        said["kind"] = {"$in": list(wanted.kinds)}
    if wanted.key:
        said["key"] = {"$gte": wanted.key, "$lt": wanted.key + "\uffff"}
    return said


def _overdue(now: datetime) -> dict[str, Any]:
    return {"state": {"$nin": [state.value for state in SETTLED]}, "deadline_at": {"$lt": now}}


def _stuck(now: datetime) -> dict[str, Any]:
    return {"wake_at": {"$lt": now - STUCK_AFTER, "$type": "date"}}


def _columns() -> dict[str, int]:
    return dict.fromkeys(_SHOWN, 1)


def _found(service: str, document: Mapping[str, Any], now: datetime) -> Found:
    held = {name: document[name] for name in _SHOWN if name in document}
    return Found(service, document["_id"], _why(held, now), held)


def _why(held: Mapping[str, Any], now: datetime) -> str:
    if held["state"] == State.UNKNOWN:
        return "unknown"
    if held["state"] not in SETTLED and held["deadline_at"] < now:
        return "overdue"
    if held["wake_at"] is not None and held["wake_at"] < now - STUCK_AFTER:
        return "stuck"
    return str(held["state"])
