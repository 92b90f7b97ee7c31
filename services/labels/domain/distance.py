"""How far it is from one place on earth to another, and how exactly that is told."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import asin, ceil, cos, radians, sin, sqrt
from statistics import fmean, median

from services.labels.domain.point import Spot

EARTH_METRES = 6_378_100.0
"""The radius MongoDB reckons with: both our stores must come to the same nearest point."""
WIDEST_METRES = 50_000.0
"""Codes that lie farther from their middle say nothing about where any of them is."""

_STEPS = ((1_000.0, 100), (5_000.0, 500))
_FARTHER = 1_000


def metres(one: Spot, other: Spot) -> float:
    """Along the surface of a ball (haversine)."""
    up, along = radians(other.latitude - one.latitude), radians(other.longitude - one.longitude)
    narrow = cos(radians(one.latitude)) * cos(radians(other.latitude))
    half = sin(up / 2) ** 2 + narrow * sin(along / 2) ** 2
    return 2 * EARTH_METRES * asin(min(1.0, sqrt(half)))


def told(exact: float) -> int:
    """The distance as it is told: rounded up, in steps that grow.

    They are of 100 m up to 1 km, of 500 m up to 5 km, and of 1 km from there on. Ten exact
    distances to ten known points are an address; where points are far apart, so are homes.
    """
    step = next((step for until, step in _STEPS if exact <= until), _FARTHER)
    return max(ceil(exact / step), 1) * step


def middle(spots: Sequence[Spot]) -> Spot | None:
    """The mean of places close together; None if there is none, or if they are not close."""
    if not spots:
        return None
    found = Spot(fmean(s.latitude for s in spots), fmean(s.longitude for s in spots))
    return found if all(metres(found, spot) <= WIDEST_METRES for spot in spots) else None


def amid(spots: Iterable[Spot]) -> Spot | None:
    """The median of places, wherever one of them strays."""
    found = list(spots)
    if not found:
        return None
    return Spot(median(s.latitude for s in found), median(s.longitude for s in found))
