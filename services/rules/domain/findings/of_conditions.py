"""What there is to say about a rule's condition: words nobody knows, and what can never be."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, cast

from contracts.rulebook import (
    CONDITION_KINDS,
    All,
    Any_,
    Between,
    Condition,
    ItemCategory,
    ItemPrice,
    ItemSku,
    Not,
    ParcelCarrier,
    ParcelFrom,
    ParcelTo,
    ParcelValue,
    RequestReason,
    RequestRefundMethod,
    RequestReturnMethod,
    UnknownCondition,
)
from contracts.shape import Money
from contracts.shop import PortalConfigured
from contracts.words import Reason
from services.rules.domain.findings.finding import Found, blocking, warning
from services.rules.domain.findings.of_settings import about_countries
from services.rules.domain.findings.served import return_address
from services.rules.domain.rulebook.condition import NOWHERE, Counted, Priced, ends

_ONE_OF: Final = (
    *(ItemSku, ItemCategory, ParcelFrom, ParcelTo, ParcelCarrier),
    *(RequestReason, RequestRefundMethod, RequestReturnMethod),
)
"""Conditions over what has one value at a time: two that share none exclude each other."""
Path = tuple[str, Condition]


def about_condition(settings: PortalConfigured, when: Condition, field: str) -> Iterator[Found]:
    """Everything about `when`, which stands in `field`."""
    for where, condition in walked(when, field):
        if isinstance(condition, UnknownCondition):
            yield blocking(
                "condition_unknown",
                f"{where}.kind",
                f"{condition.kind} is no condition.",
                condition.kind,
                CONDITION_KINDS,
            )
        yield from _about_words(settings, where, condition)
        yield from _about_range(settings, where, condition)
        yield from _about_contradiction(settings, where, condition)


def walked(condition: Condition, field: str) -> Iterator[Path]:
    """It and everything inside it, each with the field where it stands."""
    yield field, condition
    match condition:
        case All() | Any_():
            for number, one in enumerate(condition.of):
                yield from walked(one, f"{field}.of[{number}]")
        case Not():
            yield from walked(condition.of, f"{field}.of")


def _about_words(settings: PortalConfigured, field: str, condition: Condition) -> Iterator[Found]:
    match condition:
        case ParcelFrom() | ParcelTo():
            named = enumerate(condition.any_of)
            yield from about_countries((f"{field}.any_of[{n}]", country) for n, country in named)
        case RequestReason():
            offered = [reason.code for reason in settings.reasons] or [r.value for r in Reason]
            yield from not_offered("reason", condition.any_of, offered, f"{field}.any_of")
        case RequestRefundMethod():
            yield from not_offered(
                "refund_method", condition.any_of, settings.refund_methods, f"{field}.any_of"
            )
        case RequestReturnMethod():
            # Who keeps everything asks for `none`, which no settings offer.
            offered = [*settings.return_methods, "none"]
            yield from not_offered("return_method", condition.any_of, offered, f"{field}.any_of")


def not_offered(
    what: str, named: tuple[str, ...], offered: tuple[str, ...] | list[str], field: str
) -> Iterator[Found]:
    """Words of a rule that no customer of this portal can choose."""
    for number, word in enumerate(named):
        if word not in offered:
            yield warning(
                f"rule_names_{what}_not_offered",
                f"{field}[{number}]",
                f"The portal does not offer {word}.",
                word,
                offered,
            )


def _about_range(settings: PortalConfigured, field: str, condition: Condition) -> Iterator[Found]:
    if not isinstance(condition, Between):
        return
    low, high = ends(condition)
    if (low, high) == NOWHERE:
        yield blocking(
            "range_empty", field, "at_least and at_most are in two currencies: nothing is both."
        )
    elif low > high:
        yield blocking(
            "range_empty", field, "at_least is more than at_most: no number lies between them."
        )
    if isinstance(condition, ItemPrice | ParcelValue):
        for name, bound in (("at_least", condition.at_least), ("at_most", condition.at_most)):
            if isinstance(bound, Money) and bound.currency != settings.currency:
                yield warning(
                    "condition_currency_differs",
                    f"{field}.{name}.currency",
                    f"The portal's currency is {settings.currency}: an amount in "
                    f"{bound.currency} is compared with no other.",
                )


def _about_contradiction(
    settings: PortalConfigured, field: str, condition: Condition
) -> Iterator[Found]:
    address = return_address(settings)
    match condition:
        case ParcelTo() if address is not None and address.country not in condition.any_of:
            yield warning(
                "condition_never_holds",
                f"{field}.any_of",
                f"The chosen return address is in {address.country}.",
            )
        case All() if _contradicts(tuple(_parts(condition))):
            yield warning(
                "condition_never_holds", field, "What stands here cannot all hold at once."
            )


def _parts(condition: All) -> Iterator[Condition]:
    """What must hold, however many `all` stand in each other."""
    for one in condition.of:
        if isinstance(one, All):
            yield from _parts(one)
        else:
            yield one


def _contradicts(parts: tuple[Condition, ...]) -> bool:
    denied = {part.of for part in parts if isinstance(part, Not)}
    if denied.intersection(parts):
        return True
    if any(_disjoint([p for p in parts if isinstance(p, kind)]) for kind in _ONE_OF):
        return True
    ranges: dict[tuple[str, str], tuple[int, int]] = {}
    for part in parts:
        if isinstance(part, Between):
            low, high = ends(part)
            if low > high:
                continue  # told of itself
            before = ranges.get(_scale(part), (low, high))
            low, high = max(low, before[0]), min(high, before[1])
            if low > high:
                return True
            ranges[_scale(part)] = low, high
    return False


def _disjoint(parts: list[Condition]) -> bool:
    left: set[str] | None = None
    for part in parts:
        words = set(cast("ItemSku", part).any_of)
        left = words if left is None else left & words
        if not left:
            return True
    return False


def _scale(condition: Counted | Priced) -> tuple[str, str]:
    bound = condition.at_least if condition.at_least is not None else condition.at_most
    return condition.kind, bound.currency if isinstance(bound, Money) else ""
