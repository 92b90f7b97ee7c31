"""Small things that go wrong all the time: records that come again, and records nobody can read."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from importlib import import_module
from random import Random
from uuid import UUID

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

from contracts import topics
from contracts.envelope import Envelope
from contracts.topics import SERVICES, Topic
from tests.soak.crowd import Crowd

PAUSE_SECONDS, AT_ONCE = 2.0, 25


@dataclass(frozen=True)
class Poison:
    """A record that can never be handled, and the code under which it must be parked."""

    topic: Topic
    code: str
    value: bytes
    enveloped: bool = True


POISON = tuple(
    poison
    for topic in (
        topics.FIND_SHIPMENT,
        topics.REQUEST_RETURN,
        topics.FIND_REASONS,
        topics.RETURN_APPROVED,
        topics.LABEL_PRINTED,
    )
    for poison in (
        Poison(topic, "not_json", b'{"torn": '),
        Poison(topic, "schema", b'{"return_id": 7}'),
        Poison(topic, "no_body", b""),
        Poison(topic, "header", b"{}", enveloped=False),
    )
)


@dataclass
class Mishaps:
    """What was put on the wire."""

    again: int = 0
    """Records sent a second time, with a new offset and under their old id."""
    poisoned: dict[bytes, Poison] = field(default_factory=dict)
    """By key, which no other record has."""
    sure: set[bytes] = field(default_factory=set)
    """Of these Kafka confirmed that they lie there; the others may, once or more often."""


def listeners(topic: str) -> list[str]:
    """The services that read this topic."""
    return [
        service
        for service in SERVICES
        if topic in {one.name for one in import_module(f"services.{service}").READS}
    ]


async def happen(
    bootstrap: str, crowd: Crowd, mishaps: Mishaps, seed: int, over: Callable[[], bool]
) -> None:
    """Every now and then, until it is over, some records come again and one is poison."""
    dice = Random(f"{seed} mishaps")
    async with AIOKafkaProducer(
        bootstrap_servers=bootstrap, acks="all", max_request_size=2**21
    ) as producer:
        while not over():
            await asyncio.sleep(dice.uniform(0.5, 1.5) * PAUSE_SECONDS)
            await _again(producer, crowd, mishaps, dice)
            await _poisoned(producer, mishaps, dice)


async def _again(producer: AIOKafkaProducer, crowd: Crowd, mishaps: Mishaps, dice: Random) -> None:
    known = list(crowd.recent)
    for record in dice.sample(known, min(AT_ONCE, len(known))):
        try:
            await producer.send_and_wait(
                record.topic, record.value, key=record.key, headers=list(record.headers)
            )
        except KafkaError:
            return
        mishaps.again += 1


async def _poisoned(producer: AIOKafkaProducer, mishaps: Mishaps, dice: Random) -> None:
    poison = dice.choice(POISON)
    key = str(UUID(int=dice.getrandbits(128), version=4))
    envelope = Envelope(f"poison-{key}", "/soak", poison.topic.name)
    headers = list(envelope.headers()) if poison.enveloped else []
    mishaps.poisoned[key.encode()] = poison
    try:
        await producer.send_and_wait(
            poison.topic.name, poison.value, key=key.encode(), headers=headers
        )
    except KafkaError:
        return
    mishaps.sure.add(key.encode())
