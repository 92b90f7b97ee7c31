"""What becomes of a return when somebody orders it: approve, refuse, cancel, pay."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Final

from contracts.rules import (
    ApproveReturn,
    CancelReturn,
    RefuseReturn,
    ReleaseRefund,
    ReturnCancelled,
    ReturnUnchanged,
)
from contracts.words import Refused, Unchanged
from services.rules.domain.returned import (
    Returned,
    State,
    Step,
    due,
    due_if_nothing_travels,
    granted_of,
    is_late,
    passed,
    refused,
)

Order = ApproveReturn | RefuseReturn | CancelReturn | ReleaseRefund

LEAST_TO_SEND: Final = timedelta(days=14)
"""From a late yes on: what EU law gives a consumer to send goods back (2011/83/EU, article 14)."""
RELEASED = "released"

ORDERED: Final[dict[type[Order], str]] = {
    ApproveReturn: "approve",
    RefuseReturn: "refuse",
    CancelReturn: "cancel",
    ReleaseRefund: "release_refund",
}
"""What `return-unchanged` calls an order."""

_OVER: Final = {
    State.CANCELLED: Unchanged.ALREADY_CANCELLED,
    State.REFUSED: Unchanged.ALREADY_REFUSED,
}


def obeyed(held: Returned, order: Order, now: datetime, order_no: str = "") -> Step:
    """What becomes of the return. An order that comes too late is told so, and changes nothing.

    `order_no` is told with an approval; the return does not remember it.
    """
    why_not = _why_not(held, order, now)
    if why_not is not None:
        return unchanged(order, why_not, now)
    match order:
        case ApproveReturn():
            return _approved(held, order, order_no, now)
        case RefuseReturn(by=by, because=because):
            return refused(held, Refused.REFUSED_BY_MERCHANT, now, by, because)
        case CancelReturn():
            return _cancelled(held, order, now)
        case ReleaseRefund(by=by, amount=amount):
            return due(passed(held, RELEASED, now, by), RELEASED, now, amount)


def unchanged(order: Order, because: Unchanged, now: datetime) -> Step:
    """Nothing changed, and why."""
    told = ReturnUnchanged(
        return_id=order.return_id,
        portal_id=order.portal_id,
        ordered=ORDERED[type(order)],
        because=because,
        decided_at=now,
    )
    return Step(tell=(told,))


def _why_not(held: Returned, order: Order, now: datetime) -> Unchanged | None:
    if order.portal_id != held.request.portal_id:
        return Unchanged.OTHER_PORTAL
    if held.state in _OVER:
        return _OVER[held.state]
    match order:
        case ApproveReturn() | RefuseReturn():
            waits = held.state is State.WAITING and not is_late(held, now)
            return None if waits else Unchanged.NOT_WAITING
        case CancelReturn():
            return _why_not_cancelled(held)
        case ReleaseRefund():
            return _why_not_paid(held, order)


def _why_not_cancelled(held: Returned) -> Unchanged | None:
    if held.handed_over_at is not None:
        return Unchanged.ALREADY_HANDED_OVER
    return None if held.refund is None else Unchanged.ALREADY_DUE


def _why_not_paid(held: Returned, order: ReleaseRefund) -> Unchanged | None:
    if held.state is State.WAITING:
        return Unchanged.NOT_APPROVED
    if held.refund is not None:
        return Unchanged.ALREADY_DUE
    amount, value = order.amount, granted_of(held).value
    other = amount is not None and amount.currency != value.currency
    return Unchanged.OTHER_CURRENCY if other else None


def _approved(held: Returned, order: ApproveReturn, order_no: str, now: datetime) -> Step:
    granted = granted_of(held)
    said = granted.model_copy(
        update={
            "approved_by": order.by,
            "decided_at": now,
            "send_back_by": max(granted.send_back_by, now + LEAST_TO_SEND),
            "collect_on": _still_to_come(granted.collect_on, now),
        }
    )
    after = passed(held, State.APPROVED, now, order.by)
    after = replace(after, state=State.APPROVED, granted=said)
    return due_if_nothing_travels(after, said.model_copy(update={"order_no": order_no}), now)


def _still_to_come(day: date | None, now: datetime) -> date | None:
    """The day that was asked for, unless it passed while the return waited: any other will do."""
    return day if day is not None and day >= now.astimezone(UTC).date() else None


def _cancelled(held: Returned, order: CancelReturn, now: datetime) -> Step:
    told = ReturnCancelled(
        return_id=held.return_id,
        portal_id=held.request.portal_id,
        shipment_id=held.request.shipment_id,
        by=order.by,
        decided_at=now,
    )
    after = replace(passed(held, State.CANCELLED, now, order.by), state=State.CANCELLED)
    return Step(after, (told,), frees=True)
