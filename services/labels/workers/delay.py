"""A label that will be late is told so, once: the customer need not wonder, nor ask again."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from contracts.labels import LabelDelayed
from contracts.rules import ReturnApproved
from services._runtime.intents import Intent
from services._runtime.words import Plan
from services._runtime.worker import (
    LEASE,
    Again,
    Deed,
    Done,
    Doubted,
    Rejected,
    longest_pause_seconds,
)
from services.labels.domain.order import FIRST_PARCEL, reference_of
from services.labels.ports import TELL_DELAY

LATE_AFTER = timedelta(minutes=2)
"""A label that was not there so long after its approval is late,"""
LONG_SECONDS = 60.0
"""and so is one that nobody will ask for again so soon."""


def delayed(deed: Deed, intent: Intent, approved: ReturnApproved, now: datetime) -> Deed:
    """The same deed; where it leaves the label late, that is planned to be told."""
    if not isinstance(deed, Again | Doubted):
        return deed
    wait = deed.after_seconds or _pause_seconds(deed, intent)
    if wait <= LONG_SECONDS and now - intent.planned_at < LATE_AFTER:
        return deed
    late = LabelDelayed(
        return_id=approved.return_id,
        portal_id=approved.portal_id,
        shipment_id=approved.shipment_id,
        parcel_no=FIRST_PARCEL,
        code=deed.code,
        retry_at=now + timedelta(seconds=wait),
    )
    plan = Plan(TELL_DELAY, reference_of(approved), late, about=approved.shipment_id)
    return replace(deed, plan=(*deed.plan, plan))


def _pause_seconds(deed: Again | Doubted, intent: Intent) -> float:
    if isinstance(deed, Doubted):
        return LEASE.total_seconds()
    return longest_pause_seconds(intent.attempts)


class TellDelay:
    """Performs `tell_delay`: says what was found when it was planned. Nothing is done outside."""

    async def perform(self, intent: Intent) -> Deed:
        """See `worker.Performer`."""
        return Done((intent.ordered(LabelDelayed),))

    recover = perform

    async def give_up(self, intent: Intent, code: str) -> Rejected:  # noqa: ARG002
        """See `worker.Performer`. It is no news any more."""
        return Rejected(code)
