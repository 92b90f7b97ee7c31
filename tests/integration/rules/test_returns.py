"""The returns rules has decided: one suite, in memory and on a real mongod."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest

from contracts.rules import ApproveReturn, CancelReturn, Refusal, ReleaseRefund
from services._runtime import intents_mongo, ledger_mongo, mongo
from services._runtime.errors import Conflict
from services._runtime.intents import State as IntentState
from services._runtime.intents import settled
from services._runtime.intents_memory import IntentsMemory
from services._runtime.intents_mongo import IntentsMongo
from services._runtime.ledger_memory import LedgerMemory
from services._runtime.ledger_mongo import LedgerMongo
from services.rules.adapters import returns_mongo
from services.rules.adapters.returns_memory import ReturnsMemory
from services.rules.adapters.returns_mongo import RETURNS, ReturnsMongo
from services.rules.domain.orders import obeyed
from services.rules.domain.parcel import parcel_of
from services.rules.domain.returned import State, moved, opened
from tests.support.builders import (
    ORDER,
    PORTAL,
    TUESDAY,
    a_parcel_movement,
    a_rejection,
    a_request,
    a_requested_item,
    a_shipment,
    a_wait,
    an_approval,
    an_id,
    pounds,
)
from tests.support.stores import LEASE, an_intent

PARCEL = parcel_of(a_shipment()).without((a_requested_item(line_id="2"),))


class House:
    """Returns, and the ledger and intents of the same technology."""

    def __init__(self, returns, ledger, intents):
        self.returns, self.ledger, self.intents = returns, ledger, intents

    async def keeps(self, *changes):
        """One batch of changes stands, or none of it."""
        await self.ledger.keep((), changes, ())

    async def holds(self, return_id=None):
        """The return as it stands."""
        wanted = return_id or an_id()
        return (await self.returns.of({wanted})).get(wanted)

    async def opens(self, told, granted=None, **request):
        """A return is known by its first verdict."""
        asked = a_request(return_id=told.return_id, **request)
        fresh = opened(asked, told, granted, "delivered", told.decided_at).after
        await self.keeps(self.returns.opened(fresh, told, PARCEL))
        return fresh


@pytest.fixture
async def database(mongo_uri):
    """A database of this test's own, gone afterwards."""
    db = mongo.database(mongo_uri, f"rules-{uuid4().hex[:12]}")
    indexes = (*ledger_mongo.INDEXES, *intents_mongo.INDEXES, *returns_mongo.INDEXES)
    await mongo.ensure(db, indexes)
    yield db
    await db.client.drop_database(db.name)
    db.client.close()


@pytest.fixture(params=["memory", pytest.param("mongo", marks=pytest.mark.real)])
def house(request):
    """The suite runs on every adapter."""
    if request.param == "memory":
        intents = IntentsMemory()
        return House(ReturnsMemory(), LedgerMemory(intents), intents)
    db = request.getfixturevalue("database")
    return House(ReturnsMongo(db), LedgerMongo(db), IntentsMongo(db))


VERDICTS = [
    pytest.param(an_approval(), an_approval(), State.APPROVED, id="approved"),
    pytest.param(a_wait(), an_approval(), State.WAITING, id="waiting"),
    pytest.param(a_rejection(), None, State.REFUSED, id="refused"),
]


@pytest.mark.parametrize(("told", "granted", "state"), VERDICTS)
async def test_a_return_comes_back_as_it_was_decided(house, told, granted, state):
    """Whatever the verdict: every request leaves one."""
    fresh = await house.opens(told, granted)

    held = await house.holds()
    assert held == fresh
    assert held.state is state


@pytest.mark.parametrize(("told", "granted", "state"), VERDICTS)
async def test_what_was_judged_can_be_looked_at_again(house, told, granted, state):
    """The verdict and the parcel as it was then, without the number of the order."""
    await house.opens(told, granted)

    record = await house.returns.record(an_id())

    verdict = told.model_copy(update={"order_no": ""}) if state is State.APPROVED else told
    assert (record.returned.state, record.verdict) == (state, verdict)
    assert record.parcel.order_no == ""
    assert (record.parcel.lines, record.parcel.taken) == (PARCEL.lines, {"2": 1})
    assert (record.parcel.returns, record.parcel.carrier) == (1, "royal_mail")


async def test_a_request_whose_parcel_never_came_leaves_one_too(house):
    """Nothing was known, and that is what is kept."""
    told = a_rejection(country=None, refusals=(Refusal(code="shipment_unknown"),))
    fresh = opened(a_request(), told, None, "delivered", TUESDAY).after

    await house.keeps(house.returns.opened(fresh, told, None))

    record = await house.returns.record(an_id())
    assert (record.returned.state, record.parcel) == (State.REFUSED, None)


