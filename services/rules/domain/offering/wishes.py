"""What a customer may ask for one item, in groups within which no rule makes a difference."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final

from contracts.rulebook import RequestQuantity
from services.rules.domain.rulebook.book import Ruling
from services.rules.domain.rulebook.condition import Leaf, ends
from services.rules.domain.rulebook.known import REASON, REFUND_METHOD, RETURN_METHOD

MOST: Final = 500
"""So many kinds of wishes are put to the rules for one item; of more, the larger quantities are
left out. A thousand rules about quantities must not hold up everybody's offers."""

Group = tuple[str, ...]
"""Words that every open rule treats alike. The first speaks for all."""


@dataclass(frozen=True, slots=True)
class Groups:
    """What may be asked for, grouped along each of its four sides."""

    reasons: tuple[Group, ...]
    refund_methods: tuple[Group, ...]
    return_methods: tuple[Group, ...]
    units: tuple[tuple[int, int], ...]
    """From and to, both included."""


def groups(
    hanging: Iterable[Ruling],
    reasons: Sequence[str],
    refund_methods: Sequence[str],
    return_methods: Sequence[str],
    most: int,
) -> Groups:
    """The groups for rules that hang on what is asked. Without such rules, one along each side."""
    asks = [leaf for ruling in hanging for leaf in ruling.asks]
    found = Groups(
        reasons=_alike(reasons, asks, REASON),
        refund_methods=_alike(refund_methods, asks, REFUND_METHOD),
        return_methods=_alike(return_methods, asks, RETURN_METHOD),
        units=tuple(_between_cuts(asks, most)),
    )
    words = len(found.reasons) * len(found.refund_methods) * len(found.return_methods)
    few = max(MOST // max(words, 1), 1)
    return replace(found, units=found.units[:few])


def _alike(words: Sequence[str], asks: Sequence[Leaf], kind: str) -> tuple[Group, ...]:
    named: dict[str, list[int]] = {word: [] for word in words}
    for number, leaf in enumerate(asks):
        if leaf.kind == kind and not isinstance(leaf, RequestQuantity):
            for word in set(_words(leaf)).intersection(named):
                named[word].append(number)
    found: dict[tuple[int, ...], list[str]] = {}
    for word, numbers in named.items():
        found.setdefault(tuple(numbers), []).append(word)
    return tuple([tuple(alike) for alike in found.values()])


def _words(leaf: Leaf) -> Sequence[str]:
    return getattr(leaf, "any_of", ())


def _between_cuts(asks: Sequence[Leaf], most: int) -> Iterator[tuple[int, int]]:
    cuts = {1, most + 1}
    for leaf in asks:
        if isinstance(leaf, RequestQuantity):
            low, high = ends(leaf)
            cuts |= {cut for cut in (low, high + 1) if 1 < cut <= most}
    for first, after in pairwise(sorted(cuts)):
        yield first, after - 1
