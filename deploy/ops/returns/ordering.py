"""An order about one return, told on Kafka, and what rules answers to exactly this order."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime
from typing import Any, Final
from uuid import uuid4

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

from contracts.envelope import Envelope, EnvelopeError, open_envelope
from contracts.rules import (
    ApproveReturn,
    CancelReturn,
    RefundDue,
    RefuseReturn,
    ReleaseRefund,
    ReturnApproved,
    ReturnCancelled,
    ReturnRejected,
    ReturnUnchanged,
)
from contracts.topics import (
    BY_MODEL,
    REFUND_DUE,
    RETURN_APPROVED,
    RETURN_CANCELLED,
    RETURN_REJECTED,
    RETURN_UNCHANGED,
    Topic,
)
from deploy.ops.dead_letters.refused import Stopped
from deploy.ops.lag import places
from services._runtime.kafka_access import Kafka, clients

SOURCE: Final = "/retour/back-office"
PATIENCE_SECONDS: Final = 30.0
_POLL_MS: Final = 200
_ANSWERS: Final[dict[str, Topic[Any]]] = {
    topic.name: topic
    for topic in (RETURN_APPROVED, RETURN_REJECTED, RETURN_CANCELLED, REFUND_DUE, RETURN_UNCHANGED)
}

Order = ApproveReturn | RefuseReturn | CancelReturn | ReleaseRefund
Answer = ReturnApproved | ReturnRejected | ReturnCancelled | RefundDue | ReturnUnchanged


async def ordered(
    kafka: Kafka, order: Order, patience: float, now: Callable[[], datetime]
) -> Answer:
    """The order is told, and this is what rules says to it.

    Raises:
        Stopped: `no-answer`, rules said nothing in time; the order stays told.
        KafkaError, TimeoutError: the broker does not answer.
    """
    topic, key = BY_MODEL[type(order)], order.return_id.encode()
    envelope = Envelope(str(uuid4()), SOURCE, topic.name, now(), subject=order.return_id)
    consumer = AIOKafkaConsumer(**clients(kafka))
    producer = AIOKafkaProducer(**clients(kafka), acks="all")
    try:  # stopped even if they could not be started
        await consumer.start()
        parts = await places(consumer, list(_ANSWERS))
        consumer.assign(parts)
        await consumer.seek_to_end(*parts)
        await asyncio.gather(*(consumer.position(part) for part in parts))  # before we speak
        await producer.start()
        await producer.send_and_wait(topic.name, order.body(), key=key, headers=envelope.headers())
        return await _answer(consumer, key, envelope.id, patience)
    finally:
        await producer.stop()
        await consumer.stop()


async def _answer(consumer: AIOKafkaConsumer, key: bytes, cause: str, patience: float) -> Answer:
    try:
        async with asyncio.timeout(patience):
            while True:
                for records in (await consumer.getmany(timeout_ms=_POLL_MS)).values():
                    for record in records:
                        found = _caused(record, key, cause)
                        if found is not None:
                            return found
    except TimeoutError:
        raise Stopped(
            "no-answer",
            f"the order is told, and rules did not answer within {patience:.0f} s: is it running?",
        ) from None


def _caused(record: Any, key: bytes, cause: str) -> Answer | None:
    """What the record says, if this order was its cause."""
    if record.key != key or not record.value:
        return None
    try:
        envelope, body = open_envelope(record.headers, record.value)
    except EnvelopeError:
        return None  # not from rules
    if envelope.causation_id != cause:
        return None
    answer: Answer = _ANSWERS[record.topic].model.read(body)
    return answer
