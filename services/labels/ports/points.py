"""What proposing points needs: points, places, and what carriers answered lately."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from services._runtime.words import Change
from services.labels.domain.point import Place, Point, Spot

PROPOSE_POINTS = "propose_points"
"""The intent to answer one question about points or days."""
FARTHEST_METRES = 50_000.0
"""What is farther away is not near, and nobody looks for it."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which points are proposed: of these carriers, there, able to do this, and open that day."""

    country: str
    today: date
    carrier: str | None = None
    """None: of every carrier but those in `but_of`."""
    but_of: frozenset[str] = frozenset()
    abilities: frozenset[str] = frozenset()
    limit: int = 10


class Points(Protocol):
    """The collection that operators import."""

    def keep(self, points: Sequence[Point], seen: str) -> Sequence[Change]:
        """The points stand as they are given, seen by the import of that name."""
        ...

    def saw(self, carrier: str, point_ids: Iterable[str], seen: str) -> Sequence[Change]:
        """These points, where they stand, were seen too, though they could not be read."""
        ...

    def close_unseen(self, carrier: str, seen: str, after: date) -> Sequence[Change]:
        """Every point of this carrier that import did not see is closed after that day."""
        ...

    async def unseen(self, carrier: str, seen: str, after: date) -> tuple[int, int]:
        """How many points that would close, and how many this carrier has that are open then."""
        ...

    async def near(self, spot: Spot, wanted: Wanted) -> Sequence[Point]:
        """The nearest ones within `FARTHEST_METRES`, the nearest first."""
        ...

    async def of(self, carrier: str, point_id: str) -> Point | None:
        """The point of that name, whether it is open or not."""
        ...

    async def has(self, carrier: str) -> bool:
        """Whether there is any point of this carrier."""
        ...


class Places(Protocol):
    """Where postal codes lie."""

    def keep(self, places: Sequence[Place]) -> Sequence[Change]:
        """The places stand as they are given."""
        ...

    async def middle_of(self, country: str, postal_code: str) -> Spot | None:
        """The middle of that postal code, however it is written; else that of its neighbours."""
        ...


@dataclass(frozen=True, slots=True)
class Asked:
    """A question to a carrier's own list. Two that are equal have the same answer for a day."""

    carrier: str
    country: str
    postal_code: str
    abilities: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Answered:
    """What a carrier answered, and when."""

    points: Sequence[Point]
    at: datetime


class Answers(Protocol):
    """What carriers' own lists answered lately."""

    def keep(self, asked: Asked, answered: Answered) -> Change:
        """The answer stands, instead of an older one."""
        ...

    async def to(self, asked: Asked) -> Answered | None:
        """The last answer, however old it is."""
        ...

    async def of(self, carrier: str, point_id: str) -> Point | None:
        """The point of that name, in the last answer it was in."""
        ...
