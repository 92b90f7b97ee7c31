"""The sample's orders once more under other numbers, so that one stack can serve many stories."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from deploy.demo.sample import Order
from deploy.demo.tracking import tracking_number


def copies(orders: Iterable[Order], edition: int) -> list[Order]:
    """The same buyers bought the same again: new order numbers, parcels and so returns.

    Each edition has its own e-mail addresses, so that no letter can pass for that of another.
    Edition 0 is the sample itself.
    """
    if edition == 0:
        return list(orders)
    return [_copy(order, edition) for order in orders]


def _copy(order: Order, edition: int) -> Order:
    order_no, (name, _, host) = f"{order.order_no}-{edition}", order.recipient.email.partition("@")
    return replace(
        order,
        order_no=order_no,
        tracking_number=tracking_number(order_no),
        recipient=replace(order.recipient, email=f"{name}.{edition}@{host}"),
    )
