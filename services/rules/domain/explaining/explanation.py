"""Why a return came out as it did: from what was kept of it, and the settings it was judged by."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from contracts.rulebook import Rule, SetFee, WaiveFee
from contracts.rules import (
    JudgedItem,
    Refusal,
    ReturnApproved,
    ReturnAwaitingApproval,
    ReturnRejected,
)
from contracts.shape import Money
from contracts.shop import Fee
from contracts.words import ReturnMethod
from services.rules.domain.capability import Capability, Way
from services.rules.domain.explaining import wording
from services.rules.domain.parcel import Parcel
from services.rules.domain.portal import Portal
from services.rules.domain.returned import Due, Passage, Returned, State, Told

PASSAGES: Mapping[str, str] = {
    State.APPROVED: "approved",
    "refused_by_merchant": "refused",
    "approval_expired": "refused: nobody decided in time",
    State.CANCELLED: "cancelled",
    "released": "refund released",
}
"""What happened after the first verdict, in words; a parcel's phases speak for themselves."""


@dataclass(frozen=True, slots=True)
class HeldRule:
    """A rule that held for an item. Words are missing where its settings are."""

    rule_id: str
    note: str | None = None
    when: str | None = None
    then: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class WhyNot:
    """One reason for a no."""

    code: str
    sentence: str
    line_id: str | None
    rule_id: str | None


