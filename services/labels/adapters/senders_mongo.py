"""Senders in MongoDB: collection `senders`, the only one here that is personal."""

from __future__ import annotations

from dataclasses import asdict, fields

from pymongo import UpdateOne

from services._runtime.mongo import Database
from services._runtime.versioned import newest
from services._runtime.words import Change
from services.labels.domain.sender import Forgotten, Sender

SENDERS = "senders"
_COLUMNS = tuple(field.name for field in fields(Sender))


class SendersMongo:
    """See `ports.Senders`."""

    def __init__(self, db: Database) -> None:
        self._senders = db[SENDERS]

    def keep(self, shipment_id: str, sender: Sender) -> Change:
        """See `ports.Senders`."""
        document = {**asdict(sender), "forgotten": False}
        return Change(SENDERS, newest(shipment_id, sender.version, document))

    def forget(self, shipment_id: str) -> Change:
        """See `ports.Senders`. What is left says only up to which version it was forgotten."""
        nobody = {
            "_id": "$_id",
            "version": {"$ifNull": ["$version", 0]},
            "forgotten": {"$literal": True},
        }
        return Change(
            SENDERS, UpdateOne({"_id": shipment_id}, [{"$replaceWith": nobody}], upsert=True)
        )

    async def of(self, shipment_id: str) -> Sender | Forgotten | None:
        """See `ports.Senders`."""
        document = await self._senders.find_one({"_id": shipment_id})
        if document is None:
            return None
        if document["forgotten"]:
            return Forgotten()
        return Sender(**{name: document[name] for name in _COLUMNS})
