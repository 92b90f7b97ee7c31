"""Wishes with the same consequence, put together into as few rectangles as come easily."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, field, replace

from services.rules.domain.price import Tariff
from services.rules.domain.rulebook.book import Ruling


@dataclass(frozen=True, slots=True)
class Rectangle:
    """Any of these reasons with any of these refund methods, for so many units: what follows."""

    reasons: tuple[str, ...]
    refund_methods: tuple[str, ...]
    units: tuple[int, int]
    """From and to, both included."""
    ways: tuple[tuple[str, Tariff], ...] = ()
    """How it may go back, and what that costs."""
    needs_approval: bool = False
    rulings: tuple[Ruling, ...] = field(default=(), compare=False)
    """The rules with a part in it."""


def merged(
    found: Iterable[Rectangle], reasons: Sequence[str], refund_methods: Sequence[str]
) -> list[Rectangle]:
    """The same wishes and consequences in fewer rectangles, none over another, in a fixed order."""
    rows = _joined(found, lambda r: (r.reasons, r.refund_methods), _units_joined)
    rows = _joined(rows, lambda r: (r.reasons, r.units), _refunds_joined)
    rows = _joined(rows, lambda r: (r.refund_methods, r.units), _reasons_joined)
    of_reason = {reason: place for place, reason in enumerate(reasons)}
    of_refund = {method: place for place, method in enumerate(refund_methods)}
    rows = [
        replace(
            row,
            reasons=tuple(sorted(row.reasons, key=of_reason.__getitem__)),
            refund_methods=tuple(sorted(row.refund_methods, key=of_refund.__getitem__)),
        )
        for row in rows
    ]

    def place(row: Rectangle) -> tuple[int, int, tuple[int, int], bool]:
        first = (of_reason[row.reasons[0]], of_refund[row.refund_methods[0]])
        return (*first, row.units, row.needs_approval)

    return sorted(rows, key=place)


def _joined(
    rows: Iterable[Rectangle],
    alike: Callable[[Rectangle], Hashable],
    join: Callable[[Rectangle, Rectangle], Rectangle | None],
) -> list[Rectangle]:
    """Neighbours along one side become one, where all else is the same."""
    found: dict[Hashable, list[Rectangle]] = {}
    for row in sorted(rows, key=_first_unit):
        beside = found.setdefault((alike(row), row.ways, row.needs_approval), [])
        both = join(beside[-1], row) if beside else None
        if both is None:
            beside.append(row)
        else:
            beside[-1] = replace(both, rulings=(*beside[-1].rulings, *row.rulings))
    return [row for beside in found.values() for row in beside]


def _first_unit(row: Rectangle) -> int:
    return row.units[0]


def _units_joined(left: Rectangle, right: Rectangle) -> Rectangle | None:
    if left.units[1] + 1 != right.units[0]:
        return None
    return replace(left, units=(left.units[0], right.units[1]))


def _refunds_joined(left: Rectangle, right: Rectangle) -> Rectangle:
    return replace(left, refund_methods=(*left.refund_methods, *right.refund_methods))


def _reasons_joined(left: Rectangle, right: Rectangle) -> Rectangle:
    return replace(left, reasons=(*left.reasons, *right.reasons))
