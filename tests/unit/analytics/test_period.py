"""Days, weeks and months."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.analytics.domain.period import PERIODS, next_start, start_of, window

instants = st.datetimes(datetime(1901, 1, 1), datetime(2199, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


@pytest.mark.parametrize(
    ("by", "start", "after"),
    [
        ("day", datetime(2024, 2, 29, tzinfo=UTC), datetime(2024, 3, 1, tzinfo=UTC)),
        ("week", datetime(2024, 2, 26, tzinfo=UTC), datetime(2024, 3, 4, tzinfo=UTC)),
        ("month", datetime(2024, 2, 1, tzinfo=UTC), datetime(2024, 3, 1, tzinfo=UTC)),
    ],
)
def test_a_leap_day_is_in_its_day_week_and_month(by, start, after):
    """The edges of a calendar are where trends go wrong."""
    late = datetime(2024, 2, 29, 23, 59, 59, 999_000, tzinfo=UTC)

    assert start_of(late, by) == start
    assert next_start(start, by) == after


@given(instants, st.sampled_from(PERIODS))
def test_every_instant_is_in_exactly_one_period(instant, by):
    """Nothing falls between two weeks, and nothing is in both."""
    start = start_of(instant, by)

    assert start <= instant < next_start(start, by)
    assert start_of(start, by) == start
    assert start_of(next_start(start, by), by) == next_start(start, by)
    assert start_of(next_start(start, by) - timedelta(milliseconds=1), by) == start


@given(st.lists(instants, min_size=1, max_size=5), st.sampled_from(PERIODS), st.integers(1, 60))
def test_a_window_has_no_gaps_and_ends_with_the_last_period(given_, by, most):
    """A missing month would look like a better one."""
    starts = {start_of(instant, by) for instant in given_}

    shown = window(starts, by, most)

    assert shown[-1] == max(starts)
    assert all(next_start(one, by) == other for one, other in pairwise(shown))
    assert len(shown) == most or (len(shown) < most and shown[0] == min(starts))


def test_nothing_has_no_window():
    """An empty answer shows no periods."""
    assert window([], "day", 12) == ()
