"""The collection as an operator deals with it: filled by import, and looked at."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from contracts.labels import FindServicePoints, ServicePointsProposed
from contracts.words import WhyNoPoints
from services._runtime.ledger import Ledger
from services._runtime.words import Change
from services.labels.domain.point import Place, Point
from services.labels.domain.postcode import compact
from services.labels.domain.proposal import (
    Found,
    Whereabouts,
    nothing_proposed,
    points_proposed,
)
from services.labels.domain.proposing import of_command
from services.labels.ports.points import Places, Points, Wanted


class Atlas:
    """Points and places of one database. Every write comes out the same when it is repeated."""

    def __init__(self, points: Points, places: Places, ledger: Ledger) -> None:
        self._points, self._places, self._ledger = points, places, ledger

    async def keep_points(self, points: Sequence[Point], seen: str) -> None:
        """The points stand as they are given, seen by the import of that name."""
        await self._write(self._points.keep(points, seen))

    async def saw(self, carrier: str, point_ids: Iterable[str], seen: str) -> None:
        """These points, where they stand, were seen too, though they could not be read."""
        await self._write(self._points.saw(carrier, point_ids, seen))

    async def unseen(self, carrier: str, seen: str, after: date) -> tuple[int, int]:
        """How many open points of this carrier that import did not see, and how many are open."""
        return await self._points.unseen(carrier, seen, after)

    async def close_unseen(self, carrier: str, seen: str, after: date) -> None:
        """What that import did not see is closed after that day."""
        await self._write(self._points.close_unseen(carrier, seen, after))

    async def keep_places(self, places: Sequence[Place]) -> None:
        """The places stand as they are given."""
        await self._write(self._places.keep(places))

    async def proposed(self, asked: FindServicePoints, today: date) -> ServicePointsProposed:
        """What labels would answer if no carrier had a list of its own."""
        question, code = of_command(asked), compact(asked.postal_code)
        if not question.point_wanted:
            return nothing_proposed(question, WhyNoPoints.NO_POINT_NEEDED)
        spot = None
        if code is not None:
            spot = await self._places.middle_of(asked.country, asked.postal_code)
        if code is None or spot is None:
            return nothing_proposed(question, WhyNoPoints.PLACE_UNKNOWN)
        wanted = Wanted(
            country=asked.country,
            today=today,
            carrier=asked.carrier,
            abilities=question.abilities,
            limit=asked.limit,
        )
        where = Whereabouts(asked.country, code, spot, approximate=True)
        found = Found(await self._points.near(spot, wanted))
        return points_proposed(question, where, found)

    async def _write(self, changes: Sequence[Change]) -> None:
        await self._ledger.keep((), changes, ())
