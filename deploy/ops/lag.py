"""How far each service is behind, as any Kafka tool would tell: committed offsets against ends."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable, Mapping, Sequence

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient

from services._runtime.kafka_access import Kafka, clients

LOOK_SECONDS = 0.1


async def until_caught_up(
    kafka: Kafka, groups: Iterable[str], names: Sequence[str], seconds: float = 120.0
) -> None:
    """Each of these groups has committed everything on these topics, all of which it listens to.

    Raises:
        TimeoutError: one did not catch up in time; names it and how many records it is behind.
    """
    ends_at = time.monotonic() + seconds
    waiting = set(groups)
    admin = AIOKafkaAdminClient(**clients(kafka))
    await admin.start()
    try:
        async with AIOKafkaConsumer(**clients(kafka)) as consumer:
            while waiting:
                ends = await consumer.end_offsets(await places(consumer, names))
                behind = {group: await _behind(admin, group, ends) for group in waiting}
                waiting = {group for group, records in behind.items() if records}
                if waiting and time.monotonic() > ends_at:
                    raise TimeoutError(f"not caught up after {seconds:.0f} s: {behind}")
                if waiting:
                    await asyncio.sleep(LOOK_SECONDS)
    finally:
        await admin.close()


async def until_past(
    kafka: Kafka, groups: Iterable[str], offsets: Mapping[TopicPartition, int], seconds: float
) -> list[str]:
    """The groups that have not committed past all of these offsets in time; none is best."""
    ends_at = time.monotonic() + seconds
    behind = list(groups)
    wanted = {place: offset + 1 for place, offset in offsets.items()}
    admin = AIOKafkaAdminClient(**clients(kafka))
    await admin.start()
    try:
        while True:
            behind = [group for group in behind if await _behind(admin, group, wanted)]
            if not behind or time.monotonic() > ends_at:
                return behind
            await asyncio.sleep(LOOK_SECONDS)
    finally:
        await admin.close()


async def places(consumer: AIOKafkaConsumer, names: Sequence[str]) -> list[TopicPartition]:
    """Every partition of these topics; of a topic that does not exist, none."""
    consumer._client.set_topics(names)  # noqa: SLF001  # there is no public way to ask about a topic
    await consumer._client.force_metadata_update()  # noqa: SLF001
    return [TopicPartition(n, p) for n in names for p in consumer.partitions_for_topic(n) or ()]


async def _behind(
    admin: AIOKafkaAdminClient, group: str, ends: Mapping[TopicPartition, int]
) -> int:
    committed = await admin.list_consumer_group_offsets(group)
    done = {place: offset.offset for place, offset in committed.items()}
    return sum(max(end - done.get(place, 0), 0) for place, end in ends.items())
