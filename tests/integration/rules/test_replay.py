"""Everything rules ever heard, heard again from the start when its ledger has forgotten all of it.

On real Kafka and a real mongod. The ledger forgets after 75 days; what stands after that are the
returns themselves.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import pytest
from aiokafka import AIOKafkaProducer

from contracts import topics
from contracts.rulebook import KeepItem, NeedsApproval, RequestReason, Rule
from contracts.rules import ApproveReturn, CancelReturn, RefuseReturn, ReleaseRefund, RequestReturn
from contracts.shape import Shape
from deploy.local.processes import free_port
from deploy.ops.dead_letters.reading import read
from deploy.ops.lag import until_caught_up
from services._runtime import mongo
from services._runtime.clock import DatabaseClock, utc_now
from services._runtime.intents_mongo import INTENTS
from services._runtime.ledger_mongo import DECISIONS
from services._runtime.service import Parts, Service
from services._runtime.settings import Settings
from services.rules import READS
from services.rules.adapters import returns_mongo
from services.rules.adapters.facts_mongo import PARCELS, PORTALS, VERSIONS, FactsMongo
from services.rules.adapters.returns_mongo import RETURNS, ReturnsMongo
from services.rules.handlers import Handlers
from services.rules.ports import EXPIRE_APPROVAL, Books
from services.rules.workers import performers
from tests.support.builders import (
    a_parcel_movement,
    a_portal,
    a_request,
    a_requested_item,
    a_shipment,
    a_shipped_item,
    days,
    pounds,
)
from tests.support.carriers import REGISTRY
from tests.support.eventually import eventually
from tests.support.records import an_envelope

pytestmark = pytest.mark.real

FACTS = (PORTALS, VERSIONS, PARCELS, RETURNS)
VERDICTS = (
    *(topics.RETURN_APPROVED, topics.RETURN_REJECTED, topics.RETURN_AWAITING_APPROVAL),
    *(topics.RETURN_CANCELLED, topics.REFUND_DUE),
)
RULES = (
    Rule(rule_id="asks", when=RequestReason(any_of=("other",)), then=(NeedsApproval(),)),
    Rule(rule_id="keeps", when=RequestReason(any_of=("gift",)), then=(KeepItem(),)),
)


class Scene:
    """Rules on a database of its own, and everybody who speaks to it."""

    def __init__(self, kafka: str, mongo_uri: str) -> None:
        self.kafka, self._mongo, self.mark = kafka, mongo_uri, uuid4().hex[:8]
        self.db = mongo.database(mongo_uri, f"rules-{self.mark}")
        self.producer = AIOKafkaProducer(bootstrap_servers=kafka, acks="all")
        self.portal, self.parcel = f"portal-{self.mark}", f"parcel-{self.mark}"

    def rules(self, group: str) -> Service:
        """The service, that has heard nothing yet in this group."""
        books = Books(FactsMongo(self.db, REGISTRY), ReturnsMongo(self.db))
        now = DatabaseClock(self.db)
        service = Service(
            Settings(kafka=self.kafka, mongo=self._mongo, http_port=free_port()),
            Parts(
                "rules",
                Handlers(books, REGISTRY, now, 1.0).routes(),
                performers(books, now),
                returns_mongo.INDEXES,
            ),
            mongo.database(self._mongo, self.db.name),
            now,
        )
        service.intake._subscriber.group_id = group
        return service

    async def lives(self, group: str, *said: Shape) -> None:
        """One life of the service, in which it hears all there is, and `said` one by one."""
        service = self.rules(group)
        await service.broker.start()
        try:
            await self.at_rest(group)
            for message in said:
                await self._say(message)
                await self.at_rest(group)
        finally:
            await service.broker.stop()

    async def _say(self, message: Shape) -> None:
        topic = topics.BY_MODEL[type(message)]
        headers = an_envelope(message, id=str(uuid4())).headers()
        await self.producer.send_and_wait(
            topic.name, message.body(), key=topic.key_of(message), headers=headers
        )

    async def at_rest(self, group: str) -> None:
        """It has heard everything, and nothing waits but for a person."""
        await until_caught_up(self.kafka, [group], [topic.name for topic in READS])
        awake = {"wake_at": {"$ne": None}, "kind": {"$ne": EXPIRE_APPROVAL}}

        async def nobody_is_awake() -> bool:
            return await self.db[INTENTS].find_one(awake) is None

        await eventually(nobody_is_awake, "its intents to be over", 60)

    async def told(self) -> Counter[tuple[str, bytes]]:
        """What was told of our returns: topic and body, and how often."""
        ours = {one.return_id.encode() for one in self.requests()}
        found: Counter[tuple[str, bytes]] = Counter()
        for topic in VERDICTS:
            async for record in read(self.kafka, topic.name):
                found[topic.name, record.value] += record.key in ours
        return +found

    async def facts(self) -> dict[str, list[dict[str, Any]]]:
        """Everything rules knows, but its ledger and intents."""
        return {place: await self.db[place].find().sort("_id", 1).to_list() for place in FACTS}

    def requests(self) -> list[RequestReturn]:
        """Ten requests of every fate."""
        wishes = ({}, *({"reason": reason} for reason in ("other", "other", "other", "gift")), {})
        return [
            a_request(
                return_id=f"{self.mark}-0000-4000-8000-{number:012}",
                portal_id=self.portal,
                shipment_id=self.parcel,
                items=(a_requested_item(**wish),),
                return_method="none" if wish == {"reason": "gift"} else "drop_off_point",
            )
            for number, wish in enumerate((*wishes, {}, {}, {}, {"quantity": 99}))
        ]

    def story(self) -> list[Shape]:
        """All of it, in the order in which it happened."""
        requests, now = self.requests(), utc_now()
        ids = [one.return_id for one in requests]
        teapots = a_shipped_item(quantity=30)
        parcel = a_shipment(
            shipment_id=self.parcel,
            portal_id=self.portal,
            ordered_at=now - days(3),
            delivered_at=now - days(1),
            items=(teapots,),
        )
        portal = a_portal(portal_id=self.portal, rules=RULES, refund_when="handed_over")

        def by(model: type[Shape], number: int, **more: Any) -> Shape:
            return model(return_id=ids[number], portal_id=self.portal, by="jo", **more)

        def moved(number: int, phase: str) -> Shape:
            return a_parcel_movement(return_id=ids[number], portal_id=self.portal, phase=phase)

        return [
            *(portal, parcel, *requests),
            *(by(ApproveReturn, 1), by(RefuseReturn, 2)),  # 3 goes on waiting, 4 is kept
            *(moved(0, "handed_over"), moved(0, "delivered"), moved(1, "delivered")),
            *(by(CancelReturn, 5), by(ReleaseRefund, 6, amount=pounds(3)), moved(6, "handed_over")),
            *(by(ReleaseRefund, 5), by(CancelReturn, 0), by(ApproveReturn, 1)),
            portal.model_copy(update={"version": 2, "refund_when": "manually", "rules": ()}),
            parcel.model_copy(update={"version": 2}),
        ]


@pytest.fixture
async def scene(bootstrap: str, mongo_uri: str) -> AsyncIterator[Scene]:
    """Nothing has happened yet."""
    scene = Scene(bootstrap, mongo_uri)
    await scene.producer.start()
    yield scene
    await scene.producer.stop()
    await scene.db.client.drop_database(scene.db.name)
    scene.db.client.close()


async def test_replayed_without_a_ledger_no_verdict_changes_and_nothing_is_paid_twice(
    scene: Scene,
):
    """An operator resets the group, or restores a database: customers and merchants see nothing."""
    await scene.lives(f"life-{scene.mark}", *scene.story())
    told, facts = await scene.told(), await scene.facts()
    # Other tests' messages lie on the same topics, and are heard, too.
    ours = [one for one in facts[RETURNS] if one["_id"].startswith(scene.mark)]
    states = Counter(one["state"] for one in ours)
    assert states == {"approved": 6, "waiting": 1, "refused": 2, "cancelled": 1}
    paid = [name for name, _ in told if name == topics.REFUND_DUE.name]
    assert len(paid) == 4

    for again in range(2):
        await scene.db[DECISIONS].delete_many({})
        await scene.db[INTENTS].delete_many({"kind": {"$ne": EXPIRE_APPROVAL}})
        await scene.lives(f"again-{again}-{scene.mark}")
        assert await scene.db[DECISIONS].count_documents({}) > len(told)

    assert await scene.told() == told
    assert await scene.facts() == facts


async def test_a_replay_tells_late_orders_that_they_are_late(scene: Scene):
    """What is told again then says only that nothing changed."""
    request = scene.requests()[0]
    await scene.lives(
        f"life-{scene.mark}",
        *scene.story()[:2],
        request,
        CancelReturn(return_id=request.return_id, portal_id=scene.portal, by="customer"),
    )
    await scene.db[DECISIONS].delete_many({})

    await scene.lives(f"again-{scene.mark}")

    assert set((await scene.told()).values()) == {1}
    unchanged = [r async for r in read(scene.kafka, topics.RETURN_UNCHANGED.name)]
    ours = [r.value for r in unchanged if r.key == request.return_id.encode()]
    assert [topics.RETURN_UNCHANGED.model.read(one).because for one in ours] == [
        "already_cancelled"
    ]
