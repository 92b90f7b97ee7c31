"""PostNL's points in our words."""

from __future__ import annotations

import json

import pytest

from contracts.words import PointAbility
from services.labels.adapters.carriers.postnl.points import points, question
from services.labels.adapters.lines.http import Answer
from services.labels.domain import faults
from services.labels.domain.point import Near, Spot

RETURNS, PRINTS, LOCKER = (
    PointAbility.ACCEPTS_RETURNS,
    PointAbility.PRINTS_LABELS,
    PointAbility.LOCKER,
)


def near(country="NL", postal_code="1012 js", abilities=(), spot=None):
    """Where Zoë lives."""
    return Near(country, postal_code, spot=spot, abilities=frozenset(abilities))


def a_location(options=("DO", "PG", "RETA"), hours=None, **changes):
    """A counter as PostNL writes it, with changes."""
    address = {
        "Street": "Spui",
        "HouseNr": 10,
        "HouseNrExt": "-a",
        "Zipcode": "1012WZ",
        "City": "Amsterdam",
        "Countrycode": "NL",
    }
    address |= changes.pop("address", {})
    return {
        "LocationCode": 163043,
        "Name": "Tobacconist",
        "Address": address,
        "DeliveryOptions": {"string": list(options)},
        "OpeningHours": {"Monday": {"string": "08:00-18:00"}} if hours is None else hours,
        "Latitude": 52.3687,
        "Longitude": 4.8901,
    } | changes


def read(*locations, asked=None):
    """The points in an answer with these locations."""
    said = {"GetLocationsResult": {"ResponseLocation": list(locations)}}
    return points(Answer(200, json.dumps(said).encode()), asked or near())


@pytest.mark.parametrize(
    ("asked", "path", "query"),
    [
        (
            near(),
            "nearest",
            {"CountryCode": "NL", "DeliveryOptions": "PG", "PostalCode": "1012JS"},
        ),
        (
            near(abilities=[PRINTS], spot=Spot(52.5, 4.25)),
            "nearest/geocode",
            {
                "CountryCode": "NL",
                "DeliveryOptions": "PG_EX",
                "Latitude": "52.5",
                "Longitude": "4.25",
            },
        ),
        (
            near("BE", "2000", [LOCKER]),
            "nearest",
            {"CountryCode": "BE", "DeliveryOptions": "PA", "PostalCode": "2000"},
        ),
    ],
)
def test_the_locator_is_asked_for_what_is_wanted(asked, path, query):
    """A spot is better than a postal code."""
    assert question(asked) == (f"/shipment/v2_1/locations/{path}", query)


@pytest.mark.parametrize(
    "asked",
    [near("DE", "10115"), near("AT", "1010"), near(postal_code="nowhere"), near(postal_code="")],
)
def test_where_postnl_has_no_points_it_is_not_asked(asked):
    """Its locator refuses every other country."""
    assert question(asked) is None


def test_a_counter_is_read_whole():
    """The customer walks to what stands here."""
    (point,) = read(a_location())

    assert (point.point_id, point.carrier, point.name) == ("163043", "postnl", "Tobacconist")
    assert (point.street, point.postal_code, point.town) == ("Spui 10 -a", "1012WZ", "Amsterdam")
    assert point.spot == Spot(52.3687, 4.8901)
    assert point.hours == {"mon": "08:00-18:00"}


@pytest.mark.parametrize(
    ("country", "options", "abilities"),
    [
        ("NL", ("DO", "PG", "RETA"), {RETURNS, PRINTS}),
        ("BE", ("DO", "PG"), {RETURNS}),
        ("NL", ("PG", "PA"), {LOCKER}),
        ("NL", ("PA",), {LOCKER}),
        ("NL", ("RETA", "UL"), set()),
        ("NL", (), set()),
    ],
)
def test_a_point_is_able_to_what_postnl_says_it_is(country, options, abilities):
    """Belgian counters print nothing, and nobody at a locker does."""
    changes = {"Countrycode": country, "Zipcode": "1012WZ" if country == "NL" else "1000"}

    (point,) = read(a_location(options, address=changes), asked=near(country))

    assert point.abilities == abilities


def test_points_that_cannot_do_what_is_wanted_are_left_out():
    """Whatever the locator was asked."""
    locker = a_location(("PA",), LocationCode=2)

    assert [one.point_id for one in read(a_location(), locker, asked=near(abilities=[PRINTS]))] == [
        "163043"
    ]


@pytest.mark.parametrize(
    ("told", "hours"),
    [
        ({"Monday": {"string": "08:00-18:00"}}, {"mon": "08:00-18:00"}),
        (
            {"Monday": {"string": ["08:00-12:00", "13:00-18:00"]}},
            {"mon": "08:00-12:00 13:00-18:00"},
        ),
        ({"Sunday": {"string": ""}, "Monday": {"string": "00:00-00:00"}}, {"sun": "", "mon": ""}),
        ({"Monday": {}, "Tuesday": {"string": "morning"}, "Wednesday": "all day"}, {}),
        ({"Someday": {"string": "08:00-18:00"}}, {}),
    ],
    ids=["one span", "two spans", "closed", "not understood", "no such day"],
)
def test_opening_hours_are_told_as_far_as_they_are_understood(told, hours):
    """A day nobody understands is not known, and not closed."""
    (point,) = read(a_location(hours=told))

    assert point.hours == hours


@pytest.mark.parametrize(
    "changes",
    [
        {"Latitude": 91},
        {"Latitude": "52.4"},
        {"LocationCode": -1},
        {"LocationCode": 10**12},
        {"Name": "x" * 500},
        {"Name": "two\nlines"},
        {"Name": ""},
        {"address": {"Countrycode": "Netherlands"}},
        {"address": {"Countrycode": "BE"}},
        {"address": {"Zipcode": "<script>"}},
        {"Address": None},
    ],
)
def test_a_point_that_makes_no_sense_is_left_out_and_its_neighbours_stay(changes):
    """One bad row must not hide ten good ones."""
    found = read(a_location(**changes), a_location(LocationCode=2))

    assert [point.point_id for point in found] == ["2"]


@pytest.mark.parametrize(
    "body", [b"<html>", b"", b"{}", b'{"GetLocationsResult": []}', b"[" * 9999]
)
def test_an_answer_that_makes_no_sense_is_none(body):
    """Another source of points stands in for it."""
    with pytest.raises(faults.Unavailable):
        points(Answer(200, body), near())


def test_a_flood_of_points_is_bounded():
    """Ten are shown."""
    many = (a_location(LocationCode=number) for number in range(1, 999))

    assert len(read(*many)) == 200
