"""Budgets on a real mongod: one for all processes, and no more of it for whoever is quick."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import timedelta
from uuid import uuid4

import pytest
from pymongo import monitoring

from contracts.shape import Home
from services._runtime import mongo
from services._runtime.clock import DatabaseClock
from services.lookup.adapters.budgets_mongo import BUDGETS, TRAFFIC, BudgetsMongo
from services.lookup.domain.budget import Limits
from tests.support.builders import OUTBOUND, PORTAL, a_shipment
from tests.support.lookups import FOUND, INDEXES, NOT_FOUND, Process, asked, utc_now

pytestmark = pytest.mark.real

WRONG = [f"10{n:02}" for n in range(60)]


@pytest.fixture
async def database(mongo_uri):
    """A database of this test's own, with the indexes a running lookup has."""
    db = mongo.database(mongo_uri, f"lookup-{uuid4().hex[:12]}")
    await mongo.ensure(db, INDEXES)
    yield db
    await db.client.drop_database(db.name)
    db.client.close()


@pytest.fixture
async def lookup(database):
    """A process that knows Zoë's parcel."""
    process = Process(database)
    await process.knows_zoe()
    return process


async def test_another_process_goes_on_counting_where_the_first_one_died(lookup, database):
    """A restart or a rebalance must not be a fresh start for whoever guesses."""
    await lookup.guesses(WRONG[:4])

    after_restart = Process(database, partition=3)
    await after_restart.guesses(WRONG[4:5])

    assert not await Process(database).finds()


async def test_a_batch_holds_no_more_guesses_than_the_budget(lookup):
    """Fifty at once are fifty; and the right one among them came too late."""
    told = await lookup.guesses([*WRONG[:49], "1012JS"])

    assert told == [NOT_FOUND] * 50


async def test_the_fifth_may_still_be_right(lookup):
    """The order within a batch is the order in which they were asked."""
    assert await lookup.guesses([*WRONG[:4], "1012JS", WRONG[5]]) == [NOT_FOUND] * 4 + [
        FOUND,
        NOT_FOUND,
    ]


async def test_processes_that_race_for_one_number_share_its_budget(lookup, database):
    """Kafka spreads one number's guesses over partitions: four processes, ten codes each."""
    racers = [Process(database, partition=n) for n in range(4)]

    told = await asyncio.gather(
        *(racer.guesses(WRONG[n * 10 : n * 10 + 10]) for n, racer in enumerate(racers))
    )

    number = await database[BUDGETS].find_one({"_id": {"$regex": "^number:"}})
    assert [len(one) for one in told] == [10] * 4
    assert len(number["wrong"]) == 5
    assert len({wrong["claim"] for wrong in number["wrong"]}) == 5
    assert not await lookup.finds()


async def test_processes_that_race_with_one_guess_each_let_through_five(lookup, database):
    """The tightest race there is: a dozen batches of one, all at the same time."""
    racers = [Process(database, partition=n) for n in range(12)]

    await asyncio.gather(*(racer.guesses([WRONG[n]]) for n, racer in enumerate(racers)))

    number = await database[BUDGETS].find_one({"_id": {"$regex": "^number:"}})
    assert len(number["wrong"]) == 5


class Overtaken(BudgetsMongo):
    """Budgets of a process that is held up once, right after it read them."""

    meanwhile = None

    async def standing(self, keys, portals):
        """See `ports.Budgets`."""
        found = await super().standing(keys, portals)
        if self.meanwhile is not None:
            happens, self.meanwhile = self.meanwhile, None
            await happens()
        return found


@pytest.mark.parametrize(
    ("code", "before"),
    [("9999ZZ", 4), ("9999ZZ", 0), ("1012JS", 4), ("1012JS", 1)],
    ids=["wrong, last one left", "wrong, first", "right, last one left", "right, second"],
)
async def test_a_process_that_read_before_others_guessed_decides_again(
    lookup, database, code, before
):
    """What it read is old by the time it writes: it would give away one guess too many."""
    await lookup.guesses(WRONG[:before])
    budgets = Overtaken(database, Limits())
    slow = Process(database, partition=1, budgets=budgets)
    budgets.meanwhile = lambda: lookup.guesses(WRONG[20 : 20 + 5 - before])

    told = await slow.guesses([code])

    number = await database[BUDGETS].find_one({"_id": {"$regex": "^number:"}})
    assert told == [NOT_FOUND]
    assert len(number["wrong"]) == 5


async def test_processes_at_one_portal_do_not_wait_for_each_other_to_count(lookup, database):
    """Its traffic is counted under each writer: the sum counts, and nobody conflicts."""
    racers = [Process(database, partition=n) for n in range(4)]

    for _ in range(3):
        await asyncio.gather(
            *(racer.guesses([WRONG[n]], tracking_number=f"RR{n}") for n, racer in enumerate(racers))
        )

    counted = await database[TRAFFIC].find({"portal_id": PORTAL}).to_list()
    assert len(counted) == 4
    assert sum(one["wrong"] for one in counted) == 4  # asked again is no new guess


