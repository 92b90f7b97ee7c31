"""What analytics remembers of a decided return: one record per line, nobody's name in it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from contracts.rules import (
    JudgedItem,
    Refusal,
    ReturnApproved,
    ReturnAwaitingApproval,
    ReturnCancelled,
    ReturnRejected,
)
from contracts.shape import Money
from services.analytics.domain.instants import whole
from services.analytics.domain.worth import worth

APPROVED, REJECTED, AWAITING = "approved", "rejected", "awaiting"

Judged = ReturnApproved | ReturnRejected | ReturnAwaitingApproval
"""A return with its lines and reasons, decided or not yet."""


@dataclass(frozen=True, slots=True)
class ReasonRecord:
    """A reason a customer gave for one line of one return, and what became of the wish.

    `position` counts the lines of the return from 0: a customer may name an order line twice.
    """

    return_id: str
    line_id: str
    position: int
    portal_id: str
    shipment_id: str
    reason: str
    quantity: int
    verdict: str
    refusals: tuple[str, ...]
    """Codes that concern this line or the whole return; empty if other lines alone were refused."""
    refund_method: str | None
    return_method: str | None
    decided_at: datetime
    settings_version: int
    sku: str | None = None
    name: str | None = None
    value: Money | None = None
    """Unit price times quantity. Absent where rules did not know the item's price."""
    country: str | None = None
    kept: bool = False
    """The customer keeps the item: it does not travel."""

    @property
    def id(self) -> str:
        """The same for every telling of the same line, so that a replay counts nothing twice."""
        return f"{self.return_id}:{self.line_id}:{self.position}"


@dataclass(frozen=True, slots=True)
class Cancellation:
    """A return that does not take place after all."""

    return_id: str
    portal_id: str
    by: str
    cancelled_at: datetime


def cancellation(cancelled: ReturnCancelled) -> Cancellation:
    """The mark a cancelled return carries, whatever its lines are."""
    return Cancellation(
        return_id=cancelled.return_id,
        portal_id=cancelled.portal_id,
        by=cancelled.by,
        cancelled_at=whole(cancelled.decided_at),
    )


def record(decided: Judged) -> tuple[ReasonRecord, ...]:
    """One record per line of the return, in the order the customer named them.

    A return that waits has the same lines under the same ids as once it is decided: its last word
    takes the place of its first.
    """
    refusals = decided.refusals if isinstance(decided, ReturnRejected) else ()
    return tuple(
        ReasonRecord(
            return_id=decided.return_id,
            line_id=item.line_id,
            position=position,
            portal_id=decided.portal_id,
            shipment_id=decided.shipment_id,
            reason=item.reason,
            quantity=item.quantity,
            verdict=_verdict(decided),
            refusals=_concerning(item, refusals),
            refund_method=decided.refund_method,
            return_method=decided.return_method,
            decided_at=whole(decided.decided_at),
            settings_version=decided.settings_version,
            sku=item.sku,
            name=item.name,
            value=_value(item),
            country=decided.country,
            kept=item.kept,
        )
        for position, item in enumerate(decided.items)
    )


def _verdict(decided: Judged) -> str:
    match decided:
        case ReturnApproved():
            return APPROVED
        case ReturnRejected():
            return REJECTED
        case ReturnAwaitingApproval():
            return AWAITING


def _concerning(item: JudgedItem, refusals: tuple[Refusal, ...]) -> tuple[str, ...]:
    codes = (refusal.code for refusal in refusals if refusal.line_id in (None, item.line_id))
    return tuple(dict.fromkeys(codes))


def _value(item: JudgedItem) -> Money | None:
    price = item.unit_price
    return None if price is None else worth(price.minor * item.quantity, {price.currency})
