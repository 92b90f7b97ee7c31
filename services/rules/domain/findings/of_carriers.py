"""What the registry has to say about a portal's settings: which ways back lead nowhere."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from functools import partial

from contracts.countries import COUNTRIES
from contracts.rulebook import KeepItem, LimitReturnMethods, ParcelFrom, Rule
from contracts.shop import CarrierChoice, PortalConfigured
from contracts.words import NotOffered
from services.rules.domain.capability import Registry, best
from services.rules.domain.findings.finding import Found, blocking, warning
from services.rules.domain.findings.of_settings import RETURN_METHODS
from services.rules.domain.findings.served import blocked, return_address, served

_BECAUSE = {
    NotOffered.NOT_ON_THIS_ROUTE: "nobody does it to the country of the return address",
    NotOffered.NOT_TODAY: "it was possible once, or will be, but not today",
    NotOffered.PLATFORM_CONTRACT_NEEDED: "it needs the platform's contract",
    NotOffered.DIRECT_CONTRACT_NEEDED: "it needs a direct contract with the carrier",
    NotOffered.CONTRACT_EXCLUDES_RETURNS: "the contract does not cover returns",
}


def about_carriers(
    settings: PortalConfigured, registry: Registry, on: date | None
) -> Iterator[Found]:
    """Carriers nobody knows, methods nobody can do, and countries without a way back, that day."""
    for number, choice in enumerate(settings.carriers):
        if choice.carrier not in registry.carriers:
            yield warning(
                "carrier_unknown",
                f"carriers[{number}].carrier",
                f"Nothing is known of {choice.carrier}: it is never used.",
                choice.carrier,
                registry.carriers,
            )
    address = return_address(settings)
    if address is not None:
        yield from _methods(settings, registry, address.country, on)
        yield from _countries(settings, registry, address.country, on)


def _methods(
    settings: PortalConfigured, registry: Registry, to: str, on: date | None
) -> Iterator[Found]:
    """Methods that are switched on, and that no customer anywhere will be offered."""
    origins = sorted({to, *served(settings), *registry.origins} - blocked(settings))
    for number, method in enumerate(settings.return_methods):
        if method not in RETURN_METHODS:
            continue
        ways = (registry.way(method, origin, to, settings.carriers, on) for origin in origins)
        why_not = best(ways).why_not
        if why_not is NotOffered.NO_CARRIER:
            yield warning(
                "no_carrier_for_method",
                f"return_methods[{number}]",
                f"None of the carriers does {method}: nobody is offered it.",
            )
        elif why_not is not None:
            yield warning(
                "method_not_possible",
                f"return_methods[{number}]",
                f"Nobody is offered {method}: {_BECAUSE[why_not]} ({why_not}).",
            )


def _countries(
    settings: PortalConfigured, registry: Registry, to: str, on: date | None
) -> Iterator[Found]:
    """Served countries whose customers could not send anything back.

    What lapses does not close a portal that is open: only what is possible on no day at all does.
    """
    everywhere = [rule for rule in settings.rules if rule.when is None]
    if not settings.return_methods or any(map(_keeps, everywhere)):
        return
    of_countries = [rule for rule in settings.rules if isinstance(rule.when, ParcelFrom)]
    for country, field in served(settings).items():
        if country not in COUNTRIES:
            continue
        certain = everywhere + [rule for rule in of_countries if _is_from(rule, country)]
        allowed = [m for m in settings.return_methods if all(_allows(rule, m) for rule in certain)]
        ways = partial(_any_way, registry, allowed, country, to, settings.carriers)
        if any(map(_keeps, certain)) or ways(on):
            continue
        if ways(None):
            yield warning(
                "no_method_left_today",
                field,
                f"Nothing can come back from {country} today: it could once, or will.",
            )
        else:
            yield blocking(
                "no_method_left",
                field,
                f"Nothing can come back from {country}: no return method is possible there. "
                "Change methods or carriers, or block the country.",
            )


def _any_way(
    registry: Registry,
    methods: Sequence[str],
    country: str,
    to: str,
    carriers: Sequence[CarrierChoice],
    on: date | None,
) -> bool:
    return any(registry.way(method, country, to, carriers, on).offered for method in methods)


def _is_from(rule: Rule, country: str) -> bool:
    return isinstance(rule.when, ParcelFrom) and country in rule.when.any_of


def _keeps(rule: Rule) -> bool:
    return any(isinstance(action, KeepItem) for action in rule.then)


def _allows(rule: Rule, method: str) -> bool:
    limits = (action.only for action in rule.then if isinstance(action, LimitReturnMethods))
    return all(method in only for only in limits)
