"""Parcels and calls in MongoDB: collections `parcels` (one document per label) and `calls`."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, fields
from datetime import UTC, date, datetime, time
from typing import Any, Final

from pymongo import UpdateMany, UpdateOne
from pymongo.errors import DuplicateKeyError

from contracts.envelope import Envelope
from services._runtime.failpoints import Step, durable
from services._runtime.intents_mongo import INTENTS
from services._runtime.mongo import Database, Index
from services._runtime.words import Change
from services.labels.domain.following import Parcel
from services.labels.domain.scan import Scan

PARCELS, CALLS = "parcels", "calls"
INDEXES: Final[Sequence[Index]] = (
    (PARCELS, [("carrier", 1), ("tracking_number", 1)], {}),
    (
        PARCELS,
        [("carrier", 1), ("connection", 1), ("look_at", 1), ("portal_id", 1)],
        {"partialFilterExpression": {"look_at": {"$type": "date"}}},
    ),
    (CALLS, [("day", 1)], {"expireAfterSeconds": 7 * 24 * 3600}),
)
_COLUMNS: Final = tuple(field.name for field in fields(Parcel) if field.name != "reference")


class ParcelsMongo:
    """See `ports.parcels.Parcels`."""

    def __init__(self, db: Database) -> None:
        self._parcels, self._intents = db[PARCELS], db[INTENTS]

    def opened(self, parcel: Parcel) -> Change:
        """See `ports.parcels.Parcels`."""
        write = UpdateOne(
            {"_id": parcel.reference}, {"$setOnInsert": _document(parcel)}, upsert=True
        )
        return Change(PARCELS, write)

    def moved(self, before: Parcel, after: Parcel) -> Change:
        """See `ports.parcels.Parcels`."""
        as_it_was = {"_id": before.reference, "revision": before.revision}
        return Change(PARCELS, UpdateOne(as_it_was, {"$set": _document(after)}), guarded=True)

    def looked(self, references: Sequence[str], look_at: datetime | None) -> Change:
        """See `ports.parcels.Parcels`."""
        followed = {"_id": {"$in": list(references)}, "look_at": {"$type": "date"}}
        return Change(PARCELS, UpdateMany(followed, {"$set": {"look_at": look_at}}))

    async def of(self, reference: str) -> Parcel | None:
        """See `ports.parcels.Parcels`."""
        document = await self._parcels.find_one({"_id": reference})
        return None if document is None else _parcel(document)

    async def numbered(
        self, carrier: str, connection: str, numbers: Collection[str]
    ) -> Sequence[Parcel]:
        """See `ports.parcels.Parcels`."""
        named = {"carrier": carrier, "tracking_number": {"$in": list(numbers)}}
        found = self._parcels.find({**named, "connection": connection})
        return [_parcel(document) async for document in found]

    async def due(
        self, carrier: str, connection: str, now: datetime, most: int
    ) -> Sequence[Parcel]:
        """See `ports.parcels.Parcels`. The index alone says whose turn it is."""
        turns = self._parcels.aggregate(
            [
                {"$match": _waiting(carrier, connection) | {"look_at": {"$lte": now, **_DATE}}},
                {"$project": {"portal_id": 1, "look_at": 1}},
                {
                    "$setWindowFields": {
                        "partitionBy": "$portal_id",
                        "sortBy": {"look_at": 1},
                        "output": {"turn": {"$documentNumber": {}}},
                    }
                },
                {"$sort": {"turn": 1, "look_at": 1}},
                {"$limit": most},
            ],
            allowDiskUse=True,
        )
        wanted = [document["_id"] async for document in turns]
        found = self._parcels.find({"_id": {"$in": wanted}})
        held = {document["_id"]: _parcel(document) async for document in found}
        return [held[reference] for reference in wanted if reference in held]

    async def next_due(self, carrier: str, connection: str, after: datetime) -> datetime | None:
        """See `ports.parcels.Parcels`."""
        later = _waiting(carrier, connection) | {"look_at": {"$gt": after, **_DATE}}
        document = await self._parcels.find_one(later, {"look_at": 1}, sort=[("look_at", 1)])
        return None if document is None else document["look_at"]

    async def has_told(self, intent: str) -> bool:
        """See `ports.parcels.Parcels`: nobody need look at it again, or it is long gone."""
        awake = {"_id": intent, "wake_at": _DATE}
        return await self._intents.find_one(awake, {"_id": 1}) is None


class CallsMongo:
    """See `ports.parcels.Calls`."""

    def __init__(self, db: Database) -> None:
        self._calls = db[CALLS]

    async def count(self, connection: str, day: date, most: int) -> bool:
        """See `ports.parcels.Calls`. One atomic step, whoever else counts at the same time."""
        midnight = datetime.combine(day, time(), UTC)
        todays = {"_id": f"{connection} {day.isoformat()}", "calls": {"$lt": most}}
        one_more = {"$inc": {"calls": 1}, "$setOnInsert": {"day": midnight}}
        try:
            with durable(Step.CARRIER_ASK):
                await self._calls.update_one(todays, one_more, upsert=True)
        except DuplicateKeyError:  # there is a count, and it is full
            return False
        return True


_DATE: Final = {"$type": "date"}


def _waiting(carrier: str, connection: str) -> dict[str, Any]:
    return {"carrier": carrier, "connection": connection}


def _document(parcel: Parcel) -> dict[str, Any]:
    document = {name: getattr(parcel, name) for name in _COLUMNS}
    document["cause"] = parcel.cause._asdict()
    document["phase"] = str(parcel.phase)
    document["scans"] = [asdict(scan) | {"phase": str(scan.phase)} for scan in parcel.scans]
    return document


def _parcel(document: Mapping[str, Any]) -> Parcel:
    columns = {name: document[name] for name in _COLUMNS}
    columns["cause"] = Envelope(**document["cause"])
    columns["scans"] = tuple(Scan(**scan) for scan in document["scans"])
    return Parcel(reference=document["_id"], **columns)
