"""The end of a label that nobody used."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Final

from contracts.rules import ReturnApproved
from services._runtime.intents import Intent
from services._runtime.words import Change, Clock, Plan
from services._runtime.worker import Again, Deed, Done, Rejected
from services.labels.domain.errands import Expiring
from services.labels.domain.following import LATE_SCANS, lapsed, last_day, parcel_of
from services.labels.domain.issued import LabelRow
from services.labels.domain.looking import first_look
from services.labels.ports import Labels
from services.labels.ports.carriers import Adapter
from services.labels.ports.parcels import LAPSE_LABEL, Parcels
from services.labels.workers.follow import first_following

PATIENCE_SECONDS: Final = 30 * 24 * 3600.0
NOT_YET: Final = "not_yet"


def expiring(row: LabelRow, approved: ReturnApproved, now: datetime) -> Plan:
    """Once its last day is over, and scans of that day have come, the label has lapsed or not."""
    ends = last_day(row.valid_until, approved.send_back_by) + LATE_SCANS
    wait = max((ends - now).total_seconds(), 0.0)
    order = Expiring(
        reference=row.reference,
        valid_until=row.valid_until,
        send_back_by=approved.send_back_by,
        language=approved.language,
    )
    return Plan(
        LAPSE_LABEL,
        row.reference,
        order,
        wait_seconds=wait,
        deadline_seconds=wait + PATIENCE_SECONDS,
    )


def looked_after(
    parcels: Parcels,
    row: LabelRow,
    approved: ReturnApproved,
    adapter: Adapter,
    intent: Intent,
    now: datetime,
) -> tuple[tuple[Change, ...], tuple[Plan, ...]]:
    """What is kept and planned with a fresh label: its parcel is followed, and its end is noted.

    Nothing, where its carrier never says where it is: nobody knows then whether it was used.
    """
    if adapter.tracks is None and adapter.hooks is None:
        return (), ()
    parcel = parcel_of(row, intent.cause, intent.id)
    ends = expiring(row, approved, now)
    if adapter.tracks is None:
        return (parcels.opened(parcel),), (ends,)
    parcel = replace(parcel, look_at=first_look(row.issued_at))
    return (parcels.opened(parcel),), (first_following(parcel, now), ends)


class LapseLabel:
    """Performs `lapse_label`: says that a label is of no use any more, if nobody used it."""

    def __init__(self, parcels: Parcels, labels: Labels, now: Clock) -> None:
        self._parcels, self._labels, self._now = parcels, labels, now

    async def perform(self, intent: Intent) -> Deed:
        """See `worker.Performer`. Nothing is told of a label that was cancelled."""
        order = intent.ordered(Expiring)
        ends = last_day(order.valid_until, order.send_back_by) + LATE_SCANS
        if self._now() < ends:  # clocks differ, or an operator woke it
            return Again(NOT_YET, max((ends - self._now()).total_seconds(), 1.0))
        row, parcel = (
            await self._labels.of(order.reference),
            await self._parcels.of(order.reference),
        )
        if row is None or parcel is None or row.cancelled is not None:
            return Done()
        told = lapsed(parcel, order.valid_until, order.send_back_by, order.language)
        return Done() if told is None else Done((told,))

    async def recover(self, intent: Intent) -> Deed:
        """See `worker.Performer`. Nothing left the house."""
        return await self.perform(intent)

    async def give_up(self, intent: Intent, code: str) -> Rejected:  # noqa: ARG002
        """See `worker.Performer`. A month later nobody needs to hear it."""
        return Rejected(code)
