"""Every point on earth looked at, one after the other: slow, and nothing to be wrong about.

Written apart from the service's own reckoning on purpose: vectors and an angle, not haversine.
"""

from __future__ import annotations

from collections.abc import Iterable
from heapq import nlargest
from math import atan2, cos, hypot, radians, sin

from services.labels.domain.point import Point, Spot

RADIUS_METRES = 6_378_100.0
"""As MongoDB has it."""

COARSE = 1e-10

Vector = tuple[float, float, float]


def _vector(spot: Spot) -> Vector:
    up, along = radians(spot.latitude), radians(spot.longitude)
    return cos(up) * cos(along), cos(up) * sin(along), sin(up)


def _angle(one: Vector, other: Vector) -> float:
    """Between two directions; exact for small ones too (the cross product over the dot product)."""
    (a, b, c), (x, y, z) = one, other
    cross = hypot(b * z - c * y, c * x - a * z, a * y - b * x)
    return atan2(cross, a * x + b * y + c * z)


class Everywhere:
    """Points as directions from the middle of the earth."""

    def __init__(self, points: Iterable[Point]) -> None:
        held = list(points)
        self._known: dict[tuple[Spot, int], list[tuple[float, str]]] = {}
        self._ids = [point.point_id for point in held]
        self._vectors = [_vector(point.spot) for point in held]

    def nearest(self, spot: Spot, most: int) -> list[tuple[float, str]]:
        """Metres and name of the nearest ones, by both. Millimetres apart is the same distance.

        What was reckoned for a spot is known from then on: many French codes share one.
        """
        if (spot, most) not in self._known:
            self._known[spot, most] = self._reckoned(spot, most)
        return self._known[spot, most]

    def _reckoned(self, spot: Spot, most: int) -> list[tuple[float, str]]:
        here = _vector(spot)
        a, b, c = here
        along = [a * x + b * y + c * z for x, y, z in self._vectors]
        # The cosine is too coarse to rank close ones by, and good enough to choose whom to measure.
        least = max(along) if most == 1 else nlargest(most, along)[-1]
        near = [n for n, cosine in enumerate(along) if cosine >= least - COARSE]
        found = [(RADIUS_METRES * _angle(here, self._vectors[n]), self._ids[n]) for n in near]
        return sorted((round(metres, 3), name) for metres, name in found)[:most]