async def test_a_return_is_opened_once(house):
    """The last guard, when every other memory has expired."""
    await house.opens(an_approval(), an_approval())

    with pytest.raises(Conflict):
        await house.opens(a_rejection())

    assert (await house.holds()).state is State.APPROVED


async def test_a_return_opened_by_an_intent_is_opened_once(house):
    """Also where a worker decided it."""
    await house.opens(an_approval(), an_approval())
    await house.ledger.keep((), (), (an_intent("late"),))
    (claimed,) = await house.intents.claim(TUESDAY + LEASE, LEASE, 1)
    told = a_rejection()
    fresh = opened(a_request(), told, None, "delivered", TUESDAY).after

    with pytest.raises(Conflict):
        await house.intents.settle(
            settled(claimed, IntentState.SUCCEEDED, (), None, TUESDAY),
            (house.returns.opened(fresh, told, PARCEL),),
        )

    assert (await house.holds()).state is State.APPROVED


async def test_a_return_is_kept_step_by_step(house):
    """Everything that happens to it, with who and when."""
    held = await house.opens(a_wait(), an_approval())
    by = {"return_id": an_id(), "portal_id": PORTAL, "by": "jo"}

    for number, step in enumerate(
        (
            lambda held, now: obeyed(held, ApproveReturn(**by), now, ORDER),
            lambda held, now: moved(held, a_parcel_movement(), now),
            lambda held, now: obeyed(held, ReleaseRefund(**by, amount=pounds(3)), now),
        )
    ):
        after = step(held, TUESDAY + timedelta(hours=number)).after
        await house.keeps(house.returns.changed(held, after))
        held = after

    assert await house.holds() == held
    assert [(p.what, p.by) for p in held.passages] == [
        ("approved", "jo"),
        ("handed_over", None),
        ("released", "jo"),
    ]
    assert (held.refund.amount, held.refund.because) == (pounds(3), "released")


async def test_who_was_overtaken_decides_again(house):
    """Of two steps from one place, one is taken."""
    held = await house.opens(an_approval(), an_approval())
    by = {"return_id": an_id(), "portal_id": PORTAL, "by": "jo"}
    paid = obeyed(held, ReleaseRefund(**by), TUESDAY).after
    cancelled = obeyed(held, CancelReturn(**by), TUESDAY).after
    await house.keeps(house.returns.changed(held, paid))

    with pytest.raises(Conflict):
        await house.keeps(house.returns.changed(held, cancelled))

    assert await house.holds() == paid


async def test_two_steps_of_one_batch_follow_each_other(house):
    """The second begins where the first ended."""
    held = await house.opens(an_approval(), an_approval())
    first = moved(held, a_parcel_movement(), TUESDAY).after
    second = moved(first, a_parcel_movement(phase="delivered"), TUESDAY).after

    await house.keeps(house.returns.changed(held, first), house.returns.changed(first, second))

    assert await house.holds() == second


async def test_what_nobody_asked_for_is_missing_and_cannot_change(house):
    """Absence is an answer, not an error."""
    held = opened(a_request(), an_approval(), an_approval(), "delivered", TUESDAY).after
    after = moved(held, a_parcel_movement(), TUESDAY).after

    assert await house.holds() is None
    assert await house.returns.record(an_id()) is None
    with pytest.raises(Conflict):
        await house.keeps(house.returns.changed(held, after))


async def test_the_returns_of_a_portal_and_a_time_are_found(house):
    """For whoever tries new settings on what was really asked."""
    for number in range(4):
        at = TUESDAY + timedelta(days=number)
        told = an_approval(return_id=an_id(number), decided_at=at)
        await house.opens(told, told)
    other = an_approval(return_id=an_id(9), portal_id="another")
    await house.opens(other, other, portal_id="another")

    found = house.returns.records(PORTAL, TUESDAY, TUESDAY + timedelta(days=2))

    assert [r.returned.return_id async for r in found] == [an_id(0), an_id(1)]


@pytest.mark.real
async def test_nobody_is_in_a_return(database):
    """Not in the request, the verdict, or what the parcel was like: nothing here needs erasing."""
    house = House(ReturnsMongo(database), LedgerMongo(database), IntentsMongo(database))
    await house.opens(a_wait(), an_approval())
    told = an_approval(return_id=an_id(1))
    await house.opens(told, told)

    stored = repr(await database[RETURNS].find().to_list())

    assert "Grumpy teapot" in stored
    for canary in ("Zoë", "Zonder", "zoe@", "1012JS", "Amsterdam", "RR123456785GB", ORDER):
        assert canary not in stored
