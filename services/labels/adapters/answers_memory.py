"""Carriers' answers in memory, gone with the process."""

from __future__ import annotations

from services._runtime.words import Change
from services.labels.domain.point import Point
from services.labels.ports.points import Answered, Asked


class AnswersMemory:
    """See `ports.points.Answers`."""

    def __init__(self) -> None:
        self._all: dict[Asked, Answered] = {}

    def keep(self, asked: Asked, answered: Answered) -> Change:
        """See `ports.points.Answers`."""

        def write() -> None:
            self._all[asked] = answered

        return Change("locator_answers", write)

    async def to(self, asked: Asked) -> Answered | None:
        """See `ports.points.Answers`."""
        return self._all.get(asked)

    async def of(self, carrier: str, point_id: str) -> Point | None:
        """See `ports.points.Answers`."""
        by_age = sorted(self._all.items(), key=lambda held: held[1].at, reverse=True)
        points = (p for asked, held in by_age if asked.carrier == carrier for p in held.points)
        return next((point for point in points if point.point_id == point_id), None)
