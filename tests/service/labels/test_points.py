"""Service points: who is asked, what is proposed, and what everybody learns when nothing is."""

from __future__ import annotations

import asyncio
from datetime import date

import pytest

from contracts import topics
from contracts.envelope import open_envelope
from contracts.labels import ServicePointsProposed
from services._runtime.intents import State
from services.labels.domain import faults
from services.labels.domain.point import Spot
from services.labels.workers import finding
from tests.support.builders import a_shipment
from tests.support.pointing import (
    PRINTS,
    RETURNS,
    Pointed,
    a_point,
    a_question,
    an_offer,
    north,
)

BOTH = frozenset({RETURNS, PRINTS})
DROP_OFF, LABELLESS, PICKUP = "drop_off_point", "drop_off_labelless", "pickup"
AT_HOME = a_shipment().deliver_to.model_copy(update={"latitude": 52.3731, "longitude": 4.8926})


class Steady:
    """A steady clock that a test turns."""

    at = 0.0

    def __call__(self):
        return self.at


@pytest.fixture
def steady():
    """The clock that rests are measured by."""
    return Steady()


@pytest.fixture
def labels(steady):
    """Labels with nothing imported and nothing heard."""
    return Pointed(steady)


async def proposed(labels, *messages):
    """What is proposed after these messages."""
    for message in messages:
        await labels.hears(message)
    await labels.works()
    return labels.told(ServicePointsProposed)


def names(said):
    """The points that are proposed, in their order."""
    return [point.point_id for point in said.points]


async def test_the_nearest_is_first_and_ten_are_listed(labels):
    """R18: the first is the one a frontend preselects; R19: the others can be chosen."""
    labels.imports(*(north(metres) for metres in range(2400, 0, -200)))

    (said,) = await proposed(labels, a_shipment(), an_offer((DROP_OFF, "postnl")))

    assert names(said) == [f"n{metres}" for metres in range(200, 2200, 200)]
    assert (said.carrier, said.return_method, said.source) == ("postnl", DROP_OFF, "collection")
    assert said.approximate
    assert said.points[0].opening_hours == {"mon": "07:00-20:00", "sun": ""}
    assert said.points[0].abilities == (RETURNS,)


async def test_each_way_back_gets_its_own_answer_with_its_own_id(labels):
    """Whoever forgets messages it heard already must not forget the second carrier's points."""
    labels.imports(a_point(abilities=BOTH), a_point("dhl", carrier="dhl_parcel_de", abilities=BOTH))
    labels.van.days_ = [date(2026, 3, 12), date(2026, 3, 11), date(2026, 3, 9)]
    ways = ((DROP_OFF, "postnl"), (LABELLESS, "dhl_parcel_de"), (PICKUP, "gls"))

    said = await proposed(labels, a_shipment(), an_offer(*ways, ("in_store", None)))

    told = {one.return_method: one for one in said}
    assert {m: (one.carrier, names(one)) for m, one in told.items()} == {
        DROP_OFF: ("postnl", ["central"]),
        LABELLESS: ("dhl_parcel_de", ["dhl"]),
        PICKUP: ("gls", []),
    }
    assert told[PICKUP].collect_on == (date(2026, 3, 11), date(2026, 3, 12))
    ids = [open_envelope(t.headers, t.body)[0].id for t in labels.speaker.said]
    assert len({*ids}) == len(ids) == 3


@pytest.mark.parametrize(
    "ways", [(("in_store", None),), (("none", None),), ((DROP_OFF, "own_label"),), ()]
)
async def test_nothing_is_told_where_nobody_needs_a_point(labels, ways):
    """A parcel the customer pays for goes to any counter of any post."""
    assert await proposed(labels, a_shipment(), an_offer(*ways)) == []


async def test_an_offer_that_overtook_its_parcel_waits_for_it(labels):
    """Two topics, two partitions: nobody promises their order."""
    labels.imports(a_point())
    assert await proposed(labels, an_offer((DROP_OFF, "postnl"))) == []
    await labels.hears(a_shipment())

    labels.clock.pass_(seconds=1)

    assert [names(said) for said in await proposed(labels)] == [["central"]]


