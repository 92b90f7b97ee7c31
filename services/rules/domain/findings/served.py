"""Which countries a portal's settings speak of, and where they say so."""

from __future__ import annotations

from collections.abc import Iterator

from contracts.rulebook import (
    All,
    Any_,
    BlockCountry,
    Condition,
    Not,
    NotReturnable,
    ParcelFrom,
    Rule,
)
from contracts.shape import Address
from contracts.shop import PortalConfigured


def return_address(settings: PortalConfigured) -> Address | None:
    """The address that was chosen, if it is there."""
    chosen = settings.return_address_id
    return next((a for a in settings.return_addresses if a.address_id == chosen), None)


def served(settings: PortalConfigured) -> dict[str, str]:
    """Countries whose customers these settings have in mind, and the field that names each first.

    The return address's own, and all that a fee names, or a rule that grants something. Those that
    are blocked are left out. Settings that name no other country say nothing about the others.
    """
    address = return_address(settings)
    named = {} if address is None else {address.country: "return_address_id"}
    for number, fee in enumerate(settings.fees):
        if fee.country is not None:
            named.setdefault(fee.country, f"fees[{number}].country")
    for number, rule in enumerate(settings.rules):
        if rule.when is not None and not refuses(rule):
            for field, country in _countries(rule.when, f"rules[{number}].when"):
                named.setdefault(country, field)
    away = blocked(settings)
    return {country: field for country, field in named.items() if country not in away}


def blocked(settings: PortalConfigured) -> frozenset[str]:
    """Countries from which nothing comes back, whatever it is."""
    return frozenset(settings.blocked_countries).union(
        *(
            rule.when.any_of
            for rule in settings.rules
            if isinstance(rule.when, ParcelFrom) and refuses(rule)
        )
    )


def refuses(rule: Rule) -> bool:
    """Whether it keeps items from coming back."""
    return any(isinstance(action, NotReturnable | BlockCountry) for action in rule.then)


def _countries(condition: Condition, field: str) -> Iterator[tuple[str, str]]:
    if isinstance(condition, ParcelFrom):
        for number, country in enumerate(condition.any_of):
            yield f"{field}.any_of[{number}]", country
    elif isinstance(condition, All | Any_):
        for number, one in enumerate(condition.of):
            yield from _countries(one, f"{field}.of[{number}]")
    elif isinstance(condition, Not):
        yield from _countries(condition.of, f"{field}.of")
