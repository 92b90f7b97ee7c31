"""What a message has room for: of very long ones the last items are told in fewer words.

A message that is longer than its topic allows would be told to nobody. What is left out here is
how a verdict came about, and what goes together: no item, no code, no price.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from contracts.rules import JudgedItem, OfferedItem

MOST_JUDGED: Final = 56 * 1024
"""Bytes for the items of a verdict: the rest of it and its refusals find room in 8 KiB."""
MOST_OFFERED: Final = 200 * 1024
"""Bytes for the items of an offer: reasons in many languages find room in 56 KiB."""
FEW: Final = 8
"""So many choices are never too long, whatever they say."""
_FIELDS: Final = 200
"""Bytes of a judged item's punctuation, field names and numbers, and then some."""


def judged(items: Sequence[JudgedItem]) -> Iterator[JudgedItem]:
    """The items of a verdict; from where there is no room on, without rules and facts."""
    left = MOST_JUDGED - sum(map(_named, items))
    for item in items:
        left -= _trace(item)
        yield item if left >= 0 else item.model_copy(update={"rules": (), "facts": {}})


def offered(items: Sequence[OfferedItem]) -> Iterator[OfferedItem]:
    """The items of an offer; from where there is no room on, without choices."""
    if sum(len(item.choices) for item in items) <= FEW:
        yield from items
        return
    bare = [item.model_copy(update={"choices": ()}) for item in items]
    left = MOST_OFFERED - sum(len(item.body()) for item in bare)
    for item, without in zip(items, bare, strict=True):
        left -= sum(len(choice.body()) + 1 for choice in item.choices)
        yield item if left >= 0 else without


def _named(item: JudgedItem) -> int:
    return _FIELDS + sum(
        len((text or "").encode()) for text in (item.line_id, item.reason, item.sku, item.name)
    )


def _trace(item: JudgedItem) -> int:
    """How long rules and facts are on the wire, with quotes, colons and commas."""
    rules = sum(len(rule) + 3 for rule in item.rules)
    return rules + sum(len(name) + len(text.encode()) + 6 for name, text in item.facts.items())
