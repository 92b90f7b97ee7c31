"""Processes of lookup on one real database, from what was heard to what would be told."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from itertools import count
from typing import Any

from contracts import topics
from contracts.lookup import FindShipment
from contracts.rules import PortalOpened
from contracts.shape import Shape
from services._runtime import intents_mongo, ledger_mongo, mongo
from services._runtime.judging import Batch, Judge
from services._runtime.ledger_mongo import LedgerMongo
from services._runtime.words import Heard
from services.lookup.adapters import budgets_mongo, facts_mongo
from services.lookup.adapters.budgets_mongo import BudgetsMongo
from services.lookup.adapters.facts_mongo import FactsMongo
from services.lookup.domain.budget import Limits
from services.lookup.handlers import Handlers
from services.lookup.ports import Budgets
from tests.support.builders import PORTAL, a_lookup, a_shipment, an_id
from tests.support.records import a_record, an_envelope

KEY = bytes(range(32))
INDEXES = (
    *ledger_mongo.INDEXES,
    *intents_mongo.INDEXES,
    *facts_mongo.INDEXES,
    *budgets_mongo.INDEXES,
)
FOUND, NOT_FOUND = topics.SHIPMENT_FOUND.name, topics.SHIPMENT_NOT_FOUND.name
_numbers = count(1)


def utc_now() -> datetime:
    """The database drops by its own clock what is old, so tests on it live today."""
    return datetime.now(UTC)


def asked(**changes: Any) -> FindShipment:
    """Zoë's question or another, never asked before."""
    return a_lookup(**{"lookup_id": an_id(next(_numbers))} | changes)


class Process:
    """One process of lookup, as it hears batches of partition `partition`."""

    def __init__(
        self,
        db: mongo.Database,
        limits: Limits | None = None,
        now: Callable[[], datetime] = utc_now,
        partition: int = 0,
        budgets: Budgets | None = None,
    ) -> None:
        limits = limits or Limits()
        budgets = budgets or BudgetsMongo(db, limits)
        handlers = Handlers(FactsMongo(db), budgets, KEY, now, 10**9, 15, limits)
        self._routes = {route.topic: route for route in handlers.routes()}
        self._judge = Judge("lookup", LedgerMongo(db), now, KEY)
        self._partition = partition

    async def knows_zoe(self) -> None:
        """The portal is open and her parcel delivered."""
        await self.hears(PortalOpened(portal_id=PORTAL, version=1))
        await self.hears(a_shipment())

    async def hears(self, *messages: Shape) -> list[str]:
        """The topics of what is told after one batch of messages of one kind."""
        if not messages:
            return []
        batch = Batch()
        route = self._routes[topics.BY_MODEL[type(messages[0])]]
        await self._judge.judge(route, [self._heard(message) for message in messages], batch)
        return [tell.topic for tell in batch.tells]

    async def guesses(self, codes: Sequence[str], **changes: Any) -> list[str]:
        """What is told when somebody tries these codes in one batch."""
        return await self.hears(*(asked(postal_code=code, **changes) for code in codes))

    async def finds(self, **changes: Any) -> bool:
        """Whether the right number and code find the parcel now."""
        return await self.hears(asked(**changes)) == [FOUND]

    def _heard(self, message: Shape) -> Heard[Any]:
        record = a_record(message, partition=self._partition)
        key = topics.BY_MODEL[type(message)].key_of(message).decode()
        return Heard(message, key, an_envelope(message, id=key), record, message.body())
