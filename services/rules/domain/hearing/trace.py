"""What a verdict says of how it came about: rules and facts, item by item."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Final

from contracts.rules import JudgedItem, RequestedItem, RequestReturn
from services.rules.domain import room
from services.rules.domain.hearing.hear import HeardItem, Hearing
from services.rules.domain.rulebook.book import Ruling, in_order
from services.rules.domain.rulebook.known import QUANTITY, REASON, written

MOST_RULES: Final = 100
"""So many rules a verdict names, for an item: the first that hold."""


def rule_ids(rulings: Iterable[Ruling]) -> tuple[str, ...]:
    """What the merchant calls them, each once, in the merchant's order."""
    return tuple([ruling.rule_id for ruling in in_order(rulings)[:MOST_RULES]])


def judged(hearing: Hearing) -> tuple[JudgedItem, ...]:
    """Every item as it was asked for, with what is known of it."""
    pairs = zip(hearing.request.items, hearing.heard, strict=True)
    return tuple(room.judged([_judged(hearing, asked, item) for asked, item in pairs]))


def unknown(request: RequestReturn) -> tuple[JudgedItem, ...]:
    """Every item as it was asked for; nothing is known of any."""
    return tuple([_unknown(asked) for asked in request.items])


def _unknown(asked: RequestedItem) -> JudgedItem:
    return JudgedItem(line_id=asked.line_id, quantity=asked.quantity, reason=asked.reason)


def _judged(hearing: Hearing, asked: RequestedItem, item: HeardItem | None) -> JudgedItem:
    if item is None:
        return _unknown(asked)
    line, facts = item.line, {}
    if item.held:
        for kind in sorted(filter(_is_of_item, _looked_at([item]))):
            facts[kind] = written(item.facts[kind])
    facts["units_left"] = str(hearing.about.parcel.left(line.line_id))
    if item.effect.longer and item.until is not None:
        facts["return_until"] = instant(item.until)
    return JudgedItem(
        line_id=asked.line_id,
        quantity=asked.quantity,
        reason=asked.reason,
        sku=line.sku,
        name=line.name,
        unit_price=line.unit_price,
        kept=item.effect.kept,
        rules=rule_ids(item.held) if item.held else (),
        facts=facts,
    )


def facts(hearing: Hearing) -> dict[str, str]:
    """What was known of parcel and request and had a part, whatever the item."""
    found = {}
    for item in hearing.items[:1]:
        for kind in sorted(_looked_at(hearing.items)):
            if not _is_of_item(kind):
                found[kind] = written(item.facts[kind])
    delivered_at = hearing.about.delivered_at
    if delivered_at is not None:
        found["delivered_at"] = instant(delivered_at)
    if hearing.until is not None:
        found["return_until"] = instant(hearing.until)
    return found


def instant(at: datetime) -> str:
    """RFC 3339, in UTC."""
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _looked_at(items: Iterable[HeardItem]) -> set[str]:
    return {kind for item in items for ruling in item.held for kind in ruling.looks_at}


def _is_of_item(kind: str) -> bool:
    """Whether each item has its own: what is asked for one may not be asked for the next."""
    return kind.startswith("item_") or kind in (REASON, QUANTITY)


def asking(items: Iterable[HeardItem]) -> Iterator[Ruling]:
    """The rules that ask for a person."""
    for item in items:
        yield from (ruling for ruling in item.held if ruling.rule_id in item.effect.asking)
