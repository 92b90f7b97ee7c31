"""What lookup does when a message arrives: fetch, decide, tell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from contracts import topics
from contracts.lookup import FindShipment, ShipmentFound
from contracts.rules import PortalOpened, PortalRefused
from contracts.shop import ShipmentRecorded
from services._runtime.errors import Permanent
from services._runtime.words import Clock, Heard, Outcome, Plan, Route, by_message
from services.lookup.domain.match import answer
from services.lookup.domain.parcel import parcel_of
from services.lookup.domain.portal import Portal
from services.lookup.domain.question import Question, question_of
from services.lookup.ports import LOOK_AGAIN, Facts, Known

LOOK_AGAIN_AFTER_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class Handlers:
    """lookup's ears. `key` is the secret claims are digested with."""

    facts: Facts
    key: bytes = field(repr=False)
    now: Clock
    late_seconds: float
    """A question older than this is heard while we catch up: its parcel may still be on the way."""
    patience_seconds: float
    """How long such a question waits before it is answered with no."""

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
        asked = [question_of(one.said, self.key) for one in heard]
        known = await self.facts.known({q.portal_id for q in asked}, {q.digest for q in asked})
        now = self.now()
        return [
            self._answered(one, question, known, now)
            for one, question in zip(heard, asked, strict=True)
        ]

    def _answered(
        self, one: Heard[FindShipment], asked: Question, known: Known, now: datetime
    ) -> Outcome | Permanent:
        portal = known.portals.get(asked.portal_id)
        told = answer(asked, portal, known.parcels.get(asked.digest, ()), now)
        if isinstance(told, ShipmentFound):
            return Outcome(tell=(told,))
        if _age_seconds(one, now) > self.late_seconds:
            return self._waiting(one, asked)
        if portal is None:
            return Permanent("unknown_portal", "no such portal was ever opened or refused")
        return Outcome(tell=(told,))

    def _waiting(self, one: Heard[FindShipment], asked: Question) -> Outcome:
        """Topics keep no order among each other, least of all after we were away."""
        return Outcome(
            plan=(
                Plan(
                    LOOK_AGAIN,
                    by_message(one),
                    asked,
                    wait_seconds=LOOK_AGAIN_AFTER_SECONDS,
                    deadline_seconds=self.patience_seconds,
                ),
            )
        )

    def _judged(self, told: PortalOpened | PortalRefused, *, is_open: bool) -> Outcome:
        return Outcome(keep=(self.facts.judged(Portal(told.portal_id, told.version, is_open)),))


def _age_seconds(one: Heard[Any], now: datetime) -> float:
    """Since it was said, by its envelope, else by its record."""
    said_at = one.envelope.time
    return now.timestamp() - (said_at.timestamp() if said_at else one.record.timestamp / 1000)
