"""Days on which GLS comes for a parcel. Pure.

Its documentation (5.0.11): the day of a pickup is after today. That it comes from Monday to Friday
is ours to assume: which of them are holidays at the customer's, GLS says to nobody.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta, timezone

PROPOSED = 10
SATURDAY = 5

_EASTERNMOST = timezone(timedelta(hours=3))
"""Nowhere does GLS drive where a day begins earlier than there."""


def as_late_as_anywhere(now: datetime) -> date:
    """The day that it is, or soon will be, where GLS drives: tomorrow is tomorrow there."""
    return now.astimezone(_EASTERNMOST).date()


def days_from(today: date) -> Sequence[date]:
    """The next days on which it comes, from tomorrow on."""
    days = (today + timedelta(days=ahead) for ahead in range(1, 2 * PROPOSED))
    return tuple(day for day in days if day.weekday() < SATURDAY)[:PROPOSED]


def pickup_day(wanted: date | None, today: date) -> date:
    """The day the customer wants, unless it has passed or GLS does not come then: then the next."""
    coming = (wanted or today) - timedelta(days=1)
    return next(iter(days_from(max(coming, today))))