@pytest.mark.parametrize("hours", [25, -25, 24 * 400])
async def test_a_process_whose_clock_jumps_opens_nothing(lookup, database, hours):
    """It goes by the database's clock, as all of them do."""
    await lookup.guesses(WRONG[:5])
    clock = DatabaseClock(database, own=lambda: utc_now() + timedelta(hours=hours))
    await clock.look()

    assert not await Process(database, now=clock).finds()


async def test_a_batch_that_is_delivered_again_is_counted_once(lookup, database):
    """The process died between deciding and committing its offsets."""
    batch = [asked(postal_code=code) for code in WRONG[:4]]
    await lookup.hears(*batch)

    for _ in range(3):
        await Process(database).hears(*batch)

    assert await lookup.finds()


async def test_budgets_go_away_by_themselves(lookup, database):
    """What is kept about guesses is kept for a day; then MongoDB drops it."""
    now = utc_now()
    await lookup.guesses(WRONG[:2])

    for place in (BUDGETS, TRAFFIC):
        indexes = await database[place].index_information()
        assert [i for i in indexes.values() if i.get("expireAfterSeconds") == 0], place
    async for budget in database[BUDGETS].find({}):
        assert timedelta(0) < budget["expires"] - now <= timedelta(hours=24, minutes=1)


async def test_no_budget_names_anybody(lookup, database):
    """Numbers, codes and clients are hashed under the service's key."""
    await lookup.guesses(["CANARY 1", "CANARY 2"], client_ref="CANARY-CLIENT")

    kept = repr([d async for d in database[BUDGETS].find({})])
    kept += repr([d async for d in database[TRAFFIC].find({})])

    assert "number:" in kept
    for canary in ("CANARY", OUTBOUND):
        assert canary not in kept.upper()


class Statements(monitoring.CommandListener):
    """Counts what is read and written, statement by statement."""

    def __init__(self):
        self.seen = Counter()

    def started(self, event):
        """A command went out."""
        for name, batch in (("insert", "documents"), ("update", "updates"), ("delete", "deletes")):
            if event.command_name == name:
                self.seen[f"{name} {event.command[name]}"] += len(event.command[batch])
        if event.command_name == "find":
            self.seen[f"find {event.command['find']}"] += 1

    def succeeded(self, event):
        """Not counted."""

    def failed(self, event):
        """Not counted."""


async def no_cause(process):
    """Nothing was done before."""


async def lock_number(process):
    """Five codes on Zoë's number."""
    await process.guesses(WRONG[:5])


async def lock_client(process):
    """Eight numbers by one client."""
    for n in range(8):
        await process.guesses([WRONG[n]], tracking_number=f"RR{n}", client_ref="nosy")


async def lock_code(process):
    """Ten numbers with Zoë's code."""
    for n in range(10):
        await process.guesses(["1012JS"], tracking_number=f"RR{n}")


async def travel(process):
    """Her parcel is on its way again."""
    await process.hears(a_shipment(version=2, delivered_at=None))


async def twin(process):
    """Another parcel of the same name."""
    await process.hears(a_shipment(shipment_id="twin"))


async def move(process):
    """It was delivered elsewhere."""
    there = Home(street="C", postal_code="3011 AD", town="Rotterdam", country="NL")
    await process.hears(a_shipment(version=2, deliver_to=there))


CAUSES = {
    "unknown number": (no_cause, {"tracking_number": "RR000000005GB"}),
    "wrong code": (move, {}),
    "not delivered": (travel, {}),
    "two parcels": (twin, {}),
    "no number": (no_cause, {"tracking_number": ""}),
    "number locked, right code": (lock_number, {}),
    "number locked, wrong code": (lock_number, {"postal_code": "9999ZZ"}),
    "client locked": (lock_client, {}),
    "code locked": (lock_code, {}),
}


@pytest.mark.parametrize("cause", CAUSES)
async def test_every_kind_of_no_reads_and_writes_the_same(mongo_uri, cause):
    """Whoever watches the disk, the network or the clock sees the same work for every no."""
    statements = Statements()
    monitoring.register(statements)  # for clients made from here on
    db = mongo.database(mongo_uri, f"lookup-{uuid4().hex[:12]}")
    await mongo.ensure(db, INDEXES)
    process = Process(db, Limits(portal=10**6))
    await process.knows_zoe()
    before, changes = CAUSES[cause]
    await before(process)
    statements.seen.clear()

    assert await process.hears(asked(client_ref="nosy", **changes)) == [NOT_FOUND]

    seen = dict(statements.seen)
    await db.client.drop_database(db.name)
    db.client.close()
    monitoring._LISTENERS.command_listeners.remove(statements)
    assert seen == {
        "find decisions": 1,
        "find portals": 1,
        "find parcels": 1,
        "find budgets": 1,
        "find traffic": 1,
        "update budgets": 3,
        "update traffic": 1,
        "insert decisions": 1,
    }
