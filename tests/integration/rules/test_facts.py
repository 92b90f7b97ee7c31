"""The portals and parcels rules decides on: one suite, in memory and on a real mongod."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest

from services._runtime import ledger_mongo, mongo
from services._runtime.errors import Conflict
from services._runtime.intents_memory import IntentsMemory
from services._runtime.ledger_memory import LedgerMemory
from services._runtime.ledger_mongo import LedgerMongo
from services.rules.adapters.facts_memory import FactsMemory
from services.rules.adapters.facts_mongo import PARCELS, PORTALS, VERSIONS, FactsMongo
from services.rules.domain.parcel import parcel_of
from tests.support.builders import (
    PORTAL,
    SHIPMENT,
    TUESDAY,
    a_portal,
    a_requested_item,
    a_shipment,
    a_shipped_item,
    days,
)
from tests.support.carriers import REGISTRY

ONE_TEAPOT = (a_requested_item(line_id="1", quantity=1),)
ONE_SPOON = (a_requested_item(line_id="2", quantity=1),)


class House:
    """Facts, and the ledger of the same technology that carries their changes out."""

    def __init__(self, facts, ledger):
        self.facts, self._ledger = facts, ledger

    async def keeps(self, *changes):
        """One batch of changes stands, or none of it."""
        await self._ledger.keep((), changes, ())

    async def parcel(self, shipment_id=SHIPMENT):
        """What is known of this parcel."""
        return (await self.facts.known((), {shipment_id})).parcels.get(shipment_id)

    async def portal(self, portal_id=PORTAL):
        """What is known of this portal."""
        return (await self.facts.known({portal_id}, ())).portals.get(portal_id)


@pytest.fixture
async def database(mongo_uri):
    """A database of this test's own, gone afterwards."""
    db = mongo.database(mongo_uri, f"rules-{uuid4().hex[:12]}")
    await mongo.ensure(db, ledger_mongo.INDEXES)
    yield db
    await db.client.drop_database(db.name)
    db.client.close()


@pytest.fixture(params=["memory", pytest.param("mongo", marks=pytest.mark.real)])
def house(request):
    """The suite runs on every adapter."""
    if request.param == "memory":
        return House(FactsMemory(REGISTRY), LedgerMemory(IntentsMemory()))
    db = request.getfixturevalue("database")
    return House(FactsMongo(db, REGISTRY), LedgerMongo(db))


# ── portals ──────────────────────────────────────────────────────────────────────────────────────


async def test_what_was_never_told_is_missing(house):
    """Absence is an answer, not an error."""
    known = await house.facts.known({"nobody"}, {"nothing"})

    assert (known.portals, known.parcels) == ({}, {})
    assert await house.facts.versions({"nobody"}) == {}


async def test_saved_settings_are_in_force(house):
    """Whole, as the merchant wrote them."""
    settings = a_portal(version=3, blocked_countries=("NO",))

    await house.keeps(*house.facts.configured(settings))

    assert (await house.portal()).settings == settings
    assert await house.facts.versions({PORTAL, "nobody"}) == {PORTAL: 3}


async def test_younger_settings_replace_older_ones(house):
    """Even after the older ones were read and compiled."""
    await house.keeps(*house.facts.configured(a_portal(version=1, window_days=30)))
    assert (await house.portal()).window == days(30)

    await house.keeps(*house.facts.configured(a_portal(version=2, window_days=14)))

    assert (await house.portal()).window == days(14)


@pytest.mark.parametrize("version", [1, 2])
async def test_settings_that_are_not_younger_change_nothing(house, version: int):
    """A redelivery must not bring back what the merchant has changed since."""
    await house.keeps(*house.facts.configured(a_portal(version=2, window_days=14)))

    await house.keeps(*house.facts.configured(a_portal(version=version, window_days=99)))

    assert ((await house.portal()).version, (await house.portal()).window) == (2, days(14))


async def test_two_versions_in_one_batch_leave_the_younger(house):
    """Whichever comes first."""
    younger, older = a_portal(version=2, window_days=14), a_portal(version=1)

    await house.keeps(*house.facts.configured(younger), *house.facts.configured(older))

    assert (await house.portal()).settings == younger


async def test_every_version_that_was_ever_in_force_can_be_read_again(house):
    """A verdict names its version, and can be understood years later."""
    first, second = a_portal(version=1, window_days=30), a_portal(version=2, window_days=14)

    for settings in (first, second, a_portal(version=1, window_days=99)):
        await house.keeps(*house.facts.configured(settings))

    assert await house.facts.settings_of(PORTAL, 1) == first
    assert await house.facts.settings_of(PORTAL, 2) == second
    assert await house.facts.settings_of(PORTAL, 3) is None
    assert await house.facts.settings_of("nobody", 1) is None


