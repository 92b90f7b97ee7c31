"""Everything a customer can ask for after an offer, as a frontend that knows nothing else would."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import combinations, product

from contracts.rules import Choice, OfferedItem, OptionsOffered, RequestedItem
from contracts.shape import Money

NOTHING_TRAVELS = "none"
COMMENT = "It rattles."

Chosen = tuple[OfferedItem, Choice]


@dataclass(frozen=True, slots=True)
class Wish:
    """One combination that an offer allows, and until when."""

    items: tuple[RequestedItem, ...]
    refund_method: str
    return_method: str
    price_shown: Money
    until: datetime
    """The last instant to ask for it, inclusive."""
    waits: bool
    """Whether a person of the merchant will decide."""

    def asked(self) -> dict[str, object]:
        """As a request says it."""
        names = ("items", "refund_method", "return_method", "price_shown")
        return {name: getattr(self, name) for name in names}


def wishes(options: OptionsOffered) -> Iterator[Wish]:
    """One choice for each of some items, with every method they have in common.

    Of units and reasons the first and the last are tried: what lies between is alike by contract.
    """
    returnable = [item for item in options.items if item.choices]
    for many in range(1, len(returnable) + 1):
        for some in combinations(returnable, many):
            for choices in product(*(item.choices for item in some)):
                yield from _combined(options, tuple(zip(some, choices, strict=True)))


def _combined(options: OptionsOffered, chosen: Sequence[Chosen]) -> Iterator[Wish]:
    refunds = _in_common([choice.refund_methods for _, choice in chosen])
    offered = [[way.method for way in choice.return_methods] for _, choice in chosen]
    travelling = [methods for methods in offered if methods != [NOTHING_TRAVELS]]
    ways = _in_common(travelling) if travelling else [NOTHING_TRAVELS]
    lasts = [options.valid_until, *(item.return_until for item, _ in chosen)]
    for refund, way, end in product(refunds, ways, (0, -1)):
        items = tuple(_asked(item, choice, end) for item, choice in chosen)
        yield Wish(
            items=items,
            refund_method=refund,
            return_method=way,
            price_shown=_price(options, chosen, items, way),
            until=min(last for last in lasts if last is not None),
            waits=any(choice.needs_approval for _, choice in chosen),
        )


def _in_common(offered: Sequence[Sequence[str]]) -> list[str]:
    first, *rest = offered
    return [word for word in first if all(word in other for other in rest)]


def _asked(item: OfferedItem, choice: Choice, end: int) -> RequestedItem:
    return RequestedItem(
        line_id=item.line_id,
        quantity=(choice.units_from, choice.units_to)[end],
        reason=choice.reasons[end],
        comment=COMMENT,
    )


def _price(
    options: OptionsOffered, chosen: Sequence[Chosen], items: Sequence[RequestedItem], method: str
) -> Money:
    """The dearest item's, each of them free where all together are worth more than it says."""
    worth: Counter[str] = Counter()
    for (item, _), asked in zip(chosen, items, strict=True):
        worth[item.unit_price.currency] += asked.quantity * item.unit_price.minor
    ways = [way for _, choice in chosen for way in choice.return_methods if way.method == method]
    due = [
        way.price
        for way in ways
        if way.free_above is None or worth[way.free_above.currency] <= way.free_above.minor
    ]
    free = Money(minor=0, currency=ways[0].price.currency)
    return max(due, key=lambda price: price.minor, default=free)
