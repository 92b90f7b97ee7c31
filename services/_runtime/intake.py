"""The one consumer wrapper. Nothing in this house subscribes to Kafka any other way.

A batch is read, judged, told, and only then are its offsets committed. If a dependency is down, the
partitions are turned back to where the batch began, and the wait grows; nothing is parked for that.
"""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import structlog
from aiokafka import ConsumerRebalanceListener, TopicPartition
from aiokafka.errors import KafkaError
from faststream import AckPolicy
from faststream.kafka import KafkaBroker, KafkaMessage

from contracts.topics import redriven_to
from services._runtime import memory
from services._runtime.dead_letters import NOT_LISTENED_TO, is_erasure, put_back
from services._runtime.errors import Permanent, is_out_of_memory, is_outage
from services._runtime.failpoints import Step, durable
from services._runtime.judging import Batch, Judge
from services._runtime.losses import Losses
from services._runtime.pace import Pace
from services._runtime.reading import read
from services._runtime.telemetry import Spans
from services._runtime.words import Heard, Record, Route

if TYPE_CHECKING:
    from collections.abc import Callable

    from services._runtime.speaker import Speaker

log = structlog.get_logger()

POLL_MS = 20
SESSION_SECONDS = 10.0
REBALANCE_MS = 45_000
DRAIN_SECONDS = 30.0
FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 0.25, 15.0


