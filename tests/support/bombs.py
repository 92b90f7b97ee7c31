"""A record batch that is small on the wire and huge once unpacked."""

from __future__ import annotations

from collections.abc import Sequence

from aiokafka import AIOKafkaProducer
from aiokafka.producer.message_accumulator import BatchBuilder

MIB = 1024 * 1024


async def sent(
    bootstrap: str,
    topic: str,
    records: Sequence[tuple[bytes | None, bytes]],
    *,
    codec: str | None = "zstd",
    partition: int = 0,
    headers: Sequence[tuple[str, bytes]] = (),
) -> int:
    """These keys and values went to a partition as one batch; the offset of the first.

    Raises:
        KafkaError: the broker did not take them.
    """
    enough = 2 * sum(len(value) for _, value in records) + MIB
    producer = AIOKafkaProducer(
        bootstrap_servers=bootstrap,
        acks="all",
        compression_type=codec,
        max_batch_size=enough,
        max_request_size=enough,
        request_timeout_ms=60_000,
    )
    await producer.start()
    try:
        batch: BatchBuilder = producer.create_batch()
        for key, value in records:
            packed = batch.append(key=key, value=value, timestamp=None, headers=list(headers))
            assert packed is not None, "the batch is full"
        metadata = await (await producer.send_batch(batch, topic, partition=partition))
    finally:
        await producer.stop()
    return metadata.offset
