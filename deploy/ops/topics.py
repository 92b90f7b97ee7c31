"""The topics of a Kafka cluster, as the contracts say: created once, never by chance."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import TopicAlreadyExistsError, for_code

from contracts import topics
from contracts.topics import Kept

PARTITIONS = 4
BIGGEST_RECORD = 1024 * 1024
"""What the broker takes: more than any contract allows: what is too large is parked, not lost."""
BIGGEST_REDRIVEN = 3 * BIGGEST_RECORD // 2
"""Holds every letter of a record the broker took."""
BIGGEST_LETTER = 2 * BIGGEST_RECORD
"""More than what was put back, for that may have to be parked again, and why is written beside."""
DAY_MS = 24 * 3600 * 1000


def wanted(partitions: int = PARTITIONS, replicas: int = 1) -> Iterator[NewTopic]:
    """Every topic of the contracts, the dead letters of every service and what operators do."""
    for topic in topics.ALL:
        yield _new(topic.name, partitions, replicas, _kept(topic.kept))
    for service in topics.SERVICES:
        days = _kept(topics.DEAD_LETTERS_KEPT_DAYS)
        letters, redriven = topics.dead_letters_of(service), topics.redriven_to(service)
        yield _new(letters, partitions, replicas, days, BIGGEST_LETTER)
        yield _new(redriven, partitions, replicas, days, BIGGEST_REDRIVEN)
    yield _new(topics.DEAD_LETTERS_HANDLED, partitions, replicas, _kept("compacted"))


async def create(bootstrap: str, partitions: int = PARTITIONS, replicas: int = 1) -> list[str]:
    """The names that were created; those that existed are left as they are.

    Raises:
        KafkaError: the broker refused one, or does not answer.
    """
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
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


def _kept(kept: Kept) -> dict[str, str]:
    if kept == "compacted":
        return {
            "cleanup.policy": "compact",
            "retention.ms": "-1",
            "min.cleanable.dirty.ratio": "0.1",
        }
    days = -1 if kept == "long" else int(kept) * DAY_MS
    return {"cleanup.policy": "delete", "retention.ms": str(days)}


def _new(
    name: str, partitions: int, replicas: int, kept: dict[str, str], biggest: int = BIGGEST_RECORD
) -> NewTopic:
    configs = {**kept, "max.message.bytes": str(biggest), "compression.type": "producer"}
    return NewTopic(name, partitions, replicas, topic_configs=configs)