class Intake(ConsumerRebalanceListener):
    """Everything a service hears comes through here, a batch at a time."""

    def __init__(
        self,
        routes: Sequence[Route[Any]],
        judge: Judge,
        speaker: Speaker,
        spans: Spans,
        on_planned: Callable[[], None] = lambda: None,
    ) -> None:
        self._routes: Mapping[str, Route[Any]] = {route.topic.name: route for route in routes}
        self._judge, self._speaker, self._spans, self._on_planned = (
            judge,
            speaker,
            spans,
            on_planned,
        )
        self._pace = Pace(self._routes)
        self._losses = Losses()
        self._idle = asyncio.Event()
        self._idle.set()
        self._failures = 0
        self._subscriber: Any = None
        self._redriven = ""
        self.joined = False
        """Whether the group has dealt out its partitions, none of them to us perhaps."""
        self.progressed_at = time.monotonic()
        """When a batch was last finished (monotonic seconds)."""

    @property
    def waiting_for_dependency(self) -> bool:
        """Whether the last batch had to be turned back because something is down."""
        return self._failures > 0

    @property
    def consumer(self) -> Any:
        """The client library's consumer, once started; None before, and in memory."""
        return None if self._subscriber is None else self._subscriber.consumer

    def attach(
        self,
        broker: KafkaBroker,
        service: str,
        most: int,
        session_seconds: float = SESSION_SECONDS,
    ) -> None:
        """The broker will hand every record of our topics to this intake, at most `most` at a time.

        One more topic is ours: what an operator has put back out of our dead letters.
        FastStream's own policies all lose or spin, so it acknowledges nothing (`MANUAL`), answers
        no `reply_to`, parses nothing and decodes nothing.
        """
        self._redriven = redriven_to(service)
        self._subscriber = broker.subscriber(
            *self._routes,
            self._redriven,
            group_id=service,
            batch=True,
            max_records=most,
            batch_timeout_ms=POLL_MS,
            auto_offset_reset="earliest",
            ack_policy=AckPolicy.MANUAL,
            no_reply=True,
            listener=self,
            parser=_untouched,
            decoder=_records,
            session_timeout_ms=int(session_seconds * 1000),
            heartbeat_interval_ms=int(session_seconds * 200),
            rebalance_timeout_ms=REBALANCE_MS,
            fetch_max_wait_ms=100,
        )

        @self._subscriber  # type: ignore[untyped-decorator]
        async def hear(records: Any) -> None:
            try:
                await self.take(records)
            except MemoryError as error:
                # Who has no memory left may not even be able to turn the batch back.
                memory.end_if_out(error)

    async def take(self, records: Sequence[Record]) -> None:
        """The batch is finished and committed, or will be delivered again.

        Raises:
            MemoryError: and nothing else.
        """
        self._idle.clear()
        self._pace.begin()
        pause = 0.0
        try:
            await self._losses.heard(self.consumer, records)
            batch = await self._finish(records)
            self._failures = 0
            self.progressed_at = time.monotonic()
            if batch.planned:
                self._on_planned()
        except Exception as error:  # nothing may reach the framework: it would drop the batch
            if is_out_of_memory(error):
                raise MemoryError from error
            self._turn_back(records)
            self._failures += 1
            pause = min(FIRST_PAUSE_SECONDS * 2 ** (self._failures - 1), LONGEST_PAUSE_SECONDS)
            log.warning(
                "batch_turned_back",
                error=type(error).__name__,
                again_in_seconds=pause,
                exc_info=not is_outage(error),
            )
        finally:
            self._pace.end()
            self._idle.set()
        if pause:
            await asyncio.sleep(pause)

    async def _finish(self, records: Sequence[Record]) -> Batch:
        batch = Batch()
        by_topic: dict[str, list[Heard[Any]]] = defaultdict(list)
        for arrived in records:
            if arrived.topic == self._redriven and is_erasure(arrived):
                continue
            record = put_back(arrived) if arrived.topic == self._redriven else arrived
            self._pace.heard(record)
            found = self._read(record)
            if isinstance(found, Permanent):
                self._judge.park(record, found, batch)
            else:
                by_topic[record.topic].append(found)
        # In the order of the routes: what a service lists first, it knows before it is asked.
        for topic, route in self._routes.items():
            if heard := by_topic.get(topic):
                with self._spans.batch(topic, heard) as traced:
                    await self._judge.judge(route, traced, batch)
        await self._pace.tell(self._speaker, batch.tells)
        await self._commit(records)
        log.info(
            "batch_finished",
            heard=len(records),
            decided=batch.decided,
            repeated=batch.repeated,
            told=len(batch.tells),
            planned=batch.planned,
            parked=batch.parked,
        )
        return batch

    def _read(self, record: Record) -> Heard[Any] | Permanent:
        route = self._routes.get(record.topic)
        if route is None:  # only what was put back can name a topic that is not ours
            return Permanent(NOT_LISTENED_TO, "this service does not listen to the original topic")
        return read(record, route.topic)

    async def _commit(self, records: Sequence[Record]) -> None:
        """The offsets after the last record of each partition are committed.

        If a partition is no longer ours, its new owner hears the batch again and finds it decided.
        """
        if self.consumer is None:
            return
        last = {(record.topic, record.partition): record.offset for record in records}
        ends = {TopicPartition(*place): offset + 1 for place, offset in last.items()}
        try:
            with durable(Step.OFFSETS_COMMIT):
                await asyncio.wait_for(self.consumer.commit(ends), DRAIN_SECONDS)
        except KafkaError as error:
            log.warning("commit_failed", error=type(error).__name__)

    def _turn_back(self, records: Sequence[Record]) -> None:
        if self.consumer is None:
            return
        begins: dict[TopicPartition, int] = {}
        for record in records:
            begins.setdefault(TopicPartition(record.topic, record.partition), record.offset)
        self._losses.turned_back(begins)
        for partition in begins.keys() & self.consumer.assignment():
            self.consumer.seek(partition, begins[partition])

    async def on_partitions_revoked(self, revoked: set[TopicPartition]) -> None:
        """Partitions are given up only after the batch in flight is committed.

        aiokafka does not wait for it by itself.
        """
        try:
            await asyncio.wait_for(self._idle.wait(), DRAIN_SECONDS)
        except TimeoutError:
            log.warning("batch_outlived_its_partitions", partitions=len(revoked))

    async def on_partitions_assigned(self, assigned: set[TopicPartition]) -> None:
        """A new beginning counts as progress."""
        self.joined = True
        self.progressed_at = time.monotonic()
        log.info("partitions_assigned", partitions=len(assigned))
        await self._losses.assigned(self.consumer, assigned)


async def _untouched(records: Sequence[Record]) -> KafkaMessage:
    """The records as they came.

    FastStream's parser would stumble over a header that is null or not UTF-8.
    """
    return KafkaMessage(
        raw_message=tuple(records),
        body=b"",
        headers={},
        message_id="",
        correlation_id="",
        consumer=_NOBODY,
    )


async def _records(message: KafkaMessage) -> Sequence[Record]:
    raw: Any = message.raw_message
    return tuple(raw)


class _Nobody:
    """FastStream's message wants a consumer to acknowledge with; ours acknowledges by itself."""

    async def commit(self) -> None:
        """Nothing."""

    def seek(self, partition: Any, offset: Any) -> None:
        """Nothing."""


_NOBODY = _Nobody()
