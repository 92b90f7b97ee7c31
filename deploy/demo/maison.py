"""The fourth portal, whose merchant has rules: its orders, and what people decide about returns.

Some buyers of the sample bought the same once more, under other order numbers. What the rules are
stands in `portals/brocante-maison.yaml`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import Final

from deploy.demo.dice import thrown, weighted
from deploy.demo.orders import Order, read
from deploy.demo.sample import AskedReturn
from deploy.demo.sample import returns as returns_of
from deploy.demo.tracking import tracking_number

PORTAL: Final = "brocante-maison"
FOLDER: Final = Path(__file__).parent / "portals"
SETTINGS: Final = FOLDER / f"{PORTAL}.yaml"
STRICTER: Final = FOLDER / f"{PORTAL}-stricter.yaml"
"""What its merchant thinks of changing: tried on the demo's returns, and never told."""
DESK: Final = "anna"
"""Who decides there."""

_COUNTRIES: Final = frozenset({"AT", "BE", "DE", "NL"})
_ONE_IN: Final = 2
_LATE: Final = frozenset({"545295", "548320"})
"""Kitchen scales and a cake stand that really came back after more than a month."""


class Decision(StrEnum):
    """What the person at the desk does about a return that waits."""

    APPROVE = "approve"
    REFUSE = "refuse"
    NOTHING = "nothing"


class Afterwards(StrEnum):
    """What becomes of a return once it is approved."""

    NOTHING = "nothing"
    CANCEL = "cancel"
    """The customer thinks better of it."""
    RELEASE = "release"
    """The merchant pays before the parcel is there."""


def orders(sample: Iterable[Order] | None = None) -> list[Order]:
    """The orders of this portal, oldest first. Each parcel is another than the sample's."""
    return [
        _sold_again(order)
        for order in (read() if sample is None else sample)
        if order.country in _COUNTRIES
        and order.real_returns
        and (order.order_no in _LATE or thrown(PORTAL, order.order_no) % _ONE_IN == 0)
    ]


def returns(sample: Iterable[Order] | None = None) -> list[AskedReturn]:
    """What came back of them, as requests, in the order in which it really came."""
    return returns_of(orders(sample))


def decision(one: AskedReturn) -> Decision:
    """What the person decides, if asked."""
    sides = {Decision.APPROVE: 4, Decision.REFUSE: 3, Decision.NOTHING: 2}
    return weighted(sides, "desk", one.return_id)


def afterwards(one: AskedReturn) -> Afterwards:
    """What happens next, if it is approved."""
    sides = {Afterwards.NOTHING: 4, Afterwards.CANCEL: 2, Afterwards.RELEASE: 3}
    return weighted(sides, "afterwards", one.return_id)


def _sold_again(order: Order) -> Order:
    order_no = f"M{order.order_no}"
    return replace(
        order, order_no=order_no, sold_by=PORTAL, tracking_number=tracking_number(order_no)
    )
