"""Places in MongoDB: collection `places`, one document per postal code, by country and code."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pymongo import ReplaceOne

from services._runtime.mongo import Database
from services._runtime.words import Change
from services.labels.domain.distance import middle
from services.labels.domain.point import Place, Spot
from services.labels.domain.postcode import code_of_place, prefixes

PLACES = "places"
_MOST_NEIGHBOURS = 2_000
_LAST = "\uffff"


class PlacesMongo:
    """See `ports.points.Places`."""

    def __init__(self, db: Database) -> None:
        self._all = db[PLACES]

    def keep(self, places: Sequence[Place]) -> Sequence[Change]:
        """See `ports.points.Places`."""
        return [
            Change(
                PLACES,
                ReplaceOne(
                    {"_id": _id(place.country, place.postal_code)},
                    {"latitude": place.spot.latitude, "longitude": place.spot.longitude},
                    upsert=True,
                ),
            )
            for place in places
        ]

    async def middle_of(self, country: str, postal_code: str) -> Spot | None:
        """See `ports.points.Places`. Neighbours are those whose codes begin alike the longest."""
        code = code_of_place(country, postal_code)
        if code is None:
            return None
        place = await self._all.find_one({"_id": _id(country, code)})
        if place is not None:
            return _spot(place)
        for prefix in prefixes(code):
            first = _id(country, prefix)
            alike = {"_id": {"$gte": first, "$lt": first + _LAST}}
            found = [_spot(each) async for each in self._all.find(alike).limit(_MOST_NEIGHBOURS)]
            if found:
                return middle(found)
        return None


def _id(country: str, code: str) -> str:
    return f"{country}/{code}"


def _spot(document: dict[str, Any]) -> Spot:
    return Spot(document["latitude"], document["longitude"])
