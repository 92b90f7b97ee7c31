"""Points in MongoDB: collection `points`, by carrier and name. Nothing in it is about a person."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from pymongo import ReplaceOne, UpdateMany

from services._runtime.mongo import Database, Index
from services._runtime.words import Change
from services.labels.domain.point import Point, Spot
from services.labels.ports.points import FARTHEST_METRES, Wanted

POINTS = "points"
INDEXES: Sequence[Index] = (
    (POINTS, [("at", "2dsphere"), ("carrier", 1), ("country", 1)], {}),
    (POINTS, [("carrier", 1), ("closes", 1)], {}),
)

_EVER, _NEVER = "0001-01-01", "9999-12-31"
"""Days as text, so that a point without one is found by the same comparison."""
_ALIKE = 10
"""So many more are looked at than are wanted: of points at the same place the order is ours."""


class PointsMongo:
    """See `ports.points.Points`."""

    def __init__(self, db: Database) -> None:
        self._all = db[POINTS]

    def keep(self, points: Sequence[Point], seen: str) -> Sequence[Change]:
        """See `ports.points.Points`."""
        documents = ({**point_document(point), "seen": seen} for point in points)
        return [
            Change(POINTS, ReplaceOne({"_id": _id(d["carrier"], d["point_id"])}, d, upsert=True))
            for d in documents
        ]

    def saw(self, carrier: str, point_ids: Iterable[str], seen: str) -> Sequence[Change]:
        """See `ports.points.Points`."""
        ids = [_id(carrier, point_id) for point_id in point_ids]
        return [Change(POINTS, UpdateMany({"_id": {"$in": ids}}, {"$set": {"seen": seen}}))]

    def close_unseen(self, carrier: str, seen: str, after: date) -> Sequence[Change]:
        """See `ports.points.Points`."""
        closed = {"$set": {"closes": after.isoformat()}}
        return [Change(POINTS, UpdateMany(_unseen(carrier, seen, after), closed))]

    async def unseen(self, carrier: str, seen: str, after: date) -> tuple[int, int]:
        """See `ports.points.Points`."""
        there = {"carrier": carrier, "closes": {"$gt": after.isoformat()}}
        return (
            await self._all.count_documents(_unseen(carrier, seen, after)),
            await self._all.count_documents(there),
        )

    async def near(self, spot: Spot, wanted: Wanted) -> Sequence[Point]:
        """See `ports.points.Points`."""
        nearest: dict[str, Any] = {
            "near": _geo(spot),
            "key": "at",
            "spherical": True,
            "distanceField": "away",
            "maxDistance": FARTHEST_METRES,
            "query": _filter(wanted),
        }
        stages: list[dict[str, Any]] = [
            {"$geoNear": nearest},
            {"$limit": wanted.limit + _ALIKE},
        ]
        found = [document async for document in self._all.aggregate(stages)]
        found.sort(key=lambda d: (d["away"], d["carrier"], d["point_id"]))
        return [point_of(document) for document in found[: wanted.limit]]

    async def of(self, carrier: str, point_id: str) -> Point | None:
        """See `ports.points.Points`."""
        document = await self._all.find_one({"_id": _id(carrier, point_id)})
        return None if document is None else point_of(document)

    async def has(self, carrier: str) -> bool:
        """See `ports.points.Points`."""
        return await self._all.find_one({"carrier": carrier}, {"_id": 1}) is not None


def _id(carrier: str, point_id: str) -> str:
    return f"{carrier}/{point_id}"


def _unseen(carrier: str, seen: str, after: date) -> dict[str, Any]:
    return {"carrier": carrier, "seen": {"$ne": seen}, "closes": {"$gt": after.isoformat()}}


def _filter(wanted: Wanted) -> dict[str, Any]:
    today = wanted.today.isoformat()
    said: dict[str, Any] = {
        "country": wanted.country,
        "opens": {"$lte": today},
        "closes": {"$gte": today},
    }
    if wanted.carrier is not None:
        said["carrier"] = wanted.carrier
    elif wanted.but_of:
        said["carrier"] = {"$nin": sorted(wanted.but_of)}
    if wanted.abilities:
        said["abilities"] = {"$all": sorted(wanted.abilities)}
    return said


def _geo(spot: Spot) -> dict[str, Any]:
    """GeoJSON says longitude first."""
    return {"type": "Point", "coordinates": [spot.longitude, spot.latitude]}


def point_document(point: Point) -> dict[str, Any]:
    """The point as it is stored."""
    return {
        "point_id": point.point_id,
        "carrier": point.carrier,
        "name": point.name,
        "street": point.street,
        "postal_code": point.postal_code,
        "town": point.town,
        "country": point.country,
        "at": _geo(point.spot),
        "hours": dict(point.hours),
        "abilities": sorted(point.abilities),
        "opens": _EVER if point.opens is None else point.opens.isoformat(),
        "closes": _NEVER if point.closes is None else point.closes.isoformat(),
    }


def point_of(document: Mapping[str, Any]) -> Point:
    """The point that was stored."""
    longitude, latitude = document["at"]["coordinates"]
    opens, closes = document["opens"], document["closes"]
    return Point(
        point_id=document["point_id"],
        carrier=document["carrier"],
        name=document["name"],
        street=document["street"],
        postal_code=document["postal_code"],
        town=document["town"],
        country=document["country"],
        spot=Spot(latitude, longitude),
        hours=document["hours"],
        abilities=frozenset(document["abilities"]),
        opens=None if opens == _EVER else date.fromisoformat(opens),
        closes=None if closes == _NEVER else date.fromisoformat(closes),
    )
