"""Conditions of every kind, none of which holds for a usual parcel."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from contracts.rulebook import (
    All,
    Any_,
    Condition,
    DaysSinceDelivery,
    DaysSinceOrder,
    ItemCategory,
    ItemFinalSale,
    ItemPrice,
    ItemSku,
    ItemTag,
    ParcelCarrier,
    ParcelFrom,
    ParcelTo,
    ParcelValue,
    RequestQuantity,
    RequestReason,
    RequestRefundMethod,
    RequestReturnMethod,
    ReturnsSoFar,
)
from contracts.shape import Money


def none_hold(count: int, currency: str = "GBP") -> tuple[Condition, ...]:
    """So many conditions, every kind in its turn.

    They miss an item of a kitchen, of at most 60 units at 3.00 to 99.00, in a parcel worth at most
    999.00, delivered at most five days ago and ordered at most ten, returned for the first time.
    """
    return tuple(islice(_without_end(currency), count))


def _without_end(currency: str) -> Iterator[Condition]:
    def money(amount: int) -> Money:
        return Money(minor=amount, currency=currency)

    number = 0
    while True:
        number += 1
        pence, pounds = money(number), money(10_000 + number)
        sku = ItemSku(any_of=(f"NO-SUCH-{number}",))
        far = ParcelFrom(any_of=("NO", "SE"))
        yield from (
            sku,
            ItemCategory(any_of=(f"no-such-{number}",)),
            ItemTag(any_of=(f"no-such-{number}",)),
            ItemPrice(at_least=pounds),
            ItemPrice(at_least=pence, at_most=pence),
            far,
            ParcelTo(any_of=("NO", "SE")),
            ParcelCarrier(any_of=(f"carrier_{number}",)),
            DaysSinceDelivery(at_least=5 + number),
            DaysSinceOrder(at_least=10 + number, at_most=11 + number),
            ParcelValue(at_least=money(100_000 + number)),
            RequestReason(any_of=(f"reason_{number}",)),
            RequestRefundMethod(any_of=(f"refund_{number}",)),
            RequestReturnMethod(any_of=(f"way_{number}",)),
            RequestQuantity(at_least=60 + number),
            ReturnsSoFar(at_least=number),
            All(of=(ItemCategory(any_of=("kitchen",)), sku)),
            All(of=(ItemFinalSale(), RequestReason(any_of=("gift",)))),
            Any_(of=(sku, far)),
        )
