"""What is done before an order goes out and after it is over, so that no money is lost track of.

    set aside → number reserved → noted → ordered → counted at its cost, or given back

A process that dies anywhere leaves at most too much counted; and the note, without which
certainly nothing went out.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import structlog

from services._runtime.words import Change, Clock
from services._runtime.worker import Again
from services.labels.domain.connection import Connection
from services.labels.domain.issued import IssuedLabel
from services.labels.domain.order import LabelOrder
from services.labels.domain.purchase import (
    Purchase,
    aside_for,
    seconds_until_midnight,
    to_the_millisecond,
)
from services.labels.ports import Purchases, Spending
from services.labels.ports.carriers import Adapter

log = structlog.get_logger()

SPENDING_CAP_REACHED = "spending_cap_reached"
DECIDED_MEANWHILE = "decided_meanwhile"
_AT_ONCE_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class Purse:
    """The two stores that an order passes on its way out and back."""

    purchases: Purchases
    spending: Spending
    now: Clock

    async def opened(
        self, order: LabelOrder, carrier: Adapter, connection: Connection
    ) -> tuple[LabelOrder, Purchase] | Again:
        """The order as it may go out, and its note; or why it may not go out now.

        Raises:
            CarrierFault: no number could be reserved; nothing was ordered.
        """
        now = to_the_millisecond(self.now())
        aside = aside_for(connection, order.method, now)
        note = Purchase(order.reference, now, connection.portal_id, aside)
        if aside is not None and not await self.spending.set_aside(aside, note):
            return Again(SPENDING_CAP_REACHED, seconds_until_midnight(now))
        number = None
        if carrier.reserves is not None:
            known = await self.purchases.of(order.reference)
            if known is not None and known.reserved_by == connection.id:
                number = known.reserved
            if number is None:
                given = await carrier.reserves.reserve(order, connection)
                number = await self.purchases.reserve(order.reference, given, connection.id)
        if await self.purchases.order(note, order.portal_id) is None:
            return Again(DECIDED_MEANWHILE, _AT_ONCE_SECONDS, self.closed(note))
        return replace(order, reserved=number), note

    def closed(self, note: Purchase) -> tuple[Change, ...]:
        """What went out as `note`, if anything did, was certainly not taken: nothing is owed."""
        if note.ordered_at is None:
            return ()
        changes = (self.purchases.not_taken(note),)
        if note.set_aside is None:
            return changes
        return (*changes, self.spending.give_back(note.set_aside, note))

    def counted(self, known: Purchase, label: IssuedLabel) -> tuple[Change, ...]:
        """It was bought: its cost counts, or what was set aside if that is other money."""
        aside = known.set_aside
        if aside is None:
            return ()
        cost = label.cost
        if cost is None or cost.currency != aside.cap.currency:
            log.warning("cost_in_other_currency", purse=aside.purse)
            cost = aside.cost
        return (self.spending.spent(aside, known.reference, cost),)


def priced(label: IssuedLabel, connection: Connection, method: str) -> IssuedLabel:
    """The label with the cost its contract names, where its carrier names none."""
    if label.cost is not None:
        return label
    return replace(label, cost=connection.prices.get(method))
