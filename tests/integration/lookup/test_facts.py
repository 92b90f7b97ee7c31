"""The facts lookup decides on: one suite, in memory and on a real mongod."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from services._runtime import ledger_mongo, mongo
from services._runtime.intents_memory import IntentsMemory
from services._runtime.ledger_memory import LedgerMemory
from services._runtime.ledger_mongo import LedgerMongo
from services.lookup.adapters import facts_mongo
from services.lookup.adapters.facts_memory import FactsMemory
from services.lookup.adapters.facts_mongo import PARCELS, FactsMongo
from services.lookup.domain.parcel import Parcel
from services.lookup.domain.portal import Portal

DELIVERED = datetime(2026, 3, 8, 14, 30, 0, 123_000, tzinfo=UTC)
TEAPOT = Parcel("teapot", "moss-and-fern", 2, "a" * 64, "NL", DELIVERED)
FERN = Parcel("fern", "moss-and-fern", 1, "b" * 64, "FR", None)


class House:
    """Facts and the ledger of the same technology, as the floor uses them."""

    def __init__(self, facts, ledger):
        self.facts, self._ledger = facts, ledger

    async def keeps(self, *changes):
        """One batch of changes stands."""
        await self._ledger.keep((), changes, ())

    async def parcels(self, *digests):
        """The parcels these digests name, by id and version."""
        known = await self.facts.known((), digests)
        return {
            d: sorted((p.shipment_id, p.version) for p in ps) for d, ps in known.parcels.items()
        }

    async def portal(self, portal_id):
        """What is known of this portal."""
        return (await self.facts.known({portal_id}, ())).portals.get(portal_id)


@pytest.fixture
async def database(mongo_uri):
    """A database of this test's own, with the indexes a running lookup has."""
    db = mongo.database(mongo_uri, f"lookup-{uuid4().hex[:12]}")
    await mongo.ensure(db, (*ledger_mongo.INDEXES, *facts_mongo.INDEXES))
    yield db
    await db.client.drop_database(db.name)
    db.client.close()


@pytest.fixture(params=["memory", pytest.param("mongo", marks=pytest.mark.real)])
def house(request):
    """The suite runs on every adapter."""
    if request.param == "memory":
        return House(FactsMemory(), LedgerMemory(IntentsMemory()))
    db = request.getfixturevalue("database")
    return House(FactsMongo(db), LedgerMongo(db))


async def test_a_parcel_comes_back_as_it_was_recorded(house):
    """To the millisecond and with its zone: the instant of delivery decides."""
    await house.keeps(house.facts.recorded(TEAPOT), house.facts.recorded(FERN))

    known = await house.facts.known(set(), {TEAPOT.digest, FERN.digest, "c" * 64})

    assert {d: list(parcels) for d, parcels in known.parcels.items()} == {
        TEAPOT.digest: [TEAPOT],
        FERN.digest: [FERN],
    }


async def test_a_parcel_that_cannot_be_named_is_never_among_the_named(house):
    """Parcels without a number or a code must not meet in an empty digest."""
    await house.keeps(house.facts.recorded(replace(TEAPOT, digest=None)))

    assert await house.parcels("", "None", TEAPOT.digest) == {}


async def test_two_parcels_under_one_claim_are_both_named(house):
    """The decision must see that the claim is ambiguous."""
    await house.keeps(
        house.facts.recorded(TEAPOT), house.facts.recorded(replace(TEAPOT, shipment_id="twin"))
    )

    assert await house.parcels(TEAPOT.digest) == {TEAPOT.digest: [("teapot", 2), ("twin", 2)]}


@pytest.mark.parametrize("together", [True, False])
@pytest.mark.parametrize("versions", [(1, 2, 3), (3, 2, 1), (2, 3, 1, 2, 3)])
async def test_the_youngest_version_of_a_parcel_stands(house, versions, together):
    """In whatever order versions come, in one batch or several, once or twice."""
    changes = [
        house.facts.recorded(replace(TEAPOT, version=version, digest=str(version) * 64))
        for version in versions
    ]

    for batch in [changes] if together else [[change] for change in changes]:
        await house.keeps(*batch)

    assert await house.parcels("1" * 64, "2" * 64, "3" * 64) == {"3" * 64: [("teapot", 3)]}


