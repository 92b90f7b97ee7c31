"""What was spent, in MongoDB: collection `spending`, one document for each connection and day.

    {"_id": "*/gls 2026-03-10 EUR", "minor": 1347, "open": {"<reference>": {"minor": 449, "at": …}}}

`minor` is what was spent and what is set aside. Both change in one write to one document, so two
processes cannot take the same last euro, and what is set aside twice counts once. A process that
dies leaves its label in `open`: counted, whether it was bought or not.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pymongo import UpdateOne

from contracts.shape import Money
from services._runtime.failpoints import Step, durable
from services._runtime.ledger import KEPT
from services._runtime.mongo import Database, Index
from services._runtime.words import Change, Clock
from services.labels.domain.purchase import Aside, Purchase

SPENDING = "spending"
INDEXES: Sequence[Index] = (
    (SPENDING, [("since", 1)], {"expireAfterSeconds": int(KEPT.total_seconds())}),
)


class SpendingMongo:
    """See `ports.Spending`."""

    def __init__(self, db: Database, now: Clock) -> None:
        self._all, self._now = db[SPENDING], now

    async def set_aside(self, aside: Aside, note: Purchase) -> bool:
        """See `ports.Spending`."""
        place = f"open.{note.reference}"
        minor = aside.cost.minor
        room = {"minor": {"$lte": aside.cap.minor - minor}}
        mine = {"_id": aside.purse, "$or": [{place: {"$exists": True}}, room]}
        held = {"$ifNull": [f"${place}.minor", None]}
        taking = {
            "$set": {
                "minor": {"$add": ["$minor", {"$cond": [{"$eq": [held, None]}, minor, 0]}]},
                place: {"minor": {"$ifNull": [held, minor]}, "at": note.ordered_at},
            }
        }
        if await self._taken(mine, taking):
            return True
        # No room, or no purse yet. If somebody else makes it first, there may be room in theirs.
        purse = {"minor": 0, "open": {}, "since": self._now()}
        with durable(Step.SPENDING_RESERVE):
            await self._all.update_one({"_id": aside.purse}, {"$setOnInsert": purse}, upsert=True)
        return await self._taken(mine, taking)

    async def _taken(self, mine: dict[str, Any], taking: dict[str, Any]) -> bool:
        with durable(Step.SPENDING_RESERVE):
            result = await self._all.update_one(mine, [taking])
        return result.matched_count == 1

    def give_back(self, aside: Aside, note: Purchase) -> Change:
        """See `ports.Spending`."""
        place = f"open.{note.reference}"
        mine = {"_id": aside.purse, f"{place}.at": note.ordered_at}
        return Change(SPENDING, _closing(mine, place, 0))

    def spent(self, aside: Aside, reference: str, cost: Money) -> Change:
        """See `ports.Spending`."""
        return Change(SPENDING, spent_by(aside, reference, cost.minor))


def spent_by(aside: Aside, reference: str, minor: int) -> UpdateOne:
    """The write after which this label counts as so much, however much was set aside for it."""
    place = f"open.{reference}"
    return _closing({"_id": aside.purse, place: {"$exists": True}}, place, minor)


def _closing(mine: dict[str, Any], place: str, minor: int) -> UpdateOne:
    counted = {"$add": ["$minor", {"$subtract": [minor, f"${place}.minor"]}]}
    return UpdateOne(mine, [{"$set": {"minor": counted}}, {"$unset": place}])
