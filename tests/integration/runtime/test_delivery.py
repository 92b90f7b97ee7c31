"""The one consumer wrapper on real Kafka and MongoDB: decided once, told again, nothing lost."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import MessageSizeTooLargeError

from contracts import topics
from contracts.envelope import Envelope
from contracts.notifications import MerchantAlerted
from contracts.topics import Topic
from services._runtime import mongo
from services._runtime.clock import DatabaseClock, utc_now
from services._runtime.errors import Permanent
from services._runtime.service import Parts, Service
from services._runtime.settings import Settings
from services._runtime.words import Heard, Outcome, Route, Tell, by_message
from tests.support.eventually import eventually

pytestmark = pytest.mark.real

TOLD = topics.MERCHANT_ALERTED
LETTERS = topics.dead_letters_of("notifications")


def an_alert(number: int, of: str | None = None) -> MerchantAlerted:
    """A small message: what is heard here, and what is told back."""
    return MerchantAlerted(
        return_id=of or str(uuid4()),
        portal_id="moss-and-fern",
        occasion=f"n{number}",
        sent_at=utc_now(),
    )


class Echo:
    """A handler that tells every message again, and stumbles where it is told to."""

    def __init__(self) -> None:
        self.heard: list[str] = []
        self.stumbles_over: set[str] = set()
        self.gate: asyncio.Event | None = None

    async def __call__(self, heard: Sequence[Heard[MerchantAlerted]]) -> list[Outcome | Permanent]:
        if self.gate is not None:
            await self.gate.wait()
        for one in heard:
            if one.said.occasion in self.stumbles_over:
                raise RuntimeError("stumbled")
        self.heard += [one.said.occasion for one in heard]
        return [Outcome(tell=(one.said,)) for one in heard]


class Rig:
    """One topic of our own with its own group and database, and services that listen to it."""

    def __init__(self, kafka: str, mongo_uri: str) -> None:
        self.kafka, self.mongo_uri, self.mark = kafka, mongo_uri, uuid4().hex[:12]
        self.topic = Topic(
            f"returns.test-{self.mark}.v1",
            MerchantAlerted,
            "notifications",
            "event",
            "return_id",
            1,
        )
        self.producer = AIOKafkaProducer(bootstrap_servers=kafka, acks="all")

    def service(self, echo: Echo) -> Service:
        """A service called notifications, so it may tell merchant-alerted; in a group of ours."""
        settings = Settings(kafka=self.kafka, mongo=self.mongo_uri)
        route = Route(self.topic, echo, once=by_message)
        db = mongo.database(self.mongo_uri, f"test_{self.mark}")
        service = Service(settings, Parts("notifications", (route,)), db, DatabaseClock(db))
        service.intake._subscriber.group_id = f"test-{self.mark}"
        return service

    async def say(
        self,
        message: MerchantAlerted | bytes,
        partition: int | None = None,
        ce_id: str | None = None,
        headers: list[tuple[str, Any]] | None = None,
        key: bytes | None = b"?",
    ) -> Any:
        """The record is on Kafka."""
        if isinstance(message, MerchantAlerted):
            key = message.return_id.encode()
            envelope = Envelope(ce_id or str(uuid4()), "/test", self.topic.name)
            headers = [*envelope.headers(), *(headers or [])]
        body = message if isinstance(message, bytes) else message.body()
        return await self.producer.send_and_wait(
            self.topic.name, body, key=key, headers=headers or [], partition=partition
        )

    async def lag(self, service: Service) -> int:
        """Records not yet committed."""
        consumer = service.intake.consumer
        places = [TopicPartition(self.topic.name, p) for p in range(2)]
        ends = await consumer.end_offsets(places)
        return sum([ends[place] - (await consumer.committed(place) or 0) for place in places])

    async def done(self, service: Service) -> None:
        """Everything said so far is finished and committed."""

        async def none_left() -> bool:
            return service.intake.joined and await self.lag(service) == 0

        await eventually(none_left, "the topic to be finished")

    async def read(self, topic: str) -> list[Any]:
        """Every record on `topic` that came of this rig, or of it and lies in the dead letters."""
        consumer = AIOKafkaConsumer(bootstrap_servers=self.kafka, group_id=None)
        await consumer.start()
        try:
            await consumer._client.force_metadata_update()
            places = [TopicPartition(topic, p) for p in consumer.partitions_for_topic(topic) or ()]
            consumer.assign(places)
            ends = await consumer.end_offsets(places)
            found = []
            for place, end in ends.items():
                consumer.seek(place, 0)
                while await consumer.position(place) < end:
                    found += (await consumer.getmany(place, timeout_ms=500)).get(place, [])
        finally:
            await consumer.stop()
        return found


@pytest.fixture
async def rig(bootstrap: str, mongo_uri: str) -> AsyncIterator[Rig]:
    """A rig, its topic with two partitions."""
    rig = Rig(bootstrap, mongo_uri)
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    await admin.create_topics([NewTopic(rig.topic.name, 2, 1)])
    await rig.producer.start()
    yield rig
    await rig.producer.stop()
    await admin.delete_topics([rig.topic.name])
    await admin.close()


@asynccontextmanager
async def running(service: Service) -> AsyncIterator[Service]:
    """The service consumes inside, and has stopped afterwards."""
    await service.broker.start()
    try:
        yield service
    finally:
        await service.broker.stop()


async def test_what_is_heard_is_told_once_and_committed(rig: Rig):
    """The whole point."""
    echo = Echo()
    said = [an_alert(number) for number in range(200)]
    async with running(rig.service(echo)) as service:
        for message in said:
            await rig.say(message)
        await rig.done(service)

    told = [r for r in await rig.read(TOLD.name) if r.key.decode() in {m.return_id for m in said}]
    assert sorted(TOLD.model.read(r.value).occasion for r in told) == sorted(
        m.occasion for m in said
    )
    assert len({dict(r.headers)["ce_id"] for r in told}) == 200


async def test_a_crash_between_keeping_and_telling_tells_the_same_words(rig: Rig):
    """Kept, then the process dies before it is told: its successor tells it, unchanged."""
    message, first, second = an_alert(1), Echo(), Echo()
    dying = rig.service(first)

    async def nobody_listens(tells: Sequence[Tell]) -> None:
        if tells:
            raise ConnectionError("gone")

    dying.intake._speaker.tell = nobody_listens
    async with running(dying):
        await rig.say(message)
        await eventually(lambda: first.heard, "the decision")
        await eventually(lambda: dying.intake.waiting_for_dependency, "the failure to tell")
    kept = await mongo.database(rig.mongo_uri, f"test_{rig.mark}")["decisions"].find_one()
    async with running(rig.service(second)) as service:
        await rig.done(service)

    (told,) = [r for r in await rig.read(TOLD.name) if r.key == message.return_id.encode()]
    assert first.heard == ["n1"]
    assert second.heard == []
    assert kept is not None
    assert dict(told.headers)["ce_id"] == kept["tells"][0]["headers"]["ce_id"]


async def test_a_bad_message_is_parked_with_unchanged_bytes_and_its_neighbours_go_on(rig: Rig):
    """Framing, headers, size, schema, a handler that stumbles: each cut out, each found again."""
    echo = Echo()
    echo.stumbles_over = {"n666"}
    good = [an_alert(1), an_alert(2)]
    await rig.say(good[0], partition=0)
    bad = {
        "header": await rig.say(b'{"no": "envelope"}', partition=0),
        "not_json": await rig.say(
            b"\xff\xfe\x00", partition=0, headers=Envelope("a", "/t", rig.topic.name).headers()
        ),
        "limit": await rig.say(
            b" " * 100_000, partition=0, headers=Envelope("b", "/t", rig.topic.name).headers()
        ),
        "schema": await rig.say(
            b'{"return_id": 7}', partition=0, headers=Envelope("c", "/t", rig.topic.name).headers()
        ),
        "unexpected": await rig.say(an_alert(666), partition=0),
    }
    await rig.say(
        good[1],
        partition=0,
        headers=[("odd", b"\xff\xfe"), ("null", None), ("reply_to", LETTERS.encode())],
    )

    async with running(rig.service(echo)) as service:
        await rig.done(service)

    letters = {
        dict(r.headers)["dlq_error_code"].decode(): r
        for r in await rig.read(LETTERS)
        if dict(r.headers)["dlq_original_topic"].decode() == rig.topic.name
    }
    assert set(letters) == set(bad)
    assert echo.heard == ["n1", "n2"]
    assert letters["not_json"].value == b"\xff\xfe\x00"
    assert letters["limit"].value == b" " * 100_000
    for code, record in bad.items():
        assert dict(letters[code].headers)["dlq_original_offset"] == str(record.offset).encode()


async def test_messages_of_one_key_keep_their_order(rig: Rig):
    """Batches, grouped publishes and parking must not overtake one another."""
    echo, of = Echo(), [str(uuid4()) for _ in range(5)]
    async with running(rig.service(echo)) as service:
        for number in range(100):
            await rig.say(an_alert(number, of[number % 5]))
        await rig.done(service)

    for key in of:
        numbers = [
            int(TOLD.model.read(r.value).occasion[1:])
            for r in await rig.read(TOLD.name)
            if r.key == key.encode()
        ]
        assert numbers == sorted(numbers)
        assert len(numbers) == 20


async def test_a_partition_changes_hands_only_after_its_batch_is_committed(rig: Rig):
    """Without our listener both members would handle the same records: aiokafka does not wait."""
    slow, other = Echo(), Echo()
    slow.gate = asyncio.Event()
    async with running(rig.service(slow)) as first:
        await eventually(lambda: first.intake.joined, "the first member")
        for number in range(20):
            await rig.say(an_alert(number))
        await eventually(lambda: not first.intake._idle.is_set(), "a batch in flight")
        asked, finished = asyncio.Event(), list[bool]()
        give_up = first.intake.on_partitions_revoked

        async def watched(revoked: set[TopicPartition]) -> None:
            asked.set()
            await give_up(revoked)
            finished.append(first.intake._idle.is_set())

        first.intake.on_partitions_revoked = watched
        second = rig.service(other)
        joining = asyncio.create_task(second.broker.start())
        await eventually(asked.is_set, "the group to ask for the partitions")
        slow.gate.set()
        await joining
        await rig.done(second)
        await second.broker.stop()

    assert finished[0]
    assert sorted([*slow.heard, *other.heard]) == sorted(f"n{number}" for number in range(20))


async def test_a_stop_finishes_the_batch_in_flight_and_commits_it(rig: Rig):
    """A deployment costs nobody a second hearing."""
    slow, next_one = Echo(), Echo()
    slow.gate = asyncio.Event()
    said = [an_alert(number) for number in range(20)]
    async with running(rig.service(slow)) as stopping:
        for message in said:
            await rig.say(message)
        await eventually(lambda: not stopping.intake._idle.is_set(), "a batch in flight")
        ending = asyncio.create_task(stopping.broker.stop())
        await asyncio.sleep(0)  # it has begun to stop, and waits
        slow.gate.set()
        await ending
    async with running(rig.service(next_one)) as service:
        await rig.done(service)

    assert sorted([*slow.heard, *next_one.heard]) == sorted(m.occasion for m in said)
    assert slow.heard


async def test_what_was_not_finished_is_heard_again_by_whoever_takes_over(rig: Rig):
    """Nothing is committed because it was fetched; the client's own commits would do just that."""
    dying, successor = Echo(), Echo()
    dying.gate = asyncio.Event()
    first = rig.service(dying)
    await first.broker.start()
    for number in range(20):
        await rig.say(an_alert(number))
    await eventually(lambda: not first.intake._idle.is_set(), "a batch in flight")

    await first.intake.consumer.stop()  # as far as Kafka can tell, the process is gone
    async with running(rig.service(successor)) as service:
        await rig.done(service)
    dying.gate.set()
    await first.broker.stop()

    assert sorted(successor.heard) == sorted(f"n{number}" for number in range(20))


