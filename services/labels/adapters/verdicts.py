"""What a person says about an order that nobody could find out about: kept in one transaction.

The intent goes back to work if it is still as that person saw it, the service learns what to
believe, the money is counted or given back, and it is written down who said so and why
(collection `resolutions`, kept for good). The worker does the rest, with all its guards.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from motor.motor_asyncio import AsyncIOMotorClientSession
from pymongo import InsertOne, UpdateOne

from services._runtime.failpoints import Step, durable
from services._runtime.intents import State
from services._runtime.intents_mongo import INTENTS
from services._runtime.mongo import Database
from services.labels.adapters.purchases_mongo import (
    PURCHASES,
    aside_of,
    found_by_a_person,
    found_by_nobody,
)
from services.labels.adapters.spending_mongo import SPENDING, spent_by
from services.labels.ports import ISSUE_LABEL

RESOLUTIONS: Final = "resolutions"
TIME_TO_FINISH: Final = timedelta(days=3)
FORGOTTEN: Final = "sender_erased"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a person found out at the carrier: a number, or that nothing was bought."""

    bought: str | None
    by: str
    because: str


@dataclass(frozen=True, slots=True)
class Seen:
    """An order as somebody saw it."""

    id: str
    reference: str
    state: str
    code: str | None
    fence: int
    forgotten: bool
    """Its customer asked to be forgotten: nobody is left to send a label to."""


class _Changed(Exception):  # ends the transaction, and is no error of anybody's
    """It is not as it was seen."""


class Verdicts:
    """The decisions of people about orders in doubt."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def seen(self, intent_id: str) -> Seen | None:
        """The order with this id; None if there is none."""
        kind, _, reference = intent_id.partition(":")
        held = await self._db[INTENTS].find_one({"_id": intent_id})
        if held is None or kind != ISSUE_LABEL:
            return None
        return Seen(
            *(intent_id, reference, held["state"], held["code"], held["fence"]), not held["order"]
        )

    async def decide(self, seen: Seen, verdict: Verdict, now: datetime) -> State | None:
        """How far the order is then; None if it is not as it was seen, and nothing was kept."""

        async def together(session: AsyncIOMotorClientSession) -> State:
            return await self._kept(session, seen, verdict, now)

        try:
            async with await self._db.client.start_session() as session:
                with durable(Step.INTENTS_COMMIT):
                    state: State = await session.with_transaction(together)
        except _Changed:
            return None
        return state

    async def _kept(
        self, session: AsyncIOMotorClientSession, seen: Seen, verdict: Verdict, now: datetime
    ) -> State:
        state = State.REJECTED if seen.forgotten else State.PLANNED
        change = {
            "state": state.value,
            "code": FORGOTTEN if seen.forgotten else None,
            "wake_at": None if seen.forgotten else now,
            "deadline_at": now + TIME_TO_FINISH,
            "attempts": 0,
            "interrupted": False,
        }
        as_seen = {"_id": seen.id, "state": State.UNKNOWN.value, "fence": seen.fence}
        with durable(Step.INTENTS_CHANGE):
            changed = await self._db[INTENTS].update_one(
                as_seen, {"$set": change, "$inc": {"fence": 1}}, session=session
            )
        if changed.matched_count == 0:
            raise _Changed
        known = await self._db[PURCHASES].find_one({"_id": seen.reference}, session=session)
        for place, write in _believed(seen, verdict, known or {}, now):
            with durable(Step.INTENTS_CHANGE):
                await self._db[place].bulk_write([write], session=session)
        return state


def _believed(
    seen: Seen, verdict: Verdict, known: Mapping[str, Any], now: datetime
) -> list[tuple[str, UpdateOne | InsertOne[dict[str, Any]]]]:
    """What the service believes from now on, what counts in the purse, and the audit."""
    number, reference = verdict.bought, seen.reference
    belief = found_by_a_person(reference, number) if number else found_by_nobody(reference)
    audit = {
        "_id": f"{seen.id}#{seen.fence}",
        "intent": seen.id,
        "was": seen.code,
        "bought": number,
        "by": verdict.by,
        "because": verdict.because,
        "at": now,
    }
    writes: list[tuple[str, UpdateOne | InsertOne[dict[str, Any]]]] = [
        (PURCHASES, belief),
        (RESOLUTIONS, InsertOne(audit)),
    ]
    aside = aside_of(known)
    if aside is not None and (number is None or seen.forgotten):
        # What was bought is counted by the worker, at its cost; a forgotten one at its price.
        minor = aside.cost.minor if number else 0
        writes.append((SPENDING, spent_by(aside, reference, minor)))
    return writes