async def test_a_parcel_that_never_comes_is_not_waited_for_forever(labels):
    """The customer's page shows something in the end."""
    await proposed(labels, an_offer((DROP_OFF, "postnl")))

    labels.clock.pass_(hours=2)
    (said,) = await proposed(labels)

    assert said.why_not == "place_unknown"


async def test_the_same_message_heard_twice_is_answered_once(labels):
    """Redelivery is everyday life."""
    labels.imports(a_point())
    await labels.hears(a_question(), ce_id="same")

    said = await proposed(labels)
    await labels.hears(a_question(), ce_id="same")

    assert await proposed(labels) == said
    assert len(said) == 1


async def test_a_second_question_under_the_same_lookup_is_answered_too(labels):
    """A customer looks near home first, then near work."""
    labels.imports(a_point(), a_point("rotterdam", spot=Spot(51.93, 4.48)))

    said = await proposed(labels, a_question(), a_question(postal_code="3011 AA"), a_question())

    assert [names(one) for one in said] == [["central"], ["rotterdam"], ["central"]]


async def test_another_merchants_parcel_is_as_good_as_unknown(labels):
    """A lookup of one portal must not say where another one's customer lives."""
    labels.imports(a_point())
    other = an_offer((DROP_OFF, "postnl"), portal_id="other-shop")

    (said,) = await proposed(labels, a_shipment(), other)

    assert (said.points, said.why_not) == ((), "place_unknown")


async def test_nothing_is_known_of_a_customer_who_was_forgotten(labels):
    """Points near a home are where that home is. Nor does what was asked stay."""
    labels.imports(a_point())
    await labels.hears(an_offer((DROP_OFF, "postnl")))
    await labels.hears(a_shipment())
    await labels.forgets("MF-1001")

    (said,) = await proposed(labels)

    assert (said.points, said.why_not) == ((), "place_unknown")
    (intent,) = labels.intents.all.values()
    assert (intent.order, intent.about, intent.code) == (b"", "MF-1001", "sender_erased")


@pytest.mark.parametrize(
    ("asked", "why_not"),
    [
        ({"country": "ZZ"}, "place_unknown"),
        ({"postal_code": "'; drop table"}, "place_unknown"),
        ({"postal_code": ""}, "place_unknown"),
        ({"postal_code": "9999ZZ"}, "place_unknown"),
        ({"carrier": "by_balloon"}, "carrier_unknown"),
        ({"carrier": "dhl_parcel_de"}, "no_points_near"),
        ({"return_method": "in_store"}, "no_point_needed"),
        ({"return_method": "by_balloon"}, "no_point_needed"),
        ({"return_method": LABELLESS}, "no_points_near"),
        ({"return_method": PICKUP}, "no_days_known"),
        ({"carrier": None, "return_method": PICKUP}, "no_days_known"),
        ({"postal_code": "3011AA"}, "no_points_near"),
    ],
)
async def test_every_question_has_an_answer(labels, asked, why_not):
    """A page that waits for an answer that never comes is a dead end."""
    labels.imports(a_point(), a_point("berlin", carrier="dhl_parcel_de", country="DE"))

    (said,) = await proposed(labels, a_question(**asked))

    assert (said.points, said.collect_on, said.why_not) == ((), (), why_not)
    assert set(labels.states().values()) == {State.SUCCEEDED}


@pytest.mark.parametrize("limit", [1, 50])
async def test_as_many_are_listed_as_were_asked_for(labels, limit):
    """Fifty at most: the message has an end."""
    labels.imports(*(north(metres) for metres in range(100, 7000, 100)))

    (said,) = await proposed(labels, a_question(limit=limit))

    assert len(said.points) == limit


async def test_what_does_not_fit_into_one_message_is_left_out_from_the_far_end(labels):
    """Fifty points with names as long as names may be are more than a topic holds."""
    wide = {"name": "\U0001f3e3" * 200, "street": "\U0001f3e3" * 200, "town": "\U0001f3e3" * 200}
    labels.imports(*(north(metres, **wide) for metres in range(100, 6000, 100)))

    (said,) = await proposed(labels, a_question(limit=50))

    assert len(said.body()) <= topics.SERVICE_POINTS_PROPOSED.max_bytes
    assert names(said) == [f"n{metres}" for metres in range(100, 100 + 100 * len(said.points), 100)]
    assert 20 < len(said.points) < 50


