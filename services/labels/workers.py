"""What labels does outside: it gets one label for one approved return, and says what came of it."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping

import structlog

from contracts.labels import Document
from contracts.rules import ReturnApproved
from contracts.words import DocumentKind
from services._runtime import errors
from services._runtime.intents import Intent
from services._runtime.words import Change, Clock
from services._runtime.worker import Again, Deed, Done, Rejected, Unknown
from services.labels.domain import faults
from services.labels.domain.choose import carrier_for
from services.labels.domain.fill import filled
from services.labels.domain.issued import IssuedLabel
from services.labels.domain.order import LabelOrder, Refusal, order_for
from services.labels.domain.sender import Forgotten
from services.labels.domain.tell import refused, row_of, told
from services.labels.ports import Carrier, Labels, Printer, Senders

log = structlog.get_logger()

FIRST_LOOK_SECONDS, LONGEST_LOOK_SECONDS = 0.2, 30.0
"""How soon and how seldom we look again for a parcel that its approval overtook."""


class IssueLabel:
    """Performs `issue_label`: asks the carrier, draws the documents, tells both together.

    The carrier is never asked for a second label while it may have given a first one.
    """

    def __init__(
        self,
        senders: Senders,
        labels: Labels,
        carriers: Mapping[str, Carrier],
        printer: Printer,
        now: Clock,
    ) -> None:
        self._senders, self._labels, self._carriers = senders, labels, carriers
        self._printer, self._now = printer, now

    async def perform(self, intent: Intent) -> Deed:
        """See `worker.Performer`. An order left in doubt is looked up at once."""
        approved = intent.ordered(ReturnApproved)
        carrier = self._carriers.get(carrier_for(approved))
        if carrier is None:
            return _rejected(approved, "carrier_unknown")
        order = order_for(approved, await self._senders.of(approved.shipment_id))
        if order is None:
            return Again("sender_unknown", _look_again_seconds(intent.attempts))
        if isinstance(order, Refusal):
            return _rejected(approved, order.code)
        try:
            label = await carrier.issue(order)
        except faults.OutcomeUnknown:
            log.warning("order_in_doubt", carrier=carrier.name)
            nothing = Again(faults.Unavailable.code)
            return await self._found_out(intent, approved, carrier) or nothing
        except faults.CarrierFault as fault:
            return _without_label(approved, carrier, fault)
        return await self._done(approved, carrier, order, label)

    async def recover(self, intent: Intent) -> Deed:
        """See `worker.Performer`. The carrier is asked what became of the order first."""
        approved = intent.ordered(ReturnApproved)
        carrier = self._carriers.get(carrier_for(approved))
        if carrier is None:
            return Unknown(faults.OutcomeUnknown.code)
        found = await self._found_out(intent, approved, carrier)
        return found or await self.perform(intent)

    async def give_up(self, intent: Intent, code: str) -> Rejected:
        """See `worker.Performer`. Nothing was bought, and the customer is told why."""
        return _rejected(intent.ordered(ReturnApproved), code)

    async def _found_out(
        self, intent: Intent, approved: ReturnApproved, carrier: Carrier
    ) -> Deed | None:
        """What became of an order in doubt; None if the carrier certainly did not take it.

        Raises:
            Unavailable: nobody knows yet. The intent stays in flight, and is recovered when its
                lease has ended.
        """
        try:
            label = await carrier.recover(intent.key)
        except faults.OutcomeUnknown as fault:
            return Unknown(fault.code)
        except faults.CarrierFault as fault:
            if self._now() > intent.deadline_at:
                return Unknown(faults.OutcomeUnknown.code)
            raise errors.Unavailable(fault.code) from fault
        if label is None:
            return None
        order = order_for(approved, await self._senders.of(approved.shipment_id))
        if order is None:
            raise errors.Unavailable("sender_unknown")
        if isinstance(order, Refusal):
            # Bought, and then its customer was forgotten: nobody gets it, but it stays known to us.
            return _rejected(approved, order.code, self._kept(approved, carrier, label))
        return await self._done(approved, carrier, order, label)

    async def _done(
        self, approved: ReturnApproved, carrier: Carrier, order: LabelOrder, label: IssuedLabel
    ) -> Done | Rejected:
        documents = await self._documents(carrier, order, label)
        if isinstance(await self._senders.of(approved.shipment_id), Forgotten):
            # Asked to be forgotten while the carrier and the press were busy.
            return _rejected(approved, "sender_erased", self._kept(approved, carrier, label))
        row = row_of(approved, label, carrier.name, carrier.evidence, self._now())
        return Done(told(approved, row, documents), (self._labels.keep(row),))

    async def _documents(
        self, carrier: Carrier, order: LabelOrder, label: IssuedLabel
    ) -> tuple[Document, ...]:
        if label.pdf is None:
            return await self._printer.draw(label.kind, filled(order, label, carrier.title))
        content = b64encode(label.pdf).decode()
        return (
            Document(kind=DocumentKind.LABEL_PDF, media_type="application/pdf", content=content),
        )

    def _kept(self, approved: ReturnApproved, carrier: Carrier, label: IssuedLabel) -> Change:
        row = row_of(approved, label, carrier.name, carrier.evidence, self._now())
        return self._labels.keep(row)


def _without_label(
    approved: ReturnApproved, carrier: Carrier, fault: faults.CarrierFault
) -> Again | Rejected:
    """Refused for good, or tried again: when the carrier says, else when the floor does."""
    log.info("carrier_gave_no_label", carrier=carrier.name, code=fault.code, why=str(fault))
    match fault:
        case faults.Rejected() | faults.NotCovered():
            return _rejected(approved, fault.code)
        case faults.RateLimited():
            return Again(fault.code, fault.after_seconds)
        case _:
            return Again(fault.code)


def _rejected(approved: ReturnApproved, code: str, *keep: Change) -> Rejected:
    return Rejected(code, (refused(approved, code),), keep)


def _look_again_seconds(attempts: int) -> float:
    doublings = min(attempts - 1, 10)
    return float(min(FIRST_LOOK_SECONDS * 2**doublings, LONGEST_LOOK_SECONDS))
