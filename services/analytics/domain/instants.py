"""Instants as analytics compares them: UTC, whole milliseconds."""

from __future__ import annotations

from datetime import UTC, datetime

FIRST, LAST = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)


def whole(instant: datetime) -> datetime:
    """`instant` in UTC, rounded down to the millisecond, which is all that MongoDB keeps.

    What leaves the calendar on its way to UTC (the year 1 beginning in Auckland) stays at its edge.
    """
    try:
        instant = instant.astimezone(UTC)
    except OverflowError:
        instant = FIRST if instant.year == FIRST.year else LAST
    return instant.replace(microsecond=instant.microsecond // 1000 * 1000)
