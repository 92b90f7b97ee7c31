"""Carriers' answers in MongoDB: collection `locator_answers`, one document per question."""

from __future__ import annotations

from collections.abc import Sequence

from pymongo import ReplaceOne

from services._runtime.mongo import Database, Index
from services._runtime.words import Change
from services.labels.adapters.points_mongo import point_document, point_of
from services.labels.domain.point import Point
from services.labels.ports.points import Answered, Asked

ANSWERS = "locator_answers"
KEPT_SECONDS = 30 * 24 * 3600
"""Longer than they are believed: an old answer is better than none while a carrier is down."""
INDEXES: Sequence[Index] = (
    (ANSWERS, [("at", 1)], {"expireAfterSeconds": KEPT_SECONDS}),
    (ANSWERS, [("carrier", 1), ("points.point_id", 1)], {}),
)


class AnswersMongo:
    """See `ports.points.Answers`."""

    def __init__(self, db: Database) -> None:
        self._all = db[ANSWERS]

    def keep(self, asked: Asked, answered: Answered) -> Change:
        """See `ports.points.Answers`."""
        document = {
            "carrier": asked.carrier,
            "points": [point_document(point) for point in answered.points],
            "at": answered.at,
        }
        return Change(ANSWERS, ReplaceOne({"_id": _id(asked)}, document, upsert=True))

    async def to(self, asked: Asked) -> Answered | None:
        """See `ports.points.Answers`."""
        document = await self._all.find_one({"_id": _id(asked)})
        if document is None:
            return None
        return Answered([point_of(each) for each in document["points"]], document["at"])

    async def of(self, carrier: str, point_id: str) -> Point | None:
        """See `ports.points.Answers`."""
        named = {"carrier": carrier, "points.point_id": point_id}
        only_it = {"points": {"$elemMatch": {"point_id": point_id}}}
        document = await self._all.find_one(named, only_it, sort=[("at", -1)])
        return None if document is None else point_of(document["points"][0])


def _id(asked: Asked) -> str:
    can = ",".join(sorted(asked.abilities))
    return f"{asked.carrier}/{asked.country}/{asked.postal_code}/{can}"