async def test_without_a_carrier_every_carriers_points_are_listed(labels):
    """Who asks for any counter gets the nearest of all, each once."""
    labels.imports(north(300), north(500, carrier="gls"), north(700, carrier="listed"))
    labels.list.points = [north(100, carrier="listed"), north(900, carrier="listed")]

    (said,) = await proposed(labels, a_question(carrier=None))

    assert names(said) == ["n100", "n300", "n500", "n900"]
    assert (said.source, said.fallback_because) == (None, None)


# ── the carrier's own list ───────────────────────────────────────────────────────────────────────


async def test_a_carriers_own_list_comes_before_ours(labels):
    """It knows which of its counters closed yesterday."""
    labels.imports(north(100, carrier="listed"))
    labels.list.points = [north(900, carrier="listed"), north(400, carrier="listed")]

    (said,) = await proposed(labels, a_question(carrier="listed"))

    assert (names(said), said.source) == (["n400", "n900"], "carrier")


async def test_a_list_is_asked_once_a_day_for_each_postal_code(labels):
    """Locators count calls; neighbours ask the same."""
    labels.list.points = [a_point(carrier="listed")]
    for asked in ({}, {"postal_code": "1012js"}, {"postal_code": "1012 AB"}, {}):
        await proposed(labels, a_question(carrier="listed", **asked))
    assert [near.postal_code for near in labels.list.asked] == ["1012JS", "1012AB"]

    labels.clock.pass_(hours=24)
    said = await proposed(labels, a_question(carrier="listed"))

    assert len(labels.list.asked) == 3
    assert [names(one) for one in said] == [["central"]] * 5


async def test_a_list_is_asked_for_what_shall_be_done(labels):
    """A counter without a printer is of no use to whoever has no printer either."""
    await proposed(labels, a_question(carrier="listed"))
    await proposed(labels, a_question(carrier="listed", return_method=LABELLESS))

    assert [near.abilities for near in labels.list.asked] == [{RETURNS}, BOTH]


async def test_no_carrier_learns_where_the_customer_lives_before_they_choose_it(labels):
    """The postal code is enough to list counters; its answer serves the neighbours, too."""
    await proposed(labels, a_shipment(deliver_to=AT_HOME), an_offer((DROP_OFF, "listed")))

    (near,) = labels.list.asked
    assert (near.spot, near.town) == (None, None)


async def test_a_list_is_not_asked_without_a_postal_code(labels):
    """Its answer would stand for everybody else who has none, wherever they live."""
    labels.imports(north(100, carrier="listed"))
    home = AT_HOME.model_copy(update={"postal_code": "unknown"})

    (said,) = await proposed(labels, a_shipment(deliver_to=home), an_offer((DROP_OFF, "listed")))

    assert (labels.list.asked, names(said), said.source) == ([], ["n100"], "collection")


async def test_where_only_the_carrier_knows_the_place_its_points_say_where_it_is(labels):
    """An operator may have imported no places at all."""
    labels.list.points = [a_point(f"p{n}", spot=Spot(50.85, 4.35 + n / 100)) for n in range(3)]

    (said,) = await proposed(labels, a_question(carrier="listed", country="BE", postal_code="1000"))

    assert (names(said)[0], said.approximate, said.why_not) == ("p1", True, None)


@pytest.mark.parametrize(
    ("fault", "because"),
    [
        (faults.Unavailable("ReadTimeout"), "carrier_unavailable"),
        (faults.RateLimited(60), "carrier_rate_limited"),
        (faults.AuthFailed(), "carrier_auth_failed"),
        (faults.NotCovered("NL"), "method_not_covered"),
    ],
)
async def test_a_list_that_fails_is_replaced_by_ours_and_that_is_said(labels, fault, because):
    """A customer with a parcel in hand wants a counter, not an excuse."""
    labels.imports(north(100, carrier="listed"))
    labels.list.instead = fault

    (said,) = await proposed(labels, a_question(carrier="listed"))

    assert names(said) == ["n100"]
    assert (said.source, said.fallback_because) == ("collection", because)


async def test_a_carrier_nobody_connected_is_replaced_by_ours_too(labels):
    """A merchant may offer a carrier whose contract is not there yet."""
    labels.imports(north(100, carrier="unconnected"))

    (said,) = await proposed(labels, a_question(carrier="unconnected"))

    assert (names(said), said.fallback_because) == (["n100"], "carrier_not_connected")
    assert labels.list.asked == []


