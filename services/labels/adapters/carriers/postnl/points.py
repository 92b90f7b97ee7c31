"""Where PostNL takes parcels, from its own locator. Pure.

It knows counters and lockers in the Netherlands and Belgium. That a counter takes a return, and
prints a label for a code in the Netherlands but not in Belgium, stands on PostNL's pages and not in
its answers; of lockers nothing is claimed but that they are lockers.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Annotated, Any, Final

from pydantic import BeforeValidator, Field, StringConstraints, ValidationError

from contracts.words import PointAbility, Weekday
from services.labels.adapters.carriers.postnl.complaints import (
    NOTHING_FOUND,
    Said,
    errors_in,
    turned_away,
)
from services.labels.adapters.lines.http import Answer
from services.labels.domain import faults
from services.labels.domain.point import Near, Point, Spot

CARRIER = "postnl"
COUNTRIES: Final = frozenset({"NL", "BE"})
PRINTING_COUNTRIES: Final = frozenset({"NL"})

_POSTAL_CODE = re.compile(r"[0-9]{4}([A-Z]{2})?")
_ALL, _COUNTERS, _LOCKERS = "PG", "PG_EX", "PA"
_HOURS = re.compile(r"(?:[01][0-9]|2[0-4]):[0-5][0-9]-(?:[01][0-9]|2[0-4]):[0-5][0-9]")
_CLOSED = "00:00-00:00"
_DAYS: Mapping[str, Weekday] = {
    "Monday": Weekday.MONDAY,
    "Tuesday": Weekday.TUESDAY,
    "Wednesday": Weekday.WEDNESDAY,
    "Thursday": Weekday.THURSDAY,
    "Friday": Weekday.FRIDAY,
    "Saturday": Weekday.SATURDAY,
    "Sunday": Weekday.SUNDAY,
}

MOST_POINTS = 200

_Line = Annotated[
    str, StringConstraints(min_length=1, max_length=100, pattern=r"^[^\x00-\x1f\x7f]*$")
]


def _listed(said: object) -> object:
    """One is written without its list, and none as an object without names."""
    if said in ({}, None):
        return []
    return said if isinstance(said, list) else [said]


class _Strings(Said):
    string: Annotated[list[str], BeforeValidator(_listed)] = []


class _Address(Said):
    Street: _Line
    HouseNr: int | str | None = None
    HouseNrExt: str | None = None
    Zipcode: Annotated[str, StringConstraints(pattern=r"^[0-9]{4} ?([A-Z]{2})?$")]
    City: _Line
    Countrycode: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]


class _Location(Said):
    LocationCode: Annotated[int, Field(ge=1, le=10**9)]
    Name: _Line
    Address: _Address
    Latitude: Annotated[float, Field(ge=-90, le=90)]
    Longitude: Annotated[float, Field(ge=-180, le=180)]
    DeliveryOptions: _Strings = _Strings()
    OpeningHours: dict[str, Any] = {}


class _Result(Said):
    ResponseLocation: Annotated[list[Any], BeforeValidator(_listed)] = []


class _Whole(Said):
    GetLocationsResult: _Result


def question(near: Near) -> tuple[str, dict[str, str]] | None:
    """Path and query of the question; None where PostNL has no points, or cannot look."""
    if near.country not in COUNTRIES:
        return None
    query = {"CountryCode": near.country, **_kinds(near.abilities)}
    if near.spot is not None:
        query |= {"Latitude": f"{near.spot.latitude}", "Longitude": f"{near.spot.longitude}"}
        return "/shipment/v2_1/locations/nearest/geocode", query
    plain = re.sub(r"[\s-]", "", near.postal_code).upper()
    if not _POSTAL_CODE.fullmatch(plain):
        return None
    return "/shipment/v2_1/locations/nearest", query | {"PostalCode": plain}


def points(answer: Answer, near: Near) -> list[Point]:
    """The points in the answer that can do what is wanted. A point that makes no sense is left out.

    Raises:
        CarrierFault: the question was not answered.
    """
    if answer.status == HTTPStatus.BAD_REQUEST:
        errors = errors_in(answer.body) or ()
        if [error.code for error in errors] == [NOTHING_FOUND]:
            return []
    if answer.status != HTTPStatus.OK:
        raise turned_away(answer)
    try:
        told = _Whole.model_validate_json(answer.body).GetLocationsResult.ResponseLocation
    except ValidationError:
        raise faults.Unavailable("answer unreadable") from None
    able = [one for one in _read(told[:MOST_POINTS]) if near.abilities <= one.abilities]
    return [one for one in able if one.country == near.country]


def _kinds(abilities: frozenset[str]) -> dict[str, str]:
    """Which kinds to look for: nobody at a locker prints, and of a locker nothing else is known."""
    if PointAbility.LOCKER in abilities:
        return {"DeliveryOptions": _LOCKERS}
    return {"DeliveryOptions": _COUNTERS if abilities else _ALL}


def _read(told: list[Any]) -> Iterator[Point]:
    for each in told:
        try:
            location = _Location.model_validate(each)
        except ValidationError:
            continue
        yield _point(location)


def _point(location: _Location) -> Point:
    address = location.Address
    number = (str(part or "")[:10] for part in (address.HouseNr, address.HouseNrExt))
    return Point(
        point_id=str(location.LocationCode),
        carrier=CARRIER,
        name=location.Name,
        street=" ".join(filter(None, (address.Street, *number))),
        postal_code=address.Zipcode.replace(" ", ""),
        town=address.City,
        country=address.Countrycode,
        spot=Spot(location.Latitude, location.Longitude),
        hours=dict(_hours(location.OpeningHours)),
        abilities=_abilities(address.Countrycode, location.DeliveryOptions.string),
    )


def _abilities(country: str, options: list[str]) -> frozenset[str]:
    """What can be done there. Codes of PostNL's own are not looked at, as it asks."""
    if _LOCKERS in options:
        return frozenset({PointAbility.LOCKER})
    if _ALL not in options:
        return frozenset()
    prints = {PointAbility.PRINTS_LABELS} if country in PRINTING_COUNTRIES else set()
    return frozenset({PointAbility.ACCEPTS_RETURNS, *prints})


def _hours(told: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Opening hours of the days that are told, in a form that can be read."""
    for name, day in _DAYS.items():
        try:
            spans = _Strings.model_validate(told.get(name) or {}).string
        except ValidationError:
            continue
        if spans and all(_HOURS.fullmatch(span) or not span for span in spans[:6]):
            yield day, " ".join(span for span in spans[:6] if span not in ("", _CLOSED))
