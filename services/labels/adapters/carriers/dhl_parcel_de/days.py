"""Days on which DHL comes: working days, for it has no list to ask. Pure.

Holidays of single states are not known here. DHL itself refuses a day on which it does not come.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

MOST_DAYS = 10

_FRIDAY = 5
_EVERY_YEAR = frozenset({(1, 1), (5, 1), (10, 3), (12, 25), (12, 26)})
_FROM_EASTER = frozenset({-2, 1, 39, 50})
"""Good Friday, Easter Monday, Ascension Day, Whit Monday."""


def coming(today: date) -> Iterator[date]:
    """The next working days in Germany, from tomorrow on."""
    found, day = 0, today
    while found < MOST_DAYS:
        day += timedelta(days=1)
        if day.isoweekday() <= _FRIDAY and not _is_holiday(day):
            found += 1
            yield day


def easter(year: int) -> date:
    """Easter Sunday of the Gregorian calendar (Gauss, as Lichtenberg completed him)."""
    century, golden = year // 100, year % 19
    moon = 15 + (3 * century + 3) // 4 - (8 * century + 13) // 25
    sun = 2 - (3 * century + 3) // 4
    seed = (19 * golden + moon) % 30
    full_moon = 21 + seed - (seed + golden // 11) // 29
    first_sunday = 7 - (year + year // 4 + sun) % 7
    of_march = full_moon + 7 - (full_moon - first_sunday) % 7
    return date(year, 3, 1) + timedelta(days=of_march - 1)


def _is_holiday(day: date) -> bool:
    return (day.month, day.day) in _EVERY_YEAR or (day - easter(day.year)).days in _FROM_EASTER
