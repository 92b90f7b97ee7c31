"""The contenders of *decide*, one process each, which prints a line of JSON.

`python -m tests.bench.contenders NAME ...` runs one:

- `ours`: the rules service's own handlers behind the real wrapper, decisions kept nowhere
- `ours_durable`: the same with ledger, parcels and taken units in MongoDB
- `librdkafka`: a loop written by hand on confluent-kafka, same reading, deciding and wording
- `tutorial`: FastStream as its tutorial shows it: pydantic in, `@publisher` out, all defaults

The clock runs from the first record in hand to the last result acknowledged and its offset
committed.
"""

from __future__ import annotations

import argparse
import asyncio
import cProfile
import gc
import json
import logging
import time
from collections.abc import Callable, Coroutine, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any

import structlog
import uvloop
from confluent_kafka import Consumer, Producer
from faststream import FastStream
from faststream.kafka import KafkaBroker
from pydantic import ConfigDict

from contracts.rules import RequestReturn
from services._runtime import memory, mongo
from services._runtime.intake import Intake
from services._runtime.judging import Judge
from services._runtime.ledger import Ledger
from services._runtime.ledger_mongo import LedgerMongo
from services._runtime.reading import read
from services._runtime.speaker import KafkaSpeaker
from services._runtime.telemetry import Spans
from services._runtime.words import Change, Decision, worded
from services.rules.adapters.facts_mongo import PARCELS, FactsMongo
from services.rules.adapters.returns_memory import ReturnsMemory
from services.rules.adapters.returns_mongo import ReturnsMongo
from services.rules.domain.decide import decide
from services.rules.domain.returned import Told
from services.rules.handlers import Handlers
from services.rules.ports import Books
from tests.bench import work


@dataclass(slots=True)
class Stopwatch:
    """From the first record in hand to the last one finished."""

    count: int
    done: int = 0
    began: float = 0.0
    began_cpu: float = 0.0

    def first(self) -> None:
        """The first record is in hand."""
        if not self.began:
            self.began, self.began_cpu = time.perf_counter(), time.process_time()

    def finished(self, records: int) -> bool:
        """Whether these were the last."""
        self.done += records
        return self.done >= self.count

    def reading(self) -> dict[str, float]:
        """Seconds by the clock and of processor time."""
        return {
            "seconds": time.perf_counter() - self.began,
            "cpu_seconds": time.process_time() - self.began_cpu,
            "count": self.done,
        }


class Forgetful:
    """A ledger that keeps nothing: what is left is the wrapper alone."""

    async def decided(self, identities: Sequence[str]) -> Mapping[str, Decision]:
        """Nothing was."""
        return {}

    async def keep(self, decisions: Any, changes: Sequence[Change], intents: Any) -> None:
        """The facts in memory change, nothing else."""
        for change in changes:
            change.write()


async def _wrapped(arguments: argparse.Namespace, books: Books, ledger: Ledger) -> dict[str, float]:
    watch, over = Stopwatch(arguments.count), asyncio.Event()
    speaker = KafkaSpeaker(arguments.kafka, "rules")
    routes = Handlers(books, work.REGISTRY, work.now, 60.0).routes()
    route = next(route for route in routes if route.topic is work.INPUT)
    intake = Intake([route], Judge("rules", ledger, work.now), speaker, Spans("rules"))
    broker = KafkaBroker(
        arguments.kafka,
        acks="all",
        apply_types=False,
        allow_auto_create_topics=False,
        logger=logging.getLogger("faststream"),
        log_level=logging.DEBUG,
    )
    take = intake.take

    async def timed(records: Sequence[Any]) -> None:
        watch.first()
        await take(records)
        if watch.finished(len(records)):
            over.set()

    intake.take = timed  # type: ignore[method-assign]
    intake.attach(broker, "rules", 500)
    intake._subscriber.group_id = arguments.group  # a group of its own in every round
    memory.calm()
    await speaker.start()
    await broker.start()
    await over.wait()
    found = watch.reading()
    await broker.stop()
    await speaker.stop()
    return found


async def ours(arguments: argparse.Namespace) -> dict[str, float]:
    """The wrapper without durability."""
    books = Books(work.facts(arguments.count), ReturnsMemory())
    return await _wrapped(arguments, books, Forgetful())


