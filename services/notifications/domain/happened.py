"""What a customer is written to about, and which letter follows from it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from contracts.labels import LabelDelayed, LabelLapsed, LabelPrinted, LabelRefused
from contracts.rules import (
    RefundDue,
    ReturnApproved,
    ReturnAwaitingApproval,
    ReturnCancelled,
    ReturnRejected,
)
from contracts.words import LabelKind, Letter, ReturnMethod

ForCustomer = (
    LabelPrinted
    | LabelRefused
    | LabelDelayed
    | LabelLapsed
    | ReturnRejected
    | ReturnAwaitingApproval
    | ReturnApproved
    | ReturnCancelled
    | RefundDue
)
"""What may lead to a letter to the customer."""

_LETTERS: Final[Mapping[type[ForCustomer], Letter]] = {
    ReturnRejected: Letter.RETURN_REFUSED,
    ReturnAwaitingApproval: Letter.RETURN_WAITING,
    ReturnApproved: Letter.NOTHING_TO_SEND_BACK,
    ReturnCancelled: Letter.RETURN_CANCELLED,
    RefundDue: Letter.REFUND_DUE,
    LabelPrinted: Letter.LABEL_READY,
    LabelRefused: Letter.LABEL_REFUSED,
    LabelDelayed: Letter.LABEL_DELAYED,
    LabelLapsed: Letter.LABEL_LAPSED,
}


def letter_about(happened: ForCustomer) -> Letter | None:
    """Which letter follows from what happened, or None: another letter says it already.

    An approval is told with its label, unless nothing travels; then also what is paid.
    """
    match happened:
        case ReturnApproved(return_method=method) if method != ReturnMethod.NONE:
            return None
        case RefundDue(because="nothing_to_send"):
            return None
        case LabelPrinted(kind=LabelKind.QR_CODE):
            return Letter.QR_CODE_READY
        case _:
            return _LETTERS[type(happened)]


def parcel_no(happened: object) -> int:
    """Which parcel of its return it is about; what concerns the return as a whole counts as 1."""
    number: int = getattr(happened, "parcel_no", 1)
    return number
