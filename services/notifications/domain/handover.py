"""Where a parcel is handed over, or when somebody comes for it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from itertools import groupby
from typing import Final

from contracts.labels import LabelPrinted, ServicePoint
from contracts.words import Weekday
from services.notifications.domain.desk import Desk
from services.notifications.domain.display import line
from services.notifications.domain.phrases import Phrases, day

_HOURS: Final = re.compile(r"\d{2}:\d{2}-\d{2}:\d{2}( \d{2}:\d{2}-\d{2}:\d{2}){0,3}")
_WEEK: Final = tuple(Weekday)


def handing_over(desk: Desk, printed: LabelPrinted) -> Iterator[tuple[str, str]]:
    """The facts a customer needs: place and opening hours, or the hour of collection."""
    labels = desk.phrases.facts
    if (point := printed.service_point) is not None:
        yield labels["point"], _place(point)
        if hours := opening_hours(point.opening_hours, desk.phrases):
            yield labels["hours"], hours
    if printed.collected_from is not None:
        yield labels["collected"], _coming(printed.collected_from, printed.collected_until, desk)


def opening_hours(hours: Mapping[str, str], phrases: Phrases) -> str:
    """Days of the same hours together: `Mon – Fri 09:00-18:00, Sat 09:00-13:00, Sun closed`.

    A day of which nothing is known, or nothing that can be read, is left out.
    """
    known = [(at, hours.get(weekday)) for at, weekday in enumerate(_WEEK)]
    readable = [(at, said) for at, said in known if said == "" or _HOURS.fullmatch(said or "")]
    told = []
    # Neighbours in the week have the same distance to their place in this list.
    for (said, _), days in groupby(
        enumerate(readable), key=lambda place: (place[1][1], place[1][0] - place[0])
    ):
        names = [phrases.weekdays[_WEEK[at]] for _, (at, _) in days]
        named = names[0] if len(names) == 1 else f"{names[0]} – {names[-1]}"
        told.append(f"{named} {said or phrases.closed}")
    return ", ".join(told)


def _place(point: ServicePoint) -> str:
    return line(f"{point.name}, {point.street}, {point.postal_code} {point.town}", 400)


def _coming(begin: datetime, end: datetime | None, desk: Desk) -> str:
    """Day and hours in the zone of the door, or the day alone where that zone is not known.

    An hour in Greenwich's time would be the wrong hour nearly everywhere.
    """
    offset = begin.utcoffset()
    if not offset or end is None or end.date() != begin.date():
        return day(begin, desk.phrases)
    return desk.phrases.collection.format(
        date=day(begin, desk.phrases), begin=f"{begin:%H:%M}", end=f"{end:%H:%M}"
    )
