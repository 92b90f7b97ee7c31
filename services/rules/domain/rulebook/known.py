"""What is known of a case, by the words conditions use for it, and how a verdict writes it down."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from contracts.shape import Money
from services.rules.domain.parcel import Line, Parcel

A_DAY: Final = timedelta(days=1)
LONGEST: Final = 200
"""So much of a fact a verdict repeats: `contracts.shape.Text` holds no more."""

REASON, QUANTITY = "request_reason", "request_quantity"
REFUND_METHOD, RETURN_METHOD = "request_refund_method", "request_return_method"


class Amount(NamedTuple):
    """Money to be compared: with the same currency only."""

    currency: str
    minor: int


Fact = str | int | bool | Amount | tuple[str, ...] | None
"""None: it is known that there is none, such as no category."""
Known = Mapping[str, Fact]
"""Facts by kind of condition. What is missing is not known yet: what the customer will ask for."""


def amount(money: Money) -> Amount:
    """Money, to be compared."""
    return Amount(money.currency, money.minor)


def of_parcel(parcel: Parcel, to: str | None, currency: str, now: datetime) -> dict[str, Fact]:
    """What is known of the parcel, on its way to country `to`, and of its history."""
    return {
        "parcel_from": parcel.country,
        "parcel_to": to,
        "parcel_carrier": parcel.carrier,
        "days_since_delivery": whole_days(parcel.delivered_at, now),
        "days_since_order": whole_days(parcel.ordered_at, now),
        "parcel_value": Amount(
            currency,
            sum(
                line.quantity * line.unit_price.minor
                for line in parcel.lines.values()
                if line.unit_price.currency == currency
            ),
        ),
        "returns_so_far": parcel.returns,
    }


def whole_days(since: datetime | None, now: datetime) -> int | None:
    """How many whole days have passed. Nothing if it has not happened by `now`."""
    return None if since is None or since > now else (now - since) // A_DAY


def of_line(line: Line) -> dict[str, Fact]:
    """What is known of the item."""
    return {
        "item_sku": line.sku,
        "item_category": line.category,
        "item_tag": line.tags,
        "item_price": amount(line.unit_price),
        "item_final_sale": line.final_sale,
    }


def asked(reason: str, refund_method: str, return_method: str, units: int) -> dict[str, Fact]:
    """What the customer asks for this item."""
    return {
        REASON: reason,
        REFUND_METHOD: refund_method,
        RETURN_METHOD: return_method,
        QUANTITY: units,
    }


def written(fact: Fact) -> str:
    """A fact as a verdict repeats it. Money is in minor units: `1295 GBP`."""
    match fact:
        case None | ():
            return "none"
        case bool():
            return "yes" if fact else "no"
        case Amount(currency, minor):
            return f"{minor} {currency}"
        case str() | int():
            return _short(str(fact))
    return _short(", ".join(map(str, fact)))


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
