"""Instants as analytics compares them, and money that does not add up."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.analytics import FindReasons
from contracts.shape import Money
from services.analytics.domain.instants import whole
from services.analytics.domain.worth import worth
from tests.support.decided_returns import patiently


@patiently
@given(st.datetimes(timezones=st.timezones()))
def test_an_instant_loses_less_than_a_millisecond(instant):
    """Rounding down keeps the order of instants and the edges of periods."""
    lost = instant - whole(instant)

    assert timedelta(0) <= lost < timedelta(milliseconds=1)
    assert whole(whole(instant)) == whole(instant)


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("0001-01-01T00:00:00+14:00", datetime(1, 1, 1, tzinfo=UTC)),
        ("9999-12-31T23:59:59-14:00", datetime(9999, 12, 31, 23, 59, 59, 999_000, tzinfo=UTC)),
    ],
)
def test_an_instant_beyond_the_calendar_stays_at_its_edge(said, kept):
    """A question from the beginning of time is a strange one, but it has an answer."""
    asked = FindReasons.read(
        b'{"query_id":"00000001-0000-4000-8000-000000000001","portal_id":"p","since":"%b"}'
        % said.encode()
    )

    assert whole(asked.since) == kept


def test_whole_hours_anywhere_are_whole_in_utc():
    """A shop in Kathmandu is five hours and three quarters ahead."""
    kathmandu = timezone(timedelta(hours=5, minutes=45))

    assert whole(datetime(2026, 3, 10, 14, 45, tzinfo=kathmandu)).isoformat() == (
        "2026-03-10T09:00:00+00:00"
    )


@pytest.mark.parametrize(
    ("minor", "currencies", "amount"),
    [
        (1295, {"GBP"}, Money(minor=1295, currency="GBP")),
        (-1, {"GBP"}, Money(minor=-1, currency="GBP")),
        (0, set(), None),
        (1295, {"GBP", "EUR"}, None),
        (10**15 + 1, {"GBP"}, None),
        (9.3e18, {"GBP"}, None),
    ],
)
def test_money_is_said_only_if_it_adds_up(minor, currencies, amount):
    """No amount is better than a wrong one."""
    assert worth(minor, currencies) == amount
