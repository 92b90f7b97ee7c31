"""Senders and labels: one suite for every home of theirs."""

from __future__ import annotations

from dataclasses import replace
from uuid import uuid4

import pytest

from services._runtime import mongo
from services._runtime.intents_memory import IntentsMemory
from services._runtime.ledger_memory import LedgerMemory
from services._runtime.ledger_mongo import LedgerMongo
from services.labels.adapters.labels_memory import LabelsMemory
from services.labels.adapters.labels_mongo import LabelsMongo
from services.labels.adapters.senders_memory import SendersMemory
from services.labels.adapters.senders_mongo import SendersMongo
from services.labels.domain.issued import IssuedLabel
from services.labels.domain.sender import Forgotten, sender_of
from services.labels.domain.tell import row_of
from tests.support.builders import INBOUND, TUESDAY, a_shipment, an_approval, days, pounds

ZOE = sender_of(a_shipment())
MOVED = replace(ZOE, version=2, town="The Hague $town")
ROW = row_of(
    an_approval(),
    IssuedLabel(INBOUND, "label", "Parcel", cost=pounds(4.2), valid_until=TUESDAY + days(60)),
    "postnl",
    "simulator",
    TUESDAY,
)


class House:
    """The stores, and the ledger of the same technology that carries their changes out."""

    def __init__(self, senders, labels, ledger):
        self.senders, self.labels, self._ledger = senders, labels, ledger

    async def keeps(self, *changes):
        """One batch of changes stands."""
        await self._ledger.keep((), changes, ())


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
        return House(SendersMemory(), LabelsMemory(), LedgerMemory(IntentsMemory()))
    db = request.getfixturevalue("database")
    return House(SendersMongo(db), LabelsMongo(db), LedgerMongo(db))


async def test_nobody_is_known_before_a_parcel_is_recorded(house):
    """Unknown is not forgotten: one is waited for, the other refused."""
    assert await house.senders.of("teapot") is None
    assert await house.labels.of("teapot:1") is None


async def test_a_sender_comes_out_as_it_went_in(house):
    """A letter lost on the way is a parcel lost on its way."""
    await house.keeps(house.senders.keep("teapot", ZOE))

    assert await house.senders.of("teapot") == ZOE


@pytest.mark.parametrize("order", [(ZOE, MOVED), (MOVED, ZOE), (MOVED, MOVED), (ZOE, MOVED, ZOE)])
async def test_the_youngest_version_stands_whatever_order_they_come_in(house, order):
    """Redelivery repeats old messages, in one batch or in several."""
    for sender in order:
        await house.keeps(house.senders.keep("teapot", sender))
    await house.keeps(*(house.senders.keep("kettle", sender) for sender in order))

    assert await house.senders.of("teapot") == await house.senders.of("kettle") == MOVED


async def test_a_forgotten_sender_is_told_from_an_unknown_one(house):
    """A parcel that is yet to come is waited for; one that was erased is not."""
    await house.keeps(house.senders.keep("teapot", ZOE))

    await house.keeps(house.senders.forget("teapot"))

    assert await house.senders.of("teapot") == Forgotten()


async def test_what_was_forgotten_comes_back_only_with_a_younger_version(house):
    """A redelivered batch must not undo an erasure, and a shop that records anew means it."""
    await house.keeps(house.senders.keep("teapot", ZOE), house.senders.forget("teapot"))
    await house.keeps(house.senders.keep("teapot", ZOE), house.senders.forget("teapot"))
    await house.keeps(house.senders.keep("teapot", ZOE))
    assert await house.senders.of("teapot") == Forgotten()

    await house.keeps(house.senders.keep("teapot", MOVED))

    assert await house.senders.of("teapot") == MOVED


async def test_somebody_never_known_can_be_forgotten(house):
    """The order may come before the parcel, or after everything was compacted away."""
    await house.keeps(house.senders.forget("teapot"), house.senders.forget("teapot"))

    assert await house.senders.of("teapot") == Forgotten()


async def test_a_label_comes_out_as_it_went_in(house):
    """Cost and dates to the cent and the second."""
    bare = replace(ROW, reference="kettle:1", cost=None, valid_until=None)

    await house.keeps(house.labels.keep(ROW), house.labels.keep(bare))

    assert await house.labels.of(ROW.reference) == ROW
    assert await house.labels.of("kettle:1") == bare


async def test_a_label_stands_as_it_was_first_kept(house):
    """A repeat says when we said it again, not when it was issued."""
    await house.keeps(house.labels.keep(ROW))

    await house.keeps(house.labels.keep(replace(ROW, issued_at=TUESDAY + days(1))))

    assert await house.labels.of(ROW.reference) == ROW


@pytest.mark.real
async def test_the_database_holds_nothing_personal_of_a_forgotten_sender(database):
    """Looked at from outside: every document of every collection, as an auditor would."""
    senders, ledger = SendersMongo(database), LedgerMongo(database)
    await ledger.keep((), [senders.keep("teapot", ZOE)], ())

    await ledger.keep((), [senders.forget("teapot")], ())

    documents = [
        document
        for name in await database.list_collection_names()
        async for document in database[name].find()
    ]
    assert documents == [{"_id": "teapot", "version": 1, "forgotten": True}]
