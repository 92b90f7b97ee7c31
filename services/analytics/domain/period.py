"""Days, weeks and months, in UTC: what a trend is counted by."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

DAY, WEEK, MONTH = "day", "week", "month"
PERIODS: Final = (DAY, WEEK, MONTH)


def start_of(instant: datetime, by: str) -> datetime:
    """The first instant of the period that `instant` (in UTC) is in. A week begins on Monday."""
    midnight = instant.replace(hour=0, minute=0, second=0, microsecond=0)
    match by:
        case "week":
            return midnight - timedelta(days=midnight.weekday())
        case "month":
            return midnight.replace(day=1)
        case _:
            return midnight


def next_start(start: datetime, by: str) -> datetime:
    """The first instant of the period after the one that begins at `start`."""
    match by:
        case "week":
            return start + timedelta(days=7)
        case "month":
            return start_of(start + timedelta(days=31), MONTH)
        case _:
            return start + timedelta(days=1)


def window(starts: Iterable[datetime], by: str, most: int) -> tuple[datetime, ...]:
    """The latest `most` periods without gaps, from the first of `starts` to the last of them."""
    known = sorted(starts)
    if not known:
        return ()
    first, shown = known[0], [known[-1]]
    while len(shown) < most and shown[-1] > first:
        shown.append(start_of(shown[-1] - timedelta(days=1), by))
    return tuple(reversed(shown))
