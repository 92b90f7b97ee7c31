"""Points, places and carriers' answers: one suite for every home of theirs."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import uuid4

import pytest

from contracts.labels import ServicePointsProposed
from services._runtime import mongo
from services._runtime.intents_memory import IntentsMemory
from services._runtime.ledger_memory import LedgerMemory
from services._runtime.ledger_mongo import LedgerMongo
from services.labels.adapters import answers_mongo, points_mongo
from services.labels.adapters.answers_memory import AnswersMemory
from services.labels.adapters.answers_mongo import AnswersMongo
from services.labels.adapters.atlas import Atlas
from services.labels.adapters.places_memory import PlacesMemory
from services.labels.adapters.places_mongo import PlacesMongo
from services.labels.adapters.points_memory import PointsMemory
from services.labels.adapters.points_mongo import PointsMongo
from services.labels.domain.point import Place, Spot
from services.labels.ports.points import Answered, Asked, Wanted
from tests.support.builders import TUESDAY
from tests.support.pointing import (
    AMSTERDAM,
    DAM,
    PRINTS,
    RETURNS,
    ROTTERDAM,
    a_point,
    a_question,
    north,
)

TODAY = TUESDAY.date()
DAY = timedelta(days=1)


class House:
    """The stores, and the ledger of the same technology that carries their changes out."""

    def __init__(self, points, places, answers, ledger):
        self.points, self.places, self.answers, self._ledger = points, places, answers, ledger
        self.atlas = Atlas(points, places, ledger)

    async def keeps(self, *changes):
        """One batch of changes stands."""
        await self._ledger.keep((), changes, ())

    async def near(self, **wanted):
        """The names of the points near the Dam."""
        found = await self.points.near(DAM, Wanted(**{"country": "NL", "today": TODAY} | wanted))
        return [point.point_id for point in found]


@pytest.fixture
async def database(mongo_uri):
    """A database of this test's own, with its indexes, gone afterwards."""
    db = mongo.database(mongo_uri, f"points-{uuid4().hex[:12]}")
    await mongo.ensure(db, (*points_mongo.INDEXES, *answers_mongo.INDEXES))
    yield db
    await db.client.drop_database(db.name)
    db.client.close()


@pytest.fixture(params=["memory", pytest.param("mongo", marks=pytest.mark.real)])
def house(request):
    """The suite runs on every adapter."""
    if request.param == "memory":
        ledger = LedgerMemory(IntentsMemory())
        return House(PointsMemory(), PlacesMemory(), AnswersMemory(), ledger)
    db = request.getfixturevalue("database")
    return House(PointsMongo(db), PlacesMongo(db), AnswersMongo(db), LedgerMongo(db))


async def test_a_point_comes_out_as_it_went_in(house):
    """Hours, abilities and both its days."""
    bare = a_point("bare", hours={}, abilities=frozenset())
    dated = a_point("dated", opens=TODAY, closes=TODAY + 9 * DAY, abilities=frozenset({PRINTS}))

    await house.atlas.keep_points([bare, dated], "monday")

    assert await house.points.of("postnl", "bare") == bare
    assert await house.points.of("postnl", "dated") == dated
    assert await house.points.of("gls", "dated") is None


async def test_the_nearest_comes_first_and_only_so_many(house):
    """R18, and R19."""
    far = [900, 300, 50, 700, 48_000, 52_000]
    await house.atlas.keep_points([north(metres) for metres in far], "monday")

    assert await house.near(limit=3) == ["n50", "n300", "n700"]
    assert await house.near(limit=50) == ["n50", "n300", "n700", "n900", "n48000"]


async def test_of_points_at_the_same_place_the_order_is_always_the_same(house):
    """A customer who looks twice must be shown the same preselection."""
    many = [a_point(f"p{n}", carrier=c) for n in (5, 2, 9, 1) for c in ("postnl", "gls")]
    await house.atlas.keep_points(many, "monday")

    assert await house.near(limit=3, carrier="postnl") == ["p1", "p2", "p5"]
    assert await house.near(limit=5) == ["p1", "p2", "p5", "p9", "p1"]


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({}, ["n1", "n2", "n3", "n4"]),
        ({"carrier": "gls"}, ["n2"]),
        ({"but_of": frozenset({"gls", "dpd"})}, ["n1", "n3", "n4"]),
        ({"country": "BE"}, ["n5"]),
        ({"abilities": frozenset({PRINTS})}, ["n3"]),
        ({"abilities": frozenset({PRINTS, RETURNS})}, ["n3"]),
        ({"abilities": frozenset({"locker"})}, []),
        ({"today": TODAY + DAY}, ["n1", "n2", "n3", "n6"]),
        ({"today": TODAY - DAY}, ["n1", "n2", "n3", "n4", "n7"]),
    ],
)
async def test_only_points_that_fit_are_found(house, wanted, found):
    """Whose they are, where, what they can do, and whether they are open that day."""
    points = [
        north(1),
        north(2, carrier="gls"),
        north(3, abilities=frozenset({PRINTS, RETURNS})),
        north(4, closes=TODAY),
        north(5, country="BE"),
        north(6, opens=TODAY + DAY),
        north(7, closes=TODAY - DAY),
    ]
    await house.atlas.keep_points(points, "monday")

    assert await house.near(**wanted) == found


