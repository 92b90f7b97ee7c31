"""What is ordered from a carrier: one label for one parcel."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from contracts.rules import JudgedItem, ReturnApproved
from contracts.shape import Address, Money
from contracts.words import ReturnMethod
from services.labels.domain.sender import Forgotten, Sender

FIRST_PARCEL = 1
"""Returns of several parcels are not offered yet; every key already says which one it means."""


@dataclass(frozen=True, slots=True)
class LabelOrder:
    """One label, under a reference that never changes however often it is ordered.

    `items` are pairs of quantity and description of what travels, and `value` is what that cost:
    what the customer keeps is not in the parcel. `send_back_by` is the last instant the merchant
    takes the parcel back.
    """

    reference: str
    return_id: str
    order_no: str
    method: str
    sender: Sender
    recipient: Address
    items: tuple[tuple[int, str], ...]
    value: Money
    send_back_by: datetime


@dataclass(frozen=True, slots=True)
class Refusal:
    """No label, and why. `code` never changes."""

    code: str


def travelling(approved: ReturnApproved) -> tuple[JudgedItem, ...]:
    """The items that go back. None: the customer keeps everything, and no label is needed."""
    if approved.return_method == ReturnMethod.NONE:
        return ()
    return tuple(item for item in approved.items if not item.kept)


def described(item: JudgedItem) -> str:
    """The best word we have: rules may not know an item's name."""
    return item.name or item.sku or item.line_id


def reference_of(approved: ReturnApproved) -> str:
    """The business key of the return's label: at most one is ever bought under it."""
    return f"{approved.return_id}:{FIRST_PARCEL}"


def order_for(
    approved: ReturnApproved, sender: Sender | Forgotten | None
) -> LabelOrder | Refusal | None:
    """The order that an approved return leads to, or why there will be none.

    None while the sender is not known: the approval overtook its parcel. A customer who asked to be
    forgotten gets no new label, by whatever method: nobody is left to send it to. A parcel of
    another portal is refused, so that no mistake elsewhere prints one merchant's customer on
    another merchant's label.
    """
    match sender:
        case None:
            return None
        case Forgotten():
            return Refusal("sender_erased")
        case Sender(portal_id=portal_id) if portal_id != approved.portal_id:
            return Refusal("portal_mismatch")
    return LabelOrder(
        reference=reference_of(approved),
        return_id=approved.return_id,
        order_no=approved.order_no,
        method=approved.return_method,
        sender=sender,
        recipient=approved.return_to,
        items=tuple((item.quantity, described(item)) for item in travelling(approved)),
        value=_value(approved),
        send_back_by=approved.send_back_by,
    )


def _value(approved: ReturnApproved) -> Money:
    """What the travelling items cost: the approved value less that of the kept ones."""
    kept = ((item.unit_price, item.quantity) for item in approved.items if item.kept)
    minor = sum(price.minor * quantity for price, quantity in kept if price is not None)
    return approved.value.model_copy(update={"minor": max(approved.value.minor - minor, 0)})
