"""Ways back as an offer shows them: with carrier and price, or why they are withheld."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from contracts.rules import Choice, OfferedMethod, WithheldMethod
from contracts.words import NotOffered
from services.rules.domain.capability import Capability
from services.rules.domain.hearing.case import Case
from services.rules.domain.hearing.trace import rule_ids
from services.rules.domain.offering.choices import KEPT, Choosing
from services.rules.domain.offering.rectangles import Rectangle
from services.rules.domain.price import Tariff

_LONGEST: Final = 200


def choice(about: Case, rectangle: Rectangle) -> Choice:
    """The rectangle as it is told."""
    return Choice(
        reasons=rectangle.reasons,
        refund_methods=rectangle.refund_methods,
        return_methods=tuple([_way(about, *way) for way in rectangle.ways]),
        units_from=rectangle.units[0],
        units_to=rectangle.units[1],
        needs_approval=rectangle.needs_approval,
        rules=rule_ids(rectangle.rulings),
    )


def ways_back(about: Case, rectangles: Sequence[Rectangle]) -> tuple[OfferedMethod, ...]:
    """Every way that some item may take, each at the most it costs."""
    tariffs: dict[str, list[Tariff]] = {method: [] for method in (*about.methods, KEPT)}
    for rectangle in rectangles:
        for method, tariff in rectangle.ways:
            tariffs[method].append(tariff)
    return tuple([_way(about, method, _most(found)) for method, found in tariffs.items() if found])


def _most(tariffs: Sequence[Tariff]) -> Tariff:
    """The dearest; of equally dear ones that which stays so the longest."""
    price = max((tariff.price for tariff in tariffs), key=lambda price: price.minor)
    limits = [tariff.free_above for tariff in tariffs if tariff.price == price]
    known = [limit for limit in limits if limit is not None]
    if len(known) < len(limits):
        return Tariff(price)
    return Tariff(price, max(known, key=lambda limit: limit.minor))


def _way(about: Case, method: str, tariff: Tariff) -> OfferedMethod:
    way = about.ways.get(method)
    return OfferedMethod(
        method=method,
        price=tariff.price,
        free_above=tariff.free_above,
        carrier=None if way is None else way.carrier,
    )


def withheld(about: Case, found: Sequence[Choosing]) -> Iterator[WithheldMethod]:
    """Ways back that the merchant switched on and no item of this parcel may take, and why."""
    taken = {method for one in found for row in one.rectangles for method, _ in row.ways}
    for method, way in about.ways.items():
        if way.why_not is not None:
            source = None if way.fact is None else _stands(way.fact)
            yield WithheldMethod(method=method, why_not=way.why_not, source=source)
        elif method not in taken and any(method in one.limited for one in found):
            yield WithheldMethod(method=method, why_not=NotOffered.LIMITED_BY_RULE)


def _stands(fact: Capability) -> str:
    """Where the fact stands, and since when it is true."""
    since = "" if fact.valid_from is None else f", since {fact.valid_from}"
    until = "" if fact.valid_until is None else f", until {fact.valid_until}"
    return f"{fact.source[: _LONGEST - len(since) - len(until)]}{since}{until}"
