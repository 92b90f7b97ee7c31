"""GLS's parcel shops and the days on which it comes."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from typing import Any

import pytest

from contracts.words import PointAbility
from services.labels.adapters.carriers.gls.days import as_late_as_anywhere, days_from, pickup_day
from services.labels.adapters.carriers.gls.points import points, question
from services.labels.adapters.lines.http import Answer
from services.labels.domain import faults
from services.labels.domain.point import Near, Spot

TODAY = date(2026, 3, 10)
HOUR = 3_600_000
HERE = Near("NL", "1012JS", "Amsterdam", limit=10)


def span(opens: Any, closes: Any) -> dict[str, Any]:
    """From then to then."""
    return {"OpeningHours": [{"From": opens, "To": closes}]}


def a_shop(**changes: Any) -> dict[str, Any]:
    """As GLS's documentation shows one: milliseconds, and an hour too few."""
    usual = {
        "ParcelShopID": "GLS_NL-2761234567",
        "Type": "SHOP",
        "Location": {"Latitude": "52.37310", "Longitude": "4.89260"},
        "Address": {
            "Name1": "Radio & Klima",
            "Name2": "",
            "CountryCode": "NL",
            "ZIPCode": "1012 JS",
            "City": "Amsterdam",
            "Street": "Dam",
            "StreetNumber": "1",
        },
        "WorkingDay": [
            {
                "DayOfWeek": "MON",
                "OpeningHours": span(8 * HOUR, 17 * HOUR),
                "Breaks": span(-HOUR, -HOUR),
            },
            {
                "DayOfWeek": "TUE",
                "OpeningHours": span(8 * HOUR, 17 * HOUR),
                "Breaks": span(11 * HOUR, 12 * HOUR),
            },
            {"DayOfWeek": "SUN", "OpeningHours": {"OpeningHours": []}},
        ],
        "AirlineDistance": "0.2",
    }
    return usual | changes


def found(*shops: Any, near: Near = HERE):
    """The points in an answer."""
    body = json.dumps({"ParcelShop": list(shops)}).encode()
    return points(Answer(200, body), near, TODAY, "gls")


def test_a_shop_is_read_as_the_documentation_has_it():
    """Place, address, hours with their breaks; closed is empty, silence is unknown."""
    (point,) = found(a_shop())

    assert (point.point_id, point.carrier, point.name) == (
        "GLS_NL-2761234567",
        "gls",
        "Radio & Klima",
    )
    assert (point.street, point.postal_code, point.town) == ("Dam 1", "1012 JS", "Amsterdam")
    assert point.spot == Spot(52.3731, 4.8926)
    assert point.hours == {"mon": "09:00-18:00", "tue": "09:00-12:00 13:00-18:00", "sun": ""}
    assert point.abilities == {PointAbility.ACCEPTS_RETURNS}


def test_hours_are_read_as_the_file_has_them():
    """Instants, of which the clock counts."""
    said = [
        {"DayOfWeek": "WED", "OpeningHours": span("1970-01-01T09:00:00Z", "1970-01-01T18:30:00Z")}
    ]

    assert found(a_shop(WorkingDay=said))[0].hours == {"wed": "09:00-18:30"}


@pytest.mark.parametrize("opens", ["soon", "25:00", 90_000_000, -7_200_000, "18:00"])
def test_hours_that_cannot_be_are_none(opens):
    """Whoever stands before a closed door was told something."""
    said = [{"DayOfWeek": "WED", "OpeningHours": span(opens, "12:00")}]

    assert found(a_shop(WorkingDay=said))[0].hours == {"wed": ""}


def test_a_locker_takes_no_returns():
    """GLS's documentation: a return is dropped off at a shop. Nobody prints labels there either."""
    locker = a_shop(Type="LOCKER")
    wanting = Near("NL", "1012JS", abilities=frozenset({PointAbility.ACCEPTS_RETURNS}))
    printing = Near("NL", "1012JS", abilities=frozenset({PointAbility.PRINTS_LABELS}))

    assert found(locker)[0].abilities == {PointAbility.LOCKER}
    assert len(found(locker, a_shop(), near=wanting)) == 1
    assert found(locker, a_shop(), near=printing) == ()


