"""Sendcloud's service points and its tracking: what is asked, and what the answers mean."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from urllib.parse import parse_qs

import pytest

from contracts.words import Phase
from services.labels.adapters.carriers.sendcloud import points, tracking
from services.labels.adapters.lines.http import Answer
from services.labels.domain import faults
from services.labels.domain.point import Near, Spot
from services.labels.domain.scan import Scan

OPTIONS = {"carrier": "postnl, dhl", "carrier_de": "dhl_de"}
NEAR = Near("NL", "1012JS")
SHOPS = frozenset({"accepts_returns"})
OPEN = [{"start_time": "09:00", "end_time": "18:00"}]


def a_place(**changes):
    """A shop at the station, with changes; `...` leaves a field out."""
    usual = {
        "id": 1000001,
        "name": "Stationsplein Parcel Shop",
        "general_shop_type": "servicepoint",
        "address": {
            "street": "Stationsplein",
            "house_number": "1",
            "postal_code": "5611 AC",
            "city": "Eindhoven",
            "country_code": "NL",
        },
        "position": {"latitude": 51.443218, "longitude": 5.4816},
        "opening_times": {"monday": OPEN, "sunday": None},
        "is_expired": False,
    }
    return {name: said for name, said in (usual | changes).items() if said is not ...}


def read(*places, near=NEAR, options=OPTIONS):
    """The points in such a list."""
    said = {"data": {"results": list(places), "geocoding": None}}
    return points.points(Answer(200, json.dumps(said).encode()), near, options)


def asked(near):
    """The query, each name with all of its values."""
    return parse_qs(points.question(near, OPTIONS))


def test_points_are_asked_for_by_place_or_by_postal_code_and_never_by_both():
    """Sendcloud refuses a question that says both."""
    by_place = asked(Near("NL", "1012JS", "Amsterdam", Spot(52.37, 4.89)))
    by_code = asked(Near("NL", "1012JS", "Amsterdam"))

    assert (by_place["latitude"], by_place["longitude"]) == (["52.370000"], ["4.890000"])
    assert not {"address_postal_code", "address_city"} & set(by_place)
    assert (by_code["address_postal_code"], by_code["address_city"]) == (["1012JS"], ["Amsterdam"])
    assert not {"latitude", "longitude"} & set(by_code)


def test_only_points_of_the_carriers_behind_are_asked_for():
    """Another carrier's shop would not take the parcel."""
    assert asked(NEAR)["carrier_code"] == ["postnl", "dhl"]
    assert asked(Near("DE", "53113"))["carrier_code"] == ["dhl_de"]


def test_as_many_are_asked_for_as_may_be_needed():
    """Some cannot do what is wanted; and Sendcloud gives two hundred at most."""
    assert asked(Near("NL", "1012JS", limit=10))["limit"] == ["40"]
    assert asked(Near("NL", "1012JS", limit=900))["limit"] == ["200"]


def test_a_point_is_read():
    """A day that is missing or null is closed: there is a week."""
    [point] = read(a_place())

    assert (point.point_id, point.carrier, point.name) == (
        "1000001",
        "sendcloud",
        "Stationsplein Parcel Shop",
    )
    assert (point.street, point.postal_code, point.town) == (
        "Stationsplein 1",
        "5611 AC",
        "Eindhoven",
    )
    assert (point.spot, point.abilities) == (Spot(51.443218, 5.4816), SHOPS)
    assert (point.hours["mon"], point.hours["tue"], point.hours["sun"]) == ("09:00-18:00", "", "")


def test_a_week_without_hours_is_not_known_rather_than_closed():
    """A shop that never opens is a gap in somebody's data."""
    assert read(a_place(opening_times={"monday": None}))[0].hours == {}
    assert read(a_place(opening_times=...))[0].hours == {}


@pytest.mark.parametrize(
    ("kind", "abilities"),
    [
        ("servicepoint", SHOPS),
        ("post_office", SHOPS),
        ("locker", {"locker"}),
        ("carrier_depot", set()),
        ("hologram", set()),
        (None, set()),
    ],
)
def test_what_a_point_can_do_follows_from_what_it_is(kind, abilities):
    """No more is claimed than Sendcloud says."""
    [point] = read(a_place(general_shop_type=kind))

    assert point.abilities == abilities


