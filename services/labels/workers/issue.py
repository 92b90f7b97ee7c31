"""What labels does outside: it asks a carrier for one label, and finds out whether it got one."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import structlog

from contracts.rules import ReturnApproved
from services._runtime.intents import Intent
from services._runtime.words import Clock
from services._runtime.worker import Again, Deed, Doubted, Rejected, Unknown
from services.labels.domain import faults
from services.labels.domain.choose import carrier_for
from services.labels.domain.connection import Connection
from services.labels.domain.issued import IssuedLabel
from services.labels.domain.order import LabelOrder, Refusal, order_for
from services.labels.domain.purchase import Purchase
from services.labels.ports import Connections, Labels, Senders
from services.labels.ports.carriers import Adapter, Doubt
from services.labels.workers.delay import delayed
from services.labels.workers.ending import RETURN_CANCELLED, Ending, without_label
from services.labels.workers.purse import Purse

log = structlog.get_logger()

NUMBER_DIFFERS = "number_differs"
MAY_SELL_YET = "carrier_may_sell_yet"
FIRST_LOOK_SECONDS, LONGEST_LOOK_SECONDS = 0.2, 30.0
"""How soon and how seldom we look again for a parcel that its approval overtook."""


class IssueLabel:
    """Performs `issue_label`: asks the carrier; what follows from its answer is the `Ending`'s.

    The carrier is never asked for a second label while it may have given a first one.
    """

    def __init__(
        self,
        senders: Senders,
        labels: Labels,
        carriers: Mapping[str, Adapter],
        connections: Connections,
        purse: Purse,
        ending: Ending,
        now: Clock,
    ) -> None:
        self._senders, self._labels, self._carriers = senders, labels, carriers
        self._connections, self._purse = connections, purse
        self._ending, self._now = ending, now

    async def perform(self, intent: Intent) -> Deed:
        """See `worker.Performer`. An order left in doubt is looked up at once."""
        approved = intent.ordered(ReturnApproved)
        deed = await self._performed(intent, approved)
        return delayed(deed, intent, approved, self._now())

    async def recover(self, intent: Intent) -> Deed:
        """See `worker.Performer`. The carrier is asked what became of the order first."""
        approved = intent.ordered(ReturnApproved)
        deed = await self._recovered(intent, approved)
        return delayed(deed, intent, approved, self._now())

    async def give_up(self, intent: Intent, code: str) -> Rejected:
        """See `worker.Performer`. Nothing was bought, and the customer is told why."""
        approved = intent.ordered(ReturnApproved)
        known = await self._purse.purchases.of(intent.key) or Purchase(intent.key)
        carrier, connection = self._reached(approved, known)
        return self._ending.nothing_bought(approved, carrier, connection, known, code)

    async def _performed(self, intent: Intent, approved: ReturnApproved) -> Deed:
        known = await self._purse.purchases.of(intent.key) or Purchase(intent.key)
        carrier, connection = self._reached(approved, known)
        if known.cancelled_by == approved.portal_id and known.bought is None:
            code = RETURN_CANCELLED
            return self._ending.nothing_bought(approved, carrier, connection, known, code)
        if carrier is None or connection is None:
            code = "carrier_unknown" if carrier is None else "carrier_not_connected"
            return self._ending.nothing_bought(approved, carrier, connection, known, code)
        if known.bought is not None:
            return await self._found_by_a_person(intent, carrier, connection, known)
        order = order_for(approved, await self._senders.of(approved.shipment_id))
        if order is None:
            return Again("sender_unknown", _look_again_seconds(intent.attempts))
        if isinstance(order, Refusal):
            return self._ending.nothing_bought(approved, carrier, connection, known, order.code)
        return await self._bought(intent, approved, order, carrier, connection, known)

    async def _bought(
        self,
        intent: Intent,
        approved: ReturnApproved,
        order: LabelOrder,
        carrier: Adapter,
        connection: Connection,
        before: Purchase,
    ) -> Deed:
        note = Purchase(order.reference)
        # Ordering again under a reserved number is safe, and says nothing about the order before.
        doubtful = carrier.reserves is not None and before.ordered_at is not None
        try:
            if carrier.connected:
                opened = await self._purse.opened(order, carrier, connection)
                if isinstance(opened, Again):
                    return opened
                order, note = opened
            label = await carrier.carrier.issue(order, connection)
        except faults.OutcomeUnknown:
            log.warning("order_in_doubt", carrier=carrier.name)
            closed = () if carrier.reserves else self._purse.closed(note)
            nothing = Again(faults.Unavailable.code, keep=closed)
            known = await self._purse.purchases.of(intent.key) or note
            return await self._found_out(intent, approved, carrier, known) or nothing
        except faults.CarrierFault as fault:
            if not doubtful:
                return without_label(approved, carrier, fault, self._purse.closed(note))
            if isinstance(fault, faults.Rejected | faults.NotCovered):
                code = fault.code
                return self._ending.nothing_bought(approved, carrier, connection, before, code)
            return without_label(approved, carrier, fault, ())
        return await self._ending.bought(intent, carrier, connection, order, label, note)

    async def _recovered(self, intent: Intent, approved: ReturnApproved) -> Deed:
        carrier = self._carriers.get(carrier_for(approved))
        if carrier is None:
            return Unknown(faults.OutcomeUnknown.code)
        known = await self._purse.purchases.of(intent.key) or Purchase(intent.key)
        if carrier.connected and known.ordered_at is None:
            # It was not noted, so it did not go out. (What the release before ordered without a
            # note was ordered from the simulator, which sells once under one reference.)
            return await self._performed(intent, approved)
        found = await self._found_out(intent, approved, carrier, known)
        return found or await self._performed(intent, approved)

    async def _found_out(
        self, intent: Intent, approved: ReturnApproved, carrier: Adapter, known: Purchase
    ) -> Deed | None:
        """What became of an order in doubt; None if the carrier certainly did not take it."""
        _, connection = self._reached(approved, known)
        if connection is None:
            return Unknown("carrier_not_connected")
        label = await self._answered(intent, approved, carrier, connection, known)
        if not isinstance(label, IssuedLabel):
            return label
        order = order_for(approved, await self._senders.of(approved.shipment_id))
        if order is None:
            return Doubted("sender_unknown")
        if isinstance(order, Refusal):
            return self._ending.bought_for_nobody(
                approved, carrier, connection, label, known, order
            )
        return await self._ending.bought(intent, carrier, connection, order, label, known)

    async def _answered(
        self,
        intent: Intent,
        approved: ReturnApproved,
        carrier: Adapter,
        connection: Connection,
        known: Purchase,
    ) -> IssuedLabel | Deed | None:
        """The label, None if there certainly is none, or what follows where nobody can say."""
        ordered_at = known.ordered_at or intent.planned_at
        try:
            doubt = Doubt(intent.key, known.reserved, ordered_at, approved.return_method)
            label = await carrier.carrier.recover(doubt, connection)
        except faults.OutcomeUnknown as fault:
            return Unknown(fault.code)
        except faults.CarrierFault as fault:
            if self._now() > intent.deadline_at:
                return Unknown(faults.OutcomeUnknown.code)
            after = fault.after_seconds if isinstance(fault, faults.RateLimited) else None
            return Doubted(fault.code, after)
        if label is None:
            return self._believed(carrier, ordered_at)
        row = await self._labels.of(intent.key)
        if row is not None and row.tracking_number != label.tracking_number:
            return Unknown(NUMBER_DIFFERS)  # one of the two is wrong, and one is in our books
        return label

    def _believed(self, carrier: Adapter, ordered_at: datetime) -> Doubted | None:
        """None where a carrier's word that there is no label holds from now on.

        It may yet work off an order that it says it does not know: if that and a second order
        would be two labels, its word counts only when it has had time for it.
        """
        so_far = (self._now() - ordered_at).total_seconds()
        if not carrier.connected or so_far >= carrier.settles_seconds:
            return None
        return Doubted(MAY_SELL_YET, max(carrier.settles_seconds - so_far, 1.0))

    async def _found_by_a_person(
        self, intent: Intent, carrier: Adapter, connection: Connection, known: Purchase
    ) -> Deed:
        """The label with the number that a person found, if its documents can still be had."""
        approved = intent.ordered(ReturnApproved)
        number = known.bought or ""
        try:
            at = known.ordered_at or self._now()
            doubt = Doubt(known.reference, number, at, approved.return_method)
            label = await carrier.carrier.recover(doubt, connection)
        except faults.OutcomeUnknown:
            label = None
        except faults.CarrierFault as fault:
            return Again(fault.code)
        if label is not None and label.tracking_number != number:
            return Unknown(NUMBER_DIFFERS)
        order = order_for(approved, await self._senders.of(approved.shipment_id))
        if label is not None and isinstance(order, LabelOrder):
            return await self._ending.bought(intent, carrier, connection, order, label, known)
        return self._ending.documents_lost(approved, carrier, connection, known, number)

    def _reached(
        self, approved: ReturnApproved, known: Purchase
    ) -> tuple[Adapter | None, Connection | None]:
        """The carrier of this return, and the contract with it; None what there is not.

        An order that went out is looked into under the contract it went out under.
        """
        carrier = self._carriers.get(carrier_for(approved))
        if carrier is None:
            return None, None
        if not carrier.connected:
            return carrier, Connection(approved.portal_id, carrier.name)
        whose = known.connection if known.ordered_at and known.connection else approved.portal_id
        return carrier, self._connections.of(whose, carrier.name)


def _look_again_seconds(attempts: int) -> float:
    doublings = min(attempts - 1, 10)
    return float(min(FIRST_LOOK_SECONDS * 2**doublings, LONGEST_LOOK_SECONDS))