# ── parcels ──────────────────────────────────────────────────────────────────────────────────────


async def test_a_recorded_parcel_comes_back_as_it_is(house):
    """Items, dates and country, to the millisecond; whatever signs a shop uses."""
    shipment = a_shipment(
        items=(
            a_shipped_item(
                line_id="1.2", sku="$set.{}", name="Theepot “Ж” 🫖 $inc", final_sale=True
            ),
            a_shipped_item(line_id="2:b/c_d-e", sku="", name="", quantity=100_000, category=None),
            a_shipped_item(line_id="3", tags=("tea", "Ж", "")),
        ),
        delivered_at=TUESDAY - timedelta(milliseconds=1),
    )

    await house.keeps(house.facts.recorded(shipment))

    assert await house.parcel() == parcel_of(shipment)


async def test_a_parcel_that_is_told_again_with_more_is_known_with_more(house):
    """First it was sent; now it has arrived."""
    await house.keeps(house.facts.recorded(a_shipment(version=1, delivered_at=None)))

    await house.keeps(house.facts.recorded(a_shipment(version=2, delivered_at=TUESDAY)))

    assert (await house.parcel()).delivered_at == TUESDAY


@pytest.mark.parametrize("version", [1, 2])
async def test_a_version_that_is_not_younger_changes_nothing(house, version: int):
    """A redelivery must not take back that it arrived."""
    await house.keeps(house.facts.recorded(a_shipment(version=2, delivered_at=TUESDAY)))

    await house.keeps(house.facts.recorded(a_shipment(version=version, delivered_at=None)))

    assert (await house.parcel()).delivered_at == TUESDAY


async def test_what_was_taken_is_taken(house):
    """The next request finds one teapot less."""
    await house.keeps(house.facts.recorded(a_shipment()))
    before = await house.parcel()

    await house.keeps(house.facts.taken(before, before.without(ONE_TEAPOT)))

    assert ((await house.parcel()).left("1"), (await house.parcel()).left("2")) == (1, 1)


@pytest.mark.parametrize("line_id", ["1.2", "a.b.c", "0", "id", "x:y/z"])
async def test_a_line_may_be_called_anything(house, line_id: str):
    """Names of lines are the shop's, and some have dots."""
    await house.keeps(
        house.facts.recorded(a_shipment(items=(a_shipped_item(line_id=line_id, quantity=2),)))
    )
    before = await house.parcel()

    item = a_requested_item(line_id=line_id)
    await house.keeps(house.facts.taken(before, before.without([item])))

    assert (await house.parcel()).left(line_id) == 1


async def test_what_was_taken_stays_taken_when_more_is_known(house):
    """A shop that tells a parcel again does not give its teapots back."""
    await house.keeps(house.facts.recorded(a_shipment(version=1)))
    before = await house.parcel()
    await house.keeps(house.facts.taken(before, before.without(ONE_TEAPOT)))

    await house.keeps(house.facts.recorded(a_shipment(version=2, order_no="changed")))

    after = await house.parcel()
    assert (after.order_no, after.left("1"), after.revision) == ("changed", 1, 1)


async def test_what_somebody_else_took_meanwhile_is_a_conflict(house):
    """Deciding again is right; taking it twice is not."""
    await house.keeps(house.facts.recorded(a_shipment()))
    seen_by_both = await house.parcel()
    await house.keeps(house.facts.taken(seen_by_both, seen_by_both.without(ONE_TEAPOT)))

    with pytest.raises(Conflict):
        await house.keeps(house.facts.taken(seen_by_both, seen_by_both.without(ONE_SPOON)))

    assert ((await house.parcel()).left("1"), (await house.parcel()).left("2")) == (1, 1)


async def test_taking_from_a_forgotten_parcel_is_a_conflict(house):
    """It is decided again, and then the parcel is unknown."""
    await house.keeps(house.facts.recorded(a_shipment()))
    before = await house.parcel()
    await house.keeps(house.facts.forgotten(SHIPMENT))

    with pytest.raises(Conflict):
        await house.keeps(house.facts.taken(before, before.without(ONE_TEAPOT)))

    assert await house.parcel() is None


