"""Locks and keys that change, do not fit, or are taken away: F33, F37 and D19."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient

from contracts.topics import REQUEST_RETURN, SERVICES, dead_letters_of
from deploy.demo.play import play
from deploy.demo.sample import read, returns
from deploy.local.certificates import Authority, written
from deploy.local.secured import ADMIN, SecuredStack
from deploy.ops import acls, users
from deploy.ops.access import Right
from services._runtime.kafka_access import clients
from tests.support.eventually import eventually
from tests.support.house import PATIENCE, House, all_ready, log_of, ready
from tests.support.paced import PacedFrontend

pytestmark = [pytest.mark.real, pytest.mark.slow, pytest.mark.long]

PLAYED_BEFORE, RETURNS = 15, 40


# ── dead letters that may not be written (F37) ───────────────────────────────────────────────────


async def test_whoever_may_not_park_waits_and_loses_nothing(house: House):
    """Turned back again and again, nothing committed, not ready; parked once the right is back."""
    stack, admin = house.stack, house.stack.kafka_as(ADMIN)
    right = Right("rules", "write", "topic", dead_letters_of("rules"))
    before = await letters(stack)
    await acls.revoke(admin, [right])
    async with AIOKafkaProducer(**clients(stack.kafka_as("frontend"))) as producer:
        sent = await producer.send_and_wait(REQUEST_RETURN.name, b"{", key=b"f37", partition=0)

    await eventually(lambda: not ready(stack, "rules"), "rules to be not ready", PATIENCE)
    turned_back = await eventually(
        lambda: [line for line in log_of(stack, "rules") if line["event"] == "batch_turned_back"],
        "the batch to be turned back",
        PATIENCE,
    )
    assert {line["error"] for line in turned_back} == {"TopicAuthorizationFailedError"}
    assert await committed(stack, "rules", sent.topic, sent.partition) <= sent.offset

    await acls.grant(admin, [right])

    await all_ready(stack)

    async def parked() -> bool:
        return await letters(stack) > before

    await eventually(parked, "the letter", PATIENCE)
    assert await letters(stack) == before + 1
    assert await committed(stack, "rules", sent.topic, sent.partition) > sent.offset


async def letters(stack: SecuredStack) -> int:
    """How many records the dead letters of rules hold."""
    topic = dead_letters_of("rules")
    async with AIOKafkaConsumer(**clients(stack.kafka_as("operator"))) as consumer:
        consumer._client.set_topics([topic])
        await consumer._client.force_metadata_update()
        places = [TopicPartition(topic, p) for p in consumer.partitions_for_topic(topic)]
        return sum((await consumer.end_offsets(places)).values())


async def committed(stack: SecuredStack, group: str, topic: str, partition: int) -> int:
    """Where this group would begin again."""
    admin = AIOKafkaAdminClient(**clients(stack.kafka_as("operator")))
    await admin.start()
    try:
        found = await admin.list_consumer_group_offsets(group)
    finally:
        await admin.close()
    place = found.get(TopicPartition(topic, partition))
    return place.offset if place else -1


# ── passwords that change (D19) ──────────────────────────────────────────────────────────────────


async def test_passwords_change_under_load_and_nothing_is_lost(house: House):
    """One service after the other has new ones and is restarted, with returns on their way."""
    stack = house.stack
    asked = returns(read())[PLAYED_BEFORE : PLAYED_BEFORE + RETURNS]
    on_their_way = []
    async with PacedFrontend(stack.kafka, stack.kafka_as) as frontend:
        playing = asyncio.create_task(play(frontend, asked, lambda *_: None))
        for service in SERVICES:
            frontend.admit(8)
            await frontend.word_from("lookup", 5)
            on_their_way.append(frontend.on_their_way)
            await rotate(stack, service)
            stack.restart(service)
            await stack.ready(service)
        frontend.admit(100)
        played = await playing

    assert all(on_their_way), on_their_way
    assert played.tally.approved + played.tally.rejected == len(asked)


async def rotate(stack: SecuredStack, service: str) -> None:
    """New passwords, on both sides. Whoever is connected stays so."""
    for of in ("kafka", "mongo"):
        (stack.secrets / f"{of}-{service}").unlink()
    known = {service: stack.password("kafka", service)}
    await acls.give_passwords(stack.kafka_as(ADMIN), known)
    await users.apply(stack.mongo_as(ADMIN), {service: stack.password("mongo", service)})


# ── locks that do not fit (F33) ──────────────────────────────────────────────────────────────────


def expired(stack: SecuredStack) -> bytes:
    """A true certificate whose time is over."""
    authority = Authority.kept(stack.secrets)
    begun = datetime.now(UTC) - timedelta(days=60)
    return authority.vouch("retour-kafka", begins=begun, lasts=timedelta(days=30))


def strangers(_stack: SecuredStack) -> bytes:
    """A certificate that somebody else vouches for."""
    return Authority.new().vouch("retour-kafka")


@pytest.mark.parametrize("fault", [expired, strangers])
async def test_a_broker_that_is_not_believed_is_waited_for(house: House, fault):
    """Who runs is not ready and says why, and so is who starts; all recover by themselves."""
    stack = house.stack
    await all_ready(stack)
    before = {service: len(log_of(stack, service)) for service in SERVICES}
    certificate = stack.secrets / "kafka.pem"
    good = certificate.read_bytes()
    written(certificate, fault(stack))
    stack.restart("kafka")
    stack.restart("lookup")
    try:
        for service in SERVICES:
            await eventually(
                lambda name=service: (
                    not ready(stack, name)
                    and "kafka_certificate_refused" in codes(stack, name, before)
                ),
                f"{service} to say why it is not ready",
                PATIENCE,
            )
    finally:
        written(certificate, good)
        stack.restart("kafka")

    await all_ready(stack)
    assert stack.ended() == []


async def test_a_password_that_is_not_the_brokers_is_waited_for(house: House):
    """The broker has a new one and the service has not: it says so, and waits until both agree."""
    stack = house.stack
    await all_ready(stack)
    before = {"lookup": len(log_of(stack, "lookup"))}
    known = stack.password("kafka", "lookup")
    admin = stack.kafka_as(ADMIN)
    await acls.give_passwords(admin, {"lookup": stack.password("kafka", "spare")})
    stack.restart("lookup")
    try:
        await eventually(
            lambda: "kafka_login_refused" in codes(stack, "lookup", before),
            "lookup to say that its login is refused",
            PATIENCE,
        )
        assert not ready(stack, "lookup")
    finally:
        await acls.give_passwords(admin, {"lookup": known})

    await all_ready(stack)


async def test_a_database_that_is_not_believed_is_waited_for(house: House):
    """The same for MongoDB's certificate and a user's password."""
    stack = house.stack
    await all_ready(stack)
    before = {"lookup": len(log_of(stack, "lookup"))}
    known = stack.password("mongo", "lookup")
    certificate = stack.secrets / "mongod.pem"
    good = certificate.read_bytes()
    written(certificate, strangers(stack))
    stack.restart("mongod")
    stack.restart("lookup")
    try:
        await eventually(
            lambda: "mongo_certificate_refused" in codes(stack, "lookup", before),
            "lookup to say that it does not believe the database",
            PATIENCE,
        )
        assert not any(ready(stack, service) for service in SERVICES)
    finally:
        written(certificate, good)
        stack.restart("mongod")
    await stack.ready("mongod")
    await all_ready(stack)

    await users.apply(stack.mongo_as(ADMIN), {"lookup": stack.password("mongo", "spare")})
    stack.restart("lookup")
    try:
        await eventually(
            lambda: "mongo_login_refused" in codes(stack, "lookup", before),
            "lookup to say that its login is refused",
            PATIENCE,
        )
    finally:
        await users.apply(stack.mongo_as(ADMIN), {"lookup": known})
    await all_ready(stack)


def codes(stack: SecuredStack, service: str, before: Mapping[str, int]) -> set[str]:
    """Why it was not ready, by the lines it has written since."""
    return {line.get("code", "") for line in log_of(stack, service)[before[service] :]}
