"""What there is to say about a portal's settings, its rules and its carriers apart."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from contracts.countries import COUNTRIES
from contracts.shop import PortalConfigured
from contracts.words import Reason, RefundMethod, ReturnMethod
from services.rules.domain.capability import DIRECT, OWN_LABEL, PLATFORM
from services.rules.domain.findings.countries import EU
from services.rules.domain.findings.finding import Found, blocking, warning
from services.rules.domain.findings.of_fees import about_fees
from services.rules.domain.findings.served import return_address, served

WITHDRAWAL_DAYS = 14
"""Directive 2011/83/EU, article 9: so long consumers may withdraw, once they hold the goods."""
WINDOW_STARTS = ("delivered", "ordered")
REFUND_WHEN = ("handed_over", "delivered", "manually")
RETURN_METHODS = tuple(str(m) for m in ReturnMethod if m is not ReturnMethod.NONE)
REFUND_METHODS = tuple(map(str, RefundMethod))


def about_settings(settings: PortalConfigured) -> Iterator[Found]:
    """Everything that does not hang on rules or carriers, in the order of the fields."""
    if not settings.open:
        yield blocking("closed_by_merchant", "open", "The merchant closed this portal.")
    yield from _about_addresses(settings)
    yield from _about_methods(settings)
    yield from _about_reasons(settings)
    yield from _about_contracts(settings)
    yield from _about_window(settings)
    yield from _about_refunds(settings)
    yield from about_fees(settings)
    yield from _about_countries(settings)
    yield from _about_links(settings)


def _about_addresses(settings: PortalConfigured) -> Iterator[Found]:
    if not settings.return_addresses:
        yield blocking(
            "no_return_address", "return_addresses", "Add the address where returns arrive."
        )
    elif return_address(settings) is None:
        yield blocking(
            "return_address_not_chosen", "return_address_id", "Choose one of the return addresses."
        )
    ids = [address.address_id for address in settings.return_addresses]
    for number in repeated(ids):
        yield blocking(
            "return_address_twice",
            f"return_addresses[{number}].address_id",
            f"Two return addresses go by {ids[number]}: nobody knows which is meant.",
        )


def _about_methods(settings: PortalConfigured) -> Iterator[Found]:
    kinds: tuple[tuple[str, Sequence[str], Sequence[str], str], ...] = (
        ("return_method", settings.return_methods, RETURN_METHODS, "return method"),
        ("refund_method", settings.refund_methods, REFUND_METHODS, "refund method"),
    )
    for kind, offered, known, words in kinds:
        if not offered:
            yield blocking(f"no_{kind}", f"{kind}s", f"Offer at least one {words}.")
        for number, method in enumerate(offered):
            if method not in known:
                yield blocking(
                    f"{kind}_unknown",
                    f"{kind}s[{number}]",
                    f"{method} is no {words}.",
                    method,
                    known,
                )
        for number in repeated(offered):
            yield warning(
                f"{kind}_twice", f"{kind}s[{number}]", f"{offered[number]} is offered twice."
            )


def _about_reasons(settings: PortalConfigured) -> Iterator[Found]:
    codes = [reason.code for reason in settings.reasons]
    known = [reason.value for reason in Reason]
    for number, reason in enumerate(settings.reasons):
        wordless = [lang for lang in settings.languages if lang not in reason.wording]
        if reason.code not in known and wordless:
            yield warning(
                "reason_unknown",
                f"reasons[{number}].code",
                f"{reason.code} is none of our reasons and has no wording in "
                f"{', '.join(wordless)}.",
                reason.code,
                known,
            )
    for number in repeated(codes):
        yield blocking(
            "reason_twice", f"reasons[{number}].code", f"{codes[number]} is offered twice."
        )


def _about_contracts(settings: PortalConfigured) -> Iterator[Found]:
    for number, choice in enumerate(settings.carriers):
        if choice.contract not in (PLATFORM, DIRECT):
            yield blocking(
                "contract_unknown",
                f"carriers[{number}].contract",
                f"{choice.contract} is no contract: say {PLATFORM} or {DIRECT}.",
                choice.contract,
                (PLATFORM, DIRECT),
            )
        if not choice.covers_returns:
            yield warning(
                "contract_excludes_returns",
                f"carriers[{number}].covers_returns",
                f"The contract with {choice.carrier} does not cover returns: it is never used.",
            )
    for number in repeated([(choice.carrier, choice.contract) for choice in settings.carriers]):
        yield warning(
            "carrier_twice",
            f"carriers[{number}].carrier",
            f"{settings.carriers[number].carrier} is listed twice: the first one counts.",
        )


def _about_window(settings: PortalConfigured) -> Iterator[Found]:
    days, starts = settings.window_days, settings.window_starts
    if starts not in WINDOW_STARTS:
        yield blocking(
            "window_start_unknown",
            "window_starts",
            "Count days from delivery or order.",
            starts,
            WINDOW_STARTS,
        )
    # Counted from the order, a window of exactly so many days ends before it must.
    short = days < WITHDRAWAL_DAYS or (days == WITHDRAWAL_DAYS and starts == "ordered")
    if short and (members := sorted(EU.intersection(served(settings)))):
        yield warning(
            "window_below_withdrawal_right",
            "window_days",
            f"Consumers in {_listed(members)} may withdraw for {WITHDRAWAL_DAYS} days after "
            "delivery (Directive 2011/83/EU, article 9).",
        )
    if settings.published_window_days not in (None, days):
        yield warning(
            "window_differs_from_policy",
            "window_days",
            "The published policy names another number of days.",
        )


def _about_refunds(settings: PortalConfigured) -> Iterator[Found]:
    if settings.refund_when not in REFUND_WHEN:
        yield blocking(
            "refund_when_unknown",
            "refund_when",
            "Refund when the parcel is handed over or delivered, or manually.",
            settings.refund_when,
            REFUND_WHEN,
        )
    elif settings.refund_when != "manually" and (silent := _untracked(settings)):
        yield warning(
            "refund_waits_for_tracking",
            "refund_when",
            f"Nobody tracks {' and '.join(silent)}: such refunds are due only once released.",
        )


def _untracked(settings: PortalConfigured) -> list[str]:
    """Ways back of which no carrier will ever say anything."""
    posted = not settings.carriers or any(c.carrier == OWN_LABEL for c in settings.carriers)
    found = []
    if ReturnMethod.IN_STORE in settings.return_methods:
        found.append("returns in store")
    if posted and ReturnMethod.DROP_OFF_POINT in settings.return_methods:
        found.append("parcels that customers post themselves")
    return found


def _about_countries(settings: PortalConfigured) -> Iterator[Found]:
    named = [
        (f"return_addresses[{number}].country", address.country)
        for number, address in enumerate(settings.return_addresses)
    ]
    named += [(f"fees[{n}].country", f.country) for n, f in enumerate(settings.fees) if f.country]
    named += [(f"blocked_countries[{n}]", c) for n, c in enumerate(settings.blocked_countries)]
    yield from about_countries(named)


def about_countries(named: Iterable[tuple[str, str]]) -> Iterator[Found]:
    """Codes that are no country, such as UK: what is said of them would never hold."""
    for field, country in named:
        if country not in COUNTRIES:
            instead = " The United Kingdom is GB." if country == "UK" else ""
            yield blocking(
                "country_unknown", field, f"ISO 3166-1 knows no country {country}.{instead}"
            )


def _about_links(settings: PortalConfigured) -> Iterator[Found]:
    if settings.sender_email is None:
        yield warning(
            "no_sender_address", "sender_email", "Customers get letters from an address not yours."
        )
    if settings.policy_url is None:
        yield warning("no_policy_link", "policy_url", "Customers cannot read your return policy.")
    if settings.support_url is None:
        yield warning("no_support_link", "support_url", "Customers do not find whom to ask.")


def repeated(values: Sequence[object]) -> Iterator[int]:
    """Where something stands that stood before."""
    seen: set[object] = set()
    for number, value in enumerate(values):
        if value in seen:
            yield number
        seen.add(value)


def _listed(words: Sequence[str], most: int = 5) -> str:
    rest = [f"{len(words) - most} more"] if len(words) > most else []
    return ", ".join([*words[:most], *rest])
