"""GLS's parcel shops: how they are asked for, and what is said of them. Pure.

GLS's OpenAPI file says neither where on earth a shop is nor how its hours are written. Its REST
documentation (5.0.11) does: `Latitude` and `Longitude` in its `Location`, and hours in milliseconds
since one o'clock. Both ways of writing hours are read; a shop without a place is left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date
from http import HTTPStatus
from typing import Annotated, Any

from pydantic import AliasChoices, Field, StringConstraints, ValidationError

from contracts.words import PointAbility, Weekday
from services.labels.adapters.carriers.gls.addresses import LINE, POSTAL_CODE, clean, cut
from services.labels.adapters.carriers.gls.said import Said
from services.labels.adapters.lines.http import Answer
from services.labels.adapters.lines.refusals import nothing_done
from services.labels.domain import faults
from services.labels.domain.point import Near, Point, Spot

WITHIN_KM = 30
MOST_SHOPS = 100
"""GLS's own limit."""

_HOUR_MS, _MINUTE_MS = 3_600_000, 60_000
_CLOCK = re.compile(r"(?:^|T)([01]\d|2[0-4]):([0-5]\d)", re.ASCII)
_LOCKER = "LOCKER"


_Text = Annotated[str, Field(max_length=200)]
_Degrees = Annotated[float, Field(strict=False)]


class _Location(Said):
    Latitude: Annotated[_Degrees, Field(ge=-90, le=90)]
    Longitude: Annotated[_Degrees, Field(ge=-180, le=180)]


class _Address(Said):
    Name1: Annotated[str, Field(min_length=1, max_length=200)]
    Street: _Text
    StreetNumber: _Text | None = None
    ZIPCode: Annotated[_Text, Field(validation_alias=AliasChoices("ZIPCode", "Zipcode"))]
    City: _Text
    CountryCode: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]


class _Hours(Said):
    From: int | Annotated[str, Field(max_length=40)]
    To: int | Annotated[str, Field(max_length=40)]


class _Open(Said):
    OpeningHours: Annotated[list[_Hours], Field(max_length=10)] = []


class _Day(Said):
    DayOfWeek: Annotated[str, Field(max_length=3)]
    OpeningHours: _Open = _Open()
    Breaks: _Open = _Open()


class _Holiday(Said):
    StartDate: Annotated[str, Field(max_length=40)]
    EndDate: Annotated[str, Field(max_length=40)]


class _Shop(Said):
    ParcelShopID: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:/-]{0,63}$")]
    Type: Annotated[str, Field(max_length=40)] = "SHOP"
    Location: _Location
    Address: _Address
    WorkingDay: Annotated[list[_Day], Field(max_length=7)] = []
    Holidays: Annotated[list[_Holiday], Field(max_length=50)] = []


class _Shops(Said):
    ParcelShop: Annotated[list[dict[str, Any]], Field(max_length=MOST_SHOPS)] = []


def question(near: Near) -> tuple[str, dict[str, str]]:
    """Where shops are asked for, and with what: by their place, else by postal code."""
    few = {"Distance": str(WITHIN_KM), "MaxNumberOfShops": str(min(near.limit, MOST_SHOPS))}
    if near.spot is not None:
        spot = {"Latitude": f"{near.spot.latitude:.5f}", "Longitude": f"{near.spot.longitude:.5f}"}
        return "/rs/parcelshop/distance", spot | few
    place = {
        "CountryCode": near.country,
        "ZIPCode": cut(near.postal_code, POSTAL_CODE),
        "City": cut(near.town or "", LINE),
    }
    return "/rs/parcelshop/address", {name: said for name, said in place.items() if said} | few


def points(answer: Answer, near: Near, today: date, carrier: str) -> tuple[Point, ...]:
    """The shops in the answer that can do what is wanted and are not on holiday.

    A shop that cannot be read is left out: its neighbours are told.

    Raises:
        AuthFailed, RateLimited, Unavailable: nothing was said of any.
    """
    if answer.status != HTTPStatus.OK:
        raise nothing_done(answer)
    try:
        said = _Shops.model_validate_json(answer.body).ParcelShop
    except ValidationError:
        raise faults.Unavailable("answer unreadable") from None
    shops = [shop for each in said if (shop := _read(each)) is not None]
    found = (_point(shop, carrier) for shop in shops if not _is_away(shop, today))
    return tuple(point for point in found if point.abilities >= near.abilities)


def _read(given: object) -> _Shop | None:
    try:
        return _Shop.model_validate(given)
    except ValidationError:
        return None


def _point(shop: _Shop, carrier: str) -> Point:
    address = shop.Address
    able = PointAbility.LOCKER if shop.Type == _LOCKER else PointAbility.ACCEPTS_RETURNS
    return Point(
        point_id=shop.ParcelShopID,
        carrier=carrier,
        name=clean(address.Name1),
        street=clean(f"{address.Street} {address.StreetNumber or ''}"),
        postal_code=clean(address.ZIPCode),
        town=clean(address.City),
        country=address.CountryCode,
        spot=Spot(shop.Location.Latitude, shop.Location.Longitude),
        hours=dict(_hours(shop.WorkingDay)),
        abilities=frozenset({able}),
    )


def _hours(days: Sequence[_Day]) -> Iterator[tuple[str, str]]:
    known = {day.value: day for day in Weekday}
    for day in days:
        weekday = known.get(day.DayOfWeek.lower())
        if weekday is not None:
            opened, breaks = _spans(day.OpeningHours), _spans(day.Breaks)
            yield weekday, " ".join(f"{a}-{b}" for span in opened for a, b in _split(span, breaks))


def _spans(hours: _Open) -> list[tuple[str, str]]:
    """From and to, as a clock shows them; one that ends where it begins is none."""
    clocks = ((_clock(one.From), _clock(one.To)) for one in hours.OpeningHours)
    return sorted((a, b) for a, b in clocks if a is not None and b is not None and a < b)


def _split(span: tuple[str, str], breaks: Sequence[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """What is left of a span without the breaks in it."""
    begins, ends = span
    for pause_from, pause_to in breaks:
        if begins < pause_from and pause_to < ends:
            yield begins, pause_from
            begins = pause_to
    yield begins, ends


def _clock(said: int | str) -> str | None:
    if isinstance(said, str):
        found = _CLOCK.search(said)
        return f"{found[1]}:{found[2]}" if found else None
    since_midnight = said + _HOUR_MS
    if not 0 <= since_midnight <= 24 * _HOUR_MS:
        return None
    return f"{since_midnight // _HOUR_MS:02}:{since_midnight % _HOUR_MS // _MINUTE_MS:02}"


def _is_away(shop: _Shop, today: date) -> bool:
    """Whether it is on holiday today, as far as it says when."""
    day = today.isoformat()
    return any(one.StartDate[:10] <= day <= one.EndDate[:10] for one in shop.Holidays)
