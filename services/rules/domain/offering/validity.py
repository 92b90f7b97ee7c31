"""Until when an offer stays as it is, if nothing happens but time."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, time, timedelta
from typing import Final

from services.rules.domain.hearing.case import Case
from services.rules.domain.rulebook.known import A_DAY, whole_days

A_TICK: Final = timedelta(microseconds=1)
"""The shortest time between two instants. An offer holds up to the last one before a change."""


def valid_until(about: Case, open_until: Iterable[datetime]) -> datetime | None:
    """The last instant before anything changes, inclusive. Nothing if that will never be.

    A window closes, a day has passed that some rule counts, or a fact about carriers turns.
    """
    return min((*open_until, *(turn - A_TICK for turn in _turns(about))), default=None)


def _turns(about: Case) -> Iterator[datetime]:
    rulebook, parcel, now = about.portal.rulebook, about.parcel, about.now
    yield from _next_day(parcel.delivered_at, rulebook.delivery_days, now)
    yield from _next_day(parcel.ordered_at, rulebook.order_days, now)
    day = about.portal.registry.turns_after(now.astimezone(UTC).date())
    if day is not None:
        yield datetime.combine(day, time(), UTC)


def _next_day(since: datetime | None, days: Sequence[int], now: datetime) -> Iterator[datetime]:
    """When the next of these numbers of whole days will have passed."""
    if since is None:
        return
    passed = whole_days(since, now)
    if passed is None:
        yield since
        return
    place = bisect_right(days, passed)
    if place < len(days):
        yield since + days[place] * A_DAY
