"""Returns about which somebody orders something: approve, cancel, or a parcel that arrives.

They are a merchant's of their own, so that the sample's returns are judged as ever; here it is
counted what each of them was told as.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any, Final
from uuid import uuid4

from pymongo import AsyncMongoClient

from contracts import topics
from contracts.rulebook import NeedsApproval, RequestReason, Rule
from contracts.rules import (
    ApproveReturn,
    CancelReturn,
    PortalOpened,
    RefundDue,
    ReturnApproved,
    ReturnAwaitingApproval,
    ReturnCancelled,
)
from contracts.shape import Shape
from deploy.demo.frontend import Frontend
from tests.support.builders import (
    a_parcel_movement,
    a_portal,
    a_request,
    a_requested_item,
    a_shipment,
    a_shipped_item,
    days,
)
from tests.support.oracle import Seen
from tests.support.outside_reader import Record

PORTAL, PARCEL = "by-order", "by-order-1"
OF_EACH: Final = 5
"""So many returns wait, and so many are there to be cancelled, and to arrive."""
_TOLD: Final = {
    topic.name
    for topic in (
        *(topics.RETURN_APPROVED, topics.RETURN_REJECTED, topics.RETURN_AWAITING_APPROVAL),
        *(topics.RETURN_CANCELLED, topics.RETURN_UNCHANGED, topics.REFUND_DUE),
    )
}
_ASKS = Rule(rule_id="asks", when=RequestReason(any_of=("other",)), then=(NeedsApproval(),))


class Orders:
    """Returns that were decided before anybody was struck, and what must be told of each."""

    def __init__(self, frontend: Frontend) -> None:
        self._frontend = frontend
        self._waiting, self._approved = list[str](), list[str]()
        self.must_be_told: dict[str, Counter[type[Shape]]] = {}
        """Each under one id, however often."""

    async def open(self, now: datetime) -> None:
        """A portal where some returns wait for a person, a large parcel, and the returns."""
        ask = self._frontend
        portal = a_portal(
            portal_id=PORTAL, rules=(_ASKS,), notification_email=None, refund_when="delivered"
        )
        await ask.tell(portal, "/demo/back-office")
        await ask.answer(PORTAL, PortalOpened)
        parcel = a_shipment(
            shipment_id=PARCEL,
            portal_id=PORTAL,
            ordered_at=now - days(3),
            delivered_at=now - days(1),
            items=(a_shipped_item(quantity=100),),
        )
        await ask.tell(parcel, "/demo/shop")
        for _ in range(OF_EACH):
            self._waiting.append(await self._asked("other", ReturnAwaitingApproval))
        for _ in range(2 * OF_EACH):
            self._approved.append(await self._asked("too_many", ReturnApproved))

    async def _asked(self, reason: str, verdict: type[Shape]) -> str:
        return_id = str(uuid4())
        request = a_request(
            return_id=return_id,
            portal_id=PORTAL,
            shipment_id=PARCEL,
            items=(a_requested_item(reason=reason),),
            return_method="in_store",
        )
        await self._frontend.tell(request)
        await self._frontend.answer(return_id, verdict)
        self.must_be_told[return_id] = Counter({verdict: 1})
        return return_id

    async def approve(self) -> None:
        """A person says yes, and the customer hears of it."""
        return_id = self._waiting.pop()
        await self._ordered(
            ApproveReturn(return_id=return_id, portal_id=PORTAL, by="jo"), ReturnApproved
        )

    async def cancel(self) -> None:
        """A customer thinks better of it."""
        return_id = self._approved.pop()
        await self._ordered(
            CancelReturn(return_id=return_id, portal_id=PORTAL, by="customer"), ReturnCancelled
        )

    async def arrive(self) -> None:
        """A carrier brings what was sent back: the refund is due."""
        moved = a_parcel_movement(
            return_id=self._approved.pop(), portal_id=PORTAL, phase="delivered"
        )
        await self._ordered(moved, RefundDue, "/retour/labels")

    async def _ordered(self, message: Any, due: type[Shape], source: str | None = None) -> None:
        self.must_be_told[message.return_id][due] += 1
        await self._frontend.tell(message, source)
        await self._frontend.answer(message.return_id, due)

    def without(self, world: Seen) -> Seen:
        """The world as the sample's oracle may see it: without these returns."""
        ours = self.must_be_told
        letters = {one.message_id for one in world.letters if one.about in ours}
        return replace(
            world,
            issued=[one for one in world.issued if one.return_id not in ours],
            letters=[one for one in world.letters if one.about not in ours],
            submissions=[one for one in world.submissions if one.message_id not in letters],
        )

    def broken(self, records: Iterable[Record]) -> Iterator[str]:
        """Every return that was told as something else, or under two ids."""
        told: dict[str, set[tuple[str, bytes]]] = defaultdict(set)
        for record in records:
            key = (record.key() or b"").decode(errors="replace")
            if record.topic() in _TOLD and key in self.must_be_told:
                told[key].add((record.topic(), dict(record.headers() or [])["ce_id"]))
        for return_id, due in self.must_be_told.items():
            got = Counter(name for name, _ in told[return_id])
            wanted = Counter({topics.BY_MODEL[model].name: n for model, n in due.items()})
            if got != wanted:
                yield f"by order, {return_id}: told as {dict(got)} instead of {dict(wanted)}"

    async def broken_books(self, mongo: str) -> list[str]:
        """What was taken of the parcel is what its returns hold."""
        async with AsyncMongoClient[dict[str, Any]](mongo) as client:
            holds = {"shipment_id": PARCEL, "state": {"$in": ["waiting", "approved"]}}
            held = await client["rules"]["returns"].count_documents(holds)
            parcel = await client["rules"]["parcels"].find_one({"_id": PARCEL}) or {}
        taken = sum(parcel.get("taken", {}).values())
        wrong = (taken, parcel.get("returns")) != (held, held)
        return [f"by order: {taken} units taken, and returns hold {held}"] if wrong else []
