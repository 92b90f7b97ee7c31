"""What notifications does when a message arrives: remember whom to write to, plan the letters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from contracts import topics
from contracts.labels import (
    LabelDelayed,
    LabelIssued,
    LabelLapsed,
    LabelPrinted,
    LabelRefused,
    ParcelMoved,
)
from contracts.rules import (
    RefundDue,
    ReturnApproved,
    ReturnAwaitingApproval,
    ReturnCancelled,
    ReturnRejected,
)
from contracts.shop import PortalConfigured, ShipmentRecorded
from services._runtime.words import Heard, Outcome, Plan, Route
from services.notifications.domain.alert import ForMerchant, occasion_of
from services.notifications.domain.happened import ForCustomer, letter_about, parcel_no
from services.notifications.ports import ALERT_MERCHANT, EMAIL_CUSTOMER, Facts


@dataclass(frozen=True, slots=True)
class Handlers:
    """notifications' ears. Everything here comes out the same when repeated, and tells nothing."""

    facts: Facts

    def routes(self) -> tuple[Route[Any], ...]:
        """The topics notifications listens to."""
        return (
            Route(topics.PORTAL_CONFIGURED, self.on_portal_configured),
            Route(topics.SHIPMENT_RECORDED, self.on_shipment_recorded),
            Route(topics.RETURN_REJECTED, self.on_return_rejected),
            Route(topics.RETURN_AWAITING_APPROVAL, self.on_return_awaiting_approval),
            Route(topics.RETURN_APPROVED, self.on_return_approved),
            Route(topics.RETURN_CANCELLED, self.on_return_cancelled),
            Route(topics.LABEL_ISSUED, self.on_label_issued),
            Route(topics.LABEL_PRINTED, self.on_label_printed),
            Route(topics.LABEL_DELAYED, self.on_label_delayed),
            Route(topics.LABEL_REFUSED, self.on_label_refused),
            Route(topics.LABEL_LAPSED, self.on_label_lapsed),
            Route(topics.PARCEL_MOVED, self.on_parcel_moved),
            Route(topics.REFUND_DUE, self.on_refund_due),
        )

    async def on_portal_configured(self, heard: Sequence[Heard[PortalConfigured]]) -> list[Outcome]:
        """The newest settings are in force."""
        return [Outcome(keep=(self.facts.configured(one.said),)) for one in heard]

    async def on_shipment_recorded(self, heard: Sequence[Heard[ShipmentRecorded]]) -> list[Outcome]:
        """The customer is known, or forgotten."""
        return [
            Outcome(
                keep=(
                    self.facts.recorded(one.message)
                    if one.message is not None
                    else self.facts.forgotten(one.key),
                ),
                forget=() if one.message is not None else (one.key,),
            )
            for one in heard
        ]

    async def on_return_rejected(self, heard: Sequence[Heard[ReturnRejected]]) -> list[Outcome]:
        """The customer will learn why."""
        return [Outcome(plan=_emails(one.said)) for one in heard]

    async def on_return_awaiting_approval(
        self, heard: Sequence[Heard[ReturnAwaitingApproval]]
    ) -> list[Outcome]:
        """The customer will learn that a person decides, and the merchant that it must."""
        return [
            Outcome(
                keep=(self.facts.asked(one.said),), plan=(*_emails(one.said), *_alerts(one.said))
            )
            for one in heard
        ]

    async def on_return_approved(self, heard: Sequence[Heard[ReturnApproved]]) -> list[Outcome]:
        """The customer will learn that nothing has to come back. Else the label says it."""
        return [
            Outcome(keep=(self.facts.asked(one.said),), plan=_emails(one.said)) for one in heard
        ]

    async def on_return_cancelled(self, heard: Sequence[Heard[ReturnCancelled]]) -> list[Outcome]:
        """The customer will learn that the return does not take place."""
        return [Outcome(plan=_emails(one.said)) for one in heard]

    async def on_label_issued(self, heard: Sequence[Heard[LabelIssued]]) -> list[Outcome]:
        """The merchant will learn that a return is coming."""
        return [
            Outcome(keep=(self.facts.issued(one.said),), plan=_alerts(one.said)) for one in heard
        ]

    async def on_label_printed(self, heard: Sequence[Heard[LabelPrinted]]) -> list[Outcome]:
        """The customer will get the label or code. A null value erases documents, and asks nothing.

        What we hold of them goes when the customer is forgotten.
        """
        return [
            Outcome(plan=_emails(one.message)) if one.message is not None else Outcome()
            for one in heard
        ]

    async def on_label_delayed(self, heard: Sequence[Heard[LabelDelayed]]) -> list[Outcome]:
        """The customer will learn that the label takes longer, once."""
        return [Outcome(plan=_emails(one.said)) for one in heard]

    async def on_label_lapsed(self, heard: Sequence[Heard[LabelLapsed]]) -> list[Outcome]:
        """Both will learn that the label is of no use any more."""
        return [Outcome(plan=(*_emails(one.said), *_alerts(one.said))) for one in heard]

    async def on_label_refused(self, heard: Sequence[Heard[LabelRefused]]) -> list[Outcome]:
        """Both will learn that there is no label."""
        return [Outcome(plan=(*_emails(one.said), *_alerts(one.said))) for one in heard]

    async def on_parcel_moved(self, heard: Sequence[Heard[ParcelMoved]]) -> list[Outcome]:
        """The merchant will learn of it, if it is news."""
        return [Outcome(plan=_alerts(one.said)) for one in heard]

    async def on_refund_due(self, heard: Sequence[Heard[RefundDue]]) -> list[Outcome]:
        """The customer will learn what is paid, unless a letter has told it."""
        return [Outcome(plan=_emails(one.said)) for one in heard]


def _emails(happened: ForCustomer) -> tuple[Plan, ...]:
    letter = letter_about(happened)
    if letter is None:
        return ()
    # A refund names no shipment, and nobody: nothing of it must go when a customer is forgotten.
    about = "" if isinstance(happened, RefundDue) else happened.shipment_id
    return (Plan(EMAIL_CUSTOMER, _key(happened, letter), happened, about=about),)


def _alerts(happened: ForMerchant) -> tuple[Plan, ...]:
    occasion = occasion_of(happened)
    if occasion is None:
        return ()
    return (Plan(ALERT_MERCHANT, _key(happened, occasion), happened),)


def _key(happened: ForCustomer | ForMerchant, what: str) -> str:
    """One letter of a kind per return; per parcel where a return has several."""
    number = parcel_no(happened)
    return f"{happened.return_id}:{what}" + (f":{number}" if number > 1 else "")
