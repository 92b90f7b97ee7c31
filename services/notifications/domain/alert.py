"""What a merchant is alerted about, and how. An alert names a return, never a person."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from contracts.labels import LabelIssued, LabelLapsed, LabelRefused, ParcelMoved
from contracts.rules import ReturnAwaitingApproval
from contracts.words import Occasion, Phase
from services.notifications.domain.address import Address, address
from services.notifications.domain.display import line
from services.notifications.domain.known import Customer, Erased, Portal
from services.notifications.domain.language import language_for
from services.notifications.domain.letter import Letter, Missing, Unsendable, Unwanted
from services.notifications.domain.phrases import Phrases, Words, day
from services.notifications.domain.steps import carrier_name

ForMerchant = LabelIssued | LabelRefused | LabelLapsed | ParcelMoved | ReturnAwaitingApproval
"""What a merchant may be alerted about."""

SENDER_NAME: Final = "Retour"

_WORTH_TELLING: Final[Mapping[str, Occasion]] = {
    Phase.HANDED_OVER: Occasion.HANDED_OVER,
    Phase.DELIVERED: Occasion.DELIVERED,
    Phase.DELIVERY_FAILED: Occasion.DELIVERY_FAILED,
    Phase.RETURNED_TO_SENDER: Occasion.RETURNED_TO_SENDER,
    Phase.LOST: Occasion.LOST,
}


def occasion_of(happened: ForMerchant) -> Occasion | None:
    """What a merchant may want to hear of this, or None: most movements of a parcel are no news."""
    match happened:
        case LabelIssued():
            return Occasion.RETURN_ANNOUNCED
        case LabelRefused():
            return Occasion.LABEL_REFUSED
        case LabelLapsed():
            return Occasion.LABEL_LAPSED
        case ReturnAwaitingApproval():
            return Occasion.APPROVAL_NEEDED
        case ParcelMoved(phase=phase):
            return _WORTH_TELLING.get(phase)


def alert(
    happened: ForMerchant,
    customer: Customer | Erased | None,
    portal: Portal | None,
    words: Words,
    sender: Address,
) -> Letter | Missing | Unsendable | Unwanted:
    """The alert about what happened, or why there is none.

    It is short, plain text, and in the portal's first language that we speak. The order number is
    left out where the customer was erased, or belongs to another merchant.

    Codes: `portal_unknown`, `shipment_unknown` (missing); `email_invalid` (unsendable).
    """
    if portal is None:
        return Missing("portal_unknown")
    occasion = occasion_of(happened)
    if portal.notification_email is None or occasion is None:
        return Unwanted()
    if customer is None:
        return Missing("shipment_unknown")
    to = address(portal.notification_email)
    if to is None:
        return Unsendable("email_invalid")
    phrases = words.phrases[language_for(None, None, None, portal.languages)]
    said = phrases.occasions[occasion]
    order_no = _order_no(customer, portal)
    facts = "\n".join(f"{label}: {value}" for label, value in _facts(happened, order_no, phrases))
    named = f"{said.subject} ({order_no})" if order_no else said.subject
    return Letter(
        about=happened.return_id,
        to=to,
        sender=sender,
        sender_name=SENDER_NAME,
        language=phrases.language,
        subject=named,
        text=f"{said.sentence}\n\n{facts}\n",
    )


def _order_no(customer: Customer | Erased, portal: Portal) -> str | None:
    if isinstance(customer, Erased) or customer.portal_id != portal.portal_id:
        return None
    return line(customer.order_no)


def _facts(
    happened: ForMerchant, order_no: str | None, phrases: Phrases
) -> tuple[tuple[str, str], ...]:
    labels = phrases.facts
    facts: list[tuple[str, str]] = [(labels["return"], happened.return_id)]
    if order_no:
        facts.append((labels["order"], order_no))
    if isinstance(happened, LabelRefused):
        facts.append((labels["code"], happened.code))
        return tuple(facts)
    if isinstance(happened, ReturnAwaitingApproval):
        if happened.rules:
            facts.append((labels["rules"], ", ".join(happened.rules)))
        facts.append((labels["answer_by"], day(happened.expires_at, phrases)))
        return tuple(facts)
    facts.append((labels["tracking"], happened.tracking_number))
    if (carrier := carrier_name(happened.carrier)) is not None:
        facts.append((labels["carrier"], carrier))
    facts.append((labels["day"], day(_when(happened), phrases)))
    return tuple(facts)


def _when(happened: LabelIssued | LabelLapsed | ParcelMoved) -> datetime:
    match happened:
        case LabelIssued():
            return happened.issued_at
        case LabelLapsed():
            return happened.lapsed_at
        case ParcelMoved():
            return happened.happened_at