@pytest.mark.parametrize(
    "junk",
    [
        {"is_expired": True},
        {"id": 0},
        {"id": "1; drop"},
        {"name": ""},
        {"name": "x" * 201},
        {"name": "<b>\x00"},
        {"position": {"latitude": 91, "longitude": 0}},
        {"position": {"latitude": None, "longitude": 0}},
        {"position": ...},
        {"address": {"street": "Dam"}},
        {"opening_times": {"monday": [{"start_time": "late", "end_time": "25:00"}]}},
        {"opening_times": {"monday": OPEN * 7}},
        {
            "address": {
                "street": "Rue",
                "postal_code": "1000",
                "city": "Bruxelles",
                "country_code": "BE",
            }
        },
    ],
    ids=lambda junk: str(junk)[:40],
)
def test_a_point_that_makes_no_sense_is_left_out_and_the_others_stay(junk):
    """A customer is sent to none of them."""
    assert [point.point_id for point in read(a_place(**junk), a_place(id=7))] == ["7"]


def test_a_point_that_cannot_do_what_is_wanted_is_left_out():
    """The nearest one would be a machine."""
    near = Near("NL", "1012JS", abilities=SHOPS)

    found = read(a_place(general_shop_type="locker"), a_place(id=7), near=near)

    assert [point.point_id for point in found] == ["7"]


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b'{"data": {', b'{"data": {}}'])
def test_what_is_no_list_of_points_is_no_answer(body):
    """Our own collection stands in."""
    with pytest.raises(faults.Unavailable):
        points.points(Answer(200, body), NEAR, OPTIONS)


def test_more_points_than_were_asked_for_are_no_answer():
    """Nobody measures the way to ten thousand."""
    with pytest.raises(faults.Unavailable):
        read(*[a_place()] * 201)


@pytest.mark.parametrize(
    ("status", "body", "fault"),
    [
        (400, b'{"errors": [{"code": "validation_error"}]}', faults.NotCovered),
        (400, b"<h1>Bad request</h1>", faults.Unavailable),
        (401, b"", faults.AuthFailed),
        (404, b"", faults.Unavailable),
        (429, b"", faults.RateLimited),
        (503, b"", faults.Unavailable),
    ],
)
def test_every_status_of_the_list_of_points(status, body, fault):
    """400 is an account without points of this carrier."""
    with pytest.raises(fault):
        points.points(Answer(status, body), NEAR, OPTIONS)


# Tracking


def tracked(*events, numbers=("3SSEND42",), status=200):
    """What is said of the parcel 3SSEND42."""
    known = [{"tracking_number": number, "carrier_code": "postnl"} for number in numbers]
    body = json.dumps({"events": list(events), "tracking_numbers": known}).encode()
    return tracking.scans(Answer(status, body), "3SSEND42")


def an_event(code="accepted", **changes):
    """One event, at ten."""
    return {
        "event_at": "2026-03-10T10:00:00Z",
        "status_code": code,
        "event_type": "carrier",
    } | changes


def test_an_event_is_a_scan():
    """With the carrier's own time."""
    assert tracked(an_event()) == [
        Scan("3SSEND42", Phase.HANDED_OVER, "accepted", datetime(2026, 3, 10, 10, tzinfo=UTC))
    ]


@pytest.mark.parametrize(("kind", "count"), [("internal", 1), ("calculated", 0), ("claim", 0)])
def test_what_nobody_scanned_is_no_scan(kind, count):
    """A guess about a parcel must not refund anybody."""
    assert len(tracked(an_event("delivered", event_type=kind))) == count


@pytest.mark.parametrize("status", [404, 422])
def test_a_parcel_that_is_not_known_was_not_seen(status):
    """An unused label is like that for weeks."""
    assert tracked(status=status) == []


@pytest.mark.parametrize(
    "events",
    [
        [an_event(event_at="yesterday")],
        [an_event(event_at=1773144000)],
        [an_event(code="x" * 101)],
        [an_event(code="\x1b[31m")],
        [{}],
        [an_event()] * 1_001,
    ],
    ids=["time", "number", "long", "control", "empty", "many"],
)
def test_tracking_that_makes_no_sense_is_no_answer(events):
    """It is asked again, and nothing moves meanwhile."""
    with pytest.raises(faults.Unavailable):
        tracked(*events)


def test_tracking_of_another_parcel_is_no_answer():
    """Somebody else's delivery would refund our customer."""
    with pytest.raises(faults.Unavailable):
        tracked(an_event("delivered"), numbers=("3SOTHER42",))
