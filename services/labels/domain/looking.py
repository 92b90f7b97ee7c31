"""How often a carrier is asked where a parcel is, and how many calls it bears."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from math import ceil
from typing import Final

from contracts.words import Phase
from services.labels.domain.following import FINAL, NO_LONGER_AFTER, Parcel

FIRST_LOOK: Final = timedelta(hours=2)
EVERY: Final[Mapping[str, timedelta]] = {
    Phase.ANNOUNCED: timedelta(hours=8),
    Phase.CANCELLED: timedelta(hours=24),
    Phase.HANDED_OVER: timedelta(hours=4),
    Phase.IN_TRANSIT: timedelta(hours=4),
    Phase.AT_CUSTOMS: timedelta(hours=8),
    Phase.OUT_FOR_DELIVERY: timedelta(hours=1),
    Phase.DELIVERY_FAILED: timedelta(hours=4),
    Phase.LOST: timedelta(hours=24),
}
"""The time between two looks at a parcel in this phase."""
QUIET: Final = timedelta(days=5)
"""A parcel that has not moved for so long is looked at half as often."""
GRID: Final = timedelta(minutes=5)
"""Looks are at full steps of it, so that parcels share them."""
HEAD_START: Final = 12
"""One part in so many of a day's calls may be made at once when the day begins."""
_DAY_SECONDS: Final = 24 * 3600


def first_look(issued_at: datetime) -> datetime:
    """When a parcel whose label is fresh is asked for first."""
    return on_grid(issued_at + FIRST_LOOK, GRID)


def next_look(parcel: Parcel, now: datetime) -> datetime | None:
    """When it is asked for next, or None: it has arrived, or nobody believes in it any more."""
    moved_at = parcel.moved_at or parcel.issued_at
    until = max(parcel.issued_at + NO_LONGER_AFTER, moved_at + NO_LONGER_AFTER / 2)
    if parcel.phase in FINAL or now >= until:
        return None
    pause = EVERY[parcel.phase]
    return on_grid(now + (2 * pause if now - moved_at > QUIET else pause), GRID)


def on_grid(at: datetime, step: timedelta) -> datetime:
    """The first full step at or after `at`."""
    since = at.astimezone(UTC) - datetime(1970, 1, 1, tzinfo=UTC)
    return datetime(1970, 1, 1, tzinfo=UTC) + ceil(since / step) * step


def calls_until(now: datetime, calls_a_day: int) -> int:
    """How many of a day's calls may have been made by `now`: they are spread over the day (UTC).

    Or whoever is up first would leave nothing to the others.
    """
    day = now.astimezone(UTC)
    gone = day.hour * 3600 + day.minute * 60 + day.second
    early = max(calls_a_day // HEAD_START, 1)
    return min(calls_a_day, early + calls_a_day * gone // _DAY_SECONDS)


def wait_for_a_call(now: datetime, calls_a_day: int) -> float:
    """Seconds until another call is due, if all that were have been made."""
    day = now.astimezone(UTC)
    midnight = day.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    return min(max(_DAY_SECONDS / calls_a_day, 60.0), (midnight - day).total_seconds() + 1)
