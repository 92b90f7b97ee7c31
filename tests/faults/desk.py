"""Where bad records are handed in: the whole stack, its wire heard byte for byte, and who answers.

One portal that is open, another merchant's, a closed one; one parcel that never runs out.
"""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from importlib import import_module
from pathlib import Path
from typing import Any
from uuid import uuid4

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType

from contracts import topics
from contracts.rules import RequestReturn
from contracts.shape import Shape
from contracts.shop import ShipmentRecorded
from deploy.local.mailbox import Mailbox
from deploy.local.stack import Stack
from deploy.ops.lag import places, until_caught_up
from deploy.ops.topics import PARTITIONS
from services._runtime.dead_letters import original
from services._runtime.partition import partition_of
from tests.faults.sent import Sent, said
from tests.support import builders
from tests.support.builders import PORTAL
from tests.support.eventually import eventually
from tests.support.witness import letter_in

MERCHANT = "desk@moss-and-fern.example.com"
"""Who is alerted: not a letter to a customer."""
ANOTHER, CLOSED = "tilly-and-thorn", "shut-shop"
PATIENCE_SECONDS = 60.0
QUICK = {
    "rules": {"RETOUR_PATIENCE_SECONDS": "4"},
    "lookup": {"RETOUR_FLOOR_MS": "0", "RETOUR_JITTER_MS": "0"},
}
"""So that what waits for its parcel in vain is answered while somebody looks, and no answer is
held back: the floor of lookup is somebody else's test."""

LETTERS = {topics.dead_letters_of(service): service for service in topics.SERVICES}
EVENTS = tuple(topic.name for topic in topics.ALL if topic.kind == "event")


def now() -> datetime:
    """The clock on the wall."""
    return datetime.now(UTC)


def a_parcel(**changes: Any) -> ShipmentRecorded:
    """A parcel delivered five days ago: teapots for everybody."""
    teapots = builders.a_shipped_item(quantity=100_000)
    usual = {
        "shipment_id": f"S-{uuid4()}",
        "tracking_number": f"RR{uuid4().hex[:16].upper()}",
        "ordered_at": now() - timedelta(days=9),
        "delivered_at": now() - timedelta(days=5),
        "items": (teapots,),
    }
    return builders.a_shipment(**usual | changes)


PARCEL = a_parcel(shipment_id="MF-everybody")


def a_request(**changes: Any) -> RequestReturn:
    """One teapot of the parcel that never runs out, brought to the shop."""
    usual = {
        "return_id": str(uuid4()),
        "shipment_id": PARCEL.shipment_id,
        "return_method": "in_store",
    }
    return builders.a_request(**usual | changes)


def a_lookup(**changes: Any) -> Shape:
    """Somebody types what stands on that parcel."""
    usual = {"lookup_id": str(uuid4()), "tracking_number": PARCEL.tracking_number}
    return builders.a_lookup(**usual | changes)


def an_approval(**changes: Any) -> Shape:
    """As rules would approve such a request."""
    usual = {
        "return_id": str(uuid4()),
        "shipment_id": PARCEL.shipment_id,
        "return_method": "in_store",
        "carrier": None,
        "decided_at": now(),
        "send_back_by": now() + timedelta(days=25),
    }
    return builders.an_approval(**usual | changes)


def a_rejection(**changes: Any) -> Shape:
    """As rules would refuse such a request."""
    usual = {
        "return_id": str(uuid4()),
        "shipment_id": PARCEL.shipment_id,
        "decided_at": now(),
    }
    return builders.a_rejection(**usual | changes)


def a_question(**changes: Any) -> Shape:
    """Why do things come back?"""
    return builders.a_question(**{"query_id": str(uuid4())} | changes)


GOOD: Mapping[str, tuple[Callable[[], Shape], str]] = {
    "lookup": (a_lookup, topics.SHIPMENT_FOUND.name),
    "rules": (a_request, topics.RETURN_APPROVED.name),
    "labels": (an_approval, topics.LABEL_ISSUED.name),
    "notifications": (a_rejection, topics.CUSTOMER_EMAILED.name),
    "analytics": (a_question, topics.REASONS_FOUND.name),
}
"""By service: a message it can handle, and where it says so."""


@dataclass(frozen=True)
class Place:
    """Where a record lies."""

    topic: str
    partition: int
    offset: int


@dataclass(frozen=True)
class Passed:
    """A record that passed by on the wire, and when (monotonic seconds)."""

    topic: str
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes | None], ...]
    at: float

    @property
    def said(self) -> Any:
        """The message in it."""
        return topics.BY_NAME[self.topic].model.read(self.value or b"")

    @property
    def ce_id(self) -> bytes | None:
        """Which message it is."""
        return dict(self.headers)["ce_id"]


