"""Intents in MongoDB: the unique `_id` is what makes a thing happen once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from motor.motor_asyncio import AsyncIOMotorClientSession
from pymongo import UpdateMany, UpdateOne
from pymongo.errors import BulkWriteError

from contracts.envelope import Envelope
from services._runtime.errors import Conflict
from services._runtime.failpoints import Step, durable
from services._runtime.intents import PERSONAL_TOPICS, SETTLED, SPENT, Intent, State
from services._runtime.ledger import KEPT
from services._runtime.mongo import Database, Index, is_taken, touched
from services._runtime.stored import tell_document, tell_of
from services._runtime.words import Change

INTENTS = "intents"

INDEXES: Sequence[Index] = (
    (INTENTS, [("wake_at", 1)], {"partialFilterExpression": {"wake_at": {"$type": "date"}}}),
    (INTENTS, [("planned_at", 1)], {"expireAfterSeconds": int(KEPT.total_seconds())}),
    (INTENTS, [("owner", 1)], {"sparse": True}),
    (INTENTS, [("about", 1)], {"sparse": True}),
)


def planning(intent: Intent) -> UpdateOne:
    """The write that plans `intent` unless its key was planned before."""
    document = {
        "kind": intent.kind,
        "key": intent.key,
        "order": intent.order,
        "cause": _cause(intent.cause),
        "planned_at": intent.planned_at,
        "deadline_at": intent.deadline_at,
        "wake_at": intent.wake_at,
        "state": intent.state.value,
        "attempts": 0,
        "fence": 0,
        "interrupted": False,
        "code": None,
        "tells": [],
    }
    if intent.about:
        document["about"] = intent.about
    return UpdateOne({"_id": intent.id}, {"$setOnInsert": document}, upsert=True)


def forgetting(about: Sequence[str]) -> UpdateMany:
    """The write that makes every intent about these, if it is over, as `intents.forgotten` is."""
    over = {"about": {"$in": list(about)}, "state": {"$in": [state.value for state in SETTLED]}}
    personal = {"topic": {"$in": list(PERSONAL_TOPICS)}}
    return UpdateMany(over, {"$set": {"order": b""}, "$pull": {"tells": personal}})


_SPENT: Mapping[str, Any] = {"order": b"", "tells": []}
"""An intent that is over keeps its key and its end. What it was about may be personal."""


def due(now: datetime) -> dict[str, Any]:
    """What is due. The filter names the type, or MongoDB would not trust its partial index."""
    return {"wake_at": {"$lte": now, "$type": "date"}}


class IntentsMongo:
    """See `intents.Intents`."""

    def __init__(self, db: Database) -> None:
        self._db, self._all = db, db[INTENTS]

    async def claim(self, now: datetime, lease: timedelta, most: int) -> Sequence[Intent]:
        """See `intents.Intents`. Workers that see the same intent due race for it; one wins."""
        found = self._all.find(due(now), {"_id": 1}).sort("wake_at", 1).limit(most)
        ids = [document["_id"] async for document in found]
        if not ids:
            return ()
        owner = str(uuid4())
        mine = {"_id": {"$in": ids}, **due(now)}
        held = {"owner": owner, "wake_at": now + lease}
        claims = [
            UpdateMany(
                {**mine, "state": State.IN_FLIGHT.value},
                {"$set": {**held, "interrupted": True}, "$inc": {"fence": 1}},
            ),
            UpdateMany(
                {**mine, "state": State.PLANNED.value},
                {
                    "$set": {**held, "state": State.IN_FLIGHT.value},
                    "$inc": {"fence": 1, "attempts": 1},
                },
            ),
            UpdateMany(
                {**mine, "state": {"$in": [state.value for state in SETTLED]}},
                {"$set": held, "$inc": {"fence": 1}},
            ),
        ]
        with durable(Step.INTENTS_CLAIM):
            await self._all.bulk_write(claims)
        return [_intent(d) async for d in self._all.find({"owner": owner, "wake_at": now + lease})]

    async def settle(
        self, intent: Intent, changes: Sequence[Change] = (), planned: Sequence[Intent] = ()
    ) -> bool:
        """See `intents.Intents`."""
        changes = (*changes, *(Change(INTENTS, planning(one)) for one in planned))
        mine = {"_id": intent.id, "fence": intent.fence}
        end = {
            "$set": {
                **(_SPENT if intent.wake_at is None and intent.state in SPENT else {}),
                "state": intent.state.value,
                "code": intent.code,
                "interrupted": intent.interrupted,
                "wake_at": intent.wake_at,
                "tells": [tell_document(tell) for tell in intent.tells],
            },
            "$unset": {"owner": ""},
        }
        if not any(change.guarded for change in changes):
            # No transaction where none is needed: a process killed inside one leaves its locks
            # until the server gives up on it. These writes come out the same when repeated.
            if changes and await self._all.find_one(mine, {"_id": 1}) is None:
                return False
            for change in changes:
                with durable(Step.INTENTS_CHANGE):
                    await self._db[change.place].bulk_write([change.write])
            with durable(Step.INTENTS_SETTLE):
                return (await self._all.update_one(mine, end)).matched_count == 1

        async def together(session: AsyncIOMotorClientSession) -> bool:
            with durable(Step.INTENTS_SETTLE):
                settled = await self._all.update_one(mine, end, session=session)
            if settled.matched_count == 0:
                await session.abort_transaction()
                return False
            for change in changes:
                place = self._db[change.place]
                try:
                    with durable(Step.INTENTS_CHANGE):
                        done = await place.bulk_write([change.write], session=session)
                except BulkWriteError as error:
                    if is_taken(error):
                        raise Conflict from error
                    raise
                if change.guarded and not touched(done):
                    raise Conflict
            return True

        # Transactions of neighbours may get into each other's way; the driver tries those again.
        async with await self._db.client.start_session() as session:
            with durable(Step.INTENTS_COMMIT):
                return await session.with_transaction(together)

    async def told(self, intents: Sequence[Intent]) -> None:
        """See `intents.Intents`."""
        over = {"$set": {**_SPENT, "wake_at": None}}
        with durable(Step.INTENTS_TOLD):
            await self._all.bulk_write(
                [UpdateOne({"_id": i.id, "fence": i.fence}, over) for i in intents]
            )


def _cause(envelope: Envelope) -> dict[str, Any]:
    return envelope._asdict()


def _intent(document: Mapping[str, Any]) -> Intent:
    return Intent(
        kind=document["kind"],
        key=document["key"],
        order=bytes(document["order"]),
        cause=Envelope(**document["cause"]),
        planned_at=document["planned_at"],
        deadline_at=document["deadline_at"],
        wake_at=document["wake_at"],
        state=State(document["state"]),
        attempts=document["attempts"],
        fence=document["fence"],
        interrupted=document["interrupted"],
        code=document["code"],
        tells=tuple(tell_of(tell) for tell in document["tells"]),
        about=document.get("about", ""),
    )
