"""Why a return came out so, line by line, for a person."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime

from services.rules.app import ExplainedItem, Explanation, HeldRule, WhyNot, wording

_WIDE = 10


def lines(found: Explanation) -> Iterator[str]:
    """The whole story: verdict, items with their rules and facts, and what came of it."""
    yield f"return {found.return_id}"
    yield _row("asked of", f"{found.portal_id}, parcel {found.shipment_id}{_from(found)}")
    known = "" if found.settings_known else " (not kept: rules have names only)"
    yield _row("verdict", f"{found.verdict} on {_at(found.decided_at)}")
    yield _row("judged by", f"settings version {found.settings_version}{known}")
    yield _row("now", found.state)
    yield _row("wish", f"{found.refund_method or '-'}, {found.return_method or '-'}")
    if found.price is not None and found.value is not None:
        worth = wording.money(found.value)
        yield _row("price", f"{wording.money(found.price)} for items worth {worth}")
    yield from _way_back(found)
    for why in found.refused:
        yield _row("refused", _why(why))
    for rule in found.asked_by_rules:
        yield _row("asks", f"a person, by rule {rule.rule_id}")
    if found.expires_at is not None:
        yield _row("decide by", _at(found.expires_at))
    yield from _facts(found.facts)
    for item in found.items:
        yield ""
        yield from _item(item)
    yield ""
    yield "history"
    for event in found.history:
        by = "" if event.by is None else f" by {event.by}"
        amount = "" if event.amount is None else f", {wording.money(event.amount)}"
        yield f"  {_at(event.at)}  {event.what}{by}{amount}"


def _from(found: Explanation) -> str:
    return "" if found.country is None else f", from {found.country}"


def _way_back(found: Explanation) -> Iterator[str]:
    if found.method_fact is None:
        return
    carrier = "" if found.carrier is None else f" with {found.carrier}"
    yield _row("way back", f"{found.return_method}{carrier}: {found.method_fact}")


def _item(item: ExplainedItem) -> Iterator[str]:
    name = " ".join(filter(None, (item.sku, item.name))) or "unknown"
    each = "" if item.unit_price is None else f" at {wording.money(item.unit_price)} each"
    yield f"item {item.line_id}: {item.quantity} x {name}{each}, {item.reason}"
    for why in item.refused:
        yield _row("refused", _why(why))
    for rule in item.rules:
        yield from _rule(rule)
    if not item.rules:
        yield _row("rules", "none held: it comes back as the portal's settings say")
    if item.kept:
        yield _row("kept", "the customer keeps it")
    if item.costs is not None:
        yield _row("costs", f"{wording.money(item.costs)}: {item.priced_by}")
    yield from _facts(item.facts)


def _rule(rule: HeldRule) -> Iterator[str]:
    if rule.when is None:
        yield _row("rule", rule.rule_id)
        return
    yield _row("rule", f"{rule.rule_id}: {'; '.join(rule.then)}")
    yield _row("", f"because {rule.when}")
    if rule.note is not None:
        yield _row("", f"note: {rule.note}")


def _why(why: WhyNot) -> str:
    by = "" if why.rule_id is None else f", by rule {why.rule_id}"
    return f"{why.code}: {why.sentence}{by}"


def _facts(facts: Mapping[str, str]) -> Iterator[str]:
    for number, (name, value) in enumerate(facts.items()):
        yield _row("" if number else "facts", f"{name} = {value}")


def _row(name: str, said: str) -> str:
    return f"  {name:{_WIDE}}{said}"


def _at(instant: datetime) -> str:
    return f"{instant.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
