"""From what is offered to what is asked for: the customer's wish, at exactly the price it says."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from contracts.rules import (
    Choice,
    OfferedMethod,
    OptionsOffered,
    RequestedItem,
    RequestReturn,
)
from contracts.shape import Money
from contracts.words import ReturnMethod
from deploy.demo.sample import AskedItem, AskedReturn

NOTHING_TRAVELS = str(ReturnMethod.NONE)


def request_for(one: AskedReturn, options: OptionsOffered) -> RequestReturn:
    """What its customer confirms.

    Who may keep everything is not asked for a way back. Who insists on something that is not
    offered was never shown a price, and so confirms none.
    """
    chosen = choices_for(one, options)
    kept = chosen is not None and all(_is_kept(choice) for choice in chosen)
    method = NOTHING_TRAVELS if kept else str(one.return_method)
    return RequestReturn(
        return_id=one.return_id,
        portal_id=options.portal_id,
        shipment_id=options.shipment_id,
        items=tuple(
            RequestedItem(line_id=str(i.line_no), quantity=i.quantity, reason=i.reason)
            for i in one.items
        ),
        refund_method=one.refund_method,
        return_method=method,
        price_shown=None if chosen is None else price_of(chosen, method, value_of(one, options)),
        lookup_id=options.lookup_id,
        language=one.order.recipient.language,
    )


def choices_for(one: AskedReturn, options: OptionsOffered) -> list[Choice] | None:
    """The choice that each item's wish is one of; None if something of it is not offered."""
    offered = {item.line_id: item.choices for item in options.items}
    found = [_choice(one, item, offered.get(str(item.line_no), ())) for item in one.items]
    chosen = [choice for choice in found if choice is not None]
    return chosen if len(chosen) == len(found) else None


def _choice(one: AskedReturn, item: AskedItem, choices: Iterable[Choice]) -> Choice | None:
    for choice in choices:
        fits = (
            item.reason in choice.reasons
            and one.refund_method in choice.refund_methods
            and choice.units_from <= item.quantity <= choice.units_to
        )
        if fits and (_is_kept(choice) or _way(choice, one.return_method) is not None):
            return choice
    return None


def price_of(chosen: Sequence[Choice], method: str, value: Money) -> Money:
    """What the return costs: as much as its dearest item makes it."""
    ways = [_way(choice, method) for choice in chosen]
    due = [0 if _is_free(way, value) else way.price.minor for way in ways if way is not None]
    return Money(minor=max(due, default=0), currency=value.currency)


def value_of(one: AskedReturn, options: OptionsOffered) -> Money:
    """What the items asked for cost the customer, together."""
    prices = {item.line_id: item.unit_price for item in options.items}
    paid = [(prices[str(item.line_no)], item.quantity) for item in one.items]
    total = sum(price.minor * quantity for price, quantity in paid)
    return Money(minor=total, currency=paid[0][0].currency)


def _way(choice: Choice, method: str) -> OfferedMethod | None:
    return next((way for way in choice.return_methods if way.method == method), None)


def _is_kept(choice: Choice) -> bool:
    return [way.method for way in choice.return_methods] == [NOTHING_TRAVELS]


def _is_free(way: OfferedMethod, value: Money) -> bool:
    above = way.free_above
    return above is not None and above.currency == value.currency and value.minor > above.minor
