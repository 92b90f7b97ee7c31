"""Parcels and counted calls: one suite for every home of theirs."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest

from contracts.envelope import Envelope
from services._runtime import mongo
from services._runtime.errors import Conflict
from services._runtime.intents import caused
from services._runtime.intents_memory import IntentsMemory
from services._runtime.intents_mongo import IntentsMongo
from services._runtime.ledger_memory import LedgerMemory
from services._runtime.ledger_mongo import LedgerMongo
from services._runtime.words import Plan
from services.labels.adapters import parcels_mongo
from services.labels.adapters.parcels_memory import CallsMemory, ParcelsMemory
from services.labels.adapters.parcels_mongo import CallsMongo, ParcelsMongo
from services.labels.domain.following import Parcel, moved
from services.labels.domain.scan import Scan
from tests.support.builders import TUESDAY, an_approval, an_id, days

CAUSE = Envelope("7", "/rules", "returns.return-approved.v1", TUESDAY, an_id(), "a story")
PARCEL = Parcel(
    reference="teapot:1",
    return_id=an_id(),
    portal_id="moss-and-fern",
    shipment_id="MF-1001",
    parcel_no=1,
    carrier="gls",
    connection="*",
    tracking_number="GLS00001",
    issued_at=TUESDAY,
    cause=CAUSE,
    told_by="issue_label:teapot:1",
    look_at=TUESDAY,
)
AN_HOUR = timedelta(hours=1)


def another(reference, **changes):
    """Another parcel under the same contract."""
    number = f"GLS{reference:0>5}"
    return replace(PARCEL, reference=str(reference), tracking_number=number, **changes)


class House:
    """The stores, and the ledger of the same technology that carries their changes out."""

    def __init__(self, parcels, calls, ledger):
        self.parcels, self.calls, self.ledger = parcels, calls, ledger

    async def keeps(self, *changes):
        """These changes stand, one batch for each."""
        for change in changes:
            await self.ledger.keep((), (change,), ())


@pytest.fixture
async def database(mongo_uri):
    """A database of this test's own, gone afterwards."""
    db = mongo.database(mongo_uri, f"parcels-{uuid4().hex[:12]}")
    await mongo.ensure(db, parcels_mongo.INDEXES)
    yield db
    await db.client.drop_database(db.name)
    db.client.close()


@pytest.fixture(params=["memory", pytest.param("mongo", marks=pytest.mark.real)])
def house(request):
    """The suite runs on every adapter."""
    if request.param == "memory":
        return House(ParcelsMemory(), CallsMemory(), LedgerMemory(IntentsMemory()))
    db = request.getfixturevalue("database")
    return House(ParcelsMongo(db), CallsMongo(db), LedgerMongo(db))


async def test_a_parcel_comes_out_as_it_went_in_and_as_it_was_first_kept(house):
    """Its cause is whose story it is told in; a label kept again must not begin it anew."""
    scan = Scan("GLS00001", "in_transit", "3.0", TUESDAY + AN_HOUR, "NL")
    after = moved(PARCEL, [scan], TUESDAY + days(1)).after
    await house.keeps(house.parcels.opened(PARCEL), house.parcels.moved(PARCEL, after))
    await house.keeps(house.parcels.opened(PARCEL))

    assert await house.parcels.of("teapot:1") == after
    assert await house.parcels.of("nobody") is None


async def test_of_two_who_move_a_parcel_one_decides_again(house):
    """A post and a poll find the same scan at the same time: it is told by one."""
    await house.keeps(house.parcels.opened(PARCEL))
    scan = Scan("GLS00001", "in_transit", "3.0", TUESDAY)
    after = moved(PARCEL, [scan], TUESDAY).after
    await house.keeps(house.parcels.moved(PARCEL, after))

    with pytest.raises(Conflict):
        await house.keeps(house.parcels.moved(PARCEL, after))


async def test_numbers_are_looked_up_within_one_contract(house):
    """A merchant's own secret must not move another merchant's parcel."""
    theirs = another(2, connection="someone")
    await house.keeps(*map(house.parcels.opened, (PARCEL, theirs, another(3, carrier="dhl"))))

    numbers = {PARCEL.tracking_number, "GLS00002", "GLS00003", "GLS99999"}
    assert await house.parcels.numbered("gls", "*", numbers) == [PARCEL]
    assert await house.parcels.numbered("gls", "someone", numbers) == [theirs]


async def test_every_merchant_has_a_turn_before_anybody_has_a_second(house):
    """A big shop's backlog must not stand before a small one's only parcel."""
    crowd = [another(n, portal_id="big", look_at=TUESDAY - AN_HOUR) for n in range(30)]
    small = [another(f"s{n}", portal_id=f"small-{n}") for n in range(3)]
    later = another(99, look_at=TUESDAY + AN_HOUR)
    never = another(98, look_at=None)
    await house.keeps(*map(house.parcels.opened, (*crowd, *small, later, never)))

    turn = await house.parcels.due("gls", "*", TUESDAY, 5)

    assert sorted(one.portal_id for one in turn) == ["big", "big", "small-0", "small-1", "small-2"]
    assert {one.portal_id for one in turn[:4]} == {"big", "small-0", "small-1", "small-2"}
    assert len(await house.parcels.due("gls", "*", TUESDAY, 100)) == 33
    assert await house.parcels.next_due("gls", "*", TUESDAY) == TUESDAY + AN_HOUR
    assert await house.parcels.next_due("gls", "*", TUESDAY + AN_HOUR) is None


async def test_who_is_not_followed_any_more_is_not_asked_for_again(house):
    """A poll that ends after the parcel arrived must not bring it back."""
    await house.keeps(*map(house.parcels.opened, (PARCEL, another(2, look_at=None))))

    await house.keeps(house.parcels.looked(["teapot:1", "2"], TUESDAY + days(1)))
    assert (await house.parcels.of("teapot:1")).look_at == TUESDAY + days(1)
    assert (await house.parcels.of("2")).look_at is None

    await house.keeps(house.parcels.looked(["teapot:1"], None))
    await house.keeps(house.parcels.looked(["teapot:1"], TUESDAY))
    assert (await house.parcels.of("teapot:1")).look_at is None


async def test_calls_are_counted_by_contract_and_day_whoever_makes_them(house):
    """Two processes at the same time must not call once too often."""
    day = TUESDAY.date()
    answers = await asyncio.gather(*(house.calls.count("*/gls", day, 7) for _ in range(20)))

    assert 1 <= sum(answers) <= 7
    while await house.calls.count("*/gls", day, 7):
        answers.append(True)
    assert sum(answers) == 7
    assert await house.calls.count("*/gls", day + timedelta(days=1), 7)
    assert await house.calls.count("someone/gls", day, 7)


@pytest.mark.real
async def test_what_is_settled_and_not_told_yet_holds_back_what_comes_next(database):
    """After a crash `handed_over` is still to be told; `delivered` must not overtake it."""
    intents, parcels = IntentsMongo(database), ParcelsMongo(database)
    assert await parcels.has_told("move_parcel:unheard-of")
    plan = Plan("move_parcel", "teapot:1:x", an_approval())
    await LedgerMongo(database).keep((), (), (caused(plan, CAUSE, TUESDAY),))

    assert not await parcels.has_told("move_parcel:teapot:1:x")

    (mine,) = await intents.claim(TUESDAY, AN_HOUR, 1)
    await intents.told([mine])
    assert await parcels.has_told("move_parcel:teapot:1:x")
