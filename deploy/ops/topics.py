"""The topics of a Kafka cluster, as the contracts say: created once, never by chance."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import TopicAlreadyExistsError, for_code

from contracts import topics
from deploy.ops.retention import settings
from services._runtime.kafka_access import Kafka, clients

PARTITIONS = 4
BIGGEST_RECORD = 1024 * 1024
"""What the broker takes at once, a batch of records. More than any contract allows for one of them:
what is too large is parked, not lost. And as much as librdkafka (kcat) packs by default."""
BIGGEST_REDRIVEN = 3 * BIGGEST_RECORD // 2
"""Holds every letter of a record the broker took."""
BIGGEST_LETTER = 2 * BIGGEST_RECORD
"""More than what was put back, for that may have to be parked again, and why is written beside."""


def wanted(partitions: int = PARTITIONS, replicas: int = 1) -> Iterator[NewTopic]:
    """Every topic of the contracts, the dead letters of every service and what operators do."""
    for topic in topics.ALL:
        yield _new(topic.name, partitions, replicas, settings(topic.kept, erasable=topic.erasable))
    for service in topics.SERVICES:
        days = settings(topics.DEAD_LETTERS_KEPT_DAYS, erasable=True)
        letters, redriven = topics.dead_letters_of(service), topics.redriven_to(service)
        yield _new(letters, partitions, replicas, days, BIGGEST_LETTER)
        yield _new(redriven, partitions, replicas, days, BIGGEST_REDRIVEN)
    yield _new(topics.DEAD_LETTERS_HANDLED, partitions, replicas, settings("compacted"))
    yield _new(topics.CUSTOMERS_FORGOTTEN, partitions, replicas, settings("long"))


async def create(kafka: Kafka, partitions: int = PARTITIONS, replicas: int = 1) -> list[str]:
    """The names that were created; those that existed are left as they are.

    Raises:
        KafkaError: the broker refused one, or does not answer.
    """
    admin = AIOKafkaAdminClient(**clients(kafka))
    await admin.start()
    try:
        answer: Any = await admin.create_topics(list(wanted(partitions, replicas)))
    finally:
        await admin.close()
    created = []
    for name, code, *_ in answer.topic_errors:
        error = for_code(code)
        if code == 0:
            created.append(name)
        elif error is not TopicAlreadyExistsError:
            raise error(name)
    return created


def _new(
    name: str, partitions: int, replicas: int, kept: dict[str, str], biggest: int = BIGGEST_RECORD
) -> NewTopic:
    configs = {
        **kept,
        "max.message.bytes": str(biggest),
        # Otherwise the limit is of what was compressed, and ten kilobytes of zstd may hold 300 MB.
        "compression.type": "uncompressed",
        # By the producer's clock, one that is ahead is refused, and what one says that is behind is
        # deleted as too old before anybody has read it.
        "message.timestamp.type": "LogAppendTime",
    }
    return NewTopic(name, partitions, replicas, topic_configs=configs)
