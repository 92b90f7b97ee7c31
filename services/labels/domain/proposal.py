"""What is told about points and days, nearest and next first."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from pydantic import ValidationError

from contracts.labels import ServicePoint, ServicePointsProposed
from contracts.topics import SERVICE_POINTS_PROPOSED
from contracts.words import PointSource, WhyNoPoints
from services.labels.domain.distance import metres, told
from services.labels.domain.point import Point, Spot
from services.labels.domain.proposing import Question

MOST_DAYS = 20


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """Where the customer is, as well as anybody knows.

    `spot` is exact, or with `approximate` the middle of the postal code; None if we know neither.
    `postal_code` is whole and compact: a carrier may know it better than we do.
    """

    country: str
    postal_code: str
    spot: Spot | None = None
    approximate: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """Points that may be proposed, in any order, and whose word that is.

    `source` is None where some are of a carrier's own list and some of our collection.
    """

    points: Sequence[Point]
    source: PointSource | None = PointSource.COLLECTION
    fallback_because: str | None = None
    why_not: WhyNoPoints | None = None


def is_open(point: Point, today: date) -> bool:
    """Whether it is a place to send somebody to: no longer closed, and not closed for good."""
    return (point.opens is None or point.opens <= today) and (
        point.closes is None or today <= point.closes
    )


def nearest(points: Iterable[Point], spot: Spot, most: int) -> list[Point]:
    """The nearest first; of those equally far the first by name of carrier and point."""
    ranked = sorted(points, key=lambda p: (metres(spot, p.spot), p.carrier, p.point_id))
    return ranked[:most]


def shown(point: Point, spot: Spot) -> ServicePoint | None:
    """The point as it is told; None if it cannot be: what a carrier says of itself may be junk."""
    try:
        return ServicePoint(
            point_id=point.point_id,
            carrier=point.carrier,
            name=point.name,
            street=point.street,
            postal_code=point.postal_code,
            town=point.town,
            country=point.country,
            latitude=point.spot.latitude,
            longitude=point.spot.longitude,
            distance_metres=told(metres(spot, point.spot)),
            opening_hours=dict(point.hours),
            abilities=tuple(sorted(point.abilities)),
        )
    except ValidationError:
        return None


def points_proposed(question: Question, where: Whereabouts, found: Found) -> ServicePointsProposed:
    """The points near there, as many as are wanted and fit into one message."""
    listed: list[ServicePoint] = []
    if where.spot is not None:
        near = nearest(found.points, where.spot, len(found.points))
        candidates = (shown(point, where.spot) for point in near)
        listed = [point for point in candidates if point is not None][: question.limit]
    said = ServicePointsProposed(
        lookup_id=question.lookup_id,
        portal_id=question.portal_id,
        points=tuple(listed),
        approximate=where.approximate,
        carrier=question.carrier,
        return_method=question.return_method,
        source=found.source,
        fallback_because=found.fallback_because,
        why_not=None if listed else found.why_not or WhyNoPoints.NO_POINTS_NEAR,
    )
    while len(said.body()) > SERVICE_POINTS_PROPOSED.max_bytes:
        said = said.model_copy(update={"points": said.points[:-1]})  # the farthest
    return said


def days_proposed(
    question: Question, days: Sequence[date], fallback_because: str | None
) -> ServicePointsProposed:
    """The days on which somebody comes, the next one first."""
    listed = tuple(sorted(set(days)))[:MOST_DAYS]
    return ServicePointsProposed(
        lookup_id=question.lookup_id,
        portal_id=question.portal_id,
        points=(),
        carrier=question.carrier,
        return_method=question.return_method,
        source=PointSource.CARRIER if listed else None,
        fallback_because=fallback_because,
        why_not=None if listed else WhyNoPoints.NO_DAYS_KNOWN,
        collect_on=listed,
    )


def nothing_proposed(question: Question, why_not: WhyNoPoints) -> ServicePointsProposed:
    """There is nothing to propose, and why."""
    return ServicePointsProposed(
        lookup_id=question.lookup_id,
        portal_id=question.portal_id,
        points=(),
        carrier=question.carrier,
        return_method=question.return_method,
        why_not=why_not,
    )
