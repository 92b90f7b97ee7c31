"""Places where a parcel can be handed over, and where somebody looks for one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date


@dataclass(frozen=True, slots=True)
class Spot:
    """A place on earth in degrees (WGS 84)."""

    latitude: float
    longitude: float


@dataclass(frozen=True, slots=True)
class Near:
    """Where points are wanted, and what they must be able to do.

    `spot` is where the customer lives if anybody knows, else None. `abilities` are
    `contracts.words.PointAbility`: a point must have all of them.
    """

    country: str
    postal_code: str
    town: str | None = None
    spot: Spot | None = None
    abilities: frozenset[str] = frozenset()
    limit: int = 10


@dataclass(frozen=True, slots=True)
class Point:
    """One place. It is proposed from `opens` to `closes`, both days included; None is always.

    `hours` are by `contracts.words.Weekday`: `09:00-12:00 13:00-18:00`, empty where it is closed;
    a day that is missing is not known. `abilities` are `contracts.words.PointAbility`.
    """

    point_id: str
    carrier: str
    name: str
    street: str
    postal_code: str
    town: str
    country: str
    spot: Spot
    hours: Mapping[str, str] = field(default_factory=dict)
    abilities: frozenset[str] = frozenset()
    opens: date | None = None
    closes: date | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """The middle of one postal code, written as `domain.postcode.code_of_place` does."""

    country: str
    postal_code: str
    spot: Spot
