"""What the buyers of the sample would have asked for: the real ones' wishes are not recorded."""

from __future__ import annotations

from typing import Final

from contracts.words import Reason, RefundMethod, ReturnMethod
from deploy.demo.dice import one_of, weighted

_REASONS: Final = {
    Reason.DAMAGED_ON_ARRIVAL: 12,
    Reason.DOES_NOT_WORK: 5,
    Reason.POOR_QUALITY: 8,
    Reason.NOT_AS_DESCRIBED: 8,
    Reason.LOOKS_DIFFERENT: 7,
    Reason.WRONG_ITEM_RECEIVED: 5,
    Reason.TOO_LARGE: 4,
    Reason.TOO_SMALL: 5,
    Reason.WRONG_SIZE_ORDERED: 2,
    Reason.WRONG_COLOUR_ORDERED: 3,
    Reason.ORDERED_BY_MISTAKE: 4,
    Reason.ORDERED_SEVERAL: 3,
    Reason.TOO_MANY: 6,
    Reason.CHANGED_MIND: 8,
    Reason.NO_LONGER_NEEDED: 5,
    Reason.BETTER_PRICE: 3,
    Reason.ARRIVED_LATE: 3,
    Reason.DOES_NOT_SUIT: 4,
    Reason.GIFT: 2,
    Reason.OTHER: 2,
    Reason.NONE_GIVEN: 3,
}
_FLAWS: Final = tuple(
    reason for reason in _REASONS if reason not in {Reason.OTHER, Reason.NONE_GIVEN, Reason.GIFT}
)
_FLAW_WEIGHT: Final = 100
"""About as much as all other reasons together."""

_REFUNDS: Final = {
    RefundMethod.REFUND: 76,
    RefundMethod.EXCHANGE: 14,
    RefundMethod.STORE_CREDIT: 10,
}
_WAYS_BACK: Final = {
    ReturnMethod.DROP_OFF_POINT: 52,
    ReturnMethod.DROP_OFF_LABELLESS: 26,
    ReturnMethod.PICKUP: 10,
    ReturnMethod.IN_STORE: 12,
}


def reason_for(sku: str, *asked: str) -> Reason:
    """Why this item comes back. Each product has a flaw of its own that half its returns name."""
    flaw = one_of(_FLAWS, "flaw", sku)
    return weighted(_REASONS | {flaw: _REASONS[flaw] + _FLAW_WEIGHT}, "reason", sku, *asked)


def refund_wished(*asked: str) -> RefundMethod:
    """What the customer wants instead. Not every portal offers it."""
    return weighted(_REFUNDS, "refund", *asked)


def way_back_wished(*asked: str) -> ReturnMethod:
    """How the customer wants to send it. Not every portal offers it."""
    return weighted(_WAYS_BACK, "way back", *asked)
