"""Purchases in MongoDB: collection `purchases`, one document per reference, about no person.

Each step is one write to one document, so that an order that goes out and a return that is
cancelled meet there: whichever comes second knows of the other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from pymongo import ReturnDocument, UpdateOne
from pymongo.errors import DuplicateKeyError

from contracts.shape import Money
from services._runtime.failpoints import Step, durable
from services._runtime.ledger import KEPT
from services._runtime.mongo import Database, Index
from services._runtime.words import Change, Clock
from services.labels.domain.purchase import Aside, Purchase

PURCHASES = "purchases"
INDEXES: Sequence[Index] = (
    (PURCHASES, [("since", 1)], {"expireAfterSeconds": int(KEPT.total_seconds())}),
)


class PurchasesMongo:
    """See `ports.Purchases`."""

    def __init__(self, db: Database, now: Clock) -> None:
        self._all, self._now = db[PURCHASES], now

    async def of(self, reference: str) -> Purchase | None:
        """See `ports.Purchases`."""
        document = await self._all.find_one({"_id": reference})
        return None if document is None else _purchase(document)

    async def order(self, note: Purchase, portal_id: str) -> Purchase | None:
        """See `ports.Purchases`."""
        said = {
            "ordered_at": note.ordered_at,
            "connection": note.connection,
            "set_aside": None if note.set_aside is None else _aside_document(note.set_aside),
        }
        may_be = {"cancelled_by": {"$ne": portal_id}, "bought": None}
        return await self._changed(note.reference, may_be, said)

    async def reserve(self, reference: str, number: str, connection: str) -> str:
        """See `ports.Purchases`."""
        not_yet = {"$or": [{"reserved": None}, {"reserved_by": {"$ne": connection}}]}
        said = {"reserved": number, "reserved_by": connection}
        if await self._changed(reference, not_yet, said) is not None:
            return number
        held = await self.of(reference)
        return number if held is None or held.reserved is None else held.reserved

    def not_taken(self, note: Purchase) -> Change:
        """See `ports.Purchases`."""
        same = {"_id": note.reference, "ordered_at": note.ordered_at}
        return Change(PURCHASES, UpdateOne(same, {"$set": {"ordered_at": None}}))

    async def settle(self, reference: str, portal_id: str) -> bool:
        """See `ports.Purchases`."""
        may_be = {"$or": [{"cancelled_by": {"$ne": portal_id}}, {"settled": True}]}
        return await self._changed(reference, may_be, {"settled": True}) is not None

    async def cancel(self, reference: str, portal_id: str) -> Purchase:
        """See `ports.Purchases`."""
        changed = await self._changed(
            reference, {"cancelled_by": None}, {"cancelled_by": portal_id}
        )
        return changed or await self.of(reference) or Purchase(reference, cancelled_by=portal_id)

    async def _changed(
        self, reference: str, may_be: Mapping[str, Any], said: Mapping[str, Any]
    ) -> Purchase | None:
        """The document as it stands then; None if it is there and not as it may be."""
        change = {"$set": said, "$setOnInsert": {"since": self._now()}}
        for _ in range(2):
            try:
                with durable(Step.PURCHASE_NOTE):
                    document = await self._all.find_one_and_update(
                        {"_id": reference, **may_be},
                        change,
                        upsert=True,
                        return_document=ReturnDocument.AFTER,
                    )
            except DuplicateKeyError:
                continue  # there, and not as it may be; or made by somebody this very moment
            return _purchase(document)
        return None


def found_by_a_person(reference: str, number: str) -> UpdateOne:
    """The write that says: this label was bought, and has this number."""
    return UpdateOne({"_id": reference}, {"$set": {"bought": number}}, upsert=True)


def found_by_nobody(reference: str) -> UpdateOne:
    """The write that says: whatever went out, no label was bought."""
    return UpdateOne({"_id": reference}, {"$set": {"ordered_at": None, "bought": None}})


def _aside_document(aside: Aside) -> dict[str, Any]:
    return {**asdict(aside), "cost": aside.cost.model_dump(), "cap": aside.cap.model_dump()}


def aside_of(document: Mapping[str, Any]) -> Aside | None:
    """What was set aside for this purchase."""
    said = document.get("set_aside")
    if said is None:
        return None
    return Aside(
        said["purse"], Money.model_validate(said["cost"]), Money.model_validate(said["cap"])
    )


def _purchase(document: Mapping[str, Any]) -> Purchase:
    ordered_at: datetime | None = document.get("ordered_at")
    return Purchase(
        reference=document["_id"],
        ordered_at=ordered_at,
        connection=document.get("connection"),
        set_aside=aside_of(document),
        reserved=document.get("reserved"),
        reserved_by=document.get("reserved_by"),
        settled=document.get("settled", False),
        cancelled_by=document.get("cancelled_by"),
        bought=document.get("bought"),
    )