async def ours_durable(arguments: argparse.Namespace) -> dict[str, float]:
    """The wrapper as it runs in production."""
    db = mongo.database(arguments.mongo, arguments.group)
    facts, ledger = FactsMongo(db, work.REGISTRY), LedgerMongo(db)
    await ledger.keep((), [one for p in work.portals() for one in facts.configured(p)], ())
    for start in range(0, arguments.count, 5000):
        numbers = range(start, min(start + 5000, arguments.count))
        await db[PARCELS].bulk_write([facts.recorded(work.shipment(n)).write for n in numbers])
    return await _wrapped(arguments, Books(facts, ReturnsMongo(db)), ledger)


class _Borrowed:
    """librdkafka's record with the names our reader knows."""

    __slots__ = (
        *("headers", "key", "offset", "partition", "timestamp", "timestamp_type", "topic", "value"),
    )

    def __init__(self, message: Any) -> None:
        self.topic, self.partition = message.topic(), message.partition()
        self.offset, (_, self.timestamp) = message.offset(), message.timestamp()
        self.timestamp_type = 0
        self.key, self.value, self.headers = message.key(), message.value(), message.headers() or ()


async def librdkafka(arguments: argparse.Namespace) -> dict[str, float]:
    """The limit: batches, no framework, a C client, offsets committed after every batch."""
    watch, facts = Stopwatch(arguments.count), work.facts(arguments.count)
    consumer = Consumer(
        {
            "bootstrap.servers": arguments.kafka,
            "group.id": arguments.group,
            "auto.offset.reset": "earliest",
            "enable.auto.commit": False,
        }
    )
    producer = Producer({"bootstrap.servers": arguments.kafka, "acks": "all", "linger.ms": 5})
    consumer.subscribe([work.INPUT.name])
    memory.calm()
    over = False
    while not over:
        messages = consumer.consume(500, 0.05)
        if not messages:
            continue
        watch.first()
        for message in messages:
            heard = read(_Borrowed(message), work.INPUT)  # type: ignore[arg-type]
            request = heard.said  # type: ignore[union-attr]
            portal, parcel = facts.portals[request.portal_id], facts.parcels[request.shipment_id]
            verdict = decide(request, portal, parcel, work.NOW)
            tell = worded(verdict.told, heard.envelope, "rules", work.NOW)  # type: ignore[union-attr]
            producer.produce(tell.topic, value=tell.body, key=tell.key, headers=tell.headers)
        producer.flush()
        consumer.commit(asynchronous=False)
        over = watch.finished(len(messages))
    found = watch.reading()
    consumer.close()
    return found


class LaxRequest(RequestReturn):
    """The tutorial validates what `json.loads` made, where a list must do for a tuple."""

    model_config = ConfigDict(strict=False)


async def tutorial(arguments: argparse.Namespace) -> dict[str, float]:
    """FastStream as its tutorial shows it. It commits before the work is done: a weaker promise."""
    watch, facts, over = Stopwatch(arguments.count), work.facts(arguments.count), asyncio.Event()
    broker = KafkaBroker(arguments.kafka)

    @broker.subscriber(work.INPUT.name, group_id=arguments.group, auto_offset_reset="earliest")
    @broker.publisher("bench-tutorial")
    async def handle(request: LaxRequest) -> Told:
        watch.first()
        portal, parcel = facts.portals[request.portal_id], facts.parcels[request.shipment_id]
        if watch.finished(1):
            over.set()
        return decide(request, portal, parcel, work.NOW).told

    gc.freeze()  # the facts in memory are the bench's doing, not the tutorial's
    app = FastStream(broker)
    running = asyncio.create_task(app.run())
    await over.wait()
    found = watch.reading()
    app.exit()
    await running
    return found


CONTENDERS: Mapping[str, Callable[[argparse.Namespace], Coroutine[Any, Any, dict[str, float]]]] = {
    "ours": ours,
    "ours_durable": ours_durable,
    "librdkafka": librdkafka,
    "tutorial": tutorial,
}


def main() -> None:
    """One contender, one reading."""
    words = argparse.ArgumentParser()
    words.add_argument("contender", choices=CONTENDERS)
    words.add_argument("--kafka", required=True)
    words.add_argument("--mongo", required=True)
    words.add_argument("--group", required=True)
    words.add_argument("--count", type=int, required=True)
    words.add_argument("--profile")
    arguments = words.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    run = CONTENDERS[arguments.contender](arguments)
    # `pip install faststream[kafka]` brings no uvloop, and the tutorial names none.
    loop = asyncio.run if arguments.contender == "tutorial" else uvloop.run
    with cProfile.Profile() if arguments.profile else nullcontext() as profile:
        reading = loop(run)
    if profile is not None:
        profile.dump_stats(arguments.profile)
    print(json.dumps(reading))


if __name__ == "__main__":
    main()
