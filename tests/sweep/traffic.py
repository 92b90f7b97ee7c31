"""What is sent so that a service gets to the place where it is to die."""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime, timedelta
from itertools import count, cycle
from typing import Any, Final
from uuid import uuid4

from pymongo import AsyncMongoClient

from contracts import topics
from contracts.analytics import FindReasons
from contracts.envelope import Envelope
from contracts.lookup import FindShipment
from contracts.rules import RequestedItem, RequestReturn
from contracts.shape import Money
from contracts.topics import redriven_to
from deploy.demo import shop
from deploy.demo.expected import price_due, refusals
from deploy.demo.frontend import Frontend
from deploy.demo.play import NOBODYS_CODE, Played, ask, open_shop
from deploy.demo.sample import CURRENCY, PORTALS, AskedReturn, Order, read, returns
from deploy.ops.lag import until_caught_up
from services.rules.ports import JUDGE_REQUEST
from tests.support.eventually import eventually
from tests.support.oracle import is_carried, verdicts
from tests.sweep.orders import Orders

PARCELS = 8
"""Recorded in one go, so that some are kept together in one transaction."""
OVERTAKERS = 20


class Traffic:
    """Customers, shops and vandals. Everything that was sent is known afterwards."""

    def __init__(self, frontend: Frontend, bootstrap: str, mongo: str) -> None:
        orders = read()
        alone = [
            one
            for one in returns(orders)
            if len({b.cancel_invoice for b in one.order.real_returns}) == 1
        ]
        self._alone = {one.return_id for one in alone}
        granted = verdicts(alone).approved  # a refusal takes nothing from its parcel
        carried = [one for one in alone if is_carried(one) and one.return_id in granted]
        self._overtakers = carried[-OVERTAKERS:]
        late = {one.order.order_no for one in self._overtakers}
        self._recorded = [order for order in orders if order.order_no not in late]
        self._quiet = [order for order in orders if not order.real_returns]
        self._waiting = [one for one in returns(orders) if one.order.order_no not in late]
        approved = verdicts(self._waiting).approved
        self._sold = {i for i, one in approved.items() if is_carried(one)}
        self._frontend, self._bootstrap, self._mongo = frontend, bootstrap, mongo
        self._at, self._number = datetime.now(UTC), count()
        self._mistyped = iter(self._recorded)
        self._played = Played()
        self._turns: dict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self.orders = Orders(frontend)
        self.asked: list[AskedReturn] = []
        """Every return that was asked for, in order."""
        self.in_vain: list[str] = []
        """What customers waited for and never heard."""
        self.late: list[str] = []
        """Lookups of parcels that do not exist, asked about an hour ago."""
        self.poison: list[tuple[str, str, str]] = []
        """Service, topic and offset of everything that cannot be read, as its marks say."""

    async def open(self) -> None:
        """The shop is open and its parcels are known, but those of the overtakers."""
        await open_shop(self._frontend, self._bootstrap, self._recorded, self._at, lambda *_: None)
        await self.orders.open(self._at)

    async def returns(self, _service: str, _died: asyncio.Event) -> None:
        """Customers ask for returns, one of them with a carrier's label, and are answered."""
        await asyncio.gather(*map(self._asked, self._next()))

    def _next(self) -> list[AskedReturn]:
        """The next returns up to one that is approved, and has a label that a carrier sells."""
        chosen: list[AskedReturn] = []
        while not any(one.return_id in self._sold for one in chosen):
            chosen.append(self._waiting.pop(0))
        self.asked += chosen
        return chosen

    async def _asked(self, one: AskedReturn) -> None:
        async with self._turns[
            one.order.order_no
        ]:  # of one order one after the other, as they came
            try:
                await ask(self._frontend, one, self._played)
            except TimeoutError as error:
                self.in_vain.append(str(error))

    async def overtaking(self, _service: str, _died: asyncio.Event) -> None:
        """A return is asked for whose parcel is recorded only once rules waits for it."""
        one = self._overtakers.pop()
        self.asked.append(one)
        parcel = shop.shipment(one.order, self._at)
        await self._requested(one)
        waits = {"_id": f"{JUDGE_REQUEST}:{one.return_id}"}
        async with AsyncMongoClient[dict[str, Any]](self._mongo) as client:
            await eventually(
                lambda: client["rules"]["intents"].find_one(waits), "the request to wait", 60
            )
        await self._frontend.tell(parcel, "/demo/shop")

    async def requests(self, _service: str, _died: asyncio.Event) -> None:
        """Somebody who knows what is offered asks at once, and it is approved."""
        one = next(one for one in self._waiting if one.return_id in self._alone & self._sold)
        self._waiting.remove(one)
        self.asked.append(one)
        await self._requested(one)

    async def _requested(self, one: AskedReturn) -> None:
        """The request is on Kafka."""
        parcel = shop.shipment(one.order, self._at)
        items = (
            RequestedItem(line_id=str(i.line_no), quantity=i.quantity, reason=i.reason)
            for i in one.items
        )
        request = RequestReturn(
            return_id=one.return_id,
            portal_id=parcel.portal_id,
            shipment_id=parcel.shipment_id,
            items=tuple(items),
            refund_method=one.refund_method,
            return_method=one.return_method,
            price_shown=_price_shown(one),
            lookup_id=str(uuid4()),
            language=one.order.recipient.language,
        )
        await self._frontend.tell(request)

    async def parcels(self, _service: str, _died: asyncio.Event) -> None:
        """Parcels that are known are told again, in one go."""
        some = [shop.shipment(order, self._at) for order in self._quiet[:PARCELS]]
        await asyncio.gather(*[await self._frontend.post(one, "/demo/shop") for one in some])

    async def parcel(self, service: str, died: asyncio.Event) -> None:
        """One parcel at a time is told again: each is a batch of its own, sooner or later."""
        for order in cycle(self._quiet):
            await self._frontend.tell(shop.shipment(order, self._at), "/demo/shop")
            await until_caught_up(self._bootstrap, [service], [topics.SHIPMENT_RECORDED.name])
            if died.is_set():
                return

    async def late_question(self, _service: str, _died: asyncio.Event) -> None:
        """Somebody asked an hour ago, with a postal code of nobody: that has to be waited for."""
        order: Order = next(self._mistyped)
        question = FindShipment(
            lookup_id=str(uuid4()),
            portal_id=order.portal_id,
            tracking_number=order.tracking_number,
            postal_code=NOBODYS_CODE,
            language="en",
        )
        self.late.append(question.lookup_id)
        topic, key = topics.FIND_SHIPMENT, question.lookup_id
        an_hour_ago = datetime.now(UTC) - timedelta(hours=1)
        envelope = Envelope(str(uuid4()), "/sweep/late", topic.name, an_hour_ago, key)
        await self._sent(topic.name, key, question.body(), [*envelope.headers()])

    async def questions(self, _service: str, _died: asyncio.Event) -> None:
        """Merchants ask why things come back."""
        for portal in PORTALS:
            await self._frontend.tell(FindReasons(query_id=str(uuid4()), portal_id=portal, limit=9))

    async def poisoned(self, service: str, _died: asyncio.Event) -> None:
        """Something that nobody can read is put before this service alone."""
        topic, offset = topics.FIND_SHIPMENT.name, str(next(self._number))
        marks = {"original_topic": topic, "original_partition": "0", "original_offset": offset}
        if service != "lookup":
            marks["original_topic"] = topic = topics.SHIPMENT_RECORDED.name
        headers = [(f"dlq_{name}", text.encode()) for name, text in marks.items()]
        self.poison.append((service, topic, offset))
        await self._sent(redriven_to(service), f"poison-{offset}", b"{", headers)

    async def approvals(self, _service: str, _died: asyncio.Event) -> None:
        """A person says yes to a return that waits."""
        await self._answered(self.orders.approve())

    async def cancels(self, _service: str, _died: asyncio.Event) -> None:
        """A customer cancels a return that was approved."""
        await self._answered(self.orders.cancel())

    async def refunds(self, _service: str, _died: asyncio.Event) -> None:
        """A parcel arrives, and its refund is due."""
        await self._answered(self.orders.arrive())

    async def _answered(self, order: Awaitable[None]) -> None:
        try:
            await order
        except TimeoutError as error:
            self.in_vain.append(str(error))

    async def _sent(
        self, topic: str, key: str, body: bytes, headers: list[tuple[str, bytes]]
    ) -> None:
        producer = self._frontend._producers["frontend"]
        await producer.send_and_wait(topic, body, key=key.encode(), headers=headers)


Sending = Callable[[Traffic, str, asyncio.Event], Awaitable[None]]
"""Sends what brings a service to its point. The event says that it has died."""

TRAFFIC: Final[Mapping[str, Sending]] = {
    "returns": Traffic.returns,
    "requests": Traffic.requests,
    "overtaking": Traffic.overtaking,
    "parcel": Traffic.parcel,
    "parcels": Traffic.parcels,
    "late": Traffic.late_question,
    "questions": Traffic.questions,
    "approvals": Traffic.approvals,
    "cancels": Traffic.cancels,
    "refunds": Traffic.refunds,
    "poison": Traffic.poisoned,
}


def _price_shown(one: AskedReturn) -> Money | None:
    """What a frontend shows to whoever asks for what is offered; and to others, nothing."""
    if refusals(one, Counter()):
        return None
    return Money(minor=price_due(one), currency=CURRENCY)
