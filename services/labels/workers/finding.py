"""Where points are looked for: in the carrier's own list, else in the collection."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

import structlog

from contracts.words import PointSource, WhyNoPoints
from services._runtime.words import Change, Clock
from services.labels.domain import faults
from services.labels.domain.connection import Connection
from services.labels.domain.distance import amid
from services.labels.domain.point import Near, Point, Spot
from services.labels.domain.proposal import Found, Whereabouts, is_open
from services.labels.domain.proposing import Question
from services.labels.ports import Connections
from services.labels.ports.carriers import Adapter, Locates
from services.labels.ports.points import Answered, Answers, Asked, Points, Wanted

log = structlog.get_logger()

BELIEVED = timedelta(days=1)
"""A carrier's answer holds for so long for everybody at the same postal code."""
ASKED_FOR = 50
"""More than are proposed: the answer is everybody's at that postal code, and each lives elsewhere
in it."""
NOT_CONNECTED = "carrier_not_connected"


@dataclass
class _Heard:
    """What carriers' own lists gave, by carrier; why some gave nothing; what is to be kept."""

    points: dict[str, Sequence[Point]] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)
    keep: list[Change] = field(default_factory=list)


class Finder:
    """Finds points. A carrier that does not answer is not waited for, and the finding says so."""

    def __init__(
        self,
        points: Points,
        answers: Answers,
        carriers: Mapping[str, Adapter],
        connections: Connections,
        now: Clock,
    ) -> None:
        self._points, self._answers, self._now = points, answers, now
        self._carriers, self._connections = carriers, connections

    async def found(
        self, question: Question, where: Whereabouts
    ) -> tuple[Found, Whereabouts, Sequence[Change]]:
        """The points, from where their distance is measured, and what is to be kept of it.

        Where we do not know the postal code and a carrier does, the middle of its answer stands
        for it.
        """
        heard = await self._heard(question, where)
        theirs = [point for points in heard.points.values() for point in points]
        if where.spot is None:
            where = Whereabouts(
                where.country, where.postal_code, amid(p.spot for p in theirs), approximate=True
            )
        ours = await self._collected(question, where, frozenset(heard.points))
        because = next(iter(heard.failed.values()), None)
        if not theirs and not ours:
            theirs, where = await self._old(question, where, heard)
        points = [p for p in (*theirs, *ours) if is_open(p, self._now().date())]
        whose = _source(theirs, ours, heard)
        why_not = None if points else await self._why_not(question, where)
        return Found(points, whose, because, why_not), where, heard.keep

    async def of(self, carrier: str, point_id: str) -> Point | None:
        """The point of that name while it is one to send somebody to."""
        point = await self._points.of(carrier, point_id)
        point = point or await self._answers.of(carrier, point_id)
        return point if point is not None and is_open(point, self._now().date()) else None

    async def _heard(self, question: Question, where: Whereabouts) -> _Heard:
        named = [question.carrier] if question.carrier else [*self._carriers]
        heard, asking = _Heard(), []
        if not where.postal_code:
            return heard  # the answer would stand for whoever else has no postal code
        for name in named:
            carrier = self._carriers.get(name)
            if carrier is None or carrier.locates is None:
                continue
            connection = self._connections.of(question.portal_id, name)
            if connection is not None:
                asked = Asked(name, where.country, where.postal_code, question.abilities)
                asking.append(self._ask(carrier.locates, asked, connection, heard))
            elif question.carrier is not None:
                heard.failed[name] = NOT_CONNECTED
        await asyncio.gather(*asking)
        return heard

    async def _ask(
        self, locates: Locates, asked: Asked, connection: Connection, heard: _Heard
    ) -> None:
        """The carrier's answer of today, or a new one. The customer's own place is not told it."""
        now = self._now()
        known = await self._answers.to(asked)
        if known is not None and now - known.at < BELIEVED:
            heard.points[asked.carrier] = known.points
            return
        near = Near(asked.country, asked.postal_code, abilities=asked.abilities, limit=ASKED_FOR)
        try:
            points = (await locates.near(near, connection))[:ASKED_FOR]
        except faults.CarrierFault as fault:
            log.info("locator_gave_nothing", carrier=asked.carrier, code=fault.code)
            heard.failed[asked.carrier] = fault.code
            return
        heard.points[asked.carrier] = points
        heard.keep.append(self._answers.keep(asked, Answered(points, now)))

    async def _collected(
        self, question: Question, where: Whereabouts, heard_of: frozenset[str]
    ) -> Sequence[Point]:
        if where.spot is None or question.carrier in heard_of:
            return ()
        wanted = Wanted(
            country=where.country,
            today=self._now().date(),
            carrier=question.carrier,
            but_of=heard_of,
            abilities=question.abilities,
            limit=question.limit,
        )
        return await self._points.near(where.spot, wanted)

    async def _old(
        self, question: Question, where: Whereabouts, heard: _Heard
    ) -> tuple[list[Point], Whereabouts]:
        """What carriers that do not answer now answered some days ago: better than nothing."""
        found: list[Point] = []
        for name in heard.failed:
            asked = Asked(name, where.country, where.postal_code, question.abilities)
            known = await self._answers.to(asked)
            found += () if known is None else known.points
        spot: Spot | None = where.spot or amid(point.spot for point in found)
        return found, Whereabouts(where.country, where.postal_code, spot, where.approximate)

    async def _why_not(self, question: Question, where: Whereabouts) -> WhyNoPoints:
        name = question.carrier
        if name is not None and name not in self._carriers and not await self._points.has(name):
            return WhyNoPoints.CARRIER_UNKNOWN
        if where.spot is None:
            return WhyNoPoints.PLACE_UNKNOWN
        return WhyNoPoints.NO_POINTS_NEAR


def _source(theirs: Sequence[Point], ours: Sequence[Point], heard: _Heard) -> PointSource | None:
    if theirs and ours:
        return None
    if theirs or (heard.points and not ours):
        return PointSource.CARRIER
    return PointSource.COLLECTION
