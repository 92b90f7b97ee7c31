"""The local stack is what it claims to be: a real broker and database, and no trace afterwards."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import smtplib
import subprocess
import sys
from contextlib import contextmanager, suppress
from email.message import EmailMessage
from pathlib import Path

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import UnknownTopicOrPartitionError
from pymongo import MongoClient

from deploy.local.mailbox import Mailbox, Submission
from deploy.local.processes import is_free
from deploy.local.runs import LOCAL, ROOT
from deploy.local.stack import Stack
from tests.support.eventually import eventually

pytestmark = pytest.mark.real

UP = (sys.executable, "-m", "deploy.local.up", "--mailbox", "--services")
PATIENCE_SECONDS = 120.0


@pytest.fixture(scope="module")
def stack():
    """Broker, database and mailbox; no service."""
    with Stack(services=(), mailbox=True) as running:
        yield running


@contextmanager
def up(**environment: str):
    """The stack as its own program, and what it said about itself once it was ready."""
    program = subprocess.Popen(
        UP,
        cwd=ROOT,
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield program, json.loads(program.stdout.readline())
    finally:
        program.terminate()
        program.communicate(timeout=PATIENCE_SECONDS)


def is_running(pid: int) -> bool:
    """A zombie has ended: only its parent has not looked yet."""
    with suppress(FileNotFoundError, ProcessLookupError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False


def port_of(address: str) -> int:
    """The port in `host:port`, or in a MongoDB connection string."""
    return int(address.partition("/?")[0].rpartition(":")[2])


async def create(bootstrap: str, topic: str) -> None:
    """The topic exists, with one partition."""
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        await admin.create_topics([NewTopic(topic, num_partitions=1, replication_factor=1)])
    finally:
        await admin.close()


async def send(bootstrap: str, topic: str, value: bytes) -> None:
    """The record is acknowledged."""
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap, acks="all")
    await producer.start()
    try:
        await producer.send_and_wait(topic, value, key=b"teapot", headers=[("ce_id", b"7")])
    finally:
        await producer.stop()


async def read_as_a_group(bootstrap: str, topic: str):
    """The first record, and what the group has committed after it."""
    consumer = AIOKafkaConsumer(
        topic,
        bootstrap_servers=bootstrap,
        group_id="readers-of-teapots",
        auto_offset_reset="earliest",
        enable_auto_commit=False,
    )
    await consumer.start()
    try:
        record = await asyncio.wait_for(consumer.getone(), PATIENCE_SECONDS)
        await consumer.commit()
        return record, await consumer.committed(TopicPartition(topic, 0))
    finally:
        await consumer.stop()


def test_a_record_makes_the_round_trip_and_its_group_remembers(stack):
    """Everything else rests on this: keys, headers, groups and offsets of a real broker."""

    async def there_and_back():
        await create(stack.kafka, "teapots")
        await send(stack.kafka, "teapots", b"GRUMPY-TEAPOT")
        return await read_as_a_group(stack.kafka, "teapots")

    record, committed = asyncio.run(there_and_back())

    assert (record.key, record.value) == (b"teapot", b"GRUMPY-TEAPOT")
    assert list(record.headers) == [("ce_id", b"7")]
    assert committed == 1


def test_a_topic_nobody_created_stays_unknown(stack):
    """A misspelt topic must be an error, or messages are told to nobody."""

    async def topics_after_telling_a_misspelt_one():
        producer = AIOKafkaProducer(bootstrap_servers=stack.kafka, request_timeout_ms=1_000)
        await producer.start()
        try:
            with pytest.raises(UnknownTopicOrPartitionError):
                await producer.send_and_wait("taepots", b"GRUMPY-TEAPOT")
            return await producer.client.fetch_all_metadata()
        finally:
            await producer.stop()

    cluster = asyncio.run(topics_after_telling_a_misspelt_one())

    assert "taepots" not in cluster.topics()


def test_a_transaction_commits_both_documents_or_none(stack):
    """Deciding once needs transactions, and those need a replica set."""
    with MongoClient(stack.mongo, w="majority", journal=True) as client:
        shelf = client.crockery.shelf

        with client.start_session() as session:
            with session.start_transaction():
                shelf.insert_many([{"_id": "pot"}, {"_id": "lid"}], session=session)
            with suppress(RuntimeError), session.start_transaction():
                shelf.insert_one({"_id": "cup"}, session=session)
                raise RuntimeError("dropped it")

        assert {each["_id"] for each in shelf.find()} == {"pot", "lid"}


def test_a_letter_sent_again_arrives_once(stack):
    """After a lost answer notifications sends again, and a customer must not get two letters."""
    letter = EmailMessage()
    letter["Message-ID"] = "<label-7@retour.example>"
    letter["From"], letter["To"] = "returns@example.com", "dormouse@example.com"
    letter["Subject"] = "Your label, größer than life"
    letter.set_content("Put the teapot in a box.\n")

    for _ in range(2):
        with smtplib.SMTP("127.0.0.1", stack.mail_port) as post:
            post.send_message(letter)

    mailbox = Mailbox(stack.mail_folder)
    (arrived,) = mailbox.letters()
    assert arrived["Subject"] == "Your label, größer than life"
    assert arrived.get_content() == "Put the teapot in a box.\r\n"
    assert mailbox.path_of("<label-7@retour.example>").exists()
    assert len(list(stack.mail_folder.glob("*.eml"))) == 1
    first, again = mailbox.submissions()
    assert first == Submission("<label-7@retour.example>", 1, first.size_bytes, repeated=False)
    assert again == Submission("<label-7@retour.example>", 1, first.size_bytes, repeated=True)
    assert "dormouse" not in (stack.mail_folder / "submissions.jsonl").read_text()


def test_killed_parts_come_back_with_what_they_had_acknowledged(stack):
    """Faults are played on this stack: a killed broker, database or mailbox must lose nothing."""
    with MongoClient(stack.mongo, w="majority", journal=True) as client:
        client.crockery.survivors.insert_one({"_id": "saucer"})

    async def told():
        await create(stack.kafka, "survivors")
        await send(stack.kafka, "survivors", b"saucer")

    asyncio.run(told())
    for part in stack.parts.values():
        part.kill()
    gone = {part.name for part in stack.ended()}
    for name in gone:
        stack.restart(name)
        asyncio.run(stack.ready(name))
    record, _ = asyncio.run(read_as_a_group(stack.kafka, "survivors"))

    assert gone == {"kafka", "mongod", "mailbox"}
    assert record.value == b"saucer"
    with MongoClient(stack.mongo) as client:
        assert client.crockery.survivors.count_documents({"_id": "saucer"}) == 1


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM], ids=["SIGINT", "SIGTERM"])
def test_a_signal_ends_everything_and_leaves_nothing(how):
    """No process, no open port and no data folder may outlive `retour up`."""
    with up() as (program, told):
        pids, ports = told["pids"], [port_of(told["kafka"]), port_of(told["mongo"]), told["mail"]]
        assert all(is_running(pid) for pid in pids.values())
        assert not any(is_free(port) for port in ports)

        program.send_signal(how)
        program.communicate(timeout=PATIENCE_SECONDS)

        assert program.returncode == 128 + how
        assert [name for name, pid in pids.items() if is_running(pid)] == []
        assert [port for port in ports if not is_free(port)] == []
        assert not (LOCAL / f"run-{program.pid}").exists()
        assert (LOCAL / "logs" / f"run-{program.pid}" / "kafka.log").stat().st_size > 0


def test_a_killed_stack_leaves_no_process_and_the_next_run_sweeps_its_data():
    """Nobody can clean up after kill -9 of itself, so the kernel and the next run do."""
    with up() as (program, told):
        program.kill()
        program.communicate()
        asyncio.run(
            eventually(
                lambda: not any(is_running(pid) for pid in told["pids"].values()),
                "the kernel ends every child of the killed stack",
            )
        )
        assert (LOCAL / f"run-{program.pid}").exists()

    with up():
        assert not (LOCAL / f"run-{program.pid}").exists()


def test_a_stack_without_java_says_the_way_out_in_one_line():
    """Whoever lacks something learns what to install, not where it failed."""
    bare = {name: value for name, value in os.environ.items() if name != "JAVA_HOME"}

    ended = subprocess.run(
        UP, cwd=ROOT, env={**bare, "PATH": ""}, capture_output=True, text=True, check=False
    )

    assert ended.returncode == 2
    assert ended.stdout == ""
    assert ended.stderr == (
        "Java 17 or newer is needed: install a JRE"
        " (Debian: apt install openjdk-17-jre-headless) and run again\n"
    )


def test_a_fixed_port_that_is_taken_says_which_and_what_to_do(stack):
    """Two stacks on one fixed port is the commonest mistake."""
    taken = str(port_of(stack.mongo))

    ended = subprocess.run(
        UP,
        cwd=ROOT,
        env={**os.environ, "RETOUR_PORT_KAFKA": taken},
        capture_output=True,
        text=True,
        check=False,
    )

    assert ended.returncode == 2
    assert ended.stderr == (
        f"Port {taken} is taken: stop what listens there,"
        " or set RETOUR_PORT_KAFKA to another port, or unset it for a free one\n"
    )
