"""Two instances whose machines disagree about the time share a store, and each thing is done once.

What they must not do is believe their own clock: with `own_clocks`, which nobody runs in earnest,
the same story ends with a thing done twice, or not at all.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import timedelta

import pytest

from services._runtime.clock import DatabaseClock, utc_now
from services._runtime.intents import intended
from services._runtime.intents_mongo import IntentsMongo
from services._runtime.ledger_mongo import LedgerMongo
from services._runtime.speaker import SpeakerMemory
from services._runtime.words import Plan
from services._runtime.worker import Done, Worker
from tests.support.builders import an_approval
from tests.support.eventually import eventually
from tests.support.records import heard
from tests.support.stores import KIND

pytestmark = pytest.mark.real

BELLS = 20
JUMPS = {"an hour ahead": timedelta(hours=1), "400 days ahead": timedelta(days=400)}


class Ringer:
    """Rings bells, and keeps its hand on each until `let_go`."""

    def __init__(self) -> None:
        self.rung: Counter[str] = Counter()
        self.let_go = asyncio.Event()

    async def perform(self, intent):
        self.rung[intent.key] += 1
        await self.let_go.wait()
        return Done()

    async def recover(self, intent):
        return await self.perform(intent)

    async def give_up(self, intent, code):
        raise AssertionError(code)


class Instance:
    """One of several processes of a service, its machine's clock off by so much."""

    def __init__(self, db, ringer, off, *, own_clock=False):
        def own():
            return utc_now() + off

        self.clock = own if own_clock else DatabaseClock(db, own)
        self.ledger = LedgerMongo(db)
        self.worker = Worker(
            "bells", IntentsMongo(db), SpeakerMemory(), {KIND: ringer}, self.clock, at_once=100
        )

    async def plan(self, *keys):
        """These bells are to be rung, now."""
        if isinstance(self.clock, DatabaseClock):
            await self.clock.look()
        now = self.clock()
        cause = heard(an_approval())
        await self.ledger.keep(
            (), (), [intended(Plan(KIND, key, an_approval()), cause, now) for key in keys]
        )


@pytest.fixture
def ringer():
    """Everybody's hands."""
    return Ringer()


async def in_turn(database, ringer, off, **kind):
    """How many bells were being rung when the other instance came and looked, and its findings."""
    right, wrong = (
        Instance(database, ringer, timedelta(0), **kind),
        Instance(database, ringer, off, **kind),
    )
    await wrong.plan()
    await right.plan(*(f"bell-{number}" for number in range(BELLS)))
    begun = await right.worker.look()
    await eventually(lambda: sum(ringer.rung.values()) == begun, "every bell in hand")
    stolen = await wrong.worker.look()
    ringer.let_go.set()
    await asyncio.gather(right.worker.finish(), wrong.worker.finish())
    return begun, stolen


@pytest.mark.parametrize("off", JUMPS)
async def test_nobody_takes_what_is_in_anothers_hands(database, ringer, off):
    """However late it is for whoever looks: the lease ends when the database says so."""
    begun, stolen = await in_turn(database, ringer, JUMPS[off])

    assert begun == BELLS
    assert stolen == 0
    assert set(ringer.rung.values()) == {1}


async def test_with_clocks_of_their_own_every_bell_would_be_rung_twice(database, ringer):
    """What the clock of the database is for, and that this story could fail."""
    begun, stolen = await in_turn(database, ringer, JUMPS["an hour ahead"], own_clock=True)

    assert (begun, stolen) == (BELLS, BELLS)
    assert set(ringer.rung.values()) == {2}


@pytest.mark.parametrize("off", [timedelta(hours=1), timedelta(hours=-1), timedelta(days=400)])
async def test_what_a_machine_with_another_clock_plans_is_due_at_once(database, ringer, off):
    """An hour ahead, it would wait for an hour; four hundred days ahead, for more than a year."""
    await Instance(database, ringer, off).plan("bell")
    right = Instance(database, ringer, timedelta(0))
    await right.plan()

    await eventually(right.worker.look, "the bell to be due")  # the clocks may differ by a blink
    ringer.let_go.set()
    await right.worker.finish()

    assert ringer.rung == {"bell": 1}


async def test_a_machine_that_is_behind_still_finds_what_is_due(database, ringer):
    """Its own clock would make it wait until it has caught up."""
    await Instance(database, ringer, timedelta(0)).plan("bell")
    behind = Instance(database, ringer, timedelta(hours=-1))
    await behind.plan()

    await eventually(behind.worker.look, "the bell to be due")
    ringer.let_go.set()
    await behind.worker.finish()

    assert ringer.rung == {"bell": 1}