async def test_an_old_answer_is_better_than_none(labels):
    """Counters rarely move within a week."""
    labels.list.points = [a_point(carrier="listed")]
    await proposed(labels, a_question(carrier="listed"))
    labels.clock.pass_(days=3)
    labels.list.instead = faults.Unavailable("down")

    said = (await proposed(labels, a_question(carrier="listed")))[-1]

    assert (names(said), said.source) == (["central"], "carrier")
    assert said.fallback_because == "carrier_unavailable"


async def test_a_slow_list_is_not_waited_for(labels, monkeypatch):
    """The customer looks at the page meanwhile."""
    labels.imports(north(100, carrier="listed"))
    labels.carriers["listed"].locates._line._patience = 0.01
    labels.list.instead = asyncio.Event().wait

    (said,) = await proposed(labels, a_question(carrier="listed"))

    assert (names(said), said.fallback_because) == (["n100"], "carrier_unavailable")


async def test_a_list_that_does_not_answer_rests(labels, steady):
    """The fourth customer does not wait in vain as three did; the one after the rest tries."""
    labels.list.instead = faults.Unavailable("down")
    for number in range(5):
        await proposed(labels, a_question(carrier="listed", postal_code=f"10{number}0"))
    assert len(labels.list.asked) == 3

    steady.at = 31.0
    labels.list.instead = None
    await proposed(labels, *(a_question(carrier="listed", postal_code=f"20{n}0") for n in "12"))

    assert len(labels.list.asked) == 5


async def test_a_point_of_the_list_that_makes_no_sense_is_left_out(labels):
    """What a carrier answers is somebody else's text."""
    junk = a_point("junk", carrier="listed", name="\x00" * 5)
    labels.list.points = [junk, a_point("!!", carrier="listed"), a_point(carrier="listed")]

    (said,) = await proposed(labels, a_question(carrier="listed"))

    assert names(said) == ["central"]


@pytest.mark.parametrize("fault", [None, faults.Unavailable("down")])
async def test_days_nobody_can_name_are_said_to_be_unknown(labels, fault):
    """The page then asks for no day; the carrier comes when it comes."""
    labels.van.instead = fault

    (said,) = await proposed(labels, a_shipment(), an_offer((PICKUP, "gls")))

    assert (said.why_not, said.fallback_because) == ("no_days_known", fault and fault.code)


# ── what is proposed ─────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("changes", "shown"),
    [
        ({"closes": date(2026, 3, 9)}, False),
        ({"closes": date(2026, 3, 10)}, True),
        ({"opens": date(2026, 3, 11)}, False),
        ({"opens": date(2026, 3, 10)}, True),
    ],
)
@pytest.mark.parametrize("carrier", ["postnl", "listed"])
async def test_a_point_is_proposed_from_its_first_day_to_its_last(labels, changes, shown, carrier):
    """It is Tuesday, 10 March 2026. Nobody walks to a locked door."""
    point = a_point(carrier=carrier, **changes)
    labels.imports(point)
    labels.list.points = [point]

    (said,) = await proposed(labels, a_question(carrier=carrier))

    assert bool(said.points) is shown


async def test_an_exact_address_is_measured_exactly_and_told_roughly(labels):
    """R18: nearest to the customer's door, and no message says where that is."""
    labels.imports(a_point())

    (said,) = await proposed(labels, a_shipment(deliver_to=AT_HOME), an_offer((DROP_OFF, "postnl")))

    assert not said.approximate
    assert [point.distance_metres for point in said.points] == [900]
    assert "52.3731" not in said.body().decode()


async def test_a_crash_before_the_answer_changes_nothing(labels):
    """Looking once more costs nobody anything."""
    labels.imports(a_point())
    before = await proposed(labels, a_question())
    (intent,) = labels.states()

    labels.interrupt(intent)

    assert await proposed(labels) == [*before, *before]
    ids = {open_envelope(t.headers, t.body)[0].id for t in labels.speaker.said}
    assert len(ids) == 1


def test_an_answer_is_believed_for_a_day():
    """As the README says."""
    assert finding.BELIEVED.days == 1
