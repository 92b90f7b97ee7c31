"""What lookup does when a message arrives: fetch, decide, tell."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from contracts import topics
from contracts.lookup import FindShipment, ShipmentFound
from contracts.rules import PortalOpened, PortalRefused
from contracts.shop import ShipmentRecorded
from services._runtime.errors import Permanent
from services._runtime.words import Change, Clock, Floor, Heard, Outcome, Plan, Route, by_message
from services.lookup.domain.budget import BudgetSpent, Limits, Tally
from services.lookup.domain.guess import Guess, guess_of
from services.lookup.domain.match import answer, no
from services.lookup.domain.parcel import parcel_of
from services.lookup.domain.portal import Portal
from services.lookup.domain.question import Question
from services.lookup.ports import BUDGET_SPENT, LOOK_AGAIN, Budgets, Facts, Known

LOOK_AGAIN_AFTER_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class Handlers:
    """lookup's ears. `key` is the secret claims are digested with."""

    facts: Facts
    budgets: Budgets
    key: bytes = field(repr=False)
    now: Clock
    late_seconds: float
    """A question older than this is heard while we catch up: its parcel may still be on the way."""
    patience_seconds: float
    """How long such a question waits before it is answered with no."""
    limits: Limits = field(default_factory=Limits)
    floor: Floor | None = None
    """How long every answer takes at least."""

    def routes(self) -> tuple[Route[Any], ...]:
        """The topics lookup listens to."""
        return (
            Route(topics.SHIPMENT_RECORDED, self.on_shipment_recorded),
            Route(topics.PORTAL_OPENED, self.on_portal_opened),
            Route(topics.PORTAL_REFUSED, self.on_portal_refused),
            Route(topics.FIND_SHIPMENT, self.on_find_shipment, by_message, self.floor),
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
        """The parcel is found, or it is not. What is read and written is the same for both."""
        guesses = [guess_of(one.said, self.key) for one in heard]
        portals = {guess.question.portal_id for guess in guesses}
        known, standing = await asyncio.gather(
            self.facts.known(portals, {guess.question.digest for guess in guesses}),
            self.budgets.standing({key for g in guesses for _, key in g.keys}, portals),
        )
        now = self.now()
        tally = Tally(self.limits, standing, now)
        outcomes = [
            self._answered(one, guess, known, tally, now)
            for one, guess in zip(heard, guesses, strict=True)
        ]
        writer = min(one.record.partition for one in heard)
        return _together(outcomes, self.budgets.spent(tally, writer, now))

    def _answered(
        self, one: Heard[FindShipment], guess: Guess, known: Known, tally: Tally, now: datetime
    ) -> Outcome | Permanent:
        asked = guess.question
        portal, late = known.portals.get(asked.portal_id), _age_seconds(one, now)
        if portal is None and late <= self.late_seconds:
            return Permanent("unknown_portal", "no such portal was ever opened or refused")
        told = answer(asked, portal, known.parcels.get(asked.digest, ()), now)
        news: Sequence[BudgetSpent] = ()
        if tally.spent(guess) is not None:
            asked, told = asked.model_copy(update={"refused": True}), no(asked)
            tally.refuse(guess)
        elif isinstance(told, ShipmentFound):
            tally.find(guess)
            return Outcome(tell=(told,))
        else:
            news = tally.miss(guess)
        alerts = tuple(_alert(spent, tally.window_of(spent)) for spent in news)
        if late > self.late_seconds:
            return Outcome(plan=(self._waiting(one, asked), *alerts))
        return Outcome(tell=(told,), plan=alerts)

    def _waiting(self, one: Heard[FindShipment], asked: Question) -> Plan:
        """Topics keep no order among each other, least of all after we were away."""
        return Plan(
            LOOK_AGAIN,
            by_message(one),
            asked,
            wait_seconds=LOOK_AGAIN_AFTER_SECONDS,
            deadline_seconds=self.patience_seconds,
        )

    def _judged(self, told: PortalOpened | PortalRefused, *, is_open: bool) -> Outcome:
        return Outcome(keep=(self.facts.judged(Portal(told.portal_id, told.version, is_open)),))


def _together(
    outcomes: list[Outcome | Permanent], changes: tuple[Change, ...]
) -> list[Outcome | Permanent]:
    """The batch's budgets are kept with the first of its decisions: all of them stand, or none."""
    for place, outcome in enumerate(outcomes):
        if isinstance(outcome, Outcome):
            outcomes[place] = outcome._replace(keep=changes)
            break
    return outcomes


def _alert(spent: BudgetSpent, window: int) -> Plan:
    return Plan(BUDGET_SPENT, f"{spent.key} {window}", spent)


def _age_seconds(one: Heard[Any], now: datetime) -> float:
    """Since it was said, by its envelope, else by its record."""
    said_at = one.envelope.time
    return now.timestamp() - (said_at.timestamp() if said_at else one.record.timestamp / 1000)
