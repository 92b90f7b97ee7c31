"""Says it out loud when Kafka has dropped records that we had not read yet.

Retention deletes what is too old, read or not. The client library then jumps to what is left and
says so in a whisper. Nothing brings these records back; somebody must know that they are gone.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import structlog
from aiokafka import TopicPartition
from aiokafka.errors import KafkaError

from services._runtime.words import Record

log = structlog.get_logger()

CODE = "retention_passed"
ASK_SECONDS = 5.0


class Losses:
    """Knows where each partition goes on, and looks closer where it goes on later."""

    def __init__(self) -> None:
        self._next: dict[TopicPartition, int] = {}

    async def assigned(self, consumer: Any, places: Iterable[TopicPartition]) -> None:
        """What was deleted while nobody of our group listened has been told as lost.

        Who never read a topic has lost nothing of it. Who read some of it was to read it all.
        """
        self._next.clear()
        if consumer is None:
            return
        try:
            async with asyncio.timeout(ASK_SECONDS):
                committed = {place: await consumer.committed(place) for place in places}
                read = {place.topic for place, offset in committed.items() if offset is not None}
                self._next = {p: offset or 0 for p, offset in committed.items() if p.topic in read}
                self._next |= await self._compare(consumer, self._next)
        except (KafkaError, TimeoutError) as error:
            log.warning("losses_not_looked_for", error=type(error).__name__)

    async def heard(self, consumer: Any, records: Sequence[Record]) -> None:
        """What was deleted under our feet has been told as lost.

        A gap alone is no loss: compaction and other people's transactions leave some.
        """
        due = dict(self._next)
        gaps: dict[TopicPartition, int] = {}
        for record in records:
            place = TopicPartition(record.topic, record.partition)
            if record.offset > due.get(place, record.offset):
                gaps.setdefault(place, due[place])
            due[place] = record.offset + 1
        if gaps and consumer is not None:
            await self._compare(consumer, gaps)
        self._next = due

    def turned_back(self, begins: Mapping[TopicPartition, int]) -> None:
        """What was heard from there on is not done: it must come again."""
        for place, offset in begins.items():
            self._next[place] = min(offset, self._next.get(place, offset))

    async def _compare(
        self, consumer: Any, due: Mapping[TopicPartition, int]
    ) -> dict[TopicPartition, int]:
        """Where these begin now, if that is later than was due; each has been told."""
        begins = await consumer.beginning_offsets(list(due)) if due else {}
        late = {place: begins[place] for place, offset in due.items() if begins[place] > offset}
        for place, begin in late.items():
            log.error(
                "records_lost",
                code=CODE,
                topic=place.topic,
                partition=place.partition,
                first_lost=due[place],
                lost=begin - due[place],
            )
        return late