@dataclass(frozen=True, slots=True)
class ExplainedItem:
    """An item: what held for it, what was looked at, and what it made the return cost."""

    line_id: str
    quantity: int
    reason: str
    sku: str | None
    name: str | None
    unit_price: Money | None
    kept: bool
    rules: tuple[HeldRule, ...]
    facts: Mapping[str, str]
    refused: tuple[WhyNot, ...]
    costs: Money | None
    """What the return would cost because of it alone."""
    priced_by: str | None


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened to the return."""

    what: str
    at: datetime
    by: str | None = None
    amount: Money | None = None


@dataclass(frozen=True, slots=True)
class Explanation:
    """Everything there is to say of a return. Nobody is named but who decided for the merchant."""

    return_id: str
    portal_id: str
    shipment_id: str
    state: str
    """Where it stands now."""
    verdict: str
    """What was said first: `approved`, `waiting` or `refused`."""
    decided_at: datetime
    settings_version: int
    settings_known: bool
    country: str | None
    refund_method: str | None
    return_method: str | None
    price: Money | None
    value: Money | None
    carrier: str | None
    method_fact: str | None
    """What the capability registry says of that way back, and since when."""
    facts: Mapping[str, str]
    items: tuple[ExplainedItem, ...]
    refused: tuple[WhyNot, ...]
    """What is so for the whole request."""
    asked_by_rules: tuple[HeldRule, ...]
    """Rules that want a person to decide."""
    expires_at: datetime | None
    history: tuple[Event, ...]


def explained(
    held: Returned, verdict: Told, parcel: Parcel | None, portal: Portal | None
) -> Explanation:
    """What was decided, by which rules and facts, and what came of it.

    `portal` is the version that judged; without it rules have names only. What carriers could do
    is taken from what is known of that day now.
    """
    rules = {} if portal is None else {rule.rule_id: rule for rule in portal.settings.rules}
    refusals = verdict.refusals if isinstance(verdict, ReturnRejected) else ()
    granted = held.granted
    method = verdict.return_method
    way = _way(method, parcel, portal, held.decided_at)
    return Explanation(
        return_id=held.return_id,
        portal_id=held.request.portal_id,
        shipment_id=held.request.shipment_id,
        state=held.state.value,
        verdict=_verdict(verdict),
        decided_at=held.decided_at,
        settings_version=verdict.settings_version,
        settings_known=portal is not None,
        country=verdict.country,
        refund_method=verdict.refund_method,
        return_method=method,
        price=None if granted is None else granted.price,
        value=None if granted is None else granted.value,
        carrier=None if granted is None else granted.carrier,
        method_fact=_stands(way),
        facts=verdict.facts,
        items=tuple([_item(one, refusals, rules, verdict, portal) for one in verdict.items]),
        refused=tuple([_why_not(one) for one in refusals if one.line_id is None]),
        asked_by_rules=tuple([_rule(rule_id, rules) for rule_id in _asking(verdict)]),
        expires_at=held.expires_at,
        history=tuple(_history(held, verdict)),
    )


def _verdict(told: Told) -> str:
    match told:
        case ReturnApproved():
            return State.APPROVED.value
        case ReturnAwaitingApproval():
            return State.WAITING.value
    return State.REFUSED.value


def _asking(told: Told) -> Sequence[str]:
    return told.rules if isinstance(told, ReturnAwaitingApproval) else ()


def _rule(rule_id: str, rules: Mapping[str, Rule]) -> HeldRule:
    rule = rules.get(rule_id)
    if rule is None:
        return HeldRule(rule_id)
    then = tuple([wording.action(one) for one in rule.then])
    return HeldRule(rule_id, rule.note, wording.condition(rule.when), then)


def _why_not(refusal: Refusal) -> WhyNot:
    said = wording.sentence(refusal.code)
    return WhyNot(refusal.code, said, refusal.line_id, refusal.rule_id)


def _item(
    item: JudgedItem,
    refusals: Iterable[Refusal],
    rules: Mapping[str, Rule],
    verdict: Told,
    portal: Portal | None,
) -> ExplainedItem:
    costs, priced_by = _price(item, rules, verdict, portal)
    return ExplainedItem(
        line_id=item.line_id,
        quantity=item.quantity,
        reason=item.reason,
        sku=item.sku,
        name=item.name,
        unit_price=item.unit_price,
        kept=item.kept,
        rules=tuple([_rule(rule_id, rules) for rule_id in item.rules]),
        facts=item.facts,
        refused=tuple([_why_not(one) for one in refusals if one.line_id == item.line_id]),
        costs=costs,
        priced_by=priced_by,
    )


def _price(
    item: JudgedItem, rules: Mapping[str, Rule], verdict: Told, portal: Portal | None
) -> tuple[Money | None, str | None]:
    """What one item makes the return cost, and what in the settings says so."""
    if portal is None or isinstance(verdict, ReturnRejected) or verdict.value is None:
        return None, None
    nothing, value = portal.fees.free.price, verdict.value
    if item.kept:
        return nothing, "kept items cost nothing"
    for rule_id in item.rules:
        for action in rules[rule_id].then if rule_id in rules else ():
            if isinstance(action, WaiveFee):
                return nothing, f"rule {rule_id}: {wording.action(action)}"
            if isinstance(action, SetFee):
                return _due(action, value, f"rule {rule_id}: {wording.action(action)}")
    for number, fee in enumerate(portal.settings.fees):
        if _fits(fee, verdict.return_method, verdict.country):
            return _due(fee, value, f"fees[{number}]: {wording.fee(fee)}")
    return nothing, "no fee is set"


def _due(fee: Fee | SetFee, value: Money, said: str) -> tuple[Money, str]:
    above = fee.free_above
    free = above is not None and above.currency == value.currency and value.minor > above.minor
    return (fee.price.model_copy(update={"minor": 0}) if free else fee.price), said


def _fits(fee: Fee, method: str | None, country: str | None) -> bool:
    return fee.return_method in (None, method) and fee.country in (None, country)


def _way(
    method: str | None, parcel: Parcel | None, portal: Portal | None, at: datetime
) -> Way | None:
    if method in (None, ReturnMethod.NONE) or parcel is None or portal is None:
        return None
    return portal.ways(parcel.country, at.date()).get(method)


def _stands(way: Way | None) -> str | None:
    if way is None:
        return None
    source = None if way.fact is None else _dated(way.fact)
    if way.why_not is None:
        return source
    said = wording.sentence(way.why_not)
    return said if source is None else f"{said}: {source}"


def _dated(fact: Capability) -> str:
    since = "" if fact.valid_from is None else f", since {fact.valid_from}"
    until = "" if fact.valid_until is None else f", until {fact.valid_until}"
    return f"{fact.source}{since}{until}"


def _history(held: Returned, verdict: Told) -> Iterator[Event]:
    yield Event(f"{_verdict(verdict)} by the rules", held.decided_at)
    for passage in held.passages:
        yield _event(passage)
    if held.refund is not None:
        yield _refund(held.refund)


def _event(passage: Passage) -> Event:
    return Event(PASSAGES.get(passage.what, f"parcel {passage.what}"), passage.at, passage.by)


def _refund(due: Due) -> Event:
    return Event(f"refund due: {due.because}", due.at, amount=due.amount)
