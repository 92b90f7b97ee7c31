"""Budgets in MongoDB: `budgets` (wrong claims under a hashed key) and `traffic` (per portal).

Each document goes away by itself once nothing in it counts any more.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from pymongo import UpdateOne

from services._runtime.mongo import Database, Index
from services._runtime.words import Change
from services.lookup.domain.budget import Budget, Limits, Standing, Tally, Traffic, Wrong

BUDGETS, TRAFFIC = "budgets", "traffic"
UNUSED_KEPT = timedelta(minutes=1)
"""How long a budget nothing was taken from is kept: so that every kind of no writes alike."""

INDEXES: Sequence[Index] = (
    (BUDGETS, [("expires", 1)], {"expireAfterSeconds": 0}),
    (TRAFFIC, [("expires", 1)], {"expireAfterSeconds": 0}),
    (TRAFFIC, [("portal_id", 1)], {}),
)


class BudgetsMongo:
    """See `ports.Budgets`."""

    def __init__(self, db: Database, limits: Limits) -> None:
        self._db, self._limits = db, limits

    async def standing(self, keys: Collection[str], portals: Collection[str]) -> Standing:
        """See `ports.Budgets`. Two questions, however many are asked about, whatever is there."""
        kept, counted = await asyncio.gather(
            self._db[BUDGETS].find({"_id": {"$in": list(keys)}}).to_list(None),
            self._db[TRAFFIC].find({"portal_id": {"$in": list(portals)}}).to_list(None),
        )
        traffic: dict[str, list[Traffic]] = defaultdict(list)
        for document in counted:
            traffic[document["portal_id"]].append(_traffic(document))
        return Standing({document["_id"]: _budget(document) for document in kept}, traffic)

    def spent(self, tally: Tally, writer: int, now: datetime) -> tuple[Change, ...]:
        """See `ports.Budgets`.

        A budget that stays as it is gets a write too, which finds it as it was read and changes
        nothing in it: it costs what the others cost, and nobody has to wait for it.
        """
        budgets = [
            Change(BUDGETS, self._written(key, tally.kept(key), budget, now), guarded=True)
            for key, budget in tally.budgets.items()
        ]
        kept_for = 3 * self._limits.portal_window
        traffic = [
            Change(TRAFFIC, _counted(portal, writer, added, now + kept_for))
            for portal, added in tally.traffic.items()
        ]
        return (*budgets, *traffic)

    def _written(self, key: str, before: Budget, after: Budget, now: datetime) -> UpdateOne:
        as_read = {"_id": key, "version": before.version}
        if before.version == after.version:
            unused = {"wrong": [], "expires": now + UNUSED_KEPT}
            same = {"$set": {"version": before.version}, "$setOnInsert": unused}
            return UpdateOne(as_read, same, upsert=True)
        wrong = [{"claim": each.claim, "at": each.at} for each in after.wrong]
        expires = max(each.at for each in after.wrong) + self._limits.window
        fields = {"version": after.version, "wrong": wrong, "expires": expires}
        return UpdateOne(as_read, {"$set": fields}, upsert=True)


def _counted(portal: str, writer: int, added: Traffic, expires: datetime) -> UpdateOne:
    return UpdateOne(
        {"_id": f"{portal} {added.slot} {writer}"},
        {
            "$inc": {"found": added.found, "wrong": added.wrong, "refused": added.refused},
            "$setOnInsert": {"portal_id": portal, "slot": added.slot, "expires": expires},
        },
        upsert=True,
    )


def _budget(document: Mapping[str, Any]) -> Budget:
    wrong = tuple(Wrong(each["claim"], each["at"]) for each in document["wrong"])
    return Budget(document["version"], wrong)


def _traffic(document: Mapping[str, Any]) -> Traffic:
    return Traffic(document["slot"], document["found"], document["wrong"], document["refused"])
