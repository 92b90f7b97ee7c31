"""Purchases and purses: one suite for every home of theirs."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest

from contracts.shape import Money
from services._runtime import mongo
from services._runtime.intents_memory import IntentsMemory
from services._runtime.ledger_memory import LedgerMemory
from services._runtime.ledger_mongo import LedgerMongo
from services.labels.adapters.purchases_memory import PurchasesMemory, SpendingMemory
from services.labels.adapters.purchases_mongo import PurchasesMongo
from services.labels.adapters.spending_mongo import SPENDING, SpendingMongo
from services.labels.domain.purchase import Aside, Purchase
from tests.support.builders import TUESDAY, an_id

REFERENCE, PORTAL = f"{an_id()}:1", "moss-and-fern"
PRICE, CAP = Money(minor=449, currency="EUR"), Money(minor=1000, currency="EUR")
ASIDE = Aside("*/gls 2026-03-10 EUR", PRICE, CAP)
NOTE = Purchase(REFERENCE, TUESDAY, "*", ASIDE)
LATER = replace(NOTE, ordered_at=TUESDAY + timedelta(minutes=1))


class House:
    """Both stores, and the ledger of the same technology that carries their changes out."""

    def __init__(self, purchases, spending, ledger, minor):
        self.purchases, self.spending, self._ledger, self.minor = purchases, spending, ledger, minor

    async def keeps(self, *changes):
        """One batch of changes stands."""
        await self._ledger.keep((), changes, ())


def now():
    """Tuesday, always."""
    return TUESDAY


@pytest.fixture
async def database(mongo_uri):
    """A database of this test's own, gone afterwards."""
    db = mongo.database(mongo_uri, f"labels-{uuid4().hex[:12]}")
    yield db
    await db.client.drop_database(db.name)
    db.client.close()


@pytest.fixture(params=["memory", pytest.param("mongo", marks=pytest.mark.real)])
def house(request):
    """The suite runs on every adapter."""
    if request.param == "memory":
        spending = SpendingMemory()

        async def counted(purse=ASIDE.purse):
            return spending.spent_minor.get(purse)

        return House(PurchasesMemory(), spending, LedgerMemory(IntentsMemory()), counted)
    db = request.getfixturevalue("database")

    async def minor(purse=ASIDE.purse):
        document = await db[SPENDING].find_one({"_id": purse})
        return document and document["minor"]

    return House(PurchasesMongo(db, now), SpendingMongo(db, now), LedgerMongo(db), minor)


async def test_an_order_is_noted_before_it_goes_out(house):
    """What is read after a crash is what was noted before it."""
    assert await house.purchases.of(REFERENCE) is None

    assert await house.purchases.order(NOTE, PORTAL) == NOTE

    assert await house.purchases.of(REFERENCE) == NOTE


async def test_no_order_goes_out_for_a_cancelled_return(house):
    """Whichever came first, the other knows."""
    before = await house.purchases.cancel(REFERENCE, PORTAL)

    assert (before.ordered_at, before.cancelled_by) == (None, PORTAL)
    assert await house.purchases.order(NOTE, PORTAL) is None
    assert not await house.purchases.settle(REFERENCE, PORTAL)


async def test_a_cancelling_sees_the_order_that_is_out(house):
    """It must not be told as never bought."""
    await house.purchases.order(NOTE, PORTAL)

    assert (await house.purchases.cancel(REFERENCE, PORTAL)).ordered_at == TUESDAY
    assert (await house.purchases.cancel(REFERENCE, PORTAL)).ordered_at == TUESDAY


async def test_a_label_that_is_told_stays_told(house):
    """A repeat after a crash must not find its own label cancelled."""
    assert await house.purchases.settle(REFERENCE, PORTAL)
    assert (await house.purchases.cancel(REFERENCE, PORTAL)).settled

    assert await house.purchases.settle(REFERENCE, PORTAL)


async def test_another_portal_stops_nothing(house):
    """Its mistake is its own."""
    await house.purchases.cancel(REFERENCE, "somebody-else")

    assert await house.purchases.order(NOTE, PORTAL) is not None
    assert await house.purchases.settle(REFERENCE, PORTAL)


async def test_a_number_is_reserved_once_for_each_connection(house):
    """A repeat gets the first; another contract gets one of its own."""
    await house.purchases.order(NOTE, PORTAL)

    assert await house.purchases.reserve(REFERENCE, "FIRST", "*/postnl") == "FIRST"
    assert await house.purchases.reserve(REFERENCE, "SECOND", "*/postnl") == "FIRST"
    assert await house.purchases.reserve(REFERENCE, "OTHER", "shop/postnl") == "OTHER"
    assert (await house.purchases.of(REFERENCE)).reserved == "OTHER"


async def test_the_end_of_an_older_order_does_not_end_a_younger_one(house):
    """A worker that was frozen comes back with news of what nobody asks about any more."""
    await house.purchases.order(LATER, PORTAL)

    await house.keeps(house.purchases.not_taken(NOTE))
    assert (await house.purchases.of(REFERENCE)).ordered_at == LATER.ordered_at

    await house.keeps(house.purchases.not_taken(LATER))
    assert (await house.purchases.of(REFERENCE)).ordered_at is None


async def test_a_price_is_set_aside_once_however_often(house):
    """A crash repeats it."""
    assert await house.spending.set_aside(ASIDE, NOTE)
    assert await house.spending.set_aside(ASIDE, LATER)

    assert await house.minor() == PRICE.minor


async def test_what_is_set_aside_twice_is_given_back_by_the_younger_only(house):
    """Or a frozen worker's late word would take back what another has just set aside."""
    await house.spending.set_aside(ASIDE, NOTE)
    await house.spending.set_aside(ASIDE, LATER)

    await house.keeps(house.spending.give_back(ASIDE, NOTE))
    assert await house.minor() == PRICE.minor

    await house.keeps(house.spending.give_back(ASIDE, LATER))
    await house.keeps(house.spending.give_back(ASIDE, LATER))
    assert await house.minor() == 0


async def test_the_cost_counts_once_however_often_it_is_told(house):
    """A crash repeats that, too."""
    await house.spending.set_aside(ASIDE, NOTE)
    spent = house.spending.spent(ASIDE, REFERENCE, Money(minor=600, currency="EUR"))

    await house.keeps(spent)
    await house.keeps(spent)

    assert await house.minor() == 600


async def test_a_label_that_would_exceed_the_cap_alone_is_not_bought(house):
    """Not even as the first of the day."""
    dear = replace(ASIDE, cost=Money(minor=1001, currency="EUR"))

    assert not await house.spending.set_aside(dear, NOTE)
    assert not await house.minor()


async def test_many_at_once_never_spend_more_than_the_cap(house):
    """Two processes, one last euro: one gets it. Tried with twenty at the same moment."""
    notes = [replace(NOTE, reference=f"{an_id(number)}:1") for number in range(20)]

    taken = await asyncio.gather(*(house.spending.set_aside(ASIDE, note) for note in notes))

    assert sum(taken) == CAP.minor // PRICE.minor
    assert await house.minor() == 2 * PRICE.minor
