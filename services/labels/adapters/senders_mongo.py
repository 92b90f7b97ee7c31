"""Senders in MongoDB: collection `senders`, the only one here that is personal."""

from __future__ import annotations

from dataclasses import asdict, fields
from typing import Any

from pymongo import UpdateOne

from services._runtime.mongo import Database
from services._runtime.versioned import newest
from services._runtime.words import Change
from services.labels.domain.point import Spot
from services.labels.domain.sender import Forgotten, Goods, Sender

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
        return _sender(document)


def _sender(document: dict[str, Any]) -> Sender:
    """What the document holds. Those of the release before know neither spot nor goods."""
    columns = {name: document[name] for name in _COLUMNS if name in document}
    spot, goods = document.get("spot"), document.get("goods", {})
    columns["spot"] = None if spot is None else Spot(**spot)
    columns["goods"] = {line_id: Goods(**known) for line_id, known in goods.items()}
    return Sender(**columns)
