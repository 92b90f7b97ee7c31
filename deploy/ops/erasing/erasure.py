"""A customer is forgotten: null values first, then the audit. Doing it again is harmless."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple
from uuid import uuid4

from aiokafka import AIOKafkaProducer, TopicPartition

from contracts.envelope import Envelope
from contracts.erasure import CustomerForgotten
from contracts.topics import (
    ALL,
    CUSTOMERS_FORGOTTEN,
    SERVICES,
    SHIPMENT_RECORDED,
    dead_letters_of,
    redriven_to,
)
from deploy.ops.dead_letters.refused import Refused
from deploy.ops.drift import drifts
from deploy.ops.erasing.finding import Present, Spot, present
from deploy.ops.lag import until_past
from deploy.ops.retention import ERASED_WITHIN_DAYS
from services._runtime.kafka_access import Kafka, clients

_ERASING: Final = frozenset(
    (
        *("cleanup.policy", "segment.ms", "retention.ms"),
        *("max.compaction.lag.ms", "min.compaction.lag.ms"),
    )
)
"""What decides whether and when erased bytes go."""
_PERSONAL: Final = frozenset(
    (
        *(topic.name for topic in ALL if topic.personal),
        *(of(service) for service in SERVICES for of in (dead_letters_of, redriven_to)),
    )
)
SOURCE: Final = "/retour/operator"
PATIENCE_SECONDS: Final = 60.0


@dataclass(frozen=True, slots=True)
class Order:
    """Who wants it, under which ticket, and how long services may take to hear of it."""

    by: str
    ticket: str | None = None
    patience_seconds: float = PATIENCE_SECONDS
    force: bool = False
    """Also where Kafka knows nothing of the shipment."""


@dataclass(frozen=True, slots=True)
class Done:
    """What was erased, and what is left to happen."""

    present: Present
    """As it was found, after every service had heard of it."""
    recorded: bool
    """Whether the shipment was recorded when this began. If not, it was erased before."""
    behind: tuple[str, ...]
    """Services that have not heard of it yet. They will, if they run within thirty days."""
    gone_by: datetime
    """By then no byte of it is on Kafka, where its partitions are written to at all."""
    differ: tuple[str, ...]
    """Settings of topics because of which it may take longer."""


class Looked(NamedTuple):
    """What there is, and what would make erasing it take longer."""

    present: Present
    differ: tuple[str, ...]


async def look(kafka: Kafka, shipment_id: str, *, force: bool = False) -> Looked:
    """What would be erased. Nothing is done.

    Raises:
        Refused: `shipment-unknown`; `topics-differ`, Kafka would not erase.
        KafkaError, TimeoutError: the broker does not answer.
    """
    differ = await _differing(kafka)
    return Looked(_known(await present(kafka, shipment_id), force=force), differ)


async def forget(kafka: Kafka, shipment_id: str, order: Order, now: Callable[[], datetime]) -> Done:
    """Every service is told to forget, and what is about the customer on Kafka is erased.

    What arrives between the first look and the last is found by the last: once services have
    forgotten, they print and write nothing more about the customer.

    Raises:
        Refused: `shipment-unknown`, nothing of it is on Kafka, and it was not forced;
            `topics-differ`, Kafka would keep what a null value erases.
        KafkaError, TimeoutError: the broker does not answer. What was erased stays erased.
    """
    first, differ = await look(kafka, shipment_id, force=order.force)
    async with _producing(kafka) as producer:
        places = await _forget_shipment(producer, first, now())
        behind = await until_past(kafka, SERVICES, places, order.patience_seconds)
        found = await present(kafka, shipment_id)
        await _erase(producer, (s for s in found.spots if s.kind != "shipment"), now())
        await _close(producer, first, now())
        await _audit(producer, first, found, order, now())
    gone_by = now() + timedelta(days=ERASED_WITHIN_DAYS)
    return Done(found, first.last == "recorded", tuple(behind), gone_by, differ)


async def _differing(kafka: Kafka) -> tuple[str, ...]:
    """Settings that make erasing slow on this cluster.

    Raises:
        Refused: `topics-differ`, there are some that make it impossible.
    """
    found = [
        one for one in await drifts(kafka) if one.setting in _ERASING and one.topic in _PERSONAL
    ]
    if keeping := [one.topic for one in found if one.setting == "cleanup.policy"]:
        raise Refused(
            "topics-differ",
            f"a null value erases nothing on {', '.join(keeping)}: `retour topics --alter` first",
        )
    return tuple(map(str, found))


def _known(found: Present, *, force: bool) -> Present:
    """`found`, if there is anything of it.

    Raises:
        Refused: `shipment-unknown`.
    """
    if not found.spots and not found.lookups.records and not force:
        raise Refused(
            "shipment-unknown",
            f"nothing of {found.shipment_id!r} is on Kafka: misspelt, or erased long ago (--force)",
        )
    return found


async def _forget_shipment(
    producer: AIOKafkaProducer, found: Present, at: datetime
) -> dict[TopicPartition, int]:
    """Where the null values lie: on every partition the shipment was ever on, or on its own."""
    key = found.shipment_id.encode()
    spots = [spot for spot in found.spots if spot.kind == "shipment"]
    last = await _erase(producer, spots, at)
    if any(spot.key == key for spot in spots):
        return last
    sent = await producer.send_and_wait(
        SHIPMENT_RECORDED.name, None, key=key, headers=_envelope(SHIPMENT_RECORDED.name, at)
    )
    return {**last, TopicPartition(sent.topic, sent.partition): sent.offset}


async def _erase(
    producer: AIOKafkaProducer, spots: Iterable[Spot], at: datetime
) -> dict[TopicPartition, int]:
    """A null value follows what lies on each spot. Also where one did: it may close a segment."""
    last: dict[TopicPartition, int] = {}
    for spot in spots:
        headers = _envelope(spot.topic, at)
        sent = await producer.send_and_wait(
            spot.topic, None, key=spot.key, partition=spot.partition, headers=headers
        )
        last[TopicPartition(sent.topic, sent.partition)] = sent.offset
    return last


async def _close(producer: AIOKafkaProducer, first: Present, at: datetime) -> None:
    """Where a null value was the last word before we began, another follows and closes its segment.

    It may be about somebody else, of whom nothing is known any more by which it could be found. So
    the key is the shipment's that was forgotten just now: said twice, it is harmless anywhere.
    """
    key = first.shipment_id.encode()
    for (topic, partition), last in first.quiet.items():
        if last:
            await producer.send_and_wait(
                topic, None, key=key, partition=partition, headers=_envelope(topic, at)
            )


async def _audit(
    producer: AIOKafkaProducer, first: Present, found: Present, order: Order, at: datetime
) -> None:
    said = CustomerForgotten(
        shipment_id=found.shipment_id,
        by=order.by,
        ticket=order.ticket,
        at=at,
        recorded=first.last == "recorded",
        requests=found.count("requests", erased=False),
        documents=found.count("documents", erased=False),
        letters=found.count("letters", erased=False),
        put_back=found.count("put_back", erased=False),
    )
    headers = [("content-type", b"application/json")]
    await producer.send_and_wait(
        CUSTOMERS_FORGOTTEN, said.body(), key=said.shipment_id.encode(), headers=headers
    )


def _envelope(topic: str, at: datetime) -> Any:
    return Envelope(str(uuid4()), SOURCE, topic, at).headers()


@asynccontextmanager
async def _producing(kafka: Kafka) -> AsyncIterator[AIOKafkaProducer]:
    producer = AIOKafkaProducer(**clients(kafka), acks="all")
    try:  # stopped even if it could not be started
        await producer.start()
        yield producer
    finally:
        await producer.stop()
