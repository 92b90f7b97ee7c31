"""Telling: by key, and acknowledged by every replica before anything is called told."""

from __future__ import annotations

import asyncio
import contextlib
from collections import defaultdict
from collections.abc import Sequence
from typing import Any, Protocol

from aiokafka import AIOKafkaProducer

from services._runtime.partition import partition_of
from services._runtime.words import Tell

BATCH_BYTES = 256 * 1024
LARGEST_REQUEST = 4 * 1024 * 1024
PATIENCE_SECONDS = 30.0


class Speaker(Protocol):
    """Says things out loud."""

    async def tell(self, tells: Sequence[Tell]) -> None:
        """All of them are on Kafka, in order per key, and acknowledged.

        Raises:
            KafkaError, TimeoutError: not all are, or nobody can tell. Telling all again is safe.
        """
        ...


class KafkaSpeaker:
    """Groups messages by the partition their key belongs to, and sends each group as whole batches.

    Kafka's own rule places a key (murmur2, as in Apache Kafka's default partitioner), so writers in
    any language agree on it. aiokafka sends one batch per partition at a time, which keeps their
    order.
    """

    def __init__(self, bootstrap: str, service: str) -> None:
        self._bootstrap, self._service = bootstrap, service
        self._producer: AIOKafkaProducer | None = None

    async def start(self) -> None:
        """Connected.

        Raises:
            KafkaError: nobody answers.
        """
        producer = AIOKafkaProducer(
            bootstrap_servers=self._bootstrap,
            client_id=f"retour-{self._service}",
            acks="all",
            max_batch_size=BATCH_BYTES,
            max_request_size=LARGEST_REQUEST,
            request_timeout_ms=int(PATIENCE_SECONDS * 1000),
        )
        try:
            await producer.start()
        except BaseException:
            await producer.stop()
            raise
        self._producer = producer

    async def stop(self) -> None:
        """Disconnected. A broker that does not answer cannot hold this up."""
        producer, self._producer = self._producer, None
        if producer is not None:
            # What was not acknowledged is told again by whoever takes over.
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(producer.stop(), PATIENCE_SECONDS / 3)

    async def tell(self, tells: Sequence[Tell]) -> None:
        """See `Speaker`."""
        if not tells:
            return
        async with asyncio.timeout(PATIENCE_SECONDS):
            sent = [
                await self._send(place, group)
                for place, group in (await self._placed(tells)).items()
            ]
            await asyncio.gather(*(future for futures in sent for future in futures))

    async def _placed(self, tells: Sequence[Tell]) -> dict[tuple[str, int], list[Tell]]:
        counts: dict[str, int] = {}
        placed: dict[tuple[str, int], list[Tell]] = defaultdict(list)
        for tell in tells:
            if tell.topic not in counts:
                counts[tell.topic] = len(await self._connected.partitions_for(tell.topic))
            partition = partition_of(tell.key or b"", counts[tell.topic])
            placed[tell.topic, partition].append(tell)
        return placed

    async def _send(
        self, place: tuple[str, int], tells: Sequence[Tell]
    ) -> list[asyncio.Future[Any]]:
        """Whole batches for one partition, in order. What is larger than a batch travels alone."""
        producer, (topic, partition) = self._connected, place
        futures = []
        batch = producer.create_batch()
        for tell in tells:
            if (
                batch.append(key=tell.key, value=tell.body, timestamp=None, headers=tell.headers)
                is None
            ):
                futures.append(await producer.send_batch(batch, topic, partition=partition))
                batch = producer.create_batch()
                batch.append(key=tell.key, value=tell.body, timestamp=None, headers=tell.headers)
        futures.append(await producer.send_batch(batch, topic, partition=partition))
        return futures

    @property
    def _connected(self) -> AIOKafkaProducer:
        if self._producer is None:
            raise ConnectionError("the speaker is not connected")
        return self._producer


class SpeakerMemory:
    """Remembers what was said, for tests of one service."""

    def __init__(self) -> None:
        self.said: list[Tell] = []

    async def tell(self, tells: Sequence[Tell]) -> None:
        """See `Speaker`."""
        self.said.extend(tells)
