"""Real points and real middles of postal codes, put where labels looks for them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Final

from deploy.ops.points import importing
from deploy.ops.points.rows import Row, rows
from services._runtime.mongo import MongoAccess
from services.labels.app import atlas

FOLDER: Final = Path(__file__).parent / "points"


async def imported(mongo: MongoAccess, carrier: str, now: datetime) -> tuple[int, int]:
    """How many points (as this carrier's) and places of the sample now stand in labels' database.

    As `retour points import` does it; again changes nothing.
    """
    async with atlas(mongo) as ours:
        points = await importing.points(ours, _rows("points.csv"), now, carrier=carrier, full=True)
        places = await importing.places(ours, _rows("places.csv"))
    return points.kept, places.kept


def _rows(name: str) -> Iterator[Row]:
    return rows(FOLDER / name, lambda _: None)
