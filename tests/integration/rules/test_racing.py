"""Many requests for one parcel in the same instant, judged by two processes on a real mongod."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from random import Random
from uuid import uuid4

import pytest

from contracts import topics
from contracts.rulebook import NeedsApproval, RequestReason, Rule
from contracts.rules import (
    ApproveReturn,
    CancelReturn,
    RefundDue,
    RefuseReturn,
    ReleaseRefund,
    ReturnApproved,
    ReturnCancelled,
    ReturnRejected,
)
from contracts.shape import Shape
from services._runtime import intents_mongo, ledger_mongo, mongo
from services._runtime.judging import Batch, Judge
from services._runtime.ledger_mongo import LedgerMongo
from services._runtime.words import Tell
from services.rules.adapters import returns_mongo
from services.rules.adapters.facts_mongo import FactsMongo
from services.rules.adapters.returns_mongo import RETURNS, ReturnsMongo
from services.rules.handlers import Handlers
from services.rules.ports import Books
from tests.support.builders import (
    PORTAL,
    SHIPMENT,
    TUESDAY,
    a_parcel_movement,
    a_portal,
    a_request,
    a_requested_item,
    a_shipment,
    a_shipped_item,
    an_id,
    pounds,
)
from tests.support.carriers import REGISTRY
from tests.support.records import heard

pytestmark = pytest.mark.real

DELIVERED = 7
REQUESTS = tuple(a_request(return_id=an_id(number)) for number in range(50))


class Process:
    """One process of rules: its own connection, facts, ledger and judge."""

    def __init__(self, uri: str, name: str) -> None:
        self.db = mongo.database(uri, name)
        self.facts, self.ledger = FactsMongo(self.db, REGISTRY), LedgerMongo(self.db)
        self.judge = Judge("rules", self.ledger, lambda: TUESDAY)
        self.books = Books(self.facts, ReturnsMongo(self.db))
        routes = Handlers(self.books, REGISTRY, lambda: TUESDAY, 60.0).routes()
        self.routes = {route.topic.model: route for route in routes}

    async def hears(self, *messages: Shape, id: str = "click") -> Batch:  # noqa: A002
        """What one batch of messages of one kind comes to."""
        batch = Batch()
        said = [heard(message, id=f"{id}-{message.return_id}") for message in messages]
        await self.judge.judge(self.routes[type(messages[0])], said, batch)
        return batch


@pytest.fixture
async def processes(mongo_uri: str) -> AsyncIterator[tuple[Process, Process]]:
    """Two processes of rules on one database, which knows a parcel of seven teapots."""
    name = f"rules-{uuid4().hex[:12]}"
    first, second = Process(mongo_uri, name), Process(mongo_uri, name)
    indexes = (*ledger_mongo.INDEXES, *intents_mongo.INDEXES, *returns_mongo.INDEXES)
    await mongo.ensure(first.db, indexes)
    teapots = a_shipment(items=(a_shipped_item(quantity=DELIVERED),))
    changes = (*first.facts.configured(a_portal()), first.facts.recorded(teapots))
    await first.ledger.keep((), changes, ())
    yield first, second
    await first.db.client.drop_database(name)
    first.db.client.close()
    second.db.client.close()


def verdicts(tells: Sequence[Tell]) -> tuple[list[ReturnApproved], list[ReturnRejected]]:
    """What was told, apart."""
    approved, rejected = topics.RETURN_APPROVED, topics.RETURN_REJECTED
    return (
        [ReturnApproved.read(tell.body or b"") for tell in tells if tell.topic == approved.name],
        [ReturnRejected.read(tell.body or b"") for tell in tells if tell.topic == rejected.name],
    )


def units(approved: Sequence[ReturnApproved]) -> int:
    """Teapots on their way back."""
    return sum(item.quantity for told in approved for item in told.items)


@pytest.mark.parametrize("size", [1, 5, 25])
async def test_fifty_requests_at_once_never_bring_back_more_than_was_delivered(processes, size):
    """Whatever the batches: seven are approved, the others are told why, and nothing is parked."""
    shares = enumerate(REQUESTS[at : at + size] for at in range(0, len(REQUESTS), size))
    batches = await asyncio.gather(
        *(processes[number % 2].hears(*share) for number, share in shares)
    )

    approved, rejected = verdicts([tell for batch in batches for tell in batch.tells])
    assert (units(approved), len(approved) + len(rejected)) == (DELIVERED, len(REQUESTS))
    assert {r.code for told in rejected for r in told.refusals} == {"quantity_exceeded"}
    assert sum(batch.parked for batch in batches) == 0
    parcel = await processes[0].db["parcels"].find_one()
    assert parcel["taken"] == {"1": DELIVERED}


async def test_requests_for_several_units_never_add_up_to_more_than_was_delivered(processes):
    """Three at a time fit into seven twice, and one is left for nobody."""
    items = (a_requested_item(quantity=3),)
    batches = await asyncio.gather(
        *(
            processes[number % 2].hears(request.model_copy(update={"items": items}))
            for number, request in enumerate(REQUESTS)
        )
    )

    approved, _ = verdicts([tell for batch in batches for tell in batch.tells])
    assert units(approved) == 6


async def test_a_request_heard_by_both_is_decided_by_one(processes):
    """A partition that changes hands is heard twice; both tell the same words."""
    batches = await asyncio.gather(
        *(process.hears(request) for request in REQUESTS[:20] for process in processes)
    )

    told = Counter((t.topic, t.key, t.body) for batch in batches for t in batch.tells)
    approved, rejected = verdicts([tell for batch in batches[::2] for tell in batch.tells])
    assert set(told.values()) == {2}
    assert (units(approved), len(approved) + len(rejected)) == (DELIVERED, 20)


async def test_what_was_decided_in_the_rush_is_told_again_unchanged(processes):
    """Redelivery after a crash, to the other process."""
    batches = await asyncio.gather(
        *(processes[number % 2].hears(request) for number, request in enumerate(REQUESTS))
    )

    again = [
        await processes[(number + 1) % 2].hears(request) for number, request in enumerate(REQUESTS)
    ]

    assert [batch.tells for batch in again] == [batch.tells for batch in batches]
    assert [batch.repeated for batch in again] == [1] * len(REQUESTS)


# ── waiting ones, and cancels in between ─────────────────────────────────────────────────────────

LOOKED_AT = Rule(
    rule_id="looked-at", when=RequestReason(any_of=("other",)), then=(NeedsApproval(),)
)
MIXED = tuple(
    a_request(
        return_id=an_id(number),
        items=(a_requested_item(reason=("other", "too_many")[number % 2]),),
    )
    for number in range(50)
)
"""Fifty requests for a teapot; every other one waits for a person."""


def order(model: type[Shape], request: Shape, **changes: object) -> Shape:
    """An order about the return of this request."""
    usual = {"return_id": request.return_id, "portal_id": PORTAL, "by": "jo"}
    return model(**usual | changes)


async def standing(process: Process) -> Counter[str]:
    """Units by the state of their return, by the returns themselves."""
    found: Counter[str] = Counter()
    async for document in process.db[RETURNS].find({}, {"state": 1}):
        found[document["state"]] += 1  # each asked for one
    return found


async def taken(process: Process) -> int:
    """Units taken, by the parcel itself."""
    return (await process.facts.known((), {SHIPMENT})).parcels[SHIPMENT].taken.get("1", 0)


@pytest.mark.parametrize("seed", range(3))
async def test_waiting_approved_and_cancelled_in_a_rush_never_exceed_what_was_delivered(
    processes, seed
):
    """Fifty requests, half of them left to a person, and cancels, yeses and noes in between."""
    settings = a_portal(version=2, rules=(LOOKED_AT,))
    await processes[0].ledger.keep((), processes[0].facts.configured(settings), ())
    dice, seen = Random(seed), []

    async def one(number: int, request: Shape) -> None:
        process = processes[number % 2]
        await process.hears(request)
        seen.append(await taken(process))
        if dice.random() < 0.6:
            model = dice.choice((CancelReturn, ApproveReturn, RefuseReturn))
            await processes[dice.randrange(2)].hears(order(model, request), id=model.__name__)
            seen.append(await taken(process))

    await asyncio.gather(*(one(number, request) for number, request in enumerate(MIXED)))

    stands = await standing(processes[0])
    assert max(seen) <= DELIVERED
    assert stands["approved"] + stands["waiting"] == await taken(processes[0]) <= DELIVERED
    assert sum(stands.values()) == len(MIXED)
    assert stands["cancelled"] >= 1


async def test_cancelled_by_both_at_once_it_frees_once(processes):
    """Else eight teapots would come back of seven."""
    first, *others = [r.model_copy(update={"items": (a_requested_item(),)}) for r in REQUESTS]
    await processes[0].hears(first, *others[: DELIVERED - 1])

    batches = await asyncio.gather(
        *(
            processes[number % 2].hears(order(CancelReturn, first), id=f"cancel-{number}")
            for number in range(6)
        )
    )

    told = [tell.topic for batch in batches for tell in batch.tells]
    assert told.count(topics.BY_MODEL[ReturnCancelled].name) == 1
    assert told.count(topics.RETURN_UNCHANGED.name) == 5
    assert await taken(processes[0]) == DELIVERED - 1


async def test_of_yes_no_and_cancel_in_one_instant_one_holds(processes):
    """A return has one end, and everybody is told the same."""
    settings = a_portal(version=2, rules=(LOOKED_AT,))
    await processes[0].ledger.keep((), processes[0].facts.configured(settings), ())
    asked = MIXED[: 2 * DELIVERED : 2]
    await processes[0].hears(*asked)

    batches = await asyncio.gather(
        *(
            processes[number % 2].hears(order(model, request), id=model.__name__)
            for request in asked
            for number, model in enumerate((ApproveReturn, RefuseReturn, CancelReturn))
        )
    )

    ends = Counter(
        tell.key
        for batch in batches
        for tell in batch.tells
        if tell.topic in (topics.RETURN_REJECTED.name, topics.RETURN_CANCELLED.name)
    )
    stands = await standing(processes[0])
    assert set(ends.values()) <= {1}
    assert sum(ends.values()) == stands["refused"] + stands["cancelled"]
    assert await taken(processes[0]) == stands["approved"]


async def test_a_refund_is_due_once_whoever_comes_first(processes):
    """The parcel is delivered, and the merchant pays by hand, in the same instant, in both."""
    asked = REQUESTS[:DELIVERED]
    await processes[0].hears(*asked)
    happened = [
        message
        for request in asked
        for message in (
            a_parcel_movement(return_id=request.return_id, phase="delivered"),
            a_parcel_movement(return_id=request.return_id, phase="handed_over"),
            order(ReleaseRefund, request, amount=pounds(3)),
            order(CancelReturn, request),
        )
    ]

    batches = await asyncio.gather(
        *(
            processes[number % 2].hears(message, id=f"{type(message).__name__}-{number}")
            for number, message in enumerate([*happened, *happened])
        )
    )

    told = [tell for batch in batches for tell in batch.tells]
    due = Counter(tell.key for tell in told if tell.topic == topics.BY_MODEL[RefundDue].name)
    cancelled = {tell.key for tell in told if tell.topic == topics.RETURN_CANCELLED.name}
    assert set(due.values()) == {1}
    assert len(due) + len(cancelled) == DELIVERED
    assert due.keys().isdisjoint(cancelled)
