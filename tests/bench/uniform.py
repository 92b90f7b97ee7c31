"""Whether a no can be told from another by how long it takes: `python -m tests.bench.uniform`.

Questions are asked in rounds, one of every cause in random order, at random times; the clock runs
from the moment one is sent to the moment its answer is here, over real Kafka. Prints the medians,
how far apart they are, and for each kind of no whether a rank test tells it from the rest. On a
machine with other work, medians differ by chance: the same is told of how far each answer is from
the others of its round, which met the same machine.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import statistics
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from uuid import uuid4

import uvloop
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

from contracts import topics
from contracts.envelope import Envelope
from contracts.lookup import FindShipment
from contracts.shape import Shape
from deploy.local.stack import Stack
from deploy.ops.lag import places as places_of
from deploy.ops.lag import until_caught_up
from tests.bench.ranks import holm, rank_test
from tests.support.causes import CAUSES, FOUND, Scene
from tests.support.eventually import eventually

ANSWERS = (topics.SHIPMENT_FOUND.name, topics.SHIPMENT_NOT_FOUND.name)
BEFORE = (
    topics.SHIPMENT_RECORDED.name,
    topics.PORTAL_OPENED.name,
    topics.PORTAL_REFUSED.name,
)
PATIENCE_SECONDS = 120.0
GOAL_MS, GOAL_P = 5.0, 0.01


@dataclass
class Line:
    """A frontend's line to Kafka that notes when it asked and when it was answered."""

    producer: AIOKafkaProducer
    consumer: AIOKafkaConsumer
    asked: dict[str, float] = field(default_factory=dict)
    took: dict[str, float] = field(default_factory=dict)
    """Seconds, by lookup."""
    said: dict[str, str] = field(default_factory=dict)
    """The topic each answer came on."""

    async def post(self, message: Shape) -> asyncio.Future[object]:
        """It is on its way."""
        topic = topics.BY_MODEL[type(message)]
        key = topic.key_of(message)
        envelope = Envelope(str(uuid4()), "/bench", topic.name)
        sent: asyncio.Future[object] = await self.producer.send(
            topic.name, message.body(), key=key, headers=envelope.headers()
        )
        return sent

    async def ask(self, question: FindShipment) -> None:
        """It is asked, and the clock runs."""
        self.asked[question.lookup_id] = time.perf_counter()
        await self.post(question)

    async def listen(self) -> None:
        """Notes every first answer, until cancelled."""
        async for record in self.consumer:
            lookup_id = record.key.decode()
            if lookup_id in self.asked and lookup_id not in self.took:
                self.took[lookup_id] = time.perf_counter() - self.asked[lookup_id]
                self.said[lookup_id] = record.topic

    async def answered(self, lookups: Iterable[str]) -> None:
        """All of these have been."""
        waiting = set(lookups)
        await eventually(lambda: waiting <= self.took.keys(), "all answers", PATIENCE_SECONDS)


@contextlib.asynccontextmanager
async def line(kafka: str) -> AsyncIterator[Line]:
    """Connected inside."""
    producer = AIOKafkaProducer(bootstrap_servers=kafka, acks="all")
    consumer = AIOKafkaConsumer(bootstrap_servers=kafka, fetch_max_wait_ms=500)
    await producer.start()
    await consumer.start()
    consumer.assign(await places_of(consumer, ANSWERS))
    await consumer.seek_to_end()
    found = Line(producer, consumer)
    listening = asyncio.create_task(found.listen())
    try:
        yield found
    finally:
        listening.cancel()
        await asyncio.gather(listening, return_exceptions=True)
        await consumer.stop()
        await producer.stop()


async def measure(
    kafka: str, scene: Scene, rate: float, group: str = "lookup"
) -> dict[str, list[float]]:
    """Milliseconds from question to answer by cause, at so many questions a second in all."""
    dice = Random(scene.mark)
    async with line(kafka) as ours:
        await _prepare(ours, scene, kafka, group)
        rounds = [dice.sample(list(CAUSES), len(CAUSES)) for _ in range(scene.samples)]
        planned = [(cause, n) for n, causes in enumerate(rounds) for cause in causes]
        questions = [scene.question(cause, n) for cause, n in planned]
        for question in questions:
            await asyncio.sleep(dice.expovariate(rate))
            await ours.ask(question)
        await ours.answered(question.lookup_id for question in questions)
        found: dict[str, list[float]] = defaultdict(list)
        for (cause, n), question in zip(planned, questions, strict=True):
            right = ANSWERS[0] if cause == FOUND else ANSWERS[1]
            if ours.said[question.lookup_id] != right:
                raise SystemExit(f"void: {cause} {n} was told on {ours.said[question.lookup_id]}")
            found[cause].append(ours.took[question.lookup_id] * 1000)
    return found


