"""Sendcloud's service points: some shops, post offices, a machine and one that closed, anywhere."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from deploy.local.carrier.sales import drawn_digits

_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday")
_MIDDLES = {"NL": (52.09, 5.12), "BE": (50.85, 4.35), "DE": (50.94, 6.96), "FR": (48.86, 2.35)}
MOST = 12
_STEP = 0.004
"""Degrees from one point to the next: some four hundred metres."""


def near(query: Mapping[str, str]) -> dict[str, Any]:
    """What there is near a place, or near the middle of a postal code."""
    middle, matched = _middle(query)
    only_shops = "general_shop_type" in query
    count = min(int(query.get("limit", "100")), MOST)
    kinds = ["servicepoint", "post_office"] + ([] if only_shops else ["locker", "carrier_depot"])
    results = [_point(place, kinds[place % len(kinds)], middle, query) for place in range(count)]
    return {"data": {"results": results, "geocoding": matched}}


def _middle(query: Mapping[str, str]) -> tuple[tuple[float, float], dict[str, Any] | None]:
    if "latitude" in query:
        return (float(query["latitude"]), float(query["longitude"])), None
    latitude, longitude = _MIDDLES.get(query["country_code"], (50.0, 10.0))
    off = int(drawn_digits(query.get("address_postal_code", ""), 3)) / 10_000
    matched = {"status": "matched", "precision": "postal_code", "formatted_address": None}
    return (latitude + off, longitude + off), matched


def _point(
    place: int, kind: str, middle: tuple[float, float], query: Mapping[str, str]
) -> dict[str, Any]:
    carrier = query.get("carrier_code", "postnl")
    hours = [
        {"start_time": "09:00", "end_time": "12:30"},
        {"start_time": "13:30", "end_time": "18:00"},
    ]
    return {
        "id": 1_000_001 + place,
        "name": f"{carrier} {kind} {place + 1}",
        "carrier": {"code": carrier, "name": carrier, "logo_url": None, "icon_url": None},
        "carrier_service_point_id": f"{query['country_code']}-{place + 1:05d}",
        "carrier_shop_type": None,
        "general_shop_type": kind,
        "address": {
            "street": "Stationsplein",
            "house_number": str(place + 1),
            "postal_code": query.get("address_postal_code", "5611 AC"),
            "city": query.get("address_city", "Town"),
            "country_code": query["country_code"],
        },
        "position": {"latitude": middle[0] + place * _STEP, "longitude": middle[1]},
        "contact": {"email": "", "phone": ""},
        "opening_times": dict.fromkeys(_WEEKDAYS, hours) | {"saturday": hours[:1], "sunday": None},
        "is_open_tomorrow": True,
        "next_open_at": None,
        "is_expired": place == MOST - 1,
        "distance": place * 400,
    }
