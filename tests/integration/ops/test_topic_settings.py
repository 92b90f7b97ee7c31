"""What topics refuse, and what becomes of those that were made before."""

from __future__ import annotations

import asyncio
import json
from uuid import uuid4

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import MessageSizeTooLargeError
from typer.testing import CliRunner

from contracts import topics
from deploy.cli import app
from deploy.ops.drift import Drift, drifts, mend
from deploy.ops.topics import BIGGEST_RECORD, wanted
from services._runtime.reading import LONGEST_HEADER, MOST_HEADERS
from services._runtime.speaker import BATCH_BYTES, KafkaSpeaker
from services._runtime.words import Tell
from tests.support.bombs import MIB, sent

TOPIC = topics.REASON_SPIKED.name
"""Nobody tells on it yet, so nobody else's test stumbles over ours."""


@pytest.mark.real
@pytest.mark.parametrize("codec", ["gzip", "snappy", "lz4", "zstd"])
async def test_what_is_large_once_unpacked_is_refused(bootstrap: str, codec: str):
    """A consumer unpacks whatever it is handed: the broker must look inside."""
    with pytest.raises(MessageSizeTooLargeError):
        await sent(bootstrap, TOPIC, [(b"k", bytes(20 * MIB))], codec=codec)
    with pytest.raises(MessageSizeTooLargeError):
        await sent(bootstrap, TOPIC, [(b"k", bytes(MIB // 2))] * 40, codec=codec)


@pytest.mark.real
@pytest.mark.parametrize("codec", [None, "gzip", "snappy", "lz4", "zstd"])
async def test_honest_batches_are_taken_in_every_codec(bootstrap: str, codec: str | None):
    """Frontends and shops choose their own client and its settings."""
    key = str(uuid4()).encode()

    first = await sent(bootstrap, TOPIC, [(key, b"a"), (key, b"b" * 900_000)], codec=codec)

    assert [len(value) for value in await values(bootstrap, first, key)] == [1, 900_000]


@pytest.mark.real
async def test_whole_batches_of_the_speaker_are_taken(bootstrap: str):
    """The limit is of a batch, and the speaker fills batches. One refused blocks it forever."""
    speaker = KafkaSpeaker(bootstrap, "test")
    await speaker.start()
    key = str(uuid4()).encode()
    tells = [Tell(TOPIC, key, [("n", b"%d" % n)], b"x" * (60 * 1024)) for n in range(50)]
    biggest = Tell(topics.LABEL_PRINTED.name, key, [], b"x" * topics.LABEL_PRINTED.max_bytes)

    await speaker.tell([*tells, biggest])

    await speaker.stop()


def test_every_topic_takes_what_its_contract_allows_and_a_whole_batch_of_the_speaker():
    """A topic that refuses what a service may say stops that service for good."""
    configs = {topic.name: topic.topic_configs for topic in wanted()}
    our_own_headers = 4 * 1024

    for topic in topics.ALL:
        most = int(configs[topic.name]["max.message.bytes"])
        assert topic.max_bytes + our_own_headers < most, topic.name
        assert most > BATCH_BYTES, topic.name
    for service in topics.SERVICES:
        letters = int(configs[topics.dead_letters_of(service)]["max.message.bytes"])
        redriven = int(configs[topics.redriven_to(service)]["max.message.bytes"])
        assert letters > redriven > BIGGEST_RECORD
    assert MOST_HEADERS * LONGEST_HEADER <= BIGGEST_RECORD
    assert {one["compression.type"] for one in configs.values()} == {"uncompressed"}


@pytest.mark.real
async def test_a_topic_that_was_made_before_is_named_and_put_right(bootstrap: str):
    """An upgrade must not leave the old doors open, nor undo what an operator set on purpose."""
    assert await drifts(bootstrap) == []
    # Kafka forgets what is not named: this topic now has its defaults but for these two.
    await alter(bootstrap, {"compression.type": "producer", "segment.ms": "86400000"})
    try:
        found = {(one.setting, one.is_) for one in await drifts(bootstrap)}
        assert ("compression.type", "producer") in found
        assert ("retention.ms", "604800000") in found

        mended = await mend(bootstrap)

        assert Drift(TOPIC, "compression.type", "producer", "uncompressed") in mended
        assert await drifts(bootstrap) == []
        assert (await settings(bootstrap))["segment.ms"] == "86400000"
    finally:
        (ours,) = [one.topic_configs for one in wanted() if one.name == TOPIC]
        await alter(bootstrap, ours)


async def alter(bootstrap: str, configs: dict[str, str]) -> None:
    """The topic has these settings and no others."""
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        await admin.alter_configs([ConfigResource(ConfigResourceType.TOPIC, TOPIC, configs)])
    finally:
        await admin.close()


async def settings(bootstrap: str) -> dict[str, str]:
    """As the broker knows them."""
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        (answer,) = await admin.describe_configs([ConfigResource(ConfigResourceType.TOPIC, TOPIC)])
    finally:
        await admin.close()
    return {entry[0]: entry[1] for entry in answer.resources[0][4]}


async def values(bootstrap: str, first: int, key: bytes) -> list[bytes]:
    """What lies on the first partition from this offset on, under this key."""
    consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap)
    await consumer.start()
    try:
        place = TopicPartition(TOPIC, 0)
        consumer.assign([place])
        consumer.seek(place, first)
        end = (await consumer.end_offsets([place]))[place]
        found = []
        while await consumer.position(place) < end:
            for records in (await consumer.getmany(timeout_ms=500)).values():
                found += [record.value for record in records if record.key == key]
    finally:
        await consumer.stop()
    return found


@pytest.mark.real
def test_the_command_names_what_differs_and_alters_it_when_asked(bootstrap: str):
    """An operator upgrades with one command, and sees what it would do before it does."""
    asyncio.run(alter(bootstrap, {"compression.type": "producer"}))
    command = ["topics", "--kafka", bootstrap]

    named = CliRunner().invoke(app, command)
    altered = CliRunner().invoke(app, [*command, "--alter"])
    again = CliRunner().invoke(app, command)

    wrong = f"{TOPIC}: compression.type is producer, wanted uncompressed"
    assert wrong in json.loads(named.stdout)["differ"]
    assert "topics-differ" in named.stderr
    assert wrong in json.loads(altered.stdout)["altered"]
    assert json.loads(again.stdout) == {"created": [], "differ": []}
