"""Nearest point: what MongoDB proposes first is what looking at every single one finds."""

from __future__ import annotations

from datetime import date
from random import Random
from uuid import uuid4

import pytest
import pytest_asyncio

from services._runtime import mongo
from services._runtime.ledger_mongo import LedgerMongo
from services.labels.adapters import points_mongo
from services.labels.adapters.atlas import Atlas
from services.labels.adapters.places_mongo import PlacesMongo
from services.labels.adapters.points_mongo import PointsMongo, point_of
from services.labels.domain.point import Spot
from services.labels.ports.points import FARTHEST_METRES, Wanted
from tests.support import la_poste
from tests.support.brute import Everywhere

pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(bool(la_poste.missing()), reason=la_poste.missing() or "here"),
    pytest.mark.asyncio(loop_scope="module"),
]

CODES = 1_000
WANTED = Wanted("FR", date(2026, 3, 10), la_poste.CARRIER)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def filled(mongo_uri):
    """A database with both files imported, and what the import said."""
    db = mongo.database(mongo_uri, f"points-{uuid4().hex[:12]}")
    await mongo.ensure(db, points_mongo.INDEXES)
    atlas = Atlas(PointsMongo(db), PlacesMongo(db), LedgerMongo(db))
    said = await la_poste.imported(atlas)
    yield db, said
    await db.client.drop_database(db.name)
    db.client.close()


async def test_every_row_is_kept_or_named(filled):
    """Thirteen points have no coordinates; each is named by its line, and no other is."""
    _, (points, places) = filled

    assert (points.rows, points.kept, points.faulty) == (17_716, 17_703, 13)
    assert {one.code for one in points.faults} == {"field_missing"}
    assert points.closed == {la_poste.CARRIER: 0}
    assert (places.rows, places.kept, places.faulty) == (66_558, 66_556, 2)
    assert {one.code for one in places.faults} == {"postal_code_bad"}  # 78078 CITYSSIMO


async def test_the_nearest_equals_brute_force_for_a_thousand_codes(filled):
    """From the middles of a thousand French postal codes, drawn the same way every time.

    Of points at exactly the same distance the order is ours, by name, so even ties are equal.
    """
    db, _ = filled
    points = [point_of(d) async for d in db.points.find()]
    french = [d async for d in db.places.find({"_id": {"$regex": "^FR/"}}).sort("_id")]
    everywhere, found = Everywhere(points), PointsMongo(db)

    wrong = []
    for place in Random("nearest").sample(french, CODES):
        spot = Spot(place["latitude"], place["longitude"])
        near = [point.point_id for point in await found.near(spot, WANTED)]
        ((far, name),) = everywhere.nearest(spot, 1)
        if near[:1] != ([name] if far <= FARTHEST_METRES else []):
            wrong.append((place["_id"], near[:2], name))

    assert wrong == []
    assert len(points) == 17_703


async def test_all_ten_are_the_ten_nearest(filled):
    """The list, too, in its order: for fifty of the codes."""
    db, _ = filled
    points = [point_of(d) async for d in db.points.find()]
    french = [d async for d in db.places.find({"_id": {"$regex": "^FR/"}}).sort("_id")]
    everywhere, found = Everywhere(points), PointsMongo(db)

    for place in Random("ten").sample(french, 50):
        spot = Spot(place["latitude"], place["longitude"])
        near = [point.point_id for point in await found.near(spot, WANTED)]
        best = [name for far, name in everywhere.nearest(spot, 10) if far <= FARTHEST_METRES]
        assert near == best, place["_id"]