async def test_an_outage_of_the_database_parks_nothing(rig: Rig):
    """While MongoDB is away the partition waits; when it is back, everything goes on."""
    echo = Echo()
    service = rig.service(echo)
    keep, failing = service.intake._judge._ledger.keep, True

    async def keep_or_fail(*args: Any) -> None:
        if failing:
            raise ConnectionError("no primary")
        await keep(*args)

    service.intake._judge._ledger.keep = keep_or_fail
    async with running(service):
        await rig.say(an_alert(1))
        await eventually(lambda: service.intake.waiting_for_dependency, "the wait")
        assert await rig.lag(service) == 1
        assert "dependency" in await service.missing()

        failing = False
        await rig.done(service)

    letters = [
        r for r in await rig.read(LETTERS) if rig.topic.name.encode() in dict(r.headers).values()
    ]
    assert letters == []
    assert not service.intake.waiting_for_dependency


async def test_what_kafka_refuses_is_not_called_told(rig: Rig):
    """Handed to the client is not told: only the brokers' word counts, for every message."""
    speaker = rig.service(Echo())._speaker
    await speaker.start()
    fits = Tell(TOLD.name, b"k", [("x", b"1")], b"small")
    refused = Tell(TOLD.name, b"k", [("x", b"2")], b"l" * 3_000_000)

    with pytest.raises(MessageSizeTooLargeError):
        await speaker.tell([fits, refused])

    await speaker.stop()


async def test_a_large_message_travels_alone(rig: Rig):
    """A label's documents are larger than a batch."""
    key = str(uuid4()).encode()
    speaker = rig.service(Echo())._speaker
    await speaker.start()
    small = Tell(TOLD.name, key, [("x", b"1")], b"small")
    large = Tell(TOLD.name, key, [("x", b"2")], b"l" * 700_000)

    await speaker.tell([small, large, small])
    await speaker.stop()

    told = [len(r.value) for r in await rig.read(TOLD.name) if r.key == key]
    assert told == [5, 700_000, 5]
