"""What lookup does when a message arrives: fetch, decide, tell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from contracts import topics
from contracts.lookup import FindShipment
from contracts.rules import PortalOpened, PortalRefused
from contracts.shop import ShipmentRecorded
from services._runtime.errors import Permanent
from services._runtime.words import Clock, Heard, Outcome, Route, by_message
from services.lookup.domain.claim import claim
from services.lookup.domain.match import answer
from services.lookup.domain.parcel import parcel_of
from services.lookup.domain.portal import Portal
from services.lookup.ports import Facts


@dataclass(frozen=True, slots=True)
class Handlers:
    """lookup's ears. `key` is the secret claims are digested with."""

    facts: Facts
    key: bytes = field(repr=False)
    now: Clock

    def routes(self) -> tuple[Route[Any], ...]:
        """The topics lookup listens to."""
        return (
            Route(topics.SHIPMENT_RECORDED, self.on_shipment_recorded),
            Route(topics.PORTAL_OPENED, self.on_portal_opened),
            Route(topics.PORTAL_REFUSED, self.on_portal_refused),
            Route(topics.FIND_SHIPMENT, self.on_find_shipment, once=by_message),
        )

    async def on_shipment_recorded(self, heard: Sequence[Heard[ShipmentRecorded]]) -> list[Outcome]:
        """The parcel can be named, or is forgotten."""
        return [
            Outcome(
                keep=(
                    self.facts.recorded(parcel_of(one.message, self.key))
                    if one.message is not None
                    else self.facts.forgotten(one.key),
                )
            )
            for one in heard
        ]

    async def on_portal_opened(self, heard: Sequence[Heard[PortalOpened]]) -> list[Outcome]:
        """The portal is open by these settings."""
        return [self._judged(one.said, is_open=True) for one in heard]

    async def on_portal_refused(self, heard: Sequence[Heard[PortalRefused]]) -> list[Outcome]:
        """The portal is closed by these settings."""
        return [self._judged(one.said, is_open=False) for one in heard]

    async def on_find_shipment(
        self, heard: Sequence[Heard[FindShipment]]
    ) -> list[Outcome | Permanent]:
        """The parcel is found, or it is not. What is fetched is the same for both."""
        asked = [one.said for one in heard]
        digests = [
            claim(a.portal_id, a.tracking_number, a.postal_code).digest(self.key) for a in asked
        ]
        known = await self.facts.known({a.portal_id for a in asked}, set(digests))
        now = self.now()
        return [
            Outcome(tell=(answer(a, portal, known.parcels.get(digest, ()), now),))
            if (portal := known.portals.get(a.portal_id)) is not None
            else Permanent("unknown_portal", "no portal of this name was ever opened or refused")
            for a, digest in zip(asked, digests, strict=True)
        ]

    def _judged(self, told: PortalOpened | PortalRefused, *, is_open: bool) -> Outcome:
        return Outcome(keep=(self.facts.judged(Portal(told.portal_id, told.version, is_open)),))
