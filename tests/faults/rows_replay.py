"""Rows about hearing things again, and about hearing very much at once."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from itertools import islice

from aiokafka import AIOKafkaProducer
from confluent_kafka.admin import AdminClient

from contracts.topics import SERVICES
from tests.faults.matrix import Fault, Row
from tests.faults.peace import all_back, some_served, until_quiet
from tests.faults.pouring import nobodys, recorded_by_the_shop
from tests.faults.scene import Scene
from tests.support.eventually import eventually
from tests.support.outside_reader import Documents, Record
from tests.support.snapshots import Outside, changed, peak_memory_mib, stored, told
from tests.support.wire import everything

MOST_TIMES, BACKLOG, LONG_BACKLOG = 5, 4_000, 20_000
MOST_MEMORY_MIB = 512
LATE_SECONDS = 150.0


async def repeated_and_shuffled(scene: Scene) -> None:
    """F25. All that was ever told is told one to five times more, in any order, amid new customers.

    Nobody who had been served hears of it: nothing is ordered or posted again.
    """
    await some_served(scene)
    before = Outside.of(scene.stage.stack)
    records = list(_readable(everything(scene.stage.stack.kafka)))
    again = [one for one in records for _ in range(scene.dice.randint(1, MOST_TIMES))]
    scene.dice.shuffle(again)
    async with scene.caught(*SERVICES):
        await _told_again(scene.stage.stack.kafka, again)
    scene.bit("records told again under new offsets", len(again))

    def judge() -> None:
        scene.complaints += Outside.of(scene.stage.stack).more_than(before)

    scene.afterwards.append(judge)


async def replayed_from_the_first_offset(scene: Scene) -> None:
    """F26. Every group hears everything once more, in peace, and every document is compared.

    Then one service after the other does, while customers are on their way.
    """
    await some_served(scene)
    stack = scene.stage.stack
    outside, documents, words = Outside.of(stack), stored(stack.mongo), told(stack.kafka)
    for service in SERVICES:
        stack.services[service].stop(30)
    _forget_offsets(stack.kafka, SERVICES)
    scene.in_flight = await scene.in_hand(*SERVICES)
    scene.bit("records to be heard again", scene.in_flight)
    await all_back(scene, *SERVICES)
    await until_quiet(scene)
    scene.complaints += Outside.of(stack).more_than(outside)
    scene.complaints += [
        f"after a replay {each}" for each in changed(documents, stored(stack.mongo))
    ]
    new = told(stack.kafka) - words
    scene.must(not new, f"a replay told {len(new)} things never told before")
    for service in SERVICES:
        scene.admit_up_to()
        await eventually(lambda: scene.frontend.on_their_way, "customers to come in")
        scene.process(service).ask_to_stop()
        await eventually(lambda s=service: not scene.process(s).alive, f"{service} to stop")
        _forget_offsets(stack.kafka, [service])
        await all_back(scene, service)


def backlog_of(service: str, records: int) -> Fault:
    """F28. The service is away while so many parcels are recorded, and everybody else keeps up.

    Then it catches up, within the memory it may take.
    """

    async def fault(scene: Scene) -> None:
        stack = scene.stage.stack
        stack.services[service].stop(30)
        await recorded_by_the_shop(stack.kafka, islice(nobodys(scene), records))
        scene.admit_up_to()
        others = [name for name in SERVICES if name != service]

        async def kept_up() -> bool:
            return not any([(await scene.watch.in_hand(name)).lag for name in others])

        await eventually(kept_up, f"everybody but {service} to keep up", LATE_SECONDS)
        scene.in_flight = await scene.in_hand(service)
        scene.bit("records waited for it", scene.in_flight if scene.in_flight >= records else 0)
        await all_back(scene, service)

        def judge() -> None:
            peak = peak_memory_mib(scene.process(service).pid)
            scene.bit(f"at most {peak:.0f} MiB in memory")
            scene.must(peak < MOST_MEMORY_MIB, f"{service} took {peak:.0f} MiB to catch up")

        scene.afterwards.append(judge)

    return fault


def _forget_offsets(kafka: str, groups: Sequence[str]) -> None:
    """These groups begin at the first offset. Nobody may be in them."""
    admin = AdminClient({"bootstrap.servers": kafka})
    for forgotten in admin.delete_consumer_groups(list(groups), request_timeout=30).values():
        forgotten.result()


def _readable(records: Iterable[Record]) -> Iterable[Record]:
    """What an outside reader has nothing to say against: what was told to spoil a row stays out."""
    documents = Documents()
    known = set(documents.topics)
    return (one for one in records if one.topic() in known and not any(documents.violations(one)))


async def _told_again(kafka: str, records: Iterable[Record]) -> None:
    producer = AIOKafkaProducer(
        bootstrap_servers=kafka, acks="all", linger_ms=20, max_request_size=4 * 2**20
    )
    async with producer:
        sent = [
            await producer.send(
                one.topic(), one.value(), key=one.key(), headers=list(one.headers() or [])
            )
            for one in records
        ]
        await asyncio.gather(*sent)


ROWS = (
    Row(
        "F25",
        "everything is told again, shuffled",
        repeated_and_shuffled,
        quick=True,
        returns=30,
        wants_peace=True,
    ),
    Row(
        "F26",
        "everything is heard again from the first offset",
        replayed_from_the_first_offset,
        returns=90,
        wants_peace=True,
    ),
    *(
        Row("F28", f"{BACKLOG} records pile up", backlog_of(name, BACKLOG), (name,))
        for name in ("analytics", "notifications")
    ),
    Row(
        "F28",
        f"{LONG_BACKLOG} records pile up",
        backlog_of("lookup", LONG_BACKLOG),
        ("lookup",),
    ),
)
