"""A few counters and lockers that PostNL might have: their names say that they are not real."""

from __future__ import annotations

from collections.abc import Mapping
from math import cos, hypot, radians
from typing import Any

_WEEK = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday")
_COUNTER, _LOCKER = ["DO", "PG", "RETA"], ["PA"]
_DEGREE_METRES = 111_195

_PLACES = (
    (900101, "Simulated Tobacconist", "Damrak", 1, "1012LG", "Amsterdam", "NL", 52.3764, 4.8977),
    (900102, "Simulated Greengrocer", "Spui", 10, "1012WZ", "Amsterdam", "NL", 52.3687, 4.8901),
    (900103, "Simulated Locker", "Dam", 20, "1012NP", "Amsterdam", "NL", 52.3731, 4.8932),
    (900104, "Simulated Bookshop", "Oudegracht", 99, "3511AE", "Utrecht", "NL", 52.0938, 5.1185),
    (900105, "Simulated Chemist", "Lijnbaan", 50, "3012EP", "Rotterdam", "NL", 51.9193, 4.4776),
    (900201, "Simulated Newsagent", "Rue Neuve", 12, "1000", "Brussel", "BE", 50.8508, 4.3545),
    (900202, "Simulated Florist", "Meir", 30, "2000", "Antwerpen", "BE", 51.2182, 4.4075),
)


def points_near(query: Mapping[str, str], *, by_place: bool) -> list[dict[str, Any]]:
    """The points of a country, nearest first, as PostNL's locator writes them."""
    wanted = query.get("DeliveryOptions", "PG")
    found = [_written(place) for place in _PLACES if place[6] == query.get("CountryCode")]
    fitting = [
        one
        for one in found
        if wanted == "PG" or ("PA" in one["DeliveryOptions"]["string"]) is (wanted == "PA")
    ]
    spot = _spot(query, by_place=by_place)
    for one in fitting:
        one["Distance"] = _metres(spot, (one["Latitude"], one["Longitude"]))
    return sorted(fitting, key=lambda one: int(one["Distance"]))


def _written(place: tuple[int, str, str, int, str, str, str, float, float]) -> dict[str, Any]:
    code, name, street, number, postal_code, town, country, latitude, longitude = place
    return {
        "LocationCode": code,
        "Name": name,
        "Address": {
            "Street": street,
            "HouseNr": number,
            "Zipcode": postal_code,
            "City": town,
            "Countrycode": country,
        },
        "Latitude": latitude,
        "Longitude": longitude,
        "DeliveryOptions": {"string": list(_LOCKER if "Locker" in name else _COUNTER)},
        "OpeningHours": {day: {"string": "08:00-18:00"} for day in _WEEK}
        | {"Saturday": {"string": "10:00-16:00"}},
    }


def _spot(query: Mapping[str, str], *, by_place: bool) -> tuple[float, float]:
    """Where the customer is: told, or where the postal code's first digits are at home."""
    if by_place:
        return float(query["Latitude"]), float(query["Longitude"])
    digits = query.get("PostalCode", "")
    alike = max(_PLACES, key=lambda place: _alike(place[4], digits))
    return alike[7], alike[8]


def _alike(one: str, other: str) -> int:
    return next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), 4)


def _metres(one: tuple[float, float], other: tuple[float, float]) -> int:
    north = other[0] - one[0]
    east = (other[1] - one[1]) * cos(radians(one[0]))
    return round(hypot(north, east) * _DEGREE_METRES)
