"""Many ranges, and which of them a span touches."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from services.rules.domain.rulebook.ranges import HIGHEST, LOWEST, Range, Ranges

ends = st.integers(-20, 20) | st.sampled_from([LOWEST, HIGHEST])
spans = st.tuples(ends, ends).map(sorted)


@given(given_ranges=st.lists(spans, min_size=1, max_size=40), span=spans)
def test_exactly_what_touches_is_found(given_ranges, span):
    """What is not found is never looked at: a rule that should hold would be passed over."""
    ranges = [Range(low, high, number) for number, (low, high) in enumerate(given_ranges)]
    low, high = span

    found = sorted(Ranges(ranges).touching(low, high))

    assert found == [one.owner for one in ranges if one.low <= high and one.high >= low]


def test_a_point_between_two_ranges_touches_neither():
    """Both ends count, and what lies between two ranges belongs to none."""
    ranges = Ranges([Range(1, 3, 0), Range(5, 7, 1)])

    assert [list(ranges.touching(at, at)) for at in (3, 4, 5)] == [[0], [], [1]]
