"""The ledger in MongoDB: one document where that is enough, one transaction where it is not."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from bson.binary import Binary
from motor.motor_asyncio import AsyncIOMotorClientSession
from pymongo import InsertOne
from pymongo.errors import BulkWriteError, OperationFailure

from services._runtime.errors import Conflict
from services._runtime.failpoints import Step, durable
from services._runtime.intents import Intent
from services._runtime.intents_mongo import INTENTS, forgetting, planning
from services._runtime.ledger import KEPT
from services._runtime.mongo import DUPLICATE, Database, Index, touched
from services._runtime.stored import tell_document, tell_of
from services._runtime.words import Change, Decision

DECISIONS = "decisions"
_WRITE_CONFLICT = 112

INDEXES: Sequence[Index] = (
    (DECISIONS, [("at", 1)], {"expireAfterSeconds": int(KEPT.total_seconds())}),
)


_Writes = Mapping[tuple[str, bool], Sequence[Any]]
"""What to write by collection; guarded writes are counted apart from the others."""


class LedgerMongo:
    """See `ledger.Ledger`."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def decided(self, identities: Sequence[str]) -> Mapping[str, Decision]:
        """See `ledger.Ledger`."""
        found = self._db[DECISIONS].find({"_id": {"$in": list(identities)}})
        return {document["_id"]: _decision(document) async for document in found}

    async def keep(
        self,
        decisions: Sequence[Decision],
        changes: Sequence[Change],
        intents: Sequence[Intent],
        forget: Sequence[str] = (),
    ) -> None:
        """See `ledger.Ledger`."""
        writes = _by_place(decisions, changes, intents, forget)
        try:
            if len(writes) == 1 and sum(map(len, writes.values())) == 1:
                await self._write(writes, None)
            elif writes:
                await self._together(writes)
        except (BulkWriteError, OperationFailure) as error:
            if _lost_a_race(error):
                raise Conflict from error
            raise

    async def _together(self, writes: _Writes) -> None:
        async with await self._db.client.start_session() as session, session.start_transaction():
            await self._write(writes, session)
            with durable(Step.LEDGER_COMMIT):
                await session.commit_transaction()

    async def _write(self, writes: _Writes, session: AsyncIOMotorClientSession | None) -> None:
        for (place, guarded), wanted in writes.items():
            with durable(Step.LEDGER_WRITE if session is None else Step.LEDGER_PART):
                result = await self._db[place].bulk_write(wanted, session=session)
            if guarded and touched(result) < len(wanted):
                raise Conflict


def _by_place(
    decisions: Sequence[Decision],
    changes: Sequence[Change],
    intents: Sequence[Intent],
    forget: Sequence[str],
) -> _Writes:
    found: dict[tuple[str, bool], list[Any]] = defaultdict(list)
    for change in changes:
        found[change.place, change.guarded].append(change.write)
    for decision in decisions:
        found[DECISIONS, False].append(InsertOne(_document(decision)))
    for intent in intents:
        found[INTENTS, False].append(planning(intent))
    if forget:
        found[INTENTS, False].append(forgetting(forget))
    return found


def _lost_a_race(error: BulkWriteError | OperationFailure) -> bool:
    if isinstance(error, BulkWriteError):
        return any(
            e.get("code") in (DUPLICATE, _WRITE_CONFLICT)
            for e in error.details.get("writeErrors", ())
        )
    return error.code == _WRITE_CONFLICT or error.has_error_label("TransientTransactionError")


def _document(decision: Decision) -> dict[str, Any]:
    return {
        "_id": decision.identity,
        "digest": Binary(decision.digest),
        "tells": [tell_document(tell) for tell in decision.tells],
        "at": decision.at,
    }


def _decision(document: Mapping[str, Any]) -> Decision:
    return Decision(
        identity=document["_id"],
        digest=bytes(document["digest"]),
        tells=tuple(tell_of(tell) for tell in document["tells"]),
        at=document["at"],
    )