async def test_a_younger_version_takes_back_what_an_older_one_said(house):
    """A shop that withdraws a delivery means it."""
    await house.keeps(house.facts.recorded(TEAPOT))
    await house.keeps(house.facts.recorded(replace(TEAPOT, version=3, delivered_at=None)))

    (parcel,) = (await house.facts.known((), {TEAPOT.digest})).parcels[TEAPOT.digest]

    assert parcel.delivered_at is None


async def test_a_forgotten_parcel_leaves_nothing(house):
    """Recorded and forgotten in one batch, twice over, and one that never was."""
    for _ in range(2):
        await house.keeps(
            house.facts.recorded(TEAPOT),
            house.facts.forgotten("teapot"),
            house.facts.forgotten("never-was"),
        )

    assert await house.parcels(TEAPOT.digest) == {}


@pytest.mark.parametrize("version", [1, TEAPOT.version])
async def test_a_parcel_heard_of_again_after_it_was_forgotten_stays_forgotten(house, version):
    """Redelivered, put back or replayed: what was erased is no news."""
    await house.keeps(house.facts.recorded(TEAPOT), house.facts.forgotten("teapot"))
    await house.keeps(house.facts.recorded(replace(TEAPOT, version=version)))

    assert await house.parcels(TEAPOT.digest) == {}


async def test_only_a_younger_version_brings_a_forgotten_parcel_back(house):
    """The shop tells more of it, and means it."""
    younger = replace(TEAPOT, version=TEAPOT.version + 1)
    await house.keeps(house.facts.recorded(TEAPOT), house.facts.forgotten("teapot"))
    await house.keeps(house.facts.recorded(younger))

    assert await house.parcels(TEAPOT.digest) == {TEAPOT.digest: [("teapot", younger.version)]}


@pytest.mark.real
async def test_of_a_forgotten_parcel_is_left_what_a_repeat_is_known_by(database):
    """Its id and version, and no digest: whoever had the key could try all postal codes on it."""
    house = House(FactsMongo(database), LedgerMongo(database))

    await house.keeps(house.facts.recorded(TEAPOT), house.facts.forgotten("teapot"))

    assert await database[PARCELS].find().to_list() == [
        {"_id": "teapot", "version": TEAPOT.version}
    ]


@pytest.mark.parametrize(
    "order", [(0, 1, 2), (0, 2, 1), (1, 0, 2), (1, 2, 0), (2, 0, 1), (2, 1, 0)]
)
async def test_the_youngest_word_on_a_portal_stands(house, order):
    """A refusal of version 3 stays, though an opening of version 2 comes later."""
    words = [Portal("p", 1, open=True), Portal("p", 2, open=True), Portal("p", 3, open=False)]

    for index in order:
        await house.keeps(house.facts.judged(words[index]))

    assert await house.portal("p") == Portal("p", 3, open=False)
    assert await house.portal("q") is None


async def test_ids_that_look_like_queries_are_ids(house):
    """A shop chooses its ids; none of them may be taken for more than a name."""
    odd = replace(TEAPOT, shipment_id="a.b/c:$set", portal_id="p.$where", country="NL")
    await house.keeps(
        house.facts.recorded(odd), house.facts.judged(Portal("p.$where", 1, open=True))
    )

    assert await house.parcels(TEAPOT.digest) == {TEAPOT.digest: [("a.b/c:$set", 2)]}
    assert await house.portal("p.$where") == Portal("p.$where", 1, open=True)


@pytest.mark.real
async def test_a_claim_is_looked_up_by_index(database):
    """The cost of a question must not grow with every parcel ever sent."""
    house = House(FactsMongo(database), LedgerMongo(database))
    parcels = [
        replace(
            TEAPOT, shipment_id=f"s{n}", digest=f"{n:064x}", delivered_at=DELIVERED + timedelta(n)
        )
        for n in range(1000)
    ]
    await house.keeps(*(house.facts.recorded(parcel) for parcel in parcels))
    wanted = {"find": PARCELS, "filter": {"digest": {"$in": [f"{7:064x}", "f" * 64]}}}

    explained = await database.command("explain", wanted, verbosity="executionStats")

    assert explained["executionStats"]["nReturned"] == 1
    assert explained["executionStats"]["totalDocsExamined"] == 1