@pytest.mark.parametrize(
    ("starts", "ends", "open_today"),
    [("2026-03-09", "2026-03-10", False), ("2026-03-11", "2026-03-20", True)],
)
def test_a_shop_on_holiday_is_not_proposed(starts, ends, open_today):
    """Expired or closed points are not."""
    shop = a_shop(Holidays=[{"StartDate": starts, "EndDate": ends}])

    assert bool(found(shop)) is open_today


@pytest.mark.parametrize(
    "nonsense",
    [
        a_shop(ParcelShopID="../../etc"),
        a_shop(ParcelShopID="x" * 65),
        a_shop(ParcelShopID=7),
        a_shop(Location={"CountryCode": "NL"}),
        a_shop(Location={"Latitude": "91", "Longitude": "4"}),
        a_shop(Location={"Latitude": "nan", "Longitude": "4"}),
        a_shop(Location={"Latitude": "here", "Longitude": "there"}),
        a_shop(Address={"Name1": "x"}),
        a_shop(Address=a_shop()["Address"] | {"City": "x" * 201}),
        a_shop(Address=a_shop()["Address"] | {"CountryCode": "Nederland"}),
        a_shop(WorkingDay=[{"DayOfWeek": "MON"}] * 8),
    ],
)
def test_a_shop_that_cannot_be_read_is_left_out_and_its_neighbours_are_told(nonsense):
    """One odd shop must not hide the one round the corner."""
    assert [point.point_id for point in found(nonsense, a_shop())] == ["GLS_NL-2761234567"]


@pytest.mark.parametrize(
    ("answer", "fault"),
    [
        (Answer(200, b"<html>"), faults.Unavailable),
        (Answer(200, json.dumps({"ParcelShop": [{}] * 101}).encode()), faults.Unavailable),
        (Answer(400, b"", headers={"error": "INVALID_FIELD_VALUE"}), faults.Unavailable),
        (Answer(403, b""), faults.AuthFailed),
        (Answer(429, b""), faults.RateLimited),
        (Answer(500, b""), faults.Unavailable),
    ],
)
def test_a_locator_that_does_not_answer_says_so(answer, fault):
    """The caller falls back on what it knows itself."""
    with pytest.raises(fault):
        points(answer, HERE, TODAY, "gls")


def test_shops_are_asked_for_by_place_where_it_is_known():
    """Else by postal code; text goes out cleaned."""
    few = {"Distance": "30", "MaxNumberOfShops": "10"}
    there = Near("NL", "1012JS", spot=Spot(52.3731, 4.8926))

    assert question(there) == (
        "/rs/parcelshop/distance",
        {"Latitude": "52.37310", "Longitude": "4.89260"} | few,
    )
    assert question(HERE) == (
        "/rs/parcelshop/address",
        {"CountryCode": "NL", "ZIPCode": "1012JS", "City": "Amsterdam"} | few,
    )


@pytest.mark.parametrize("today", [date(2026, 3, day) for day in range(9, 16)], ids=str)
def test_gls_comes_from_monday_to_friday_and_never_today(today):
    """GLS takes no day before tomorrow."""
    days = days_from(today)

    assert len(days) == 10
    assert list(days) == sorted(set(days))
    assert all(day > today and day.weekday() < 5 for day in days)
    assert (days[0] - today).days <= 3


@pytest.mark.parametrize(
    ("wanted", "day"),
    [
        (None, "2026-03-11"),
        (date(2026, 3, 12), "2026-03-12"),
        (date(2026, 3, 14), "2026-03-16"),
        (date(2026, 3, 10), "2026-03-11"),
        (date(2026, 3, 2), "2026-03-11"),
    ],
    ids=["none", "thursday", "saturday", "today", "long-ago"],
)
def test_the_day_is_the_customers_if_gls_comes_then_else_the_next(wanted, day):
    """An order that had to wait must not ask for yesterday."""
    assert pickup_day(wanted, TODAY).isoformat() == day


def test_late_in_the_evening_it_is_tomorrow_somewhere():
    """In Helsinki the day has turned: what is tomorrow in London would be today there."""
    assert as_late_as_anywhere(datetime(2026, 3, 10, 22, tzinfo=UTC)) == date(2026, 3, 11)
    assert as_late_as_anywhere(datetime(2026, 3, 10, 20, tzinfo=UTC)) == date(2026, 3, 10)
