"""Answers with a floor: due by when their question came, whatever became of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from services._runtime.pace import PAUSE_SECONDS, TICK_SECONDS, Pace
from services._runtime.words import Floor, Route, Tell
from tests.support.records import Kept

ASKED, OTHER = "asked", "other"
NOBODY: Any = None


class World:
    """A steady clock and a wall clock, and a speaker that writes down when it was told what."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.at, self.wall, self.said = 1000.0, 5000.0, []
        routes: dict[str, Route[Any]] = {
            ASKED: Route(NOBODY, NOBODY, floor=Floor(0.1)),
            OTHER: Route(NOBODY, NOBODY),
        }
        self.pace = Pace(routes, lambda: self.at, lambda: self.wall)
        monkeypatch.setattr("services._runtime.pace.asyncio.sleep", self.passes)

    async def passes(self, seconds: float) -> None:
        """Time goes by."""
        self.at += seconds
        self.wall += seconds

    async def tell(self, tells: Sequence[Tell]) -> None:
        """See `Speaker`."""
        self.said += [(tell.key, self.at) for tell in tells]

    async def batch(self, *records: Kept, deciding: float = 0.02) -> dict[bytes | None, float]:
        """When each answer was told, after the batch was in hand."""
        began, already = self.at, len(self.said)
        self.pace.begin()
        for record in records:
            self.pace.heard(record)
        await self.passes(deciding)
        await self.pace.tell(self, [Tell("told", record.key, [], b"") for record in records])
        self.pace.end()
        return {key: at - began for key, at in self.said[already:]}

    def record(self, key: str, ago: float = 0.0, topic: str = ASKED) -> Kept:
        """A record that lies on Kafka since `ago` seconds."""
        return Kept(topic, key.encode(), b"", timestamp=int((self.wall - ago) * 1000))


@pytest.fixture
def world(monkeypatch):
    """Time that only passes when it is told to."""
    return World(monkeypatch)


def close(seconds: float):
    """So long, give or take a tick."""
    return pytest.approx(seconds, abs=TICK_SECONDS * 1.5)


@pytest.mark.parametrize("deciding", [0.0, 0.03, 0.09])
async def test_an_answer_takes_as_long_whatever_deciding_took(world, deciding):
    """That is what the floor is for."""
    assert await world.batch(world.record("a"), deciding=deciding) == {b"a": close(0.1)}


async def test_an_answer_that_took_longer_is_told_at_once(world):
    """Waiting on top of being late helps nobody."""
    assert await world.batch(world.record("a"), deciding=0.3) == {b"a": close(0.3)}


async def test_what_has_no_floor_waits_for_nobody(world):
    """Only answers are measured by strangers."""
    told = await world.batch(world.record("fact", topic=OTHER), world.record("a"))

    assert told == {b"fact": close(0.02), b"a": close(0.1)}


async def test_a_batch_without_answers_is_not_held(world):
    """A million parcels must not wait a tenth of a second per batch."""
    assert await world.batch(world.record("fact", topic=OTHER)) == {b"fact": close(0.02)}


async def test_how_long_a_question_lay_there_while_we_were_busy_is_taken_off(world):
    """Two batches behind each other take as long for the customer as one."""
    await world.batch(world.record("first"))

    told = await world.batch(world.record("early", ago=0.08), world.record("late", ago=0.01))

    assert told == {b"early": close(0.02), b"late": close(0.09)}


@pytest.mark.parametrize("ago", [3600.0, -3600.0], ids=["behind", "ahead"])
async def test_nobodys_wrong_clock_lowers_the_floor_of_a_question_that_met_us_idle(world, ago):
    """A frontend's clock is none of ours, and must not open what the floor hides."""
    await world.batch(world.record("first"))
    await world.passes(PAUSE_SECONDS * 2)

    assert await world.batch(world.record("a", ago=ago)) == {b"a": close(0.1)}


async def test_who_is_behind_holds_nothing(world):
    """The floor must not become a limit on how many questions can be answered."""
    for _ in range(5):
        await world.batch(*(world.record(f"q{n}", ago=9.0) for n in range(9)), deciding=0.06)

    last = await world.batch(*(world.record(f"q{n}", ago=9.0) for n in range(9)), deciding=0.06)

    assert list(last.values()) == [close(0.06)] * 9


async def test_at_random_an_answer_takes_a_little_longer(world):
    """Never less than the floor, never more than floor and jitter."""
    world.pace._floors = {ASKED: Floor(0.1, 0.05)}

    took = list((await world.batch(*(world.record(f"q{n}") for n in range(200)))).values())

    assert min(took) >= 0.1
    assert max(took) <= 0.15 + TICK_SECONDS * 2
    assert max(took) - min(took) > 0.03
