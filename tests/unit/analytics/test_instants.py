"""Instants as analytics compares them, and money that does not add up."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.shape import Money
from services.analytics.domain.instants import whole
from services.analytics.domain.worth import worth
from tests.support.decided_returns import patiently

INSTANTS = st.datetimes(
    datetime(1900, 1, 2),  # noqa: DTZ001  # hypothesis adds the zone
    datetime(2199, 12, 30),  # noqa: DTZ001
    timezones=st.timezones(),
)


@patiently
@given(INSTANTS)
def test_an_instant_loses_less_than_a_millisecond(instant):
    """Rounding down keeps the order of instants and the edges of periods."""
    lost = instant - whole(instant)

    assert timedelta(0) <= lost < timedelta(milliseconds=1)
    assert whole(whole(instant)) == whole(instant)


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
