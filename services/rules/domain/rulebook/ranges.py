"""Many ranges, and which of them a span touches: found without looking at those it does not."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

LOWEST: Final = -(2**63)
HIGHEST: Final = 2**63
"""Further than anything that is counted: the end of a range that has none."""


@dataclass(frozen=True, slots=True)
class Range:
    """From `low` to `high`, both included, and what it stands for."""

    low: int
    high: int
    owner: int


class Ranges:
    """Ranges by the point they lie around: a centred interval tree, as flat as it can be.

    Finding costs as much as there is to find, and a little more for each doubling of the rest.
    """

    def __init__(self, ranges: Sequence[Range]) -> None:
        ends = sorted(end for one in ranges for end in (one.low, one.high))
        self._centre = ends[len(ends) // 2]
        here = [one for one in ranges if one.low <= self._centre <= one.high]
        before = [one for one in ranges if one.high < self._centre]
        after = [one for one in ranges if one.low > self._centre]
        self._by_low = sorted(here, key=_low)
        self._by_high = sorted(here, key=_high)
        self._before = Ranges(before) if before else None
        self._after = Ranges(after) if after else None

    def touching(self, low: int, high: int) -> Iterator[int]:
        """The owners of all ranges with a point between `low` and `high`, both included."""
        if high < self._centre:
            found = self._by_low[: bisect_right(self._by_low, high, key=_low)]
        elif low > self._centre:
            found = self._by_high[bisect_left(self._by_high, low, key=_high) :]
        else:
            found = self._by_low
        for one in found:
            yield one.owner
        if self._before is not None and low < self._centre:
            yield from self._before.touching(low, high)
        if self._after is not None and high > self._centre:
            yield from self._after.touching(low, high)


def _low(one: Range) -> int:
    return one.low


def _high(one: Range) -> int:
    return one.high