class Desk:
    """Hands in records, and hears every event and every letter of every service."""

    def __init__(self, stack: Stack) -> None:
        self.stack = stack
        self.mailbox = Mailbox(stack.mail_folder)
        self.answers: dict[tuple[str, str], list[Passed]] = defaultdict(list)
        """Events, by topic and key."""
        self.letters: dict[tuple[str, Place], list[Passed]] = defaultdict(list)
        """Dead letters, by service and by where their record lies; as their record came."""
        self.to_be_parked: set[tuple[str, Place]] = set()
        """By service: what must lie in its dead letters when all is over, and nothing else."""
        self._read: dict[str, EmailMessage] = {}
        self._changed = asyncio.Condition()

    async def open(self) -> None:
        """Ears and mouth are connected."""
        kafka = self.stack.kafka
        self._producer = AIOKafkaProducer(
            bootstrap_servers=kafka, acks="all", max_batch_size=2**21, max_request_size=2**22
        )
        self._consumer = AIOKafkaConsumer(bootstrap_servers=kafka, fetch_max_wait_ms=20)
        self.admin = AIOKafkaAdminClient(bootstrap_servers=kafka)
        await self._producer.start()
        await self._consumer.start()
        await self.admin.start()
        names = [*EVENTS, *LETTERS]
        self._consumer.assign([TopicPartition(n, p) for n in names for p in range(PARTITIONS)])
        await self._consumer.seek_to_beginning()
        self._listening = asyncio.create_task(self._listen())

    async def close(self) -> None:
        """Nothing of ours is connected."""
        self._listening.cancel()
        await asyncio.gather(self._listening, return_exceptions=True)
        await self._consumer.stop()
        await self._producer.stop()
        await self.admin.close()

    async def hand_in(self, *records: Sent, partition: int | None = None) -> list[Place]:
        """They lie one after the other on one partition, in one batch if of one codec and topic."""
        if partition is None:
            partition = partition_of(records[-1].key or b"", PARTITIONS)
        if any(record.codec for record in records):
            return [await self._packed(record, partition) for record in records]
        batch = self._producer.create_batch()
        for one in records:
            packed = batch.append(
                key=one.key, value=one.value, timestamp=None, headers=list(one.headers)
            )
            assert packed is not None, "the batch is full"
        sending = await self._producer.send_batch(batch, records[0].topic, partition=partition)
        first = (await sending).offset
        return [Place(records[0].topic, partition, first + n) for n in range(len(records))]

    async def _packed(self, record: Sent, partition: int) -> Place:
        async with AIOKafkaProducer(
            bootstrap_servers=self.stack.kafka, acks="all", compression_type=record.codec
        ) as producer:
            laid = await producer.send_and_wait(
                record.topic,
                record.value,
                key=record.key,
                partition=partition,
                headers=list(record.headers),
            )
        return Place(record.topic, partition, laid.offset)

    async def hand_in_at_any_size(self, record: Sent) -> list[Place]:
        """As `hand_in`, by a client that holds nothing back: who refuses is the broker."""
        async with AIOKafkaProducer(
            bootstrap_servers=self.stack.kafka, acks="all", max_request_size=2**26
        ) as producer:
            laid = await producer.send_and_wait(
                record.topic, record.value, key=record.key, headers=list(record.headers)
            )
        return [Place(record.topic, laid.partition, laid.offset)]

    async def ends_of(self, topic: str) -> list[int]:
        """How many records lie on each partition."""
        return list((await self._ends([topic])).values())

    async def _ends(self, names: Sequence[str]) -> Mapping[TopicPartition, int]:
        # By a consumer of its own: asking about one topic makes it forget the others.
        async with AIOKafkaConsumer(bootstrap_servers=self.stack.kafka) as consumer:
            ends: Mapping[TopicPartition, int] = await consumer.end_offsets(
                await places(consumer, names)
            )
        return ends

    async def settings_of(self, topic: str) -> dict[str, str]:
        """What was set on the topic itself."""
        asked = ConfigResource(ConfigResourceType.TOPIC, topic)
        (answer,) = await self.admin.describe_configs([asked])
        return {name: value for name, value, _, source, *_ in answer.resources[0][4] if source == 1}

    async def tell(self, message: Shape) -> Sent:
        """A good message is on the wire."""
        record = said(message)
        await self.hand_in(record)
        return record

    async def until(self, condition: Callable[[], Any], what: str) -> Any:
        """What the condition answers, once that is true. Looked at when something was heard.

        Raises:
            TimeoutError: it did not become true in time; names what was awaited.
        """
        if self._listening.done():
            self._listening.result()  # says why nobody listens any more
        try:
            async with asyncio.timeout(PATIENCE_SECONDS), self._changed:
                while not (found := condition()):
                    await self._changed.wait()
                return found
        except TimeoutError:
            raise TimeoutError(f"waited {PATIENCE_SECONDS:.0f} s in vain for {what}") from None

    async def answer(self, topic: str, about: str) -> Passed:
        """The first event on this topic about this subject."""
        await self.until(lambda: self.answers[topic, about], f"{topic} about {about}")
        return self.answers[topic, about][0]

    async def either(self, about: str, *names: str) -> Passed:
        """The first event about this subject on one of these topics."""

        def came() -> list[Passed]:
            return [one for name in names for one in self.answers[name, about]]

        found: list[Passed] = await self.until(came, f"{names} about {about}")
        return found[0]

    async def letter(self, service: str, place: Place) -> Passed:
        """The letter of this record, which is due."""
        self.to_be_parked.add((service, place))
        await self.until(lambda: self.letters[service, place], f"{place} parked by {service}")
        return self.letters[service, place][0]

    async def known(self, *services: str) -> None:
        """These services, or all, have finished every parcel and portal handed in so far."""
        names = [topics.SHIPMENT_RECORDED.name]
        await until_caught_up(self.stack.kafka, services or topics.SERVICES, names)

    async def mail_about(self, return_id: str) -> EmailMessage:
        """The customer's letter about this return, once the sink has one."""

        def look() -> list[EmailMessage]:
            return self.letters_about(return_id)

        found = await eventually(look, f"a letter about {return_id}", PATIENCE_SECONDS)
        assert len(found) == 1, f"{len(found)} letters"
        return found[0]

    async def quiet(self) -> None:
        """Every service has finished everything that lies on its topics, and we have heard it."""
        for service in topics.SERVICES:
            reads = [topic.name for topic in import_module(f"services.{service}").READS]
            await until_caught_up(self.stack.kafka, [service], reads, PATIENCE_SECONDS)
        ends = await self._ends([*LETTERS])

        async def heard() -> bool:
            return all([await self._consumer.position(p) >= end for p, end in ends.items()])

        await eventually(heard, "every letter to be heard", PATIENCE_SECONDS)

    def letters_about(self, return_id: str) -> list[EmailMessage]:
        """Every letter about this return to anybody but the merchant."""
        for path in self.stack.mail_folder.glob("*.eml"):
            if path.name not in self._read:
                self._read[path.name] = letter_in(path)
        about = [m for m in self._read.values() if m["X-Retour-Return"] == return_id]
        return [m for m in about if m["To"].addresses[0].addr_spec != MERCHANT]

    def log_of(self, service: str) -> list[str]:
        """Every line the service has written."""
        text = (self.stack.logs / f"{service}.log").read_bytes().decode()
        return text.split("\n")[:-1]  # and at nothing else that breaks lines

    async def _listen(self) -> None:
        while True:
            batches = await self._consumer.getmany(timeout_ms=200)
            async with self._changed:
                for records in batches.values():
                    for record in records:
                        self._hear(record)
                self._changed.notify_all()

    def _hear(self, record: Any) -> None:
        at = time.monotonic()
        if (service := LETTERS.get(record.topic)) is None:
            one = Passed(record.topic, record.key, record.value, record.headers, at)
            self.answers[record.topic, (record.key or b"").decode(errors="replace")].append(one)
            return
        marks = {n: v.decode(errors="replace") for n, v in record.headers if v}
        place = Place(
            marks["dlq_original_topic"],
            int(marks["dlq_original_partition"]),
            int(marks["dlq_original_offset"]),
        )
        lying = original(record)
        one = Passed(record.topic, lying.key, lying.value, record.headers, at)
        self.letters[service, place].append(one)


def peak_mib(pid: int) -> int:
    """The most memory this process ever had in hand."""
    lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines()
    (peak,) = [line.split()[1] for line in lines if line.startswith("VmHWM:")]
    return int(peak) // 1024


@asynccontextmanager
async def desk() -> AsyncIterator[Desk]:
    """A stack of its own, three portals and the parcel known to everybody."""
    stack = Stack(environment=QUICK)
    await stack.rise()
    try:
        found = Desk(stack)
        await found.open()
        try:
            await _furnish(found)
            yield found
        finally:
            await found.close()
    finally:
        stack.stop()


async def _furnish(where: Desk) -> None:
    portals: Sequence[Shape] = (
        builders.a_portal(),
        builders.a_portal(portal_id=ANOTHER),
        builders.a_portal(portal_id=CLOSED, open=False),
    )
    for portal in portals:
        await where.tell(portal)
    opened, refused = topics.PORTAL_OPENED.name, topics.PORTAL_REFUSED.name
    for name in (PORTAL, ANOTHER, CLOSED):
        await where.either(name, opened, refused)
    await where.tell(PARCEL)
    await until_caught_up(where.stack.kafka, ["lookup"], [opened, refused])
    await where.known()
