"""What analytics remembers of a decided return: one record per line, nobody's name in it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from contracts.rules import JudgedItem, Refusal, ReturnApproved, ReturnRejected
from contracts.shape import Money
from services.analytics.domain.instants import whole
from services.analytics.domain.worth import worth

APPROVED, REJECTED = "approved", "rejected"


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
    refund_method: str
    return_method: str
    decided_at: datetime
    settings_version: int
    sku: str | None = None
    name: str | None = None
    value: Money | None = None
    """Unit price times quantity. Absent where rules did not know the item's price."""
    country: str | None = None

    @property
    def id(self) -> str:
        """The same for every telling of the same line, so that a replay counts nothing twice."""
        return f"{self.return_id}:{self.line_id}:{self.position}"


def record(decided: ReturnApproved | ReturnRejected) -> tuple[ReasonRecord, ...]:
    """One record per line of the return, in the order the customer named them."""
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
            verdict=REJECTED if isinstance(decided, ReturnRejected) else APPROVED,
            refusals=_concerning(item, refusals),
            refund_method=decided.refund_method,
            return_method=decided.return_method,
            decided_at=whole(decided.decided_at),
            settings_version=decided.settings_version,
            sku=item.sku,
            name=item.name,
            value=_value(item),
            country=decided.country,
        )
        for position, item in enumerate(decided.items)
    )


def _concerning(item: JudgedItem, refusals: tuple[Refusal, ...]) -> tuple[str, ...]:
    codes = (refusal.code for refusal in refusals if refusal.line_id in (None, item.line_id))
    return tuple(dict.fromkeys(codes))


def _value(item: JudgedItem) -> Money | None:
    price = item.unit_price
    return None if price is None else worth(price.minor * item.quantity, {price.currency})
