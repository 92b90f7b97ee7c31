"""What rules does when a message arrives: fetch, decide, tell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from contracts import topics
from contracts.lookup import ShipmentFound
from contracts.rules import RequestReturn, ReturnApproved
from contracts.shop import PortalConfigured, ShipmentRecorded
from services._runtime.errors import Permanent
from services._runtime.words import Clock, Heard, Outcome, Plan, Route, by_key, by_message
from services.rules.domain.decide import decide, without_comments
from services.rules.domain.offer import offer
from services.rules.domain.readiness import judged
from services.rules.ports import JUDGE_REQUEST, OFFER_OPTIONS, Facts, Known


@dataclass(frozen=True, slots=True)
class Handlers:
    """rules' ears."""

    facts: Facts
    now: Clock
    patience_seconds: float

    def routes(self) -> tuple[Route[Any], ...]:
        """The topics rules listens to."""
        return (
            Route(topics.PORTAL_CONFIGURED, self.on_portal_configured, once=by_message),
            Route(topics.SHIPMENT_RECORDED, self.on_shipment_recorded),
            Route(topics.SHIPMENT_FOUND, self.on_shipment_found, once=by_message),
            Route(topics.REQUEST_RETURN, self.on_request_return, once=by_key),
        )

    async def on_portal_configured(self, heard: Sequence[Heard[PortalConfigured]]) -> list[Outcome]:
        """The newest settings are in force, and the portal is open or closed by them."""
        versions = dict(await self.facts.versions({one.key for one in heard}))
        outcomes = []
        for settings in (one.said for one in heard):
            if settings.version <= versions.get(settings.portal_id, 0):
                outcomes.append(Outcome())
                continue
            versions[settings.portal_id] = settings.version
            outcomes.append(
                Outcome(tell=(judged(settings),), keep=(self.facts.configured(settings),))
            )
        return outcomes

    async def on_shipment_recorded(self, heard: Sequence[Heard[ShipmentRecorded]]) -> list[Outcome]:
        """The parcel is known, or forgotten."""
        return [
            Outcome(
                keep=(
                    self.facts.recorded(one.message)
                    if one.message is not None
                    else self.facts.forgotten(one.key),
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
        """The request is approved or refused; what is approved is taken from the parcel."""
        known = await self._known([one.said for one in heard])
        now = self.now()
        return [self._judged(one.said, known, now) for one in heard]

    async def _known(self, said: Sequence[ShipmentFound | RequestReturn]) -> Known:
        return await self.facts.known({m.portal_id for m in said}, {m.shipment_id for m in said})

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
        parcel = known.parcels.get(request.shipment_id)
        if parcel is None:
            return self._waiting(JUDGE_REQUEST, request.return_id, without_comments(request))
        told = decide(request, portal, parcel, now)
        if not isinstance(told, ReturnApproved):
            return Outcome(tell=(told,))
        # The next request of the same batch sees what is left.
        after = known.parcels[parcel.shipment_id] = parcel.without(request.items)
        return Outcome(tell=(told,), keep=(self.facts.taken(parcel, after),))

    def _waiting(self, kind: str, key: str, order: ShipmentFound | RequestReturn) -> Outcome:
        """The parcel may not have reached us yet: topics keep no order among each other."""
        plan = Plan(kind, key, order, wait_seconds=0.2, deadline_seconds=self.patience_seconds)
        return Outcome(plan=(plan,))
