"""Points in memory, gone with the process: found by looking at every one of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date

from services._runtime.words import Change
from services.labels.domain.distance import metres
from services.labels.domain.point import Point, Spot
from services.labels.domain.proposal import is_open, nearest
from services.labels.ports.points import FARTHEST_METRES, Wanted


class PointsMemory:
    """See `ports.points.Points`."""

    def __init__(self) -> None:
        self._all: dict[tuple[str, str], Point] = {}
        self._seen: dict[tuple[str, str], str] = {}

    def keep(self, points: Sequence[Point], seen: str) -> Sequence[Change]:
        """See `ports.points.Points`."""

        def write() -> None:
            for point in points:
                self._all[point.carrier, point.point_id] = point
                self._seen[point.carrier, point.point_id] = seen

        return [Change("points", write)]

    def saw(self, carrier: str, point_ids: Iterable[str], seen: str) -> Sequence[Change]:
        """See `ports.points.Points`."""
        keys = [(carrier, point_id) for point_id in point_ids]

        def write() -> None:
            self._seen |= {key: seen for key in keys if key in self._all}

        return [Change("points", write)]

    def close_unseen(self, carrier: str, seen: str, after: date) -> Sequence[Change]:
        """See `ports.points.Points`."""

        def write() -> None:
            for key in self._unseen(carrier, seen, after):
                self._all[key] = replace(self._all[key], closes=after)

        return [Change("points", write)]

    async def unseen(self, carrier: str, seen: str, after: date) -> tuple[int, int]:
        """See `ports.points.Points`."""
        return len(self._unseen(carrier, seen, after)), len(self._open(carrier, after))

    async def near(self, spot: Spot, wanted: Wanted) -> Sequence[Point]:
        """See `ports.points.Points`."""
        fit = (point for point in self._all.values() if _fits(point, wanted))
        close = (point for point in fit if metres(spot, point.spot) <= FARTHEST_METRES)
        return nearest(close, spot, wanted.limit)

    async def of(self, carrier: str, point_id: str) -> Point | None:
        """See `ports.points.Points`."""
        return self._all.get((carrier, point_id))

    async def has(self, carrier: str) -> bool:
        """See `ports.points.Points`."""
        return any(known == carrier for known, _ in self._all)

    def _open(self, carrier: str, after: date) -> list[tuple[str, str]]:
        return [
            key
            for key, point in self._all.items()
            if key[0] == carrier and (point.closes is None or point.closes > after)
        ]

    def _unseen(self, carrier: str, seen: str, after: date) -> list[tuple[str, str]]:
        return [key for key in self._open(carrier, after) if self._seen[key] != seen]


def _fits(point: Point, wanted: Wanted) -> bool:
    of_theirs = wanted.carrier == point.carrier or (
        wanted.carrier is None and point.carrier not in wanted.but_of
    )
    there = point.country == wanted.country and is_open(point, wanted.today)
    return of_theirs and there and wanted.abilities <= point.abilities
