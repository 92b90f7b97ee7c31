"""A frontend, a shop and a back office: they tell, ask and listen on Kafka, and know no service."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Self, TypeVar
from uuid import uuid4

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

from contracts import topics
from contracts.envelope import Envelope, open_envelope
from contracts.shape import Shape
from contracts.topics import Topic
from deploy.ops.access import OPERATOR, OUTSIDERS, WRITERS
from deploy.ops.lag import places as places_of
from services._runtime.kafka_access import Kafka, clients

M = TypeVar("M", bound=Shape)


@dataclass(frozen=True, slots=True)
class Heard:
    """A message that passed by, and when Kafka took it."""

    topic: Topic[Any]
    envelope: Envelope
    message: Any
    at: datetime


class Frontend:
    """Connected inside `async with`. Hears every event of the contracts told since then."""

    def __init__(
        self,
        bootstrap: str,
        source: str = "/demo/frontend",
        kafka_as: Callable[[str], Kafka] | None = None,
    ) -> None:
        """Where Kafka asks who one is, `kafka_as` says how each principal is let in."""
        self._source = source
        self._kafka_as = kafka_as or (lambda _principal: bootstrap)
        self.heard: dict[str, list[Heard]] = defaultdict(list)
        """By the subject of the message: a lookup, a return, a portal, a query."""
        self.told_at: dict[str, datetime] = {}
        """When each subject was last spoken of by us."""
        self.first: dict[str, datetime] = {}
        """By topic: when the first message of its kind passed by."""
        self._changed = asyncio.Condition()

    async def __aenter__(self) -> Self:
        # Where nobody asks who one is, all speak through one producer, and in order.
        reached = {principal: self._kafka_as(principal) for principal in OUTSIDERS}
        mouths = {kafka: _producer(kafka) for kafka in set(reached.values())}
        self._producers = {principal: mouths[kafka] for principal, kafka in reached.items()}
        self._consumer = AIOKafkaConsumer(
            **clients(self._kafka_as(OPERATOR)),  # who may see everything that passes by
            fetch_max_wait_ms=50,
            max_partition_fetch_bytes=4 * 1024 * 1024,
        )
        await asyncio.gather(*(mouth.start() for mouth in mouths.values()))
        await self._consumer.start()
        events = [topic.name for topic in topics.ALL if topic.kind == "event"]
        places = await places_of(self._consumer, events)
        self._consumer.assign(places)
        await self._consumer.seek_to_end(*places)
        self._listening = asyncio.create_task(self._listen())
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._listening.cancel()
        await asyncio.gather(self._listening, return_exceptions=True)
        await self._consumer.stop()
        await asyncio.gather(*(mouth.stop() for mouth in set(self._producers.values())))

    async def tell(self, message: Shape, source: str | None = None) -> None:
        """The message is on Kafka."""
        await (await self.post(message, source))

    async def post(self, message: Shape, source: str | None = None) -> asyncio.Future[Any]:
        """The message is on its way; the future ends when Kafka has it."""
        topic = topics.BY_MODEL[type(message)]
        key, at = topic.key_of(message), datetime.now(UTC)
        self.told_at[key.decode()] = at
        envelope = Envelope(str(uuid4()), source or self._source, topic.name, at, key.decode())
        # What others tell is told as the frontend: where Kafka asks who one is, it says no.
        producer = self._producers[WRITERS.get(topic.name, "frontend")]
        sent: asyncio.Future[Any] = await producer.send(
            topic.name, message.body(), key=key, headers=envelope.headers()
        )
        return sent

    async def answer(self, subject: str, *models: type[M], seconds: float = 60.0) -> M:
        """The first message of one of these kinds about this subject.

        Raises:
            TimeoutError: none came in time; names what was awaited.
        """
        found: list[M] = []

        def came() -> bool:
            found[:] = [h.message for h in self.heard[subject] if isinstance(h.message, models)]
            return bool(found)

        await self.until(came, f"{'/'.join(m.__name__ for m in models)} about {subject}", seconds)
        return found[0]

    async def until(self, condition: Callable[[], bool], what: str, seconds: float) -> None:
        """The condition holds. It is looked at whenever something was heard.

        Raises:
            TimeoutError: it did not come to hold in time.
        """
        try:
            async with asyncio.timeout(seconds), self._changed:
                await self._changed.wait_for(condition)
        except TimeoutError:
            raise TimeoutError(f"waited {seconds:.0f} s in vain for {what}") from None

    def every(self, model: type[M]) -> Sequence[M]:
        """Every message of this kind that passed by, repeats left out."""
        found = {
            heard.envelope.id: heard.message
            for about in self.heard.values()
            for heard in about
            if isinstance(heard.message, model)
        }
        return list(found.values())

    async def _listen(self) -> None:
        while True:
            batches = await self._consumer.getmany(timeout_ms=200)
            async with self._changed:
                for records in batches.values():
                    for record in records:
                        self._hear(record)
                self._changed.notify_all()

    def _hear(self, record: Any) -> None:
        if record.value is None:
            return
        topic = topics.BY_NAME[record.topic]
        envelope, body = open_envelope(record.headers, record.value)
        at = datetime.fromtimestamp(record.timestamp / 1000, UTC)
        self.first.setdefault(topic.name, at)
        self.heard[record.key.decode()].append(Heard(topic, envelope, topic.model.read(body), at))


def _producer(kafka: Kafka) -> AIOKafkaProducer:
    return AIOKafkaProducer(
        **clients(kafka), acks="all", linger_ms=5, max_request_size=2 * 1024 * 1024
    )
