"""Records are dated by the broker: a producer's clock decides neither whether nor how long."""

from __future__ import annotations

import time
from uuid import uuid4

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient

from deploy.ops.topics import _new

pytestmark = pytest.mark.real

DAYS_400_MS = 400 * 24 * 3600 * 1000
HOUR_MS = 3600 * 1000


@pytest.mark.parametrize("off_ms", [DAYS_400_MS, 2 * HOUR_MS, -DAYS_400_MS])
async def test_a_record_is_dated_by_the_broker(bootstrap: str, off_ms: int):
    """Ahead it would be refused, and behind it would be deleted as too old before it is read."""
    name, now_ms = f"dated-{uuid4().hex[:8]}", int(time.time() * 1000)
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    await admin.create_topics([_new(name, 1, 1, {"retention.ms": str(24 * HOUR_MS)})])
    await admin.close()
    async with AIOKafkaProducer(bootstrap_servers=bootstrap, acks="all") as producer:
        sent = await producer.send_and_wait(name, b"{}", key=b"k", timestamp_ms=now_ms + off_ms)
    place = TopicPartition(name, sent.partition)
    consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap, auto_offset_reset="earliest")
    async with consumer:
        consumer.assign([place])
        consumer.seek(place, sent.offset)
        record = await consumer.getone()

    assert record.offset == sent.offset
    assert abs(record.timestamp - now_ms) < HOUR_MS
