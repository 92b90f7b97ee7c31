"""Rows about the topics themselves: more partitions, records deleted, letters nobody may write."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewPartitions, RecordsToDelete
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType

from contracts import topics
from contracts.analytics import FindReasons
from contracts.envelope import Envelope
from contracts.lookup import FindShipment
from contracts.shape import Shape
from contracts.topics import SERVICES, Topic
from deploy.demo.frontend import Frontend
from deploy.demo.sample import AskedReturn
from deploy.ops.lag import places
from deploy.ops.topics import PARTITIONS, wanted
from tests.faults.matrix import Fault, Row
from tests.faults.scene import Scene
from tests.support.eventually import eventually

MORE, AT_ONCE_AWARE = PARTITIONS + 2, ("rules", "labels")
NOTICED_SECONDS, RED_SECONDS, QUIET_SECONDS = 90.0, 60.0, 60.0
BLOCKED_SECONDS = 5.0
UNREAD = 5


async def more_partitions(scene: Scene) -> None:
    """F35. The topics that carry returns get more partitions, while returns are on their way.

    Not the compacted ones: a key that moved would be kept, and forgotten, in one of two places.
    """
    bootstrap = scene.stage.stack.kafka
    wider = [topic.name for topic in topics.ALL if topic.kept != "compacted"]
    async with _admin(bootstrap) as admin, scene.caught(*SERVICES):
        await admin.create_partitions({name: NewPartitions(MORE) for name in wider})
    await scene.frontend.hears_everything()
    # Two services know of the new partitions at once, the others when they next look.
    for service in AT_ONCE_AWARE:
        scene.stage.stack.restart(service)
    for service in AT_ONCE_AWARE:
        await scene.stage.stack.ready(service)

    async with AIOKafkaConsumer(bootstrap_servers=bootstrap) as consumer:
        new = [p for p in await places(consumer, wider) if p.partition >= PARTITIONS]

        async def used() -> int:
            scene.admit_up_to(2)
            ends = await consumer.end_offsets(new)
            told = {place.topic for place, end in ends.items() if end}
            return sum(ends.values()) if topics.LABEL_ISSUED.name in told else 0

        records = await eventually(used, "the new partitions to be used", NOTICED_SECONDS)
    scene.bit("records on partitions that were not there before", records)


def outlived(service: str, topic: Topic[Any], asks: Callable[[AskedReturn], Shape]) -> Fault:
    """F36. What was said while the service was away is deleted before it comes back.

    It is lost, and no service can change that; but it must be told as lost, with its number.
    What is lost was asked by nobody who waits, so that every customer still has what is due.
    """

    async def fault(scene: Scene) -> None:
        stack = scene.stage.stack
        before = scene.says(service, "records_lost")
        async with Frontend(stack.kafka) as nobody:
            for one in scene.stage.asked[:UNREAD]:
                await nobody.tell(asks(one))  # it knows this topic, and has read all of it
            await eventually(scene.quiet, "everybody to be done", QUIET_SECONDS)
            stack.services[service].stop(QUIET_SECONDS)
            for one in scene.stage.asked[:UNREAD]:
                await nobody.tell(asks(one))

        async def unread() -> int:
            found = await scene.in_hand(service)
            return found if found >= UNREAD else 0

        scene.in_flight = await eventually(unread, f"work to wait for {service}")
        partitions = await _delete(stack.kafka, topic.name)
        scene.bit(f"records of {topic.name} deleted", scene.in_flight)
        stack.restart(service)
        await stack.ready(service)
        told = await eventually(
            lambda: scene.says(service, "records_lost") - before,
            f"{service} to say a word about {partitions} emptied partitions",
            QUIET_SECONDS,
        )
        scene.bit(f"{told} losses told")

    return fault


async def letters_refused(scene: Scene) -> None:
    """F37. The dead letters of rules cannot be written, and there is one to write.

    Its partition waits, readiness goes red, and nothing is skipped. When the topic takes letters
    again, the letter is in it, and what waited behind goes on.
    """
    stack, topic = scene.stage.stack, topics.dead_letters_of("rules")
    await _limit(stack.kafka, topic, max_bytes=1)
    try:
        async with scene.caught("rules"):
            await _poison(stack.kafka, topics.REQUEST_RETURN)

        async def red() -> bool:
            return await scene.answer("rules", "/ready") == 503

        await eventually(red, "/ready of rules to go red", RED_SECONDS)
        scene.bit("batches turned back", scene.says("rules", "batch_turned_back"))
        await scene.lasts(BLOCKED_SECONDS)
        scene.must(await scene.in_hand("rules"), "rules went past a letter it could not write")
    finally:
        await _limit(stack.kafka, topic)
    scene.stage.due[f"dead letter: {topic} not_json"] += 1
    scene.stage.unreadable.add(f"{topics.REQUEST_RETURN.name}: body: not JSON")


@asynccontextmanager
async def _admin(bootstrap: str) -> AsyncIterator[AIOKafkaAdminClient]:
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        yield admin
    finally:
        await admin.close()


async def _delete(bootstrap: str, topic: str) -> int:
    """Every record of the topic is gone, as if its time had passed. Says of how many partitions."""
    async with AIOKafkaConsumer(bootstrap_servers=bootstrap) as consumer:
        ends = await consumer.end_offsets(await places(consumer, [topic]))
    async with _admin(bootstrap) as admin:
        await admin.delete_records({p: RecordsToDelete(end) for p, end in ends.items() if end})
    return sum(1 for end in ends.values() if end)


async def _limit(bootstrap: str, topic: str, max_bytes: int | None = None) -> None:
    """The topic takes no longer record; without a limit it is as it was made."""
    configs = dict(next(new for new in wanted() if new.name == topic).topic_configs)
    if max_bytes is not None:
        configs["max.message.bytes"] = str(max_bytes)
    async with _admin(bootstrap) as admin:
        await admin.alter_configs([ConfigResource(ConfigResourceType.TOPIC, topic, configs)])


async def _poison(bootstrap: str, topic: Topic[Any]) -> None:
    """One record that nobody can read lies on the topic."""
    key = str(uuid4())
    envelope = Envelope(str(uuid4()), "/poison", topic.name, None, key)
    async with AIOKafkaProducer(bootstrap_servers=bootstrap, acks="all") as producer:
        await producer.send_and_wait(
            topic.name, b"{", key=key.encode(), headers=list(envelope.headers())
        )


def _find(one: AskedReturn) -> FindShipment:
    order = one.order
    return FindShipment(
        lookup_id=str(uuid4()),
        portal_id=order.portal_id,
        tracking_number=order.tracking_number,
        postal_code=order.recipient.postal_code,
    )


def _reasons(one: AskedReturn) -> FindReasons:
    return FindReasons(query_id=str(uuid4()), portal_id=one.order.portal_id)


ROWS = (
    Row("F35", "topics get more partitions", more_partitions, breaks_stage=True, returns=80),
    *(
        Row("F36", "what it had not read is deleted", outlived(name, topic, asks), (name,))
        for name, topic, asks in (
            ("lookup", topics.FIND_SHIPMENT, _find),
            ("rules", topics.SHIPMENT_FOUND, _find),
            ("analytics", topics.FIND_REASONS, _reasons),
        )
    ),
    Row("F37", "its dead letters cannot be written", letters_refused, ("rules",)),
)
