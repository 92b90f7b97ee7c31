"""What rules does when a message arrives: fetch, decide, tell."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from contracts import topics
from contracts.envelope import derived_id
from contracts.labels import ParcelMoved
from contracts.lookup import ShipmentFound
from contracts.rules import (
    ApproveReturn,
    CancelReturn,
    RefuseReturn,
    ReleaseRefund,
    RequestReturn,
)
from contracts.shop import PortalConfigured, ShipmentRecorded
from services._runtime.errors import Permanent
from services._runtime.words import Clock, Heard, Outcome, Plan, Route, by_key, by_message
from services.rules.domain.capability import Registry
from services.rules.domain.decide import decide, without_comments
from services.rules.domain.offer import offer
from services.rules.domain.orders import Order, obeyed
from services.rules.domain.readiness import judged
from services.rules.domain.returned import HANDED_OVER, Returned, Step, moved, opened
from services.rules.ports import JUDGE_REQUEST, LATER, OFFER_OPTIONS, Books, Known, Late, expiry

O = TypeVar("O", ApproveReturn, RefuseReturn, CancelReturn, ReleaseRefund)  # noqa: E741


@dataclass(frozen=True, slots=True)
class Handlers:
    """rules' ears."""

    books: Books
    registry: Registry
    now: Clock
    patience_seconds: float

    def routes(self) -> tuple[Route[Any], ...]:
        """The topics rules listens to."""
        return (
            Route(topics.PORTAL_CONFIGURED, self.on_portal_configured, once=by_message),
            Route(topics.SHIPMENT_RECORDED, self.on_shipment_recorded),
            Route(topics.SHIPMENT_FOUND, self.on_shipment_found, once=by_message),
            Route(topics.REQUEST_RETURN, self.on_request_return, once=by_key),
            Route(topics.APPROVE_RETURN, self.on_order, once=by_message),
            Route(topics.REFUSE_RETURN, self.on_order, once=by_message),
            Route(topics.CANCEL_RETURN, self.on_order, once=by_message),
            Route(topics.RELEASE_REFUND, self.on_order, once=by_message),
            Route(topics.PARCEL_MOVED, self.on_parcel_moved, once=by_message),
        )

    async def on_portal_configured(self, heard: Sequence[Heard[PortalConfigured]]) -> list[Outcome]:
        """The newest settings are in force, and the portal is open or closed by them."""
        facts = self.books.facts
        versions = dict(await facts.versions({one.key for one in heard}))
        outcomes = []
        for settings in (one.said for one in heard):
            if settings.version <= versions.get(settings.portal_id, 0):
                outcomes.append(Outcome())
                continue
            versions[settings.portal_id] = settings.version
            told = judged(settings, self.registry, self.now().date())
            outcomes.append(Outcome(tell=(told,), keep=facts.configured(settings)))
        return outcomes

    async def on_shipment_recorded(self, heard: Sequence[Heard[ShipmentRecorded]]) -> list[Outcome]:
        """The parcel is known, or forgotten."""
        facts = self.books.facts
        return [
            Outcome(
                keep=(
                    facts.recorded(one.message)
                    if one.message is not None
                    else facts.forgotten(one.key),
                )
            )
            for one in heard
        ]

    async def on_shipment_found(
        self, heard: Sequence[Heard[ShipmentFound]]
    ) -> list[Outcome | Permanent]:
        """The customer learns what there is to choose from."""
        known = await self._known([one.said for one in heard])
        return [self._offered(one.said, known) for one in heard]

    async def on_request_return(
        self, heard: Sequence[Heard[RequestReturn]]
    ) -> list[Outcome | Permanent]:
        """The request is approved, refused or left to a person; unless refused, units are taken."""
        known, decided = await asyncio.gather(
            self._known([one.said for one in heard]),
            self.books.returns.of({one.key for one in heard}),
        )
        now = self.now()
        return [
            _repeated(one.said, decided[one.key])
            if one.key in decided
            else self._judged(one.said, known, now)
            for one in heard
        ]

    async def on_order(self, heard: Sequence[Heard[O]]) -> list[Outcome]:
        """Somebody wants a return approved, refused, cancelled or paid; it is, or is told why not.

        The order's number is told with an approval, and comes from the parcel.
        """
        held = await self.books.returns.of({one.key for one in heard})
        approves = [one.key for one in heard if isinstance(one.said, ApproveReturn)]
        shipments = {held[key].request.shipment_id for key in approves if key in held}
        known = await self.books.facts.known((), shipments) if shipments else Known()
        now = self.now()
        return [self._obeyed(one, held, known, now) for one in heard]

    async def on_parcel_moved(self, heard: Sequence[Heard[ParcelMoved]]) -> list[Outcome]:
        """What the customer handed over cannot be cancelled any more, and may make a refund due."""
        counts = {one.key for one in heard if one.said.phase in HANDED_OVER}
        held = await self.books.returns.of(counts) if counts else {}
        now = self.now()
        return [
            self._moved(one, held, now) if one.said.phase in HANDED_OVER else Outcome()
            for one in heard
        ]

    async def _known(self, said: Sequence[ShipmentFound | RequestReturn]) -> Known:
        return await self.books.facts.known(
            {m.portal_id for m in said}, {m.shipment_id for m in said}
        )

    def _offered(self, found: ShipmentFound, known: Known) -> Outcome | Permanent:
        portal = known.portals.get(found.portal_id)
        if portal is None:
            return Permanent("unknown_portal", "no such portal was ever configured")
        parcel = known.parcels.get(found.shipment_id)
        if parcel is None:
            return self._waiting(OFFER_OPTIONS, found.lookup_id, found)
        return Outcome(tell=(offer(found, portal, parcel, self.now()),))

    def _judged(self, request: RequestReturn, known: Known, now: datetime) -> Outcome | Permanent:
        portal = known.portals.get(request.portal_id)
        if portal is None:
            return Permanent("unknown_portal", "no such portal was ever configured")
        parcel, kept = known.parcels.get(request.shipment_id), without_comments(request)
        if parcel is None:
            return self._waiting(JUDGE_REQUEST, request.return_id, kept)
        verdict = decide(request, portal, parcel, now)
        step = opened(kept, verdict.told, verdict.granted, portal.settings.refund_when, now)
        if verdict.granted is not None:
            # The next request of the same batch sees what is left.
            known.parcels[parcel.shipment_id] = parcel.without(request.items)
        keep = self.books.opening(step, verdict.told, parcel)
        return Outcome(step.tell, keep, expiry(verdict.told))

    def _obeyed(
        self, one: Heard[O], held: dict[str, Returned], known: Known, now: datetime
    ) -> Outcome:
        order: Order = one.said
        before = held.get(one.key)
        if before is None:
            return self._later(one)
        parcel = known.parcels.get(before.request.shipment_id)
        step = obeyed(before, order, now, "" if parcel is None else parcel.order_no)
        return self._taken(before, step, held)

    def _moved(self, one: Heard[ParcelMoved], held: dict[str, Returned], now: datetime) -> Outcome:
        before = held.get(one.key)
        if before is None:
            return self._later(one)
        return self._taken(before, moved(before, one.said, now), held)

    def _taken(self, before: Returned, step: Step, held: dict[str, Returned]) -> Outcome:
        """The step is taken. The next message of the same batch finds the return after it."""
        held[before.return_id] = step.after or before
        return Outcome(step.tell, self.books.changing(before, step))

    def _waiting(self, kind: str, key: str, order: ShipmentFound | RequestReturn) -> Outcome:
        """The parcel may not have reached us yet: topics keep no order among each other."""
        plan = Plan(kind, key, order, wait_seconds=0.2, deadline_seconds=self.patience_seconds)
        return Outcome(plan=(plan,))

    def _later(self, one: Heard[Any]) -> Outcome:
        """The request may not have reached us yet, and may then have to wait for its parcel."""
        said: Late = one.said
        key = f"{one.key}:{derived_id(one.envelope.source, one.envelope.id)}"
        patience = 2 * self.patience_seconds
        plan = Plan(LATER[type(said)], key, said, wait_seconds=0.2, deadline_seconds=patience)
        return Outcome(plan=(plan,))


def _repeated(request: RequestReturn, before: Returned) -> Outcome | Permanent:
    """A request from before the ledger's memory: its verdict stands, and was told long ago."""
    if without_comments(request) != before.request:
        return Permanent("id_reuse", "decided before, with other content")
    return Outcome()
