"""What follows from a label that was bought, or from none: what is kept of it, and what is told."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import replace

import structlog

from contracts.labels import Document
from contracts.rules import ReturnApproved
from contracts.words import LabelKind, ReturnMethod
from services._runtime.intents import Intent
from services._runtime.words import Change, Clock
from services._runtime.worker import Again, Done, Rejected
from services.labels.domain import faults
from services.labels.domain.connection import Connection
from services.labels.domain.fill import filled
from services.labels.domain.issued import IssuedLabel, LabelRow
from services.labels.domain.order import LabelOrder, Refusal
from services.labels.domain.purchase import Purchase
from services.labels.domain.sender import Forgotten
from services.labels.domain.tell import refused, row_of, told
from services.labels.ports import Labels, Printer, Senders
from services.labels.ports.carriers import Adapter
from services.labels.ports.parcels import Parcels
from services.labels.workers.chosen import Chosen
from services.labels.workers.lapse import looked_after
from services.labels.workers.purse import Purse, priced

log = structlog.get_logger()

RETURN_CANCELLED = "return_cancelled"
DOCUMENTS_LOST = "documents_lost"
WITH_CODE = (ReturnMethod.DROP_OFF_LABELLESS, ReturnMethod.IN_STORE)


class Ending:
    """Ends an order whose outcome is known. It asks no carrier for a label, nor about one.

    A label that was bought is kept and its cost counted, whether or not anybody hears of it.
    """

    def __init__(
        self,
        senders: Senders,
        labels: Labels,
        printer: Printer,
        purse: Purse,
        parcels: Parcels,
        chosen: Chosen,
        now: Clock,
    ) -> None:
        self._senders, self._labels, self._printer = senders, labels, printer
        self._purse, self._parcels, self._chosen, self._now = purse, parcels, chosen, now

    async def bought(
        self,
        intent: Intent,
        carrier: Adapter,
        connection: Connection,
        order: LabelOrder,
        label: IssuedLabel,
        known: Purchase,
    ) -> Done | Rejected:
        """The label and its documents are told together, unless nobody is to have them any more."""
        approved = intent.ordered(ReturnApproved)
        label = priced(label, connection, approved.return_method)
        documents = await self._documents(carrier, order, label)
        kept = self._kept(approved, carrier, connection, label, known)
        if isinstance(await self._senders.of(approved.shipment_id), Forgotten):
            # Asked to be forgotten while the carrier and the press were busy.
            return _rejected(approved, "sender_erased", kept)
        if not await self._purse.purchases.settle(order.reference, approved.portal_id):
            # Cancelled meanwhile: nobody hears of this label but who takes it back.
            return Rejected(RETURN_CANCELLED, keep=kept)
        row = self._row(approved, carrier, connection, label)
        follow, ahead = looked_after(self._parcels, row, approved, carrier, intent, self._now())
        point = await self._chosen.shown(carrier.name, order)
        return Done(told(approved, row, documents, label, point), (*kept, *follow), ahead)

    def bought_for_nobody(
        self,
        approved: ReturnApproved,
        carrier: Adapter,
        connection: Connection,
        label: IssuedLabel,
        known: Purchase,
        refusal: Refusal,
    ) -> Rejected:
        """Bought, and then its customer was forgotten: nobody gets it, but it stays known to us."""
        label = priced(label, connection, approved.return_method)
        kept = self._kept(approved, carrier, connection, label, known)
        return _rejected(approved, refusal.code, kept)

    def documents_lost(
        self,
        approved: ReturnApproved,
        carrier: Adapter,
        connection: Connection,
        known: Purchase,
        number: str,
    ) -> Rejected:
        """A person found its number, but no documents are to be had, or nobody to draw them for.

        It is in our books under this number, and the customer gets nothing.
        """
        kept = self._kept_bare(approved, carrier, connection, known, number)
        return _refused(approved, known, DOCUMENTS_LOST, kept)

    def nothing_bought(
        self,
        approved: ReturnApproved,
        carrier: Adapter | None,
        connection: Connection | None,
        known: Purchase,
        code: str,
    ) -> Rejected:
        """Whatever was noted, nothing is owed.

        Under a number that was reserved, an order in doubt may have been taken: then it is in our
        books under this number, and its price stays counted.
        """
        kept = self._purse.closed(known)
        in_doubt = known.reserved if known.ordered_at and carrier and carrier.reserves else None
        if in_doubt and carrier and connection:
            kept = self._kept_bare(approved, carrier, connection, known, in_doubt)
        return _refused(approved, known, code, kept)

    async def _documents(
        self, carrier: Adapter, order: LabelOrder, label: IssuedLabel
    ) -> tuple[Document, ...]:
        if not label.documents:
            return await self._printer.draw(label.kind, filled(order, label, carrier.title))
        return tuple(
            Document(
                kind=one.kind, media_type=one.media_type, content=b64encode(one.content).decode()
            )
            for one in label.documents
        )

    def _row(
        self, approved: ReturnApproved, carrier: Adapter, connection: Connection, label: IssuedLabel
    ) -> LabelRow:
        row = row_of(approved, label, carrier.name, carrier.evidence.kind, self._now())
        return replace(row, connection=connection.portal_id, carrier_id=label.carrier_id)

    def _kept(
        self,
        approved: ReturnApproved,
        carrier: Adapter,
        connection: Connection,
        label: IssuedLabel,
        known: Purchase,
    ) -> tuple[Change, ...]:
        """What is kept of a label that was bought, whoever hears of it."""
        row = self._row(approved, carrier, connection, label)
        return self._labels.keep(row), *self._purse.counted(known, label)

    def _kept_bare(
        self,
        approved: ReturnApproved,
        carrier: Adapter,
        connection: Connection,
        known: Purchase,
        number: str,
    ) -> tuple[Change, ...]:
        """What is kept of a label of which nothing is known but its number."""
        kind = LabelKind.QR_CODE if approved.return_method in WITH_CODE else LabelKind.LABEL
        bare = priced(IssuedLabel(number, kind, carrier.title), connection, approved.return_method)
        return self._kept(approved, carrier, connection, bare, known)


def without_label(
    approved: ReturnApproved,
    carrier: Adapter,
    fault: faults.CarrierFault,
    keep: tuple[Change, ...],
) -> Again | Rejected:
    """Refused for good, or tried again: when the carrier says, else when the floor does."""
    log.info("carrier_gave_no_label", carrier=carrier.name, code=fault.code, why=str(fault))
    match fault:
        case faults.Rejected() | faults.NotCovered():
            return _rejected(approved, fault.code, keep)
        case faults.RateLimited():
            return Again(fault.code, fault.after_seconds, keep)
        case _:
            return Again(fault.code, keep=keep)


def _refused(
    approved: ReturnApproved, known: Purchase, code: str, keep: tuple[Change, ...]
) -> Rejected:
    """The customer is told why. A cancelled return is refused without a word."""
    if known.cancelled_by == approved.portal_id:
        return Rejected(RETURN_CANCELLED, keep=keep)
    return _rejected(approved, code, keep)


def _rejected(approved: ReturnApproved, code: str, keep: tuple[Change, ...]) -> Rejected:
    return Rejected(code, (refused(approved, code),), keep)
