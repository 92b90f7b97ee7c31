"""The whole service on a real mongod: decided once, and nothing personal on the disk."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from contracts import topics
from contracts.envelope import Envelope, derived_id
from contracts.lookup import FindShipment
from contracts.rules import PortalOpened, PortalRefused
from contracts.shape import Home, Money
from contracts.shop import Customer, ShipmentRecorded, ShippedItem
from services._runtime import ledger_mongo, mongo
from services._runtime.judging import Batch, Judge
from services._runtime.ledger_mongo import LedgerMongo
from services._runtime.words import Heard
from services.lookup.adapters import facts_mongo
from services.lookup.adapters.budgets_mongo import BudgetsMongo
from services.lookup.adapters.facts_mongo import FactsMongo
from services.lookup.domain.budget import Limits
from services.lookup.handlers import Handlers

pytestmark = pytest.mark.real

NOW = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)
KEY = bytes(range(16))


class Paper:
    """A record, as far as deciding looks at it."""

    def __init__(self, topic, key, value):
        self.topic, self.key, self.value = topic, key, value
        self.partition, self.offset, self.headers = 0, 0, ()
        self.timestamp, self.timestamp_type = int(NOW.timestamp() * 1000), 0


class Process:
    """One process of lookup, from what was read to what would be told."""

    def __init__(self, db):
        budgets = BudgetsMongo(db, Limits())
        handlers = Handlers(FactsMongo(db), budgets, KEY, lambda: NOW, 2, 15)
        self._routes = {route.topic: route for route in handlers.routes()}
        self._judge = Judge("lookup", LedgerMongo(db), lambda: NOW)

    async def hears(self, *messages, topic=None):
        """What is told after this batch of messages of one topic."""
        topic = topic or topics.BY_MODEL[type(messages[0])]
        batch = Batch()
        await self._judge.judge(self._routes[topic], [_heard(topic, m) for m in messages], batch)
        return batch.tells


def _heard(topic, message):
    if isinstance(message, str):
        return Heard(
            None, message, Envelope(message, "/test", topic.name), Paper(topic.name, b"", None)
        )
    key = topic.key_of(message)
    cause = Envelope(derived_id(key.decode()), "/test", topic.name)
    return Heard(
        message, key.decode(), cause, Paper(topic.name, key, message.body()), message.body()
    )


def _shipment(n):
    return ShipmentRecorded(
        shipment_id=f"s{n}",
        portal_id="moss-and-fern",
        order_no=f"ORDER{n}",
        tracking_number=f"CANARY-NUMBER-{n}",
        ordered_at=NOW - timedelta(days=9),
        delivered_at=NOW - timedelta(days=1),
        customer=Customer(name="CANARY-NAME", email="canary@example.com"),
        deliver_to=Home(street="CANARY-STREET", postal_code=f"101{n} JS", town="T", country="NL"),
        items=(
            ShippedItem(
                line_id="1",
                sku="TEAPOT",
                name="Grumpy teapot",
                quantity=1,
                unit_price=Money(minor=1, currency="EUR"),
            ),
        ),
    )


def _question(n, portal_id="moss-and-fern", code=None):
    return FindShipment(
        lookup_id=derived_id("lookup", str(n), portal_id, str(code)),
        portal_id=portal_id,
        tracking_number=f"canary number {n}",
        postal_code=code or f"nl-101{n}js",
    )


@pytest.fixture
async def database(mongo_uri):
    """A database of this test's own, with the indexes a running lookup has."""
    db = mongo.database(mongo_uri, f"lookup-{uuid4().hex[:12]}")
    await mongo.ensure(db, (*ledger_mongo.INDEXES, *facts_mongo.INDEXES))
    yield db
    await db.client.drop_database(db.name)
    db.client.close()


async def test_a_batch_is_answered_one_by_one_and_in_order(database):
    """A hit, a miss and a portal nobody knows do not get in each other's way."""
    lookup = Process(database)
    await lookup.hears(PortalOpened(portal_id="moss-and-fern", version=1))
    await lookup.hears(*(_shipment(n) for n in range(4)))

    told = await lookup.hears(
        _question(2), _question(9), _question(3, portal_id="nobody"), _question(0)
    )

    assert [
        (tell.topic, dict(tell.headers).get("dlq_original_key", tell.key)) for tell in told
    ] == [
        ("returns.shipment-found.v1", _question(2).lookup_id.encode()),
        ("returns.shipment-not-found.v1", _question(9).lookup_id.encode()),
        ("returns.dead-letters.lookup", _question(3, portal_id="nobody").lookup_id.encode()),
        ("returns.shipment-found.v1", _question(0).lookup_id.encode()),
    ]
    assert dict(told[2].headers)["dlq_error_code"] == b"unknown_portal"


async def test_another_process_tells_what_the_first_one_decided(database):
    """The first died before telling; meanwhile the portal closed. The answer stays, id and all."""
    first = Process(database)
    await first.hears(PortalOpened(portal_id="moss-and-fern", version=1))
    await first.hears(_shipment(1), _shipment(2))
    decided = await first.hears(_question(1), _question(2))
    await first.hears(PortalRefused(portal_id="moss-and-fern", version=2, findings=()))

    again = await Process(database).hears(_question(1), _question(2))

    assert again == decided
    assert [tell.topic for tell in again] == ["returns.shipment-found.v1"] * 2


async def test_nothing_personal_is_on_the_disk_and_forgetting_leaves_no_digest(database):
    """What a thief of the database holds: ids, countries, dates and digests without their key."""
    lookup = Process(database)
    await lookup.hears(PortalOpened(portal_id="moss-and-fern", version=1))
    await lookup.hears(*(_shipment(n) for n in range(3)))
    await lookup.hears(_question(1), _question(2, code="CANARY-CODE"), _question(7))

    everything = await _dumped(database)
    await lookup.hears("s0", "s1", "s2", topic=topics.SHIPMENT_RECORDED)

    assert "s1" in everything
    for canary in ("canary", "number-1", "number 1", "1011js", "1011 js", "order1", "teapot"):
        assert canary not in everything.lower()
    assert await database[facts_mongo.PARCELS].count_documents({"digest": {"$ne": None}}) == 0


async def _dumped(database):
    """Every document of every collection, as text."""
    names = await database.list_collection_names()
    return repr([[d async for d in database[name].find({})] for name in sorted(names)])