async def test_importing_again_replaces(house):
    """Twice the same changes nothing; a newer file is believed."""
    for name, metres in (("monday", 100), ("monday", 100), ("tuesday", 800)):
        await house.atlas.keep_points([a_point("a", spot=north(metres).spot), north(400)], name)

    assert await house.near() == ["n400", "a"]


async def test_what_a_full_import_did_not_see_is_closed_and_may_come_back(house):
    """A counter that vanished from the carrier's file is one nobody is sent to."""
    await house.atlas.keep_points([north(n) for n in (1, 2, 3)] + [north(4, carrier="gls")], "mon")
    await house.atlas.keep_points([north(1)], "tue")
    await house.atlas.saw("postnl", ["n2", "never-there"], "tue")
    assert await house.atlas.unseen("postnl", "tue", TODAY - DAY) == (1, 3)

    for _ in range(2):
        await house.atlas.close_unseen("postnl", "tue", TODAY - DAY)
    assert await house.near() == ["n1", "n2", "n4"]
    assert (await house.points.of("postnl", "n3")).closes == TODAY - DAY

    await house.atlas.keep_points([north(3)], "wed")
    assert await house.near() == ["n1", "n2", "n3", "n4"]


async def test_a_point_closed_long_ago_keeps_its_day(house):
    """Closing what is not in the file must not say that it closed yesterday."""
    await house.atlas.keep_points([north(1, closes=date(2020, 5, 1))], "mon")

    await house.atlas.close_unseen("postnl", "tue", TODAY - DAY)

    assert (await house.points.of("postnl", "n1")).closes == date(2020, 5, 1)


async def test_a_carrier_with_points_is_known(house):
    """Whether a carrier's name is a mistake, or just has nothing near."""
    await house.atlas.keep_points([a_point()], "mon")

    assert (await house.points.has("postnl"), await house.points.has("gls")) == (True, False)


@pytest.mark.parametrize(
    ("country", "written", "found"),
    [
        ("NL", "1012 JS", DAM),
        ("NL", "1012", DAM),
        ("NL", "1019AA", Spot(52.3731, 4.8926)),
        ("NL", "1999", None),
        ("NL", "9999", None),
        ("BE", "1012", None),
        ("ZZ", "1012", None),
        ("NL", "no code", None),
        ("NL", "$ne", None),
        ("FR", "97999", None),
        ("FR", "97160", Spot(16.4, -61.5)),
    ],
)
async def test_a_place_is_known_by_its_code_or_by_its_neighbours(house, country, written, found):
    """Unless the neighbours are an ocean apart: the French 97 is on three of them."""
    islands = [Place("FR", "97111", Spot(16.3, -61.5)), Place("FR", "97411", Spot(-21.0, 55.3))]
    more = [Place("FR", "97160", Spot(16.4, -61.5))]
    await house.atlas.keep_places([AMSTERDAM, ROTTERDAM, *islands, *more])

    assert await house.places.middle_of(country, written) == found


async def test_places_are_replaced_too(house):
    """A newer collection is believed."""
    for spot in (DAM, ROTTERDAM.spot, ROTTERDAM.spot):
        await house.atlas.keep_places([Place("NL", "1012", spot)])

    assert await house.places.middle_of("NL", "1012JS") == ROTTERDAM.spot


async def test_an_answer_is_kept_by_what_was_asked(house):
    """Another postal code, ability or carrier is another question."""
    asked, point = Asked("gls", "NL", "1012JS", frozenset({RETURNS})), a_point(carrier="gls")
    await house.keeps(house.answers.keep(asked, Answered([north(9)], TUESDAY - DAY)))
    await house.keeps(house.answers.keep(asked, Answered([point], TUESDAY)))

    assert await house.answers.to(asked) == Answered([point], TUESDAY)
    for other in (("dhl", "NL", "1012JS"), ("gls", "BE", "1012JS"), ("gls", "NL", "1012JT")):
        assert await house.answers.to(Asked(*other, frozenset({RETURNS}))) is None
    assert await house.answers.to(Asked("gls", "NL", "1012JS")) is None


async def test_a_point_is_found_in_the_youngest_answer_it_was_in(house):
    """A customer chose it days ago; its opening hours may have changed since."""
    young, old = a_point(carrier="gls", name="New"), a_point(carrier="gls", name="Old")
    for code, point, at in (("1011", old, TUESDAY - DAY), ("1012", young, TUESDAY)):
        answer = Answered([north(5), point], at)
        await house.keeps(house.answers.keep(Asked("gls", "NL", code), answer))

    assert await house.answers.of("gls", "central") == young
    assert await house.answers.of("postnl", "central") is None


async def test_an_operator_sees_what_would_be_proposed(house):
    """`retour points near` and labels answer alike."""
    await house.atlas.keep_places([AMSTERDAM])
    await house.atlas.keep_points([north(700), north(200)], "mon")

    seen = await house.atlas.proposed(a_question(), TODAY)
    nowhere = await house.atlas.proposed(a_question(postal_code="?"), TODAY)

    assert isinstance(seen, ServicePointsProposed)
    assert [(p.point_id, p.distance_metres) for p in seen.points] == [("n200", 200), ("n700", 700)]
    assert (seen.approximate, nowhere.why_not) == (True, "place_unknown")
