"""The committed orders: the real rows read back, and what an order needs that nobody wrote down."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Final

from deploy.demo.dice import thrown
from deploy.demo.recipients import Recipient, recipient
from deploy.demo.tracking import tracking_number

FOLDER: Final = Path(__file__).parent / "sample"

CURRENCY: Final = "GBP"
PORTALS: Final = {
    "brocante-eu": frozenset({"AT", "BE", "CH", "DE", "NL", "PL"}),
    "brocante-fr": frozenset({"ES", "FR", "IT", "PT"}),
    "brocante-uk": frozenset({"DK", "FI", "GB", "IE", "NO", "SE"}),
}
"""The three portals of the demo, and whose orders each one takes back."""


@dataclass(frozen=True)
class Line:
    """One product of an order. `unit_price_minor` is in pence."""

    line_no: int
    sku: str
    name: str
    quantity: int
    unit_price_minor: int


@dataclass(frozen=True)
class RealReturn:
    """Pieces of one line that came back. `days` are whole days from the purchase to the return."""

    line_no: int
    sku: str
    quantity: int
    returned_at: datetime
    days: int
    cancel_invoice: str


@dataclass(frozen=True)
class Order:
    """What a customer bought on one invoice, and all that came back of it, oldest return first."""

    order_no: str
    ordered_at: datetime
    country: str
    customer_no: str
    lines: tuple[Line, ...]
    real_returns: tuple[RealReturn, ...]
    tracking_number: str = field(repr=False)
    recipient: Recipient = field(repr=False)
    transit_days: int
    """Days in the post, two to six. Ours: the shop did not write it down."""
    sold_by: str | None = None
    """The portal that takes it back, if it is not that of its country."""

    @property
    def portal_id(self) -> str:
        """The portal that takes this order back."""
        return self.sold_by or portal_of(self.country)

    def line(self, line_no: int) -> Line:
        """The line with this number; lines count from one without gaps."""
        return self.lines[line_no - 1]


def portal_of(country: str) -> str:
    """The portal that takes back orders of this country.

    Raises:
        KeyError: no portal does.
    """
    for portal_id, countries in PORTALS.items():
        if country in countries:
            return portal_id
    raise KeyError(country)


def read(folder: Path = FOLDER) -> list[Order]:
    """Every order of the sample, oldest first."""
    lines: defaultdict[str, list[Line]] = defaultdict(list)
    for row in _rows(folder / "lines.csv"):
        lines[row["order_no"]].append(
            Line(
                line_no=int(row["line_no"]),
                sku=row["sku"],
                name=row["name"],
                quantity=int(row["quantity"]),
                unit_price_minor=int(row["unit_price_minor"]),
            )
        )
    back: defaultdict[str, list[RealReturn]] = defaultdict(list)
    for row in _rows(folder / "returns.csv"):
        back[row["order_no"]].append(
            RealReturn(
                line_no=int(row["line_no"]),
                sku=row["sku"],
                quantity=int(row["quantity"]),
                returned_at=datetime.fromisoformat(row["returned_at"]),
                days=int(row["days"]),
                cancel_invoice=row["cancel_invoice"],
            )
        )
    return [
        Order(
            order_no=row["order_no"],
            ordered_at=datetime.fromisoformat(row["ordered_at"]),
            country=row["country"],
            customer_no=row["customer_no"],
            lines=tuple(lines[row["order_no"]]),
            real_returns=tuple(back[row["order_no"]]),
            tracking_number=tracking_number(row["order_no"]),
            recipient=recipient(row["customer_no"], row["country"]),
            transit_days=2 + thrown("transit", row["order_no"]) % 5,
        )
        for row in _rows(folder / "orders.csv")
    ]


def _rows(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as rows:
        yield from csv.DictReader(rows)
