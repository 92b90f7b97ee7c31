"""Topics read from their beginning to where they end now: no group, nothing committed."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import cast

from aiokafka import AIOKafkaConsumer, TopicPartition
from pydantic import ValidationError

from contracts.dead_letters import LetterHandled
from contracts.topics import DEAD_LETTERS_HANDLED, dead_letters_of
from deploy.ops.dead_letters.choice import Choice, Found, chosen
from deploy.ops.dead_letters.letter import Letter, Origin, Place, origin_of
from deploy.ops.dead_letters.refused import Refused
from deploy.ops.lag import places
from services._runtime.dead_letters import is_erasure
from services._runtime.kafka_access import Kafka, clients
from services._runtime.words import Record

SILENT_SECONDS = 30.0
POLL_MS = 500

Ends = Mapping[TopicPartition, int]


async def found(kafka: Kafka, choice: Choice) -> list[Found]:
    """The letters that are meant and what was done about each.

    Raises:
        Refused: `topic-missing`.
        KafkaError, TimeoutError: the broker does not answer, or stopped to.
    """
    handled: dict[tuple[str, Origin], LetterHandled] = {}
    async for record in read(kafka, DEAD_LETTERS_HANDLED):
        try:
            said = LetterHandled.read(record.value or b"")
        except ValidationError:
            continue  # whatever that is, it hides no letter
        service = (record.key or b"").partition(b"/")[0].decode(errors="replace")
        handled[service, origin_of(said)] = said
    letters = [
        letter
        for service in choice.meant
        for letter in await letters_of(kafka, service, takes=choice.takes)
    ]
    return chosen(letters, handled, choice)


async def letters_of(
    kafka: Kafka,
    service: str,
    since: Ends | None = None,
    takes: Callable[[Letter], bool] = lambda _: True,
) -> list[Letter]:
    """The letters of `service` that `takes` says, or of those parked after `since`.

    What was erased is left out, though its bytes may still lie there.
    """
    found: dict[Place, tuple[bytes | None, Letter]] = {}
    erased: dict[bytes | None, int] = {}
    async for record in read(kafka, dead_letters_of(service), since):
        if is_erasure(record):
            erased[record.key] = record.offset  # one key lies on one partition
            continue
        letter = Letter.of(record, service)
        if takes(letter):
            found[letter.place] = (record.key, letter)
    return [one for key, one in found.values() if one.place.offset > erased.get(key, -1)]


async def ends_of(kafka: Kafka, topics: Sequence[str]) -> Ends:
    """Where these topics end now."""
    async with _listening(kafka) as consumer:
        ends: Ends = await consumer.end_offsets(await places(consumer, topics))
    return ends


async def read(kafka: Kafka, topic: str, since: Ends | None = None) -> AsyncIterator[Record]:
    """Every record on `topic` up to where it ends now, one partition after the other.

    Raises:
        Refused: `topic-missing`.
        KafkaError: the broker does not answer. TimeoutError: it stopped to, half-way.
    """
    async with _listening(kafka) as consumer:
        if topic not in await consumer.topics():
            raise Refused("topic-missing", f"{topic} is not there: `retour topics` creates it")
        parts = await places(consumer, [topic])
        begins, ends = await consumer.beginning_offsets(parts), await consumer.end_offsets(parts)
        for part in parts:
            begin = max(begins[part], (since or {}).get(part, 0))
            if begin >= ends[part]:
                continue
            consumer.assign([part])
            consumer.seek(part, begin)
            async for record in _until(consumer, part, ends[part]):
                yield record


@asynccontextmanager
async def _listening(kafka: Kafka) -> AsyncIterator[AIOKafkaConsumer]:
    consumer = AIOKafkaConsumer(**clients(kafka), auto_offset_reset="earliest")
    try:  # closed even if it could not be started
        await consumer.start()
        yield consumer
    finally:
        await consumer.stop()


async def _until(
    consumer: AIOKafkaConsumer, part: TopicPartition, end: int
) -> AsyncIterator[Record]:
    heard_at = time.monotonic()
    while (position := await consumer.position(part)) < end:
        for record in (await consumer.getmany(part, timeout_ms=POLL_MS)).get(part, []):
            if record.offset < end:
                yield cast("Record", record)  # aiokafka forgets that a header may be null
        if await consumer.position(part) > position:
            heard_at = time.monotonic()
        elif time.monotonic() - heard_at > SILENT_SECONDS:
            raise TimeoutError(f"{part.topic} said nothing for {SILENT_SECONDS:.0f} s")
