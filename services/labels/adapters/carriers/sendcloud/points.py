"""Sendcloud's service points: what is asked, and what each of them can do. Pure.

Its list says what kind of place a point is, and not what it does with returns. So shops and post
offices are taken to accept them, which is what its own portal sends people to; a machine or a depot
is not, and nobody is said to print labels unless the connection does (`points_print_labels: yes`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Annotated
from urllib.parse import urlencode

from pydantic import Field, StringConstraints, ValidationError

from contracts.words import PointAbility, Weekday
from services.labels.adapters.carriers.sendcloud import refusals
from services.labels.adapters.carriers.sendcloud.said import Id, Said
from services.labels.adapters.lines.http import Answer
from services.labels.adapters.lines.refusals import nothing_done
from services.labels.domain import faults
from services.labels.domain.point import Near, Point, Spot

NAME = "sendcloud"
MOST_POINTS, SPARE = 200, 4
"""How many Sendcloud gives at once, and how many times as many as are wanted we ask for: those that
cannot do what is wanted are left out afterwards."""
RADIUS_METRES = 50_000
SHOPS = frozenset({"servicepoint", "post_office"})
PRINT_LABELS = "points_print_labels"

_Text = Annotated[str, StringConstraints(max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")]
_Hour = Annotated[str, StringConstraints(pattern=r"^([01][0-9]|2[0-4]):[0-5][0-9]$")]


class _Open(Said):
    start_time: _Hour
    end_time: _Hour


_Day = Annotated[list[_Open], Field(max_length=6)] | None


class _Week(Said):
    monday: _Day = None
    tuesday: _Day = None
    wednesday: _Day = None
    thursday: _Day = None
    friday: _Day = None
    saturday: _Day = None
    sunday: _Day = None


class _Address(Said):
    street: _Text
    house_number: _Text = ""
    postal_code: _Text
    city: _Text
    country_code: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]


class _Position(Said):
    latitude: Annotated[float, Field(ge=-90, le=90)]
    longitude: Annotated[float, Field(ge=-180, le=180)]


class _Place(Said):
    id: Id
    name: Annotated[_Text, Field(min_length=1)]
    general_shop_type: _Text | None = None
    address: _Address
    position: _Position
    opening_times: _Week = _Week()
    is_expired: bool = False


class _Data(Said):
    results: Annotated[list[dict[str, object]], Field(max_length=MOST_POINTS)]


class _List(Said):
    data: _Data


def question(near: Near, options: Mapping[str, str]) -> str:
    """The query, as it stands in the address: names in it repeat, one for each carrier behind."""
    asked: list[tuple[str, str]] = [("country_code", near.country)]
    asked += [("carrier_code", code) for code in carriers(near.country, options)]
    if near.spot is not None:
        asked += [("latitude", f"{near.spot.latitude:.6f}")]
        asked += [("longitude", f"{near.spot.longitude:.6f}")]
    else:
        asked += [("address_postal_code", near.postal_code)]
        asked += [("address_city", near.town)] if near.town else []
    asked += [("general_shop_type", kind) for kind in _kinds(near)]
    asked += [("radius", str(RADIUS_METRES))]
    asked += [("limit", str(min(MOST_POINTS, SPARE * max(near.limit, 1))))]
    return urlencode(asked)


def carriers(country: str, options: Mapping[str, str]) -> list[str]:
    """The carriers behind the connection in this country; several are separated by commas."""
    said = options.get(f"carrier_{country.lower()}") or options.get("carrier", "")
    return [code for code in (part.strip() for part in said.split(",")) if code]


def points(answer: Answer, near: Near, options: Mapping[str, str]) -> list[Point]:
    """The points in the answer that can do what is wanted. One that makes no sense is left out.

    Raises:
        NotCovered: this account has no service points of these carriers.
        AuthFailed, RateLimited, Unavailable: nothing was said.
    """
    if answer.status == HTTPStatus.BAD_REQUEST and refusals.complaints(answer.body):
        raise faults.NotCovered
    if answer.status != HTTPStatus.OK:
        raise nothing_done(answer)
    try:
        listed = _List.model_validate_json(answer.body).data.results
    except ValidationError:
        raise faults.Unavailable("points unreadable") from None
    found = (_point(place, options) for place in _places(listed))
    return [one for one in found if one.country == near.country and near.abilities <= one.abilities]


def _places(listed: list[dict[str, object]]) -> Iterator[_Place]:
    for said in listed:
        try:
            place = _Place.model_validate(said)
        except ValidationError:
            continue
        if not place.is_expired:
            yield place


def _kinds(near: Near) -> list[str]:
    """Only shops are asked for where only shops will do."""
    return sorted(SHOPS) if PointAbility.ACCEPTS_RETURNS in near.abilities else []


def _point(place: _Place, options: Mapping[str, str]) -> Point:
    address = place.address
    return Point(
        point_id=str(place.id),
        carrier=NAME,
        name=place.name,
        street=f"{address.street} {address.house_number}".strip(),
        postal_code=address.postal_code,
        town=address.city,
        country=address.country_code,
        spot=Spot(place.position.latitude, place.position.longitude),
        hours=_hours(place.opening_times),
        abilities=_abilities(place.general_shop_type, options),
    )


def _abilities(kind: str | None, options: Mapping[str, str]) -> frozenset[str]:
    if kind == "locker":
        return frozenset({PointAbility.LOCKER})
    if kind not in SHOPS:
        return frozenset()
    prints = {PointAbility.PRINTS_LABELS} if options.get(PRINT_LABELS) == "yes" else set()
    return frozenset({PointAbility.ACCEPTS_RETURNS} | prints)


def _hours(week: _Week) -> dict[str, str]:
    """By our names of days. A day without hours is closed; a week without any is not known."""
    days = zip(Weekday, (getattr(week, name) for name in _Week.model_fields), strict=True)
    known = {day.value: _spans(hours) for day, hours in days}
    return known if any(known.values()) else {}


def _spans(hours: list[_Open] | None) -> str:
    return " ".join(f"{span.start_time}-{span.end_time}" for span in hours or ())
