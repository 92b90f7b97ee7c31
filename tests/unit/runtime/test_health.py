"""Alive means progress while there is lag; ready means that nothing we need is missing."""

from __future__ import annotations

import asyncio
import json
import time
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiokafka.errors import KafkaConnectionError

from services._runtime import health
from services._runtime.health import STUCK_SECONDS, kafka_answers, lag, routes, stuck


@dataclass
class Consumer:
    """A consumer of partitions 0, 1 and so on: their ends, and what was committed of each."""

    ends: list[int] = field(default_factory=list)
    done: list[int | None] = field(default_factory=list)
    down: bool = False
    begins: int = 0

    def assignment(self) -> set[int]:
        return set(range(len(self.ends)))

    async def end_offsets(self, places: set[int]) -> dict[int, int]:
        if self.down:
            raise KafkaConnectionError("nobody answers")
        return {place: self.ends[place] for place in places}

    async def committed(self, place: int) -> int | None:
        return self.done[place]

    async def beginning_offsets(self, places: set[int]) -> dict[int, int]:
        return dict.fromkeys(places, self.begins)

    async def topics(self) -> set[str]:
        if self.down:
            raise KafkaConnectionError("nobody answers")
        return {"a topic"}


@dataclass
class Intake:
    """An intake that finished its last batch so many seconds ago."""

    consumer: Consumer | None
    idle_seconds: float = 0.0
    waiting_for_dependency: bool = False

    def __post_init__(self) -> None:
        self.progressed_at = time.monotonic() - self.idle_seconds


async def ask(path: str, intake: Intake, *missing: str) -> tuple[int, dict[str, Any]]:
    """Status and body of `GET path`."""

    async def wanting() -> list[str]:
        return list(missing)

    sent: list[dict[str, Any]] = []

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    await dict(routes(intake, wanting))[path]({"type": "http", "method": "GET"}, None, send)
    return sent[0]["status"], json.loads(sent[1]["body"])


LONG = STUCK_SECONDS + 1


async def test_lag_is_what_was_said_and_not_yet_committed():
    """Over all partitions; one that was never committed counts from its beginning."""
    assert await lag(Intake(Consumer([10, 5, 0], [7, None, None]))) == 3 + 5
    assert await lag(Intake(Consumer([10], [10]))) == 0
    assert await lag(Intake(Consumer())) == 0


async def test_what_was_deleted_is_no_lag():
    """It would never shrink, and a process that is well would be restarted for it for ever."""
    assert await lag(Intake(Consumer([10], [None], begins=10))) == 0
    assert await lag(Intake(Consumer([10], [3], begins=10))) == 0
    assert await lag(Intake(Consumer([10], [3], begins=7))) == 3
    assert await lag(Intake(Consumer([10], [8], begins=7))) == 2


async def test_lag_is_unknown_where_nobody_can_be_asked():
    """Not zero: nobody knows."""
    assert await lag(Intake(None)) is None
    assert await lag(Intake(Consumer([10], [7], down=True))) is None


@pytest.mark.parametrize(
    ("consumer", "idle_seconds", "waiting", "expected"),
    [
        (Consumer([10], [7]), LONG, False, True),
        (Consumer([10], [7]), STUCK_SECONDS / 2, False, False),
        (Consumer([10], [10]), LONG, False, False),
        (Consumer([10], [7]), LONG, True, False),
        (Consumer([10], [7], down=True), LONG, False, False),
        (None, LONG, False, False),
    ],
    ids=["work and no progress", "busy", "no work", "database down", "kafka down", "not begun"],
)
async def test_only_work_without_progress_is_a_reason_to_restart(
    consumer, idle_seconds: float, *, waiting: bool, expected: bool
):
    """A restart brings back neither a database nor a broker, and no work is no illness."""
    # Made here and not above: its clock runs from when it is made.
    intake = Intake(consumer, idle_seconds, waiting_for_dependency=waiting)

    assert await stuck(intake) is expected


async def test_kafka_is_asked_whether_it_is_there():
    """A consumer that is cut off hears nothing, and nothing is what it hears on a quiet day."""
    assert await kafka_answers(Intake(Consumer([10], [10])))
    assert not await kafka_answers(Intake(Consumer([10], [10], down=True)))
    assert not await kafka_answers(Intake(None))


async def test_the_wait_for_work_is_not_counted_as_standing_still():
    """The first message after a quiet night must not find us condemned."""
    consumer = Consumer([10], [10])
    intake = Intake(consumer, LONG)
    assert not await stuck(intake)

    consumer.ends[0] = 11

    assert not await stuck(intake)


async def test_live_says_whether_we_are_stuck():
    """Whoever restarts us looks at the status alone."""
    assert await ask("/live", Intake(Consumer([10], [10]))) == (200, {"stuck": False})
    assert await ask("/live", Intake(Consumer([10], [7]), LONG)) == (500, {"stuck": True})


async def test_ready_names_what_is_missing():
    """An operator should not have to guess what is down."""
    assert await ask("/ready", Intake(None)) == (200, {"missing": []})
    assert await ask("/ready", Intake(None), "kafka", "mongo") == (
        503,
        {"missing": ["kafka", "mongo"]},
    )


async def test_a_broker_that_does_not_answer_is_not_waited_for(monkeypatch):
    """The one who asks has a deadline too."""
    monkeypatch.setattr(health, "ASK_SECONDS", 0.01)  # nobody waits 3 s in a test

    class Mute(Consumer):
        async def committed(self, place: int) -> int | None:
            await asyncio.Event().wait()

    assert await lag(Intake(Mute([10], [7]))) is None
