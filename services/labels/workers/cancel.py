"""What becomes of a label whose return is cancelled, whichever of the two came first.

| when it is cancelled | what is done | told |
|---|---|---|
| before an order went out | none goes out any more | `never_bought` |
| while one is out | its end is waited for; a label that was bought is taken back | as below |
| after the label was told | its carrier is asked to take it back | what the carrier says |
"""

from __future__ import annotations

from collections.abc import Mapping

import structlog

from contracts.labels import LabelCancelled
from contracts.rules import ReturnCancelled
from contracts.words import Cancelled
from services._runtime.intents import Intent
from services._runtime.words import Clock
from services._runtime.worker import Again, Deed, Done, Rejected
from services.labels.domain import faults
from services.labels.domain.issued import LabelRow
from services.labels.domain.order import FIRST_PARCEL
from services.labels.ports import Connections, Labels, Purchases
from services.labels.ports.carriers import Adapter

log = structlog.get_logger()

LONGEST_LOOK_SECONDS = 60.0


class CancelLabel:
    """Performs `cancel_label`. Done twice it does no harm, so it is simply done again."""

    def __init__(
        self,
        labels: Labels,
        purchases: Purchases,
        carriers: Mapping[str, Adapter],
        connections: Connections,
        now: Clock,
    ) -> None:
        self._labels, self._purchases, self._carriers = labels, purchases, carriers
        self._connections, self._now = connections, now

    async def perform(self, intent: Intent) -> Deed:
        """See `worker.Performer`."""
        wish = intent.ordered(ReturnCancelled)
        known = await self._purchases.cancel(intent.key, wish.portal_id)
        row = await self._labels.of(intent.key)
        if row is not None:
            if row.portal_id != wish.portal_id:
                return Rejected("portal_mismatch")
            return await self._taken_back(intent, wish, row)
        if known.ordered_at is None and not known.settled and known.bought is None:
            return Done((self._told(wish, Cancelled.NEVER_BOUGHT),))
        return Again("label_in_flight", _look_again_seconds(intent.attempts))

    recover = perform

    async def give_up(self, intent: Intent, code: str) -> Rejected:
        """See `worker.Performer`. Nobody took it back in time."""
        wish = intent.ordered(ReturnCancelled)
        row = await self._labels.of(intent.key)
        return Rejected(code, (self._told(wish, Cancelled.TOO_LATE, row),))

    async def _taken_back(self, intent: Intent, wish: ReturnCancelled, row: LabelRow) -> Deed:
        carrier = self._carriers.get(row.carrier)
        if carrier is None or carrier.cancels is None:
            return self._done(intent, wish, row, Cancelled.UNSUPPORTED)
        connection = self._connections.of(row.connection, row.carrier)
        if connection is None:
            return Again("carrier_not_connected")
        try:
            outcome = await carrier.cancels.cancel(row, connection)
        except faults.NotCovered:
            outcome = Cancelled.UNSUPPORTED
        except faults.Rejected:
            outcome = Cancelled.TOO_LATE
        except faults.CarrierFault as fault:
            log.info("label_not_cancelled_yet", carrier=row.carrier, code=fault.code)
            after = fault.after_seconds if isinstance(fault, faults.RateLimited) else None
            return Again(fault.code, after)
        return self._done(intent, wish, row, outcome)

    def _done(
        self, intent: Intent, wish: ReturnCancelled, row: LabelRow, outcome: Cancelled
    ) -> Done:
        kept = self._labels.cancelled(intent.key, outcome)
        return Done((self._told(wish, outcome, row),), (kept,))

    def _told(
        self, wish: ReturnCancelled, outcome: Cancelled, row: LabelRow | None = None
    ) -> LabelCancelled:
        return LabelCancelled(
            return_id=wish.return_id,
            portal_id=wish.portal_id,
            parcel_no=FIRST_PARCEL,
            outcome=outcome,
            carrier=None if row is None else row.carrier,
            tracking_number=None if row is None else row.tracking_number,
            cost=None if row is None else row.cost,
            told_at=self._now(),
        )


def _look_again_seconds(attempts: int) -> float:
    return float(min(0.5 * 2.0 ** min(attempts, 9), LONGEST_LOOK_SECONDS))
