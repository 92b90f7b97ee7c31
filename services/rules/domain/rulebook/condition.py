"""A condition, compiled: does it hold for what is known, or does it hang on what is not?"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Final

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
    Not,
    ParcelCarrier,
    ParcelFrom,
    ParcelTo,
    ParcelValue,
    RequestQuantity,
    RequestReason,
    RequestRefundMethod,
    RequestReturnMethod,
    ReturnsSoFar,
    UnknownCondition,
)
from contracts.shape import Money
from services.rules.domain.rulebook.known import Amount, Fact, Known
from services.rules.domain.rulebook.ranges import HIGHEST, LOWEST

Counted = DaysSinceDelivery | DaysSinceOrder | RequestQuantity | ReturnsSoFar
Priced = ItemPrice | ParcelValue
Worded = (
    ItemSku | ItemCategory | ItemTag | ParcelFrom | ParcelTo | ParcelCarrier
    | RequestReason | RequestRefundMethod | RequestReturnMethod
)  # fmt: skip
Leaf = Counted | Priced | Worded | ItemFinalSale

Test = Callable[[Known], bool | None]
"""Holds, does not hold, or (None) hangs on something that is not known yet."""

NOWHERE: Final = (HIGHEST, LOWEST)
"""The ends of a range with nothing in it."""


def compiled(condition: Condition) -> Test:
    """A test that asks what `condition` says. A stranger never holds."""
    match condition:
        case All():
            return _all([compiled(one) for one in condition.of])
        case Any_():
            return _any([compiled(one) for one in condition.of])
        case Not():
            return _not(compiled(condition.of))
        case UnknownCondition():
            return _never
    holds = _leaf(condition)
    kind = condition.kind

    def test(known: Known) -> bool | None:
        return holds(known[kind]) if kind in known else None

    return test


def _leaf(leaf: Leaf) -> Callable[[Fact], bool]:
    match leaf:
        case ItemFinalSale():
            return _is_true
        case ItemPrice() | ParcelValue():
            return _amount_between(currency(leaf), *ends(leaf))
        case DaysSinceDelivery() | DaysSinceOrder() | RequestQuantity() | ReturnsSoFar():
            return _between(*ends(leaf))
        case ItemTag():
            return _some_of(frozenset(leaf.any_of))
    return frozenset(leaf.any_of).__contains__


def leaves(condition: Condition) -> Iterator[Leaf | UnknownCondition]:
    """Everything `condition` looks at, however deep."""
    match condition:
        case All() | Any_():
            for one in condition.of:
                yield from leaves(one)
        case Not():
            yield from leaves(condition.of)
        case _:
            yield condition


def ends(condition: Counted | Priced) -> tuple[int, int]:
    """The first and the last number for which it holds. Of two currencies: none."""
    low, high = condition.at_least, condition.at_most
    if isinstance(low, Money) and isinstance(high, Money) and low.currency != high.currency:
        return NOWHERE
    return (
        LOWEST if low is None else low.minor if isinstance(low, Money) else low,
        HIGHEST if high is None else high.minor if isinstance(high, Money) else high,
    )


def currency(condition: Priced) -> str:
    """The currency it is about."""
    bound = condition.at_least or condition.at_most
    return "" if bound is None else bound.currency


def _all(tests: Sequence[Test]) -> Test:
    def test(known: Known) -> bool | None:
        held: bool | None = True
        for one in tests:
            answer = one(known)
            if answer is False:
                return False
            if answer is None:
                held = None
        return held

    return test


def _any(tests: Sequence[Test]) -> Test:
    def test(known: Known) -> bool | None:
        held: bool | None = False
        for one in tests:
            answer = one(known)
            if answer is True:
                return True
            if answer is None:
                held = None
        return held

    return test


def _not(inner: Test) -> Test:
    def test(known: Known) -> bool | None:
        answer = inner(known)
        return None if answer is None else not answer

    return test


def _never(_: Known) -> bool:
    return False


def _is_true(fact: Fact) -> bool:
    return fact is True


def _some_of(values: frozenset[str]) -> Callable[[Fact], bool]:
    def holds(fact: Fact) -> bool:
        return isinstance(fact, tuple) and not values.isdisjoint(fact)

    return holds


def _between(low: int, high: int) -> Callable[[Fact], bool]:
    def holds(fact: Fact) -> bool:
        return isinstance(fact, int) and low <= fact <= high

    return holds


def _amount_between(unit: str, low: int, high: int) -> Callable[[Fact], bool]:
    def holds(fact: Fact) -> bool:
        return isinstance(fact, Amount) and fact.currency == unit and low <= fact.minor <= high

    return holds
