"""Makes the committed sample from the Online Retail data: same input, same bytes.

Run it: python -m deploy.demo.derive --source DIR, where DIR holds `online-retail-YYYY-MM.csv.gz`
and `returns-linked.csv`, which pairs each cancelled row with the purchase it undoes.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from deploy.demo.dice import thrown
from deploy.demo.orders import FOLDER

Row = dict[str, str]

SHOP_ZONE: Final = ZoneInfo("Europe/London")
GOODS: Final = re.compile(r"\d{5}[A-Za-z]{0,3}|DCGS\w+")
"""Stock codes of things. The others (POST, DOT, M, BANK CHARGES …) are services and corrections."""

LONGEST: Final = 40
"""Lines. Longer orders are left out whole; no order is cut."""


@dataclass(frozen=True)
class Quota:
    """How many orders of a country are taken: of those with returns, and of those without."""

    country: str
    with_returns: int
    quiet: int


QUOTAS: Final = {
    "Austria": Quota("AT", 90, 4),
    "Belgium": Quota("BE", 90, 6),
    "Denmark": Quota("DK", 90, 4),
    "EIRE": Quota("IE", 90, 8),
    "Finland": Quota("FI", 90, 4),
    "France": Quota("FR", 90, 10),
    "Germany": Quota("DE", 90, 12),
    "Italy": Quota("IT", 90, 4),
    "Netherlands": Quota("NL", 90, 6),
    "Norway": Quota("NO", 90, 4),
    "Poland": Quota("PL", 90, 4),
    "Portugal": Quota("PT", 90, 5),
    "Spain": Quota("ES", 90, 5),
    "Sweden": Quota("SE", 90, 4),
    "Switzerland": Quota("CH", 90, 4),
    "United Kingdom": Quota("GB", 42, 8),
}
"""The source's names of countries. Ninety is more than any of them has: everything is taken."""


@dataclass(frozen=True)
class Found:
    """One order of the source, its rows joined into lines, and what came back of it."""

    order_no: str
    ordered_at: str
    country: str
    customer_no: str
    lines: tuple[tuple[str, int, str, int], ...]
    """Stock code, pence, name, quantity."""
    returns: tuple[tuple[str, str, int, int, int], ...]
    """Instant, cancelling invoice, line number, quantity, days from purchase."""


def main() -> None:
    """Write the three files of the sample and say how many rows each has."""
    parser = argparse.ArgumentParser(prog="python -m deploy.demo.derive", description=__doc__)
    parser.add_argument("--source", type=Path, required=True, metavar="DIR")
    parser.add_argument("--into", type=Path, default=FOLDER, metavar="DIR")
    asked = parser.parse_args()

    chosen = derive(asked.source)
    for name, count in write(chosen, asked.into).items():
        print(f"{name}: {count} rows")


def derive(source: Path) -> list[Found]:
    """The orders of the sample, oldest first."""
    linked: defaultdict[str, list[Row]] = defaultdict(list)
    with (source / "returns-linked.csv").open(encoding="utf-8", newline="") as rows:
        for row in csv.DictReader(rows):
            linked[row["original_invoice"]].append(row)

    by_country: defaultdict[str, list[Found]] = defaultdict(list)
    for rows_of_one in _invoices(source):
        if found := _found(rows_of_one, linked.get(rows_of_one[0]["InvoiceNo"], [])):
            by_country[found.country].append(found)

    chosen: list[Found] = []
    for quota in QUOTAS.values():
        ranked = sorted(by_country[quota.country], key=lambda one: thrown("chosen", one.order_no))
        chosen += [one for one in ranked if one.returns][: quota.with_returns]
        chosen += [one for one in ranked if not one.returns][: quota.quiet]
    return sorted(chosen, key=lambda one: (datetime.fromisoformat(one.ordered_at), one.order_no))


