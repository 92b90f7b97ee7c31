"""The French post's points of contact and the middles of French postal codes, if they are here."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from deploy.ops.points import importing
from deploy.ops.points.importing import Imported
from deploy.ops.points.rows import rows
from services.labels.app import Atlas

DATA = Path(__file__).parents[3] / "shared" / "data"
POINTS = DATA / "service-points-la-poste" / "la-poste-points-de-contact.csv"
PLACES = DATA / "postal-centroids" / "postal-centroids.csv"
CARRIER = "colissimo"
WHOLE = 17_716
"""Rows of the file; thirteen of them have no coordinates."""


def missing() -> str:
    """Why they cannot be used, if they cannot."""
    gone = [path.name for path in (POINTS, PLACES) if not path.is_file()]
    return f"not on this machine: {', '.join(gone)}" if gone else ""


async def imported(atlas: Atlas) -> Sequence[Imported]:
    """Both files are in the collection."""
    now = datetime(2026, 3, 10, 9, tzinfo=UTC)
    points = rows(POINTS, lambda _: None)
    return (
        await importing.points(atlas, points, now, carrier=CARRIER, full=True),
        await importing.places(atlas, rows(PLACES, lambda _: None)),
    )
