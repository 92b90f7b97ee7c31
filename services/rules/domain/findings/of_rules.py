"""What there is to say about a merchant's rules: what contradicts, and what has no effect."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from contracts.rulebook import (
    ACTION_KINDS,
    Action,
    BlockCountry,
    Condition,
    DaysSinceDelivery,
    ExtendWindow,
    ItemFinalSale,
    ItemPrice,
    KeepItem,
    LimitRefundMethods,
    LimitReturnMethods,
    NotReturnable,
    ParcelFrom,
    Rule,
    SetFee,
    UnknownAction,
    WaiveFee,
)
from contracts.shop import PortalConfigured
from services.rules.domain.findings.countries import EU
from services.rules.domain.findings.finding import Found, blocking, warning
from services.rules.domain.findings.of_conditions import about_condition, not_offered, walked
from services.rules.domain.findings.of_fees import about_price
from services.rules.domain.findings.of_settings import WITHDRAWAL_DAYS, repeated
from services.rules.domain.findings.served import refuses, served

_REFUSING: Final = (NotReturnable, BlockCountry)
_FEES: Final = (SetFee, WaiveFee)


def about_rules(settings: PortalConfigured) -> Iterator[Found]:
    """Everything about the rules, one after the other, and about what they do to each other."""
    ids = [rule.rule_id for rule in settings.rules]
    for number in repeated(ids):
        yield blocking("rule_twice", f"rules[{number}].rule_id", f"Two rules go by {ids[number]}.")
    in_eu = not EU.isdisjoint(served(settings))
    for number, rule in enumerate(settings.rules):
        field = f"rules[{number}]"
        if rule.when is not None:
            yield from about_condition(settings, rule.when, f"{field}.when")
        yield from _about_actions(settings, rule, field)
        yield from _about_refusal(rule, field, in_eu=in_eu)
    yield from _about_limits(settings)
    yield from _about_order(settings)


def _about_actions(settings: PortalConfigured, rule: Rule, field: str) -> Iterator[Found]:
    for number, action in enumerate(rule.then):
        where = f"{field}.then[{number}]"
        before = rule.then[:number]
        match action:
            case UnknownAction():
                yield blocking(
                    "action_unknown",
                    f"{where}.kind",
                    f"{action.kind} is no action.",
                    action.kind,
                    ACTION_KINDS,
                )
            case SetFee():
                yield from about_price(action.price, action.free_above, where, settings.currency)
            case LimitRefundMethods():
                offered = settings.refund_methods
                yield from not_offered("refund_method", action.only, offered, f"{where}.only")
            case LimitReturnMethods():
                offered = settings.return_methods
                yield from not_offered("return_method", action.only, offered, f"{where}.only")
        against = next((other for other in before if _contradict(other, action)), None)
        if against is not None:
            yield blocking(
                "rule_contradicts_itself",
                where,
                f"The same rule says {against.kind}: one of the two cannot be meant.",
            )
        elif why := _without_effect(rule, action):
            yield warning("action_without_effect", where, why)


def _contradict(one: Action, other: Action) -> bool:
    if isinstance(one, _FEES) and isinstance(other, _FEES):
        return one != other
    return any(
        isinstance(a, KeepItem) and isinstance(b, _REFUSING)
        for a, b in ((one, other), (other, one))
    )


def _without_effect(rule: Rule, action: Action) -> str | None:
    if isinstance(action, UnknownAction | KeepItem | NotReturnable | BlockCountry):
        return None
    if refuses(rule):
        return "The same rule keeps the item from coming back."
    keeps = any(isinstance(other, KeepItem) for other in rule.then)
    if keeps and isinstance(action, SetFee | WaiveFee | LimitReturnMethods):
        return "The same rule lets the customer keep the item: nothing travels, nothing is due."
    if isinstance(action, ExtendWindow) and action.days == 0:
        return "Nothing is longer by no day."
    return None


def _about_refusal(rule: Rule, field: str, *, in_eu: bool) -> Iterator[Found]:
    if not refuses(rule):
        return
    if rule.when is None:
        yield blocking(
            "nothing_returnable", field, "This rule holds for everything: nothing can come back."
        )
        return
    inside = [condition for _, condition in walked(rule.when, "")]
    number, block = next(
        ((n, a) for n, a in enumerate(rule.then) if isinstance(a, BlockCountry)), (0, None)
    )
    if block is not None and not any(isinstance(one, ParcelFrom) for one in inside):
        yield warning(
            "block_country_without_country",
            f"{field}.then[{number}]",
            "Customers are told that it is their country, but the condition names none.",
        )
    if in_eu and _is_no_exemption(rule.when):
        yield warning(
            "exclusion_without_exemption",
            f"{field}.when",
            f"In the EU consumers may withdraw for {WITHDRAWAL_DAYS} days even so: "
            "Directive 2011/83/EU, article 16 knows no such exception.",
        )


def _is_no_exemption(when: Condition) -> bool:
    """Whether items are refused, within the time to withdraw, for what they cost or how they sold.

    Only what is certain: of an article or a category nobody here can say what it is.
    """
    match when:
        case ItemFinalSale() | ItemPrice():
            return True
        case DaysSinceDelivery():
            return (when.at_least or 0) <= WITHDRAWAL_DAYS
    return False


def _about_limits(settings: PortalConfigured) -> Iterator[Found]:
    """Limits that leave nothing: of one rule, or of all that hold always."""
    kinds: tuple[tuple[type[LimitRefundMethods | LimitReturnMethods], tuple[str, ...]], ...] = (
        (LimitRefundMethods, settings.refund_methods),
        (LimitReturnMethods, settings.return_methods),
    )
    for kind, offered in kinds:
        always = set(offered)
        for number, rule in enumerate(settings.rules):
            here = set(always) if rule.when is None else set(offered)
            travels = kind is LimitRefundMethods or not _keeps(rule)
            for place, action in enumerate(rule.then):
                if not isinstance(action, kind) or not here or not travels or refuses(rule):
                    continue
                here &= set(action.only)
                if not here:
                    yield blocking(
                        "limit_leaves_nothing",
                        f"rules[{number}].then[{place}].only",
                        "Nothing that the portal offers is left where this rule holds.",
                    )
            if rule.when is None and here:
                always = here


def _keeps(rule: Rule) -> bool:
    return any(isinstance(action, KeepItem) for action in rule.then)


def _about_order(settings: PortalConfigured) -> Iterator[Found]:
    """Rules that an earlier one with the same condition, or with none, leaves nothing to do."""
    fees: dict[Condition | None, str] = {}
    refusing: dict[Condition | None, str] = {}
    keeping: dict[Condition | None, str] = {}
    for number, rule in enumerate(settings.rules):
        field = f"rules[{number}]"
        for place, action in enumerate(rule.then):
            first = fees.get(None, fees.get(rule.when))
            if isinstance(action, _FEES) and first is not None:
                yield warning(
                    "rule_fee_never_due",
                    f"{field}.then[{place}]",
                    f"Rule {first} comes first and decides what the return costs.",
                )
        opposite = keeping.get(rule.when) if refuses(rule) else refusing.get(rule.when)
        if opposite is not None and (refuses(rule) or _keeps(rule)):
            yield blocking(
                "rules_contradict",
                f"{field}.then",
                f"Rule {opposite} has the same condition and says the contrary.",
            )
        elif (same := refusing.get(rule.when)) is not None:
            yield warning(
                "rule_without_effect", field, f"Rule {same} refuses everything this one is about."
            )
        if any(isinstance(action, _FEES) for action in rule.then):
            fees.setdefault(rule.when, rule.rule_id)
        if refuses(rule):
            refusing.setdefault(rule.when, rule.rule_id)
        elif _keeps(rule):
            keeping.setdefault(rule.when, rule.rule_id)
