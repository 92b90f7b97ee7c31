"""A named data folder keeps its data from one run to the next, whatever the ports are then."""

from __future__ import annotations

import asyncio

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from pymongo import MongoClient

from deploy.local.faults import CannotStart
from deploy.local.stack import Stack

pytestmark = pytest.mark.real


async def tell(bootstrap: str) -> None:
    """One record is kept in a new topic."""
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    await admin.create_topics([NewTopic("teapots", num_partitions=1, replication_factor=1)])
    await admin.close()
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap)
    await producer.start()
    await producer.send_and_wait("teapots", b"GRUMPY-TEAPOT")
    await producer.stop()


async def hear(bootstrap: str) -> bytes:
    """The first record of that topic."""
    consumer = AIOKafkaConsumer(
        "teapots", bootstrap_servers=bootstrap, auto_offset_reset="earliest"
    )
    await consumer.start()
    try:
        return (await asyncio.wait_for(consumer.getone(), 60)).value
    finally:
        await consumer.stop()


def test_data_of_a_named_folder_is_there_in_the_next_run(tmp_path):
    """`retour up --folder` is for working with the same returns for days."""
    folder = tmp_path / "mine"
    with Stack(services=(), folder=folder) as first:
        asyncio.run(tell(first.kafka))
        with MongoClient(first.mongo) as client:
            client.crockery.shelf.insert_one({"_id": "pot"})

    with Stack(services=(), folder=folder) as second:
        heard = asyncio.run(hear(second.kafka))
        with MongoClient(second.mongo) as client:
            kept = client.crockery.shelf.count_documents({"_id": "pot"})

    assert second.mongo != first.mongo
    assert heard == b"GRUMPY-TEAPOT"
    assert kept == 1


def test_two_stacks_cannot_share_a_folder(tmp_path):
    """Two brokers on one folder would ruin it."""
    with Stack(services=(), folder=tmp_path) as first:
        with pytest.raises(CannotStart) as fault:
            Stack(services=(), folder=tmp_path).start()

        assert fault.value.code == "folder-in-use"
        assert first.ended() == []
