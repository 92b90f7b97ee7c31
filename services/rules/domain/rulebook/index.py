"""Where a rule is found: under something that must be true for it to hold, or always looked at."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Final, NamedTuple

from contracts.rulebook import (
    All,
    Any_,
    Condition,
    DaysSinceDelivery,
    DaysSinceOrder,
    ItemFinalSale,
    ItemPrice,
    Not,
    ParcelValue,
    RequestQuantity,
    ReturnsSoFar,
    UnknownCondition,
)
from services.rules.domain.rulebook.condition import Leaf, currency, ends, leaves
from services.rules.domain.rulebook.known import Amount, Fact, Known
from services.rules.domain.rulebook.ranges import Range, Ranges

ASKED_FOR: Final = "request_"
"""How kinds begin that look at what the customer asks for."""
_WIDE: Final = 8
"""An offer looks under everything a customer may ask for: other entries are better by so much."""


@dataclass(frozen=True, slots=True)
class Point:
    """It holds only if this fact is that value, or has it among its values."""

    kind: str
    value: Fact


@dataclass(frozen=True, slots=True)
class Span:
    """It holds only if this number is within, both ends included. Of money: in `unit`."""

    kind: str
    unit: str
    low: int
    high: int


Entry = Point | Span
Possible = Mapping[str, Sequence[str] | tuple[int, int]]
"""What a customer may ask for, where it is not known yet: words to choose from, or two ends."""


class Near(NamedTuple):
    """What some facts lead to, and what else there is to look under."""

    kinds: frozenset[str]
    found: AbstractSet[int]


class Index:
    """Rules by what must be true for them to hold. Those that cannot, cost nothing."""

    def __init__(self, conditions: Sequence[Condition | None]) -> None:
        crowd = _Crowd(leaf for one in conditions if one is not None for leaf in _entered(one))
        always: list[int] = []
        points: dict[str, dict[Fact, list[int]]] = defaultdict(lambda: defaultdict(list))
        spans: dict[str, dict[str, list[Range]]] = defaultdict(lambda: defaultdict(list))
        for position, condition in enumerate(conditions):
            entries = None if condition is None else _entries(condition, crowd)
            if entries is None:
                always.append(position)
                continue
            for entry in entries:
                if isinstance(entry, Point):
                    points[entry.kind][entry.value].append(position)
                else:
                    one = Range(entry.low, entry.high, position)
                    spans[entry.kind][entry.unit].append(one)
        self._always = frozenset(always)
        self._points = {kind: dict(found) for kind, found in points.items()}
        self._spans = {
            kind: {unit: Ranges(ranges) for unit, ranges in found.items()}
            for kind, found in spans.items()
        }
        self._kinds = frozenset(points) | frozenset(spans)

    def near(self, known: Known) -> Near:
        """What these facts lead to: looked up once for all items of a parcel."""
        found = {*self._always, *self._under(known, {}, self._kinds.intersection(known))}
        return Near(self._kinds.difference(known), found)

    def candidates(self, known: Known, possible: Possible, near: Near | None = None) -> list[int]:
        """Positions of all rules that may hold, in order. The others do not."""
        kinds, found = near or (self._kinds, self._always)
        return sorted({*found, *self._under(known, possible, kinds)})

    def _under(self, known: Known, possible: Possible, kinds: Iterable[str]) -> Iterator[int]:
        for kind in kinds:
            by_value, by_unit = self._points.get(kind), self._spans.get(kind)
            if by_value is not None:
                for value in _values(kind, known, possible):
                    yield from by_value.get(value, ())
            if by_unit is not None:
                place = _place(kind, known, possible)
                if place is not None and place[0] in by_unit:
                    yield from by_unit[place[0]].touching(*place[1])


def _values(kind: str, known: Known, possible: Possible) -> Sequence[Fact]:
    if kind not in known:
        return possible[kind]
    fact = known[kind]
    return fact if isinstance(fact, tuple) and not isinstance(fact, Amount) else (fact,)


def _place(kind: str, known: Known, possible: Possible) -> tuple[str, tuple[int, int]] | None:
    """The unit, and between what ends the number lies."""
    if kind not in known:
        low, high = possible[kind]
        return ("", (int(low), int(high)))
    match known[kind]:
        case Amount(unit, minor):
            return (unit, (minor, minor))
        case int(number):
            return ("", (number, number))
    return None


class _Crowd:
    """How many conditions could be found under an entry: the fewer, the better a place it is."""

    def __init__(self, entries: Iterator[Entry]) -> None:
        self._points: Counter[Point] = Counter()
        spans: dict[tuple[str, str], list[Span]] = defaultdict(list)
        for entry in entries:
            if isinstance(entry, Point):
                self._points[entry] += 1
            else:
                spans[entry.kind, entry.unit].append(entry)
        self._lows = {place: sorted(s.low for s in found) for place, found in spans.items()}
        self._highs = {place: sorted(s.high for s in found) for place, found in spans.items()}

    def under(self, entries: Sequence[Entry]) -> int:
        """How many are found by looking under all of these."""
        return sum(self._around(entry) * _width(entry) for entry in entries)

    def _around(self, entry: Entry) -> int:
        if isinstance(entry, Point):
            return self._points[entry]
        lows, highs = (by[entry.kind, entry.unit] for by in (self._lows, self._highs))
        return bisect_right(lows, entry.high) - bisect_left(highs, entry.low)


def _width(entry: Entry) -> int:
    return _WIDE if entry.kind.startswith(ASKED_FOR) else 1


def _entered(condition: Condition) -> Iterator[Entry]:
    for leaf in leaves(condition):
        yield from _leaf_entries(leaf)


def _entries(condition: Condition, crowd: _Crowd) -> Sequence[Entry] | None:
    """Entries of which one must be true if `condition` is. None: it may hold whatever is known."""
    match condition:
        case Not():
            return None
        case Any_():
            branches = [_entries(one, crowd) for one in condition.of]
            known = [branch for branch in branches if branch is not None]
            if len(known) < len(branches):
                return None
            return [entry for branch in known for entry in branch]
        case All():
            branches = [_entries(one, crowd) for one in condition.of]
            known = [branch for branch in branches if branch is not None]
            return min(known, key=crowd.under, default=None)
    return tuple(_leaf_entries(condition))


def _leaf_entries(leaf: Leaf | UnknownCondition) -> Iterator[Entry]:
    match leaf:
        case UnknownCondition():
            return
        case ItemFinalSale():
            yield Point(leaf.kind, value=True)
        case ItemPrice() | ParcelValue():
            yield from _span(leaf.kind, currency(leaf), *ends(leaf))
        case DaysSinceDelivery() | DaysSinceOrder() | RequestQuantity() | ReturnsSoFar():
            yield from _span(leaf.kind, "", *ends(leaf))
        case _:
            for value in dict.fromkeys(leaf.any_of):
                yield Point(leaf.kind, value)


def _span(kind: str, unit: str, low: int, high: int) -> Iterator[Span]:
    if low <= high:
        yield Span(kind, unit, low, high)
