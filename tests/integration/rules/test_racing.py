"""Many requests for one parcel in the same instant, judged by two processes on a real mongod."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from uuid import uuid4

import pytest

from contracts import topics
from contracts.rules import RequestReturn, ReturnApproved, ReturnRejected
from services._runtime import intents_mongo, ledger_mongo, mongo
from services._runtime.judging import Batch, Judge
from services._runtime.ledger_mongo import LedgerMongo
from services._runtime.words import Tell
from services.rules.adapters.facts_mongo import FactsMongo
from services.rules.handlers import Handlers
from tests.support.builders import (
    TUESDAY,
    a_portal,
    a_request,
    a_requested_item,
    a_shipment,
    a_shipped_item,
    an_id,
)
from tests.support.records import heard

pytestmark = pytest.mark.real

DELIVERED = 7
REQUESTS = tuple(a_request(return_id=an_id(number)) for number in range(50))


class Process:
    """One process of rules: its own connection, facts, ledger and judge."""

    def __init__(self, uri: str, name: str) -> None:
        self.db = mongo.database(uri, name)
        self.facts, self.ledger = FactsMongo(self.db), LedgerMongo(self.db)
        self.judge = Judge("rules", self.ledger, lambda: TUESDAY)
        routes = Handlers(self.facts, lambda: TUESDAY, 60.0).routes()
        self.route = next(route for route in routes if route.topic == topics.REQUEST_RETURN)

    async def hears(self, *requests: RequestReturn) -> Batch:
        """What one batch of requests comes to."""
        batch = Batch()
        said = [heard(request, id=f"click-{request.return_id}") for request in requests]
        await self.judge.judge(self.route, said, batch)
        return batch


@pytest.fixture
async def processes(mongo_uri: str) -> AsyncIterator[tuple[Process, Process]]:
    """Two processes of rules on one database, which knows a parcel of seven teapots."""
    name = f"rules-{uuid4().hex[:12]}"
    first, second = Process(mongo_uri, name), Process(mongo_uri, name)
    await mongo.ensure(first.db, (*ledger_mongo.INDEXES, *intents_mongo.INDEXES))
    teapots = a_shipment(items=(a_shipped_item(quantity=DELIVERED),))
    changes = (first.facts.configured(a_portal()), first.facts.recorded(teapots))
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