def write(chosen: Sequence[Found], folder: Path) -> dict[str, int]:
    """Write the files of the sample into `folder`; the rows of each are returned by its name."""
    tables: dict[str, tuple[str, list[tuple[object, ...]]]] = {
        "orders.csv": (
            "order_no ordered_at country customer_no",
            [(one.order_no, one.ordered_at, one.country, one.customer_no) for one in chosen],
        ),
        "lines.csv": (
            "order_no line_no sku name quantity unit_price_minor",
            [
                (one.order_no, line_no, sku, name, quantity, pence)
                for one in chosen
                for line_no, (sku, pence, name, quantity) in enumerate(one.lines, start=1)
            ],
        ),
        "returns.csv": (
            "order_no line_no sku quantity returned_at days cancel_invoice",
            [
                (one.order_no, line_no, one.lines[line_no - 1][0], quantity, at, days, invoice)
                for one in chosen
                for at, invoice, line_no, quantity, days in one.returns
            ],
        ),
    }
    for name, (heads, rows) in tables.items():
        with (folder / name).open("w", encoding="utf-8", newline="") as file:
            table = csv.writer(file, lineterminator="\n")
            table.writerow(heads.split())
            table.writerows(rows)
    return {name: len(rows) for name, (_, rows) in tables.items()}


def _invoices(source: Path) -> Iterator[list[Row]]:
    """The rows of each purchase from a country we take; C, a cancellation, is none."""
    for month in sorted(source.glob("online-retail-20??-??.csv.gz")):
        invoices: defaultdict[str, list[Row]] = defaultdict(list)
        with gzip.open(month, "rt", encoding="utf-8", newline="") as rows:
            for row in csv.DictReader(rows):
                if row["Country"] in QUOTAS and not row["InvoiceNo"].startswith("C"):
                    invoices[row["InvoiceNo"]].append(row)
        yield from invoices.values()


def _found(rows: Sequence[Row], linked: Iterable[Row]) -> Found | None:
    """The order these rows make, or None if it is not one for the sample.

    Rows of one stock code at one price are one line, because a return does not say which row it
    undoes. An order is left out when it has no customer, too many lines, a price in parts of a
    penny, or a return that does not fit one of its lines.
    """
    names: dict[tuple[str, int], str] = {}
    bought: defaultdict[tuple[str, int], int] = defaultdict(int)
    for row in rows:
        pence, name = _pence(row["UnitPrice"]), " ".join(row["Description"].split())
        if pence is None:
            return None
        if GOODS.fullmatch(row["StockCode"]) and pence > 0 and int(row["Quantity"]) > 0:
            product = (row["StockCode"], pence)
            names.setdefault(product, name)
            bought[product] += int(row["Quantity"])
    if not rows[0]["CustomerID"] or not 1 <= len(bought) <= LONGEST or not all(names.values()):
        return None

    line_nos = {product: line_no for line_no, product in enumerate(bought, start=1)}
    left, returns = dict(bought), []
    for row in linked:
        product = (row["stock_code"], _pence(row["bought_unit_price"]) or 0)
        quantity = int(row["returned_quantity"])
        if left.get(product, 0) < quantity:
            return None
        left[product] -= quantity
        at = _instant(row["returned_at"])
        returns.append((at, row["cancel_invoice"], line_nos[product], quantity, int(row["days"])))
    return Found(
        order_no=rows[0]["InvoiceNo"],
        ordered_at=_instant(min(row["InvoiceDate"] for row in rows)),
        country=QUOTAS[rows[0]["Country"]].country,
        customer_no=rows[0]["CustomerID"],
        lines=tuple((*product, names[product], count) for product, count in bought.items()),
        returns=tuple(sorted(returns, key=lambda one: (datetime.fromisoformat(one[0]), one[1:]))),
    )


def _pence(pounds: str) -> int | None:
    """Whole pence, or None where the price has parts of a penny."""
    pence = Decimal(pounds) * 100
    return int(pence) if pence == int(pence) else None


def _instant(on_the_shop_clock: str) -> str:
    """The clock of a shop in Britain, with the offset from UTC of that day."""
    return datetime.fromisoformat(on_the_shop_clock).replace(tzinfo=SHOP_ZONE).isoformat()


if __name__ == "__main__":
    main()
