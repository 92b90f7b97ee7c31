"""What is ordered from a carrier: one label for one parcel."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from contracts.rules import JudgedItem, ReturnApproved
from contracts.shape import Address, Money
from contracts.words import ReturnMethod
from services.labels.domain.sender import NOTHING_KNOWN, Forgotten, Goods, Sender

FIRST_PARCEL = 1
"""Returns of several parcels are not offered yet; every key already says which one it means."""


@dataclass(frozen=True, slots=True)
class Line:
    """One kind of thing in the parcel. `goods` and `unit_price` are of one unit."""

    quantity: int
    description: str
    unit_price: Money | None = None
    goods: Goods = NOTHING_KNOWN


@dataclass(frozen=True, slots=True)
class LabelOrder:
    """One label, under a reference that never changes however often it is ordered.

    `lines` are what travels, and `value` is what that cost: what the customer keeps is not in the
    parcel. `send_back_by` is the last instant the merchant takes the parcel back.
    `service_point_id` is where the customer means to hand it over, and `collect_on` the day on
    which somebody shall come for it, if the customer said so. `reserved` is the number its carrier
    gave out before it was ordered, where carriers do that: the same one, however often it is sent.
    """

    reference: str
    return_id: str
    portal_id: str
    shipment_id: str
    order_no: str
    method: str
    sender: Sender
    recipient: Address
    lines: tuple[Line, ...]
    value: Money
    send_back_by: datetime
    service_point_id: str | None = None
    collect_on: date | None = None
    language: str | None = None
    reserved: str | None = None

    @property
    def items(self) -> tuple[tuple[int, str], ...]:
        """Quantity and description of each line."""
        return tuple((line.quantity, line.description) for line in self.lines)

    @property
    def weight_grams(self) -> int | None:
        """What it weighs, if every line is known."""
        weights = [(line.quantity, line.goods.weight_grams) for line in self.lines]
        known = [quantity * grams for quantity, grams in weights if grams is not None]
        return sum(known) if len(known) == len(weights) else None


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
    return first_reference(approved.return_id)


def first_reference(return_id: str) -> str:
    """That of the first parcel, where no more is known than the return."""
    return f"{return_id}:{FIRST_PARCEL}"


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
        portal_id=approved.portal_id,
        shipment_id=approved.shipment_id,
        order_no=approved.order_no,
        method=approved.return_method,
        sender=sender,
        recipient=approved.return_to,
        lines=tuple(_line(item, sender) for item in travelling(approved)),
        value=_value(approved),
        send_back_by=approved.send_back_by,
        service_point_id=approved.service_point_id,
        collect_on=approved.collect_on,
        language=approved.language,
    )


def _line(item: JudgedItem, sender: Sender) -> Line:
    goods = sender.goods.get(item.line_id, NOTHING_KNOWN)
    return Line(item.quantity, described(item), item.unit_price, goods)


def _value(approved: ReturnApproved) -> Money:
    """What the travelling items cost: the approved value less that of the kept ones."""
    kept = ((item.unit_price, item.quantity) for item in approved.items if item.kept)
    minor = sum(price.minor * quantity for price, quantity in kept if price is not None)
    return approved.value.model_copy(update={"minor": max(approved.value.minor - minor, 0)})