@pytest.mark.parametrize("line_id", ["1.2", "a.b.c", "0", "k", "x:y/z"])
async def test_what_a_return_had_taken_is_free_again(house, line_id: str):
    """All of it, and nothing else; whoever decided on what was there before decides again."""
    items = (a_shipped_item(line_id=line_id, quantity=5), a_shipped_item(line_id="other"))
    await house.keeps(house.facts.recorded(a_shipment(items=items)))
    wanted = (a_requested_item(line_id=line_id, quantity=2),)
    before = await house.parcel()
    after = before.without((a_requested_item(line_id="other"),)).without(wanted).without(wanted)
    await house.keeps(house.facts.taken(before, after))

    await house.keeps(house.facts.freed(SHIPMENT, wanted))

    free = await house.parcel()
    assert (free.left(line_id), free.left("other"), free.returns) == (3, 1, 2)
    with pytest.raises(Conflict):
        await house.keeps(house.facts.taken(after, after.without(wanted)))


async def test_two_returns_of_one_batch_are_freed_together(house):
    """Each has its own share."""
    await house.keeps(house.facts.recorded(a_shipment()))
    before = await house.parcel()
    await house.keeps(house.facts.taken(before, before.without(ONE_TEAPOT).without(ONE_SPOON)))

    await house.keeps(
        house.facts.freed(SHIPMENT, ONE_TEAPOT), house.facts.freed(SHIPMENT, ONE_SPOON)
    )

    free = await house.parcel()
    assert (free.left("1"), free.left("2"), free.returns) == (2, 1, 0)


async def test_what_was_taken_of_a_forgotten_parcel_can_be_freed(house):
    """The shop tells it again, and finds what was not sent back after all."""
    await house.keeps(house.facts.recorded(a_shipment(version=1)))
    before = await house.parcel()
    await house.keeps(house.facts.taken(before, before.without(ONE_TEAPOT).without(ONE_SPOON)))
    await house.keeps(house.facts.forgotten(SHIPMENT))

    await house.keeps(house.facts.freed(SHIPMENT, ONE_TEAPOT))

    assert await house.parcel() is None
    await house.keeps(house.facts.recorded(a_shipment(version=2)))
    back = await house.parcel()
    assert (back.left("1"), back.left("2"), back.returns) == (2, 0, 1)


async def test_freeing_what_nobody_knows_makes_nothing_known(house):
    """A parcel is made by its shop alone."""
    await house.keeps(house.facts.freed(SHIPMENT, ONE_TEAPOT))

    assert await house.parcel() is None


async def test_two_requests_of_one_batch_take_one_after_the_other(house):
    """The second is decided on what the first left, and both stand together."""
    await house.keeps(house.facts.recorded(a_shipment()))
    first = await house.parcel()
    second = first.without(ONE_TEAPOT)
    third = second.without(ONE_TEAPOT)

    await house.keeps(house.facts.taken(first, second), house.facts.taken(second, third))

    assert ((await house.parcel()).left("1"), (await house.parcel()).revision) == (0, 2)


async def test_a_forgotten_parcel_is_unknown(house):
    """Erasure is an ordinary event, and doing it twice is no error."""
    await house.keeps(house.facts.recorded(a_shipment()))

    await house.keeps(house.facts.forgotten(SHIPMENT))
    await house.keeps(house.facts.forgotten(SHIPMENT))

    assert await house.parcel() is None


@pytest.mark.parametrize("version", [1, 6, 7])
async def test_a_parcel_heard_of_again_after_it_was_forgotten_stays_forgotten(house, version):
    """Redelivered, put back or replayed: what was erased is no news."""
    await house.keeps(house.facts.recorded(a_shipment(version=7)))
    await house.keeps(house.facts.forgotten(SHIPMENT))

    await house.keeps(house.facts.recorded(a_shipment(version=version)))

    assert await house.parcel() is None


async def test_a_younger_version_brings_a_forgotten_parcel_back_and_nothing_twice(house):
    """The shop decides to tell more of it. What was promised back once is not promised again."""
    await house.keeps(house.facts.recorded(a_shipment(version=7)))
    before = await house.parcel()
    await house.keeps(house.facts.taken(before, before.without(ONE_TEAPOT)))
    await house.keeps(house.facts.forgotten(SHIPMENT))

    await house.keeps(house.facts.recorded(a_shipment(version=8)))

    assert await house.parcel() == parcel_of(a_shipment()).without(ONE_TEAPOT)


async def test_a_parcel_never_heard_of_can_be_forgotten_and_recorded(house):
    """The null came first. There was nothing to forget, and any version is younger than that."""
    await house.keeps(house.facts.forgotten(SHIPMENT))

    await house.keeps(house.facts.recorded(a_shipment()))

    assert await house.parcel() == parcel_of(a_shipment())


