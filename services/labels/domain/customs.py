"""Whether a parcel has to be declared, and what the declaration says of it.

A border is told by country codes alone, so what shares its country's code is taken for it: the
Canary Islands unless written as IC, Ceuta and Melilla unless EA, Heligoland, Büsingen, Livigno,
Mount Athos. Northern Ireland stands in addresses as GB, never as XI, and is taken for Great
Britain: a parcel from there to the Union carries a declaration it does not need.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from contracts.shape import Money
from services.labels.domain.order import LabelOrder, Line

UNION = frozenset(
    [
        "AT",
        "BE",
        "BG",
        "CY",
        "CZ",
        "DE",
        "DK",
        "EE",
        "ES",
        "FI",
        "FR",
        "GR",
        "HR",
        "HU",
        "IE",
        "IT",
        "LT",
        "LU",
        "LV",
        "MC",
        "MT",
        "NL",
        "PL",
        "PT",
        "RO",
        "SE",
        "SI",
        "SK",
    ]
)
"""Inside, nothing is declared: the members of the European Union, and Monaco.

Åland (AX), the French overseas departments (GF, GP, MQ, RE, YT, and MF) and the Canary Islands (IC)
belong to the customs union and not to its tax area, so their parcels are declared all the same.
Andorra, San Marino and Turkey have customs unions *with* the Union, and declare.
"""
_TOGETHER = (UNION, frozenset({"CH", "LI"}), frozenset({"GB", "IM"}))
_ALSO_WRITTEN = {"UK": "GB", "EL": "GR"}

_DECIMALS = {
    **dict.fromkeys(
        [
            "BIF",
            "CLP",
            "DJF",
            "GNF",
            "ISK",
            "JPY",
            "KMF",
            "KRW",
            "PYG",
            "RWF",
            "UGX",
            "VND",
            "VUV",
            "XAF",
            "XOF",
            "XPF",
        ],
        0,
    ),
    **dict.fromkeys(["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"], 3),
}
"""Digits after the point (ISO 4217) of every currency that has not two."""


@dataclass(frozen=True, slots=True)
class Declared:
    """One line of a declaration: all its units together. What nobody told us is None."""

    description: str
    quantity: int
    grams: int | None
    value: Money | None
    hs_code: str | None
    origin: str | None


@dataclass(frozen=True, slots=True)
class Declaration:
    """What customs want to know of a parcel. `grams` are net, and known if every line's are."""

    lines: tuple[Declared, ...]
    grams: int | None
    value: Money


def is_declared(origin: str, destination: str) -> bool:
    """Whether a parcel between these countries crosses a border of customs or of taxes."""
    here, there = (_ALSO_WRITTEN.get(code, code) for code in (origin, destination))
    return here != there and not any(here in union and there in union for union in _TOGETHER)


def declaration(order: LabelOrder) -> Declaration | None:
    """What is declared of this order, or None if nothing has to be."""
    if not is_declared(order.sender.country, order.recipient.country):
        return None
    return Declaration(tuple(_declared(order)), order.weight_grams, order.value)


def amount(money: Money) -> str:
    """An amount as customs read it: 1234.50 EUR."""
    decimals = _DECIMALS.get(money.currency, 2)
    whole, rest = divmod(abs(money.minor), 10**decimals)
    digits = f"{whole}.{rest:0{decimals}d}" if decimals else f"{whole}"
    return f"{'-' if money.minor < 0 else ''}{digits} {money.currency}"


def kilograms(grams: int) -> str:
    """A weight as customs read it: 1.250."""
    return f"{grams // 1000}.{grams % 1000:03}"


def _declared(order: LabelOrder) -> Iterator[Declared]:
    for line in order.lines:
        goods = line.goods
        yield Declared(
            description=line.description,
            quantity=line.quantity,
            grams=None if goods.weight_grams is None else goods.weight_grams * line.quantity,
            value=_value(line),
            hs_code=goods.hs_code or None,
            origin=goods.origin,
        )


def _value(line: Line) -> Money | None:
    price = line.unit_price
    return (
        None if price is None else Money(minor=price.minor * line.quantity, currency=price.currency)
    )
