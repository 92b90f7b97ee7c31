"""Every kind of no over real Kafka: the same bytes, and a bench that would see other timing."""

from __future__ import annotations

import json
import re
from contextlib import asynccontextmanager
from uuid import uuid4

import pytest
from aiokafka import AIOKafkaConsumer

from contracts.topics import SHIPMENT_NOT_FOUND
from deploy.ops.lag import places
from services._runtime import mongo
from services.lookup import app
from services.lookup.settings import Settings
from tests.bench.uniform import measure, readings, told
from tests.support.causes import CAUSES, FOUND, Scene

pytestmark = pytest.mark.real

FLOOR_MS = 250

_ID = re.compile(rb"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_INSTANT = re.compile(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|\+00:00)")
_TRACE = re.compile(rb"00-[0-9a-f]{32}-[0-9a-f]{16}-0[01]")


@asynccontextmanager
async def lookup(kafka, mongo_uri, scene):
    """A lookup in a group and on a database of this test's own; yields the group."""
    group = f"test-{scene.mark}"
    settings = Settings(
        kafka=kafka,
        mongo=mongo_uri,
        digest_key="ab" * 32,
        late_seconds=3600,
        portal_wrong=scene.limits.portal,
        floor_ms=FLOOR_MS,
        jitter_ms=5,
    )
    db = mongo.database(mongo_uri, f"lookup-{scene.mark}")
    service = app.wired(settings, db)
    service.intake._subscriber.group_id = group
    await service.broker.start()
    try:
        yield group
    finally:
        await db.client.drop_database(db.name)
        await service.broker.stop()


async def answers_of(kafka, scene):
    """Every record of this scene on shipment-not-found, by the lookup it answers."""
    async with AIOKafkaConsumer(bootstrap_servers=kafka) as consumer:
        where = await places(consumer, [SHIPMENT_NOT_FOUND.name])
        consumer.assign(where)
        found = {}
        for place, end in (await consumer.end_offsets(where)).items():
            consumer.seek(place, 0)
            while await consumer.position(place) < end:
                for record in (await consumer.getmany(place, timeout_ms=500)).get(place, []):
                    found[record.key.decode()] = record
    wanted = {
        scene.question(cause, n).lookup_id: cause
        for cause in CAUSES
        for n in range(scene.samples)
        if cause != FOUND
    }
    return [(cause, found[lookup_id]) for lookup_id, cause in wanted.items()]


def bare(scene, cause, written: bytes) -> bytes:
    """These bytes with every id and instant, and the name of the portal, blanked out in place."""
    shown = written.replace(scene.portal(cause).encode(), b"the portal")
    for pattern in (_ID, _INSTANT, _TRACE):
        shown = pattern.sub(lambda found: b"." * len(found[0]), shown)
    return shown


async def test_every_no_is_the_same_record_whatever_its_cause(bootstrap, mongo_uri):
    """Topic, body, names and order and size of the headers: nothing tells why.

    Limited and locked among them, and the bench of the timing runs on the same scene.
    """
    scene = Scene(f"scene-{uuid4().hex[:8]}", samples=4)
    async with lookup(bootstrap, mongo_uri, scene) as group:
        took = await measure(bootstrap, scene, rate=100, group=group)
    answers = await answers_of(bootstrap, scene)

    shapes = {
        (
            bare(scene, cause, record.value),
            tuple((name, bare(scene, cause, value)) for name, value in record.headers),
        )
        for cause, record in answers
    }
    assert {cause for cause, _ in answers} == CAUSES.keys() - {FOUND}
    assert len(answers) == 4 * (len(CAUSES) - 1)
    assert len(shapes) == 1
    ((body, headers),) = shapes
    assert json.loads(answers[0][1].value).keys() == {"lookup_id", "portal_id"}
    assert b"the portal" in body
    assert [name for name, _ in headers].count("ce_id") == 1

    assert {cause: len(values) for cause, values in took.items()} == dict.fromkeys(CAUSES, 4)
    fastest = min(t for values in took.values() for t in values)
    assert fastest >= FLOOR_MS - 1  # Kafka's time stamps are whole milliseconds
    table = told(readings(took))
    for cause in CAUSES:
        assert cause in table