# ── MongoDB only ─────────────────────────────────────────────────────────────────────────────────


@pytest.mark.real
async def test_one_process_sees_what_another_wrote(database):
    """Compiled settings are kept per process, and never longer than they are in force."""
    writer, reader, ledger = (
        FactsMongo(database, REGISTRY),
        FactsMongo(database, REGISTRY),
        LedgerMongo(database),
    )
    await ledger.keep((), writer.configured(a_portal(version=1, open=True)), ())
    assert (await reader.known({PORTAL}, ())).portals[PORTAL].open

    await ledger.keep((), writer.configured(a_portal(version=2, open=False)), ())

    assert not (await reader.known({PORTAL}, ())).portals[PORTAL].open


@pytest.mark.real
async def test_portals_are_not_kept_compiled_without_end(database):
    """Ten thousand merchants, and every one of them is answered by its own settings."""
    ledger, one = LedgerMongo(database), len(a_portal(portal_id="portal-00").body())
    facts = FactsMongo(database, REGISTRY, most_bytes=10 * one)
    names = [f"portal-{number:02}" for number in range(40)]
    for number, name in enumerate(names):
        await ledger.keep((), facts.configured(a_portal(portal_id=name, window_days=number)), ())

    for some in (names[:3], names, names[30:], names[:3]):
        known = await facts.known(set(some), ())
        assert {n: p.settings.window_days for n, p in known.portals.items()} == {
            name: int(name[-2:]) for name in some
        }
        assert 0 < len(facts._compiled) <= 10


@pytest.mark.real
async def test_a_portal_that_is_asked_for_often_is_compiled_once(database):
    """Whatever others are asked for in between."""
    ledger, one = LedgerMongo(database), len(a_portal(portal_id="portal-0").body())
    facts = FactsMongo(database, REGISTRY, most_bytes=3 * one)
    for number in range(6):
        await ledger.keep((), facts.configured(a_portal(portal_id=f"portal-{number}")), ())
    often = (await facts.known({"portal-0"}, ())).portals["portal-0"]

    for number in range(1, 6):
        await facts.known({f"portal-{number}"}, ())
        assert (await facts.known({"portal-0"}, ())).portals["portal-0"] is often


@pytest.mark.real
async def test_a_parcel_recorded_by_an_older_release_is_read(database):
    """It knew neither categories nor tags, nor who had delivered the parcel."""
    facts, ledger = FactsMongo(database, REGISTRY), LedgerMongo(database)
    await ledger.keep((), (facts.recorded(a_shipment()),), ())
    missing = ("carrier", "returns", "lines.0.category", "lines.0.tags")
    await database[PARCELS].update_one({}, {"$unset": dict.fromkeys(missing, "")})

    parcel = (await facts.known((), {SHIPMENT})).parcels[SHIPMENT]

    assert (parcel.carrier, parcel.returns) == (None, 0)
    assert (parcel.lines["1"].category, parcel.lines["1"].tags) == (None, ())
    taken = parcel.without(ONE_TEAPOT)
    await ledger.keep((), (facts.taken(parcel, taken), facts.freed(SHIPMENT, ONE_TEAPOT)), ())
    assert (await facts.known((), {SHIPMENT})).parcels[SHIPMENT].left("1") == 2


@pytest.mark.real
async def test_of_a_forgotten_parcel_is_left_what_a_repeat_is_known_by(database):
    """Its version, and what was taken: nothing of what it was."""
    facts, ledger = FactsMongo(database, REGISTRY), LedgerMongo(database)

    await ledger.keep((), (facts.recorded(a_shipment()), facts.forgotten(SHIPMENT)), ())

    assert await database[PARCELS].find().to_list() == [
        {
            "_id": SHIPMENT,
            "version": 1,
            "forgotten": True,
            "taken": {},
            "revision": 0,
            "returns": 0,
        }
    ]


@pytest.mark.real
async def test_nobodys_data_is_stored(database):
    """What is not there cannot leak, and need not be erased."""
    facts, ledger = FactsMongo(database, REGISTRY), LedgerMongo(database)

    await ledger.keep((), (facts.recorded(a_shipment()), *facts.configured(a_portal())), ())

    places = (PARCELS, PORTALS, VERSIONS)
    stored = repr([await database[place].find().to_list() for place in places])
    assert "Grumpy teapot" in stored
    for canary in ("Zoë", "Zonder", "zoe@", "1012JS", "Amsterdam", "RR123456785GB"):
        assert canary not in stored
