"""The speaker on a real broker, when the client library fails it."""

from __future__ import annotations

import asyncio

import pytest
from aiokafka import AIOKafkaConsumer
from aiokafka.errors import KafkaError

from contracts import topics
from deploy.ops.lag import places
from services._runtime.speaker import KafkaSpeaker
from services._runtime.words import Tell
from tests.support.eventually import eventually

pytestmark = pytest.mark.real

TOPIC, PATIENCE_SECONDS = topics.dead_letters_of("analytics"), 3.0


async def test_a_producer_that_died_is_replaced(bootstrap):
    """Aiokafka's producer never recovers from what it did not foresee; ours must."""
    speaker = KafkaSpeaker(bootstrap, "analytics")
    await speaker.start()
    dead = speaker._producer
    dead._sender.sender_task.cancel()
    await eventually(dead._sender.sender_task.done, "the producer to die")
    with pytest.raises((KafkaError, TimeoutError)):
        async with asyncio.timeout(PATIENCE_SECONDS):
            await dead.send_and_wait(TOPIC, b"lost", key=b"key")

    await speaker.tell([Tell(TOPIC, b"key", [], b"told")])
    await speaker.stop()

    assert await words(bootstrap) == [b"told"]


async def words(bootstrap: str) -> list[bytes]:
    """What lies on the topic under our key."""
    async with AIOKafkaConsumer(bootstrap_servers=bootstrap) as consumer:
        all_of_it = await places(consumer, [TOPIC])
        ends = await consumer.end_offsets(all_of_it)
        consumer.assign(all_of_it)
        await consumer.seek_to_beginning()
        found = []
        while any([await consumer.position(place) < end for place, end in ends.items()]):
            for records in (await consumer.getmany(timeout_ms=200)).values():
                found += [record.value for record in records if record.key == b"key"]
    return found
