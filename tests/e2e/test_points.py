"""Points on the real thing: an operator imports, a customer is offered, labels proposes."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from aiokafka import AIOKafkaProducer

from contracts.envelope import Envelope
from contracts.labels import ServicePointsProposed
from contracts.topics import BY_MODEL, SERVICE_POINTS_PROPOSED
from deploy.demo import points_sample
from deploy.local.stack import Stack
from services._runtime.mongo import MongoAccess
from tests.support.builders import a_shipment
from tests.support.eventually import eventually
from tests.support.pointing import a_question, an_offer
from tests.support.wire import everything

pytestmark = [pytest.mark.real, pytest.mark.slow]

LILLE = a_shipment().deliver_to.model_copy(
    update={"postal_code": "59000", "town": "Lille", "country": "FR"}
)


async def tells(kafka, *messages):
    """The shop, rules or a frontend says something."""
    producer = AIOKafkaProducer(bootstrap_servers=kafka, acks="all")
    await producer.start()
    try:
        for message in messages:
            topic = BY_MODEL[type(message)]
            key, at = topic.key_of(message), datetime.now(UTC)
            envelope = Envelope(str(uuid4()), "/test", topic.name, at, key.decode())
            await producer.send_and_wait(
                topic.name, message.body(), key=key, headers=list(envelope.headers())
            )
    finally:
        await producer.stop()


def proposed(kafka):
    """What labels proposed so far."""
    return [
        ServicePointsProposed.read(record.value())
        for record in everything(kafka)
        if record.topic() == SERVICE_POINTS_PROPOSED.name
    ]


def test_an_offer_and_a_question_are_answered_over_kafka():
    """An offer that comes before its parcel waits for it; a question needs no parcel."""
    with Stack(services=("labels",)) as stack:
        kept = asyncio.run(
            points_sample.imported(MongoAccess(stack.mongo), "simulated", datetime.now(UTC))
        )
        offer = an_offer(("drop_off_point", "simulated"), ("in_store", None))
        question = a_question(country="FR", postal_code="59000", carrier=None, limit=3)
        asyncio.run(tells(stack.kafka, offer, question, a_shipment(deliver_to=LILLE)))

        def both():
            found = proposed(stack.kafka)
            return found if len(found) == 2 else None

        said = asyncio.run(eventually(both, "both are answered", 60))

    assert kept == (181, 134)
    by_lookup = {one.lookup_id: one for one in said}
    offered, asked = by_lookup[offer.lookup_id], by_lookup[question.lookup_id]
    assert (len(offered.points), len(asked.points)) == (10, 3)
    assert offered.points[:3] == asked.points
    assert offered.points[0].town == "LILLE"
    assert (offered.carrier, offered.return_method) == ("simulated", "drop_off_point")
    assert offered.approximate
