"""Parcel shops of the GLS desk: invented, a dozen around wherever one asks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from http import HTTPStatus
from math import cos, hypot, radians, sin
from typing import Annotated, Any

from pydantic import Field, StringConstraints

from deploy.local.carrier.desk import Reply
from deploy.local.carrier.desks.gls.orders import Strict, refusal
from deploy.local.carrier.sales import drawn_digits

SHOPS, LOCKERS_EVERY = 12, 4
KM_PER_DEGREE = 111.2

MIDDLES: Mapping[str, tuple[float, float]] = {
    "AT": (47.6, 14.1),
    "BE": (50.6, 4.7),
    "DE": (51.2, 10.4),
    "DK": (56.0, 9.5),
    "FR": (46.6, 2.5),
    "LU": (49.8, 6.1),
    "NL": (52.2, 5.5),
}
"""The desk has no map: a postal code is somewhere near the middle of its country."""

_Count = Annotated[str, StringConstraints(pattern=r"^\d{1,3}$")]
_Degrees = Annotated[str, StringConstraints(pattern=r"^-?\d{1,3}(\.\d+)?$")]


class Near(Strict):
    """Shops near an address, please."""

    CountryCode: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
    ZIPCode: Annotated[str, Field(min_length=1, max_length=10)]
    City: Annotated[str, Field(max_length=40)] = ""
    Distance: _Count = "30"
    MaxNumberOfShops: _Count = "25"


class Within(Strict):
    """Shops around a place, please."""

    Latitude: _Degrees
    Longitude: _Degrees
    Distance: _Count
    MaxNumberOfShops: _Count = "25"


def near(asked: Near) -> Reply:
    """Shops near a postal code."""
    if asked.CountryCode not in MIDDLES:
        return refusal("INVALID_FIELD_VALUE", "countryCode", asked.CountryCode, "not found")
    latitude, longitude = MIDDLES[asked.CountryCode]
    shift = int(drawn_digits(asked.ZIPCode, 4)) / 10_000 - 0.5
    middle = (latitude + shift, longitude + shift)
    return _told(asked.CountryCode, asked.ZIPCode, middle, asked)


def within(asked: Within) -> Reply:
    """Shops around a place. Which country that is, the nearest middle says."""
    here = (float(asked.Latitude), float(asked.Longitude))
    country = min(MIDDLES, key=lambda code: hypot(*_apart(MIDDLES[code], here)))
    return _told(country, "", here, asked)


def _told(country: str, code: str, middle: tuple[float, float], asked: Near | Within) -> Reply:
    shops = [
        shop
        for shop in _around(country, code, middle)
        if float(shop["AirlineDistance"]) <= int(asked.Distance)
    ]
    said = {"ParcelShop": shops[: int(asked.MaxNumberOfShops)]} if shops else {}
    return Reply(HTTPStatus.OK, said, media_type="application/glsVersion1+json")


def _around(country: str, code: str, middle: tuple[float, float]) -> Iterator[dict[str, Any]]:
    """In a spiral, half a kilometre further with each."""
    latitude, longitude = middle
    for number in range(1, SHOPS + 1):
        km, turn = 0.5 * number, radians(137.5 * number)
        north = km * cos(turn) / KM_PER_DEGREE
        east = km * sin(turn) / (KM_PER_DEGREE * cos(radians(latitude)))
        place = f"{latitude + north:.5f},{longitude + east:.5f}"
        yield _shop(country, code, number, place, km)


def _shop(country: str, code: str, number: int, place: str, km: float) -> dict[str, Any]:
    latitude, _, longitude = place.partition(",")
    locker = number % LOCKERS_EVERY == 0
    kind = "LOCKER" if locker else "SHOP"
    return {
        "ParcelShopID": f"GLS_{country}-276{drawn_digits(place, 7)}",
        "Type": kind,
        "Location": {"CountryCode": country, "Latitude": latitude, "Longitude": longitude},
        "Address": {
            "Name1": f"Invented {kind.lower()} {number}",
            "Street": "Made-up Street",
            "StreetNumber": str(number),
            "ZIPCode": code or drawn_digits(place, 4),
            "City": "Nowhere",
            "CountryCode": country,
        },
        "WorkingDay": [_day(name) for name in ("MON", "TUE", "WED", "THU", "FRI", "SAT")],
        "AirlineDistance": f"{km:.3f}",
    }


def _day(name: str) -> dict[str, Any]:
    """The file wants instants; what counts is what a clock shows."""
    closes = "13:00" if name == "SAT" else "18:30"
    told: dict[str, Any] = {"DayOfWeek": name, "OpeningHours": _span("09:00", closes)}
    return told if name == "SAT" else told | {"Breaks": _span("12:30", "13:30")}


def _span(opens: str, closes: str) -> dict[str, Any]:
    return {"OpeningHours": [{"From": _instant(opens), "To": _instant(closes)}]}


def _instant(clock: str) -> str:
    return f"1970-01-01T{clock}:00Z"


def _apart(one: tuple[float, float], other: tuple[float, float]) -> tuple[float, float]:
    return one[0] - other[0], (one[1] - other[1]) * cos(radians(one[0]))