async def _prepare(ours: Line, scene: Scene, kafka: str, group: str) -> None:
    """Portals and parcels are known, and what is to be locked is locked."""
    sent = [await ours.post(message) for message in scene.told_before()]
    await asyncio.gather(*sent)
    await until_caught_up(kafka, [group], BEFORE, PATIENCE_SECONDS)
    guesses = list(scene.guessed_before())
    for guess in guesses:
        await ours.ask(guess)
    await ours.answered(guess.lookup_id for guess in guesses)


@dataclass(frozen=True, slots=True)
class Reading:
    """What came of it for one cause."""

    cause: str
    count: int
    median: float
    p99: float
    from_round: float
    """Median of how much longer it took than the median no of its round."""
    p: float | None
    """Of being one with all other kinds of no; corrected for how many were tested."""


def readings(took: Mapping[str, Sequence[float]]) -> list[Reading]:
    """One per cause."""
    noes = [cause for cause in took if cause != FOUND]
    usual = [statistics.median(one) for one in zip(*(took[c] for c in noes), strict=True)]
    apart = {
        cause: [t - middle for t, middle in zip(values, usual, strict=True)]
        for cause, values in took.items()
    }
    raw = [
        rank_test(apart[cause], [t for other in noes if other != cause for t in apart[other]])
        for cause in noes
    ]
    corrected = dict(zip(noes, holm(raw), strict=True))
    return [
        Reading(
            cause,
            len(values),
            statistics.median(values),
            statistics.quantiles(values, n=100)[98],
            statistics.median(apart[cause]),
            corrected.get(cause),
        )
        for cause, values in took.items()
    ]


def told(found: Sequence[Reading]) -> str:
    """A table, and whether the goals were met."""
    titles = f"{'cause':<22}{'n':>6}{'median ms':>11}{'p99 ms':>9}{'from its round':>16}"
    rows = [f"{titles}{'rank test p':>13}"]
    rows += [
        f"{r.cause:<22}{r.count:>6}{r.median:>11.2f}{r.p99:>9.1f}{r.from_round:>+16.2f}"
        + (f"{r.p:>13.3f}" if r.p is not None else f"{'':>13}")
        for r in found
    ]
    medians = [r.median for r in found if r.cause != FOUND]
    drifts = [r.from_round for r in found if r.cause != FOUND]
    gap, hit = max(medians) - min(medians), next(r.median for r in found if r.cause == FOUND)
    least = min(r.p for r in found if r.p is not None)
    apart = max(abs(hit - median) for median in medians)
    close = f"goal < {GOAL_MS:.0f}: {'met' if gap < GOAL_MS else 'MISSED'}"
    alike = f"goal > {GOAL_P}: {'met' if least > GOAL_P else 'MISSED'}"
    rows += [
        f"largest gap between two kinds of no: {gap:.2f} ms ({close})",
        f"within their rounds: {max(drifts) - min(drifts):.2f} ms",
        f"smallest p of a kind of no, corrected: {least:.3f} ({alike})",
        f"found is at most {apart:.2f} ms away from any no",
    ]
    return "\n".join(rows)


def main() -> None:
    """Measures one lookup in a process of its own."""
    words = argparse.ArgumentParser()
    words.add_argument("--samples", type=int, default=2000)
    words.add_argument("--rate", type=float, default=150.0)
    words.add_argument("--floor-ms", type=int, default=100)
    words.add_argument("--jitter-ms", type=int, default=20)
    said = words.parse_args()
    scene = Scene(f"scene-{uuid4().hex[:8]}", said.samples)
    setting = {
        "RETOUR_PORTAL_WRONG": str(scene.limits.portal),
        "RETOUR_FLOOR_MS": str(said.floor_ms),
        "RETOUR_JITTER_MS": str(said.jitter_ms),
        "RETOUR_LATE_SECONDS": "3600",
    }
    with Stack(services=("lookup",), environment={"lookup": setting}) as stack:
        took = uvloop.run(measure(stack.kafka, scene, said.rate))
    print(told(readings(took)))


if __name__ == "__main__":
    main()
