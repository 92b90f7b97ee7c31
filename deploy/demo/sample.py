"""Real orders of a real shop and everything that came back of them; the rest is ours.

Real: orders, days, countries, items, prices, quantities, and each return. Ours, and always the same
for an order: its tracking number, its recipient, its days in the post, the reasons and the wishes.
The source and its licence are in `sample/README.md`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from typing import Final
from uuid import NAMESPACE_URL, uuid5

from contracts.words import Reason, RefundMethod, ReturnMethod
from deploy.demo.dice import thrown
from deploy.demo.orders import (
    CURRENCY,
    FOLDER,
    PORTALS,
    Line,
    Order,
    RealReturn,
    portal_of,
    read,
)
from deploy.demo.wishes import reason_for, refund_wished, way_back_wished

__all__ = [
    "BLOCKED_COUNTRIES",
    "CURRENCY",
    "FOLDER",
    "NON_RETURNABLE_SKUS",
    "PORTALS",
    "AskedItem",
    "AskedReturn",
    "DatedOrder",
    "Line",
    "Order",
    "RealReturn",
    "portal_of",
    "read",
    "returns",
    "story",
]

BLOCKED_COUNTRIES: Final = frozenset({"CH"})
"""Across a customs border: the shop of the demo takes nothing back from there."""

NON_RETURNABLE_SKUS: Final = frozenset({"22551", "22553", "22554", "22555", "22556", "23076"})
"""Plasters in a tin and a lip gloss: not sold twice, yet people really sent them back."""

_NAMESPACE: Final = uuid5(NAMESPACE_URL, "https://example.com/retour/demo/sample")
_LONGEST_QUIET_DAYS: Final = 40
_ONE_IN: Final = 50


@dataclass(frozen=True)
class DatedOrder:
    """An order moved to our days, as far before now as it really was before its first return."""

    order: Order
    ordered_at: datetime
    delivered_at: datetime
    days_since_delivery: int
    """Whole days; `delivered_at` lies that many days and two to nine hours before now."""


@dataclass(frozen=True)
class AskedItem:
    """Pieces of one line a customer asks to send back, and why."""

    line_no: int
    quantity: int
    reason: Reason


@dataclass(frozen=True)
class AskedReturn:
    """One real return, as the request a customer would have sent: an item per line sent back."""

    return_id: str
    order: Order
    ordinal: int
    """First, second … return of this order, counted from one."""
    cancel_invoice: str
    returned_at: datetime
    """The real day, of 2010 or 2011."""
    items: tuple[AskedItem, ...]
    refund_method: RefundMethod
    return_method: ReturnMethod


def story(order: Order, now: datetime) -> DatedOrder:
    """The order as if its first return were asked for now.

    What came back before our made-up delivery counts as asked for on the day of delivery. An order
    of which nothing came back was delivered within the last forty days.
    """
    if order.real_returns:
        days = max(0, min(one.days for one in order.real_returns) - order.transit_days)
    else:
        days = thrown("quiet", order.order_no) % _LONGEST_QUIET_DAYS
    hours = 2 + thrown("hour", order.order_no) % 8

    delivered_at = now - timedelta(days=days, hours=hours)
    return DatedOrder(
        order=order,
        ordered_at=delivered_at - timedelta(days=order.transit_days),
        delivered_at=delivered_at,
        days_since_delivery=days,
    )


def returns(orders: Iterable[Order]) -> list[AskedReturn]:
    """Every real return of these orders as a request, in the order in which they really came."""
    asked = [one for order in orders for one in _asked_of(order)]
    return sorted(asked, key=lambda one: (one.returned_at, one.order.order_no, one.cancel_invoice))


def _asked_of(order: Order) -> Iterator[AskedReturn]:
    by_invoice = groupby(order.real_returns, key=lambda back: back.cancel_invoice)
    for ordinal, (cancel_invoice, backs) in enumerate(by_invoice, start=1):
        came = list(backs)
        key = (order.order_no, cancel_invoice)
        yield AskedReturn(
            return_id=str(uuid5(_NAMESPACE, "/".join(key))),
            order=order,
            ordinal=ordinal,
            cancel_invoice=cancel_invoice,
            returned_at=came[0].returned_at,
            items=_items(order, came, key),
            refund_method=refund_wished(*key),
            return_method=way_back_wished(*key),
        )


def _items(order: Order, came: Iterable[RealReturn], key: tuple[str, str]) -> tuple[AskedItem, ...]:
    """What is asked for. One return in fifty asks for more than was ever in the parcel: ours."""
    quantities: defaultdict[int, int] = defaultdict(int)
    for back in came:
        quantities[back.line_no] += back.quantity
    if thrown("one too many", *key) % _ONE_IN == 0:
        greedy = min(quantities)
        quantities[greedy] = order.line(greedy).quantity + 1
    return tuple(
        AskedItem(line_no, quantity, reason_for(order.line(line_no).sku, *key))
        for line_no, quantity in sorted(quantities.items())
    )
