"""Telling: by key, and acknowledged by every replica before anything is called told."""

from __future__ import annotations

import asyncio
import contextlib
from collections import defaultdict
from collections.abc import Sequence
from typing import Any, Protocol

import structlog
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

from services._runtime.failpoints import Step, durable
from services._runtime.kafka_access import Kafka, clients
from services._runtime.partition import partition_of
from services._runtime.words import Tell

log = structlog.get_logger()

BATCH_BYTES = 256 * 1024
LARGEST_REQUEST = 4 * 1024 * 1024
PATIENCE_SECONDS = 30.0
METADATA_MS = 30_000
"""How old our picture of the cluster may be: after that, a topic's new partitions are known."""


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

    def __init__(self, kafka: Kafka, service: str) -> None:
        self._kafka, self._service = kafka, service
        self._producer: AIOKafkaProducer | None = None
        self._reviving = asyncio.Lock()

    async def start(self) -> None:
        """Connected.

        Raises:
            KafkaError: nobody answers.
        """
        producer = AIOKafkaProducer(
            **clients(self._kafka),
            client_id=f"retour-{self._service}",
            acks="all",
            max_batch_size=BATCH_BYTES,
            max_request_size=LARGEST_REQUEST,
            request_timeout_ms=int(PATIENCE_SECONDS * 1000),
            metadata_max_age_ms=METADATA_MS,
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
            await self._revived()
            sent = [
                await self._send(place, group)
                for place, group in (await self._placed(tells)).items()
            ]
            with durable(Step.SPEAKER_ACKNOWLEDGE):
                await asyncio.gather(*(future for futures in sent for future in futures))

    async def _revived(self) -> None:
        """A producer whose routine has ended never sends again: another takes its place.

        aiokafka ends it at whatever it did not foresee, and answers every word with that from then
        on. What was not acknowledged is told again by whoever wanted it told.
        """
        async with self._reviving:
            if not _is_dead(self._connected):
                return
            log.error("producer_replaced", code="producer_died")
            dead = self._connected
            await self.start()
            with contextlib.suppress(KafkaError):  # that is what it died of
                await dead.stop()

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
                with durable(Step.SPEAKER_SEND):
                    futures.append(await producer.send_batch(batch, topic, partition=partition))
                batch = producer.create_batch()
                batch.append(key=tell.key, value=tell.body, timestamp=None, headers=tell.headers)
        with durable(Step.SPEAKER_SEND):
            futures.append(await producer.send_batch(batch, topic, partition=partition))
        return futures

    @property
    def _connected(self) -> AIOKafkaProducer:
        if self._producer is None:
            raise ConnectionError("the speaker is not connected")
        return self._producer


def _is_dead(producer: AIOKafkaProducer) -> bool:
    sending = producer._sender.sender_task  # noqa: SLF001  # there is no public way to ask
    return sending is not None and sending.done()


class SpeakerMemory:
    """Remembers what was said, for tests of one service."""

    def __init__(self) -> None:
        self.said: list[Tell] = []

    async def tell(self, tells: Sequence[Tell]) -> None:
        """See `Speaker`."""
        self.said.extend(tells)
