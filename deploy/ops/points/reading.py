"""A row read as a point or a place, or everything that is wrong with it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from pydantic import TypeAdapter, ValidationError

from contracts.countries import COUNTRIES
from contracts.shape import Code, Name, Text
from contracts.words import PointAbility, Weekday
from services.labels.app import Place, Point, Spot, code_of_place

_TEXT: Final[TypeAdapter[str]] = TypeAdapter(Text)
_NAME: Final[TypeAdapter[str]] = TypeAdapter(Name)
_CODE: Final[TypeAdapter[str]] = TypeAdapter(Code)
_SPAN: Final = r"([01]\d|2[0-4]):[0-5]\d-([01]\d|2[0-4]):[0-5]\d"
_HOURS: Final = re.compile(rf"{_SPAN}( {_SPAN}){{0,3}}")
POLE, FAR_SIDE = 90, 180
CLOSED: Final = "closed"
"""How a day is written on which nobody is there; an empty cell says that we do not know."""


@dataclass(frozen=True, slots=True)
class Fault:
    """Something wrong with one field of one line."""

    line: int
    code: str
    field: str
    sentence: str


@dataclass
class _Reader:
    """Reads the cells of one row and collects what is wrong with them."""

    line: int
    cells: Mapping[str, str]
    faults: list[Fault] = field(default_factory=list)

    def wrong(self, code: str, name: str, sentence: str) -> None:
        self.faults.append(Fault(self.line, code, name, sentence))

    def needed(self, name: str) -> str:
        """A cell that may not be empty."""
        cell = self.cells.get(name, "")
        if not cell:
            self.wrong("field_missing", name, "this must be said")
        return cell

    def checked(self, name: str, cell: str, kind: TypeAdapter[str], code: str, says: str) -> str:
        try:
            kind.validate_python(cell)
        except ValidationError:
            self.wrong(code, name, says)
        return cell

    def text(self, name: str) -> str:
        says = "at most 200 characters, none of them for control"
        return self.checked(name, self.cells.get(name, ""), _TEXT, "text_bad", says)

    def point_id(self) -> str:
        cell = self.needed("point_id")
        says = "letters, digits and . _ : / - make a name, 64 at most"
        return self.checked("point_id", cell, _NAME, "id_bad", says) if cell else cell

    def carrier(self, usual: str | None) -> str:
        cell = self.cells.get("carrier", "") or usual or ""
        if not cell:
            self.wrong("field_missing", "carrier", "say it in a column, or with --carrier")
            return cell
        says = "a carrier's code such as dhl_parcel_de"
        return self.checked("carrier", cell, _CODE, "carrier_bad", says)

    def country(self) -> str:
        cell = self.needed("country").upper()
        if cell and cell not in COUNTRIES:
            self.wrong("country_unknown", "country", "a country as in ISO 3166-1, such as NL")
        return cell

    def spot(self) -> Spot:
        """Coordinates in degrees, none of them made up: 0, 0 is in the sea."""
        if not (self.needed("latitude") and self.needed("longitude")):
            return Spot(0, 0)
        try:
            found = Spot(float(self.cells["latitude"]), float(self.cells["longitude"]))
        except ValueError:
            self.wrong("coordinates_bad", "latitude", "degrees with a point: 48.8566")
            return Spot(0, 0)
        if not (abs(found.latitude) <= POLE and abs(found.longitude) <= FAR_SIDE):
            self.wrong("coordinates_bad", "latitude", "90 degrees at most, longitude 180")
        elif (found.latitude, found.longitude) == (0, 0):
            self.wrong("coordinates_bad", "latitude", "0, 0 is in the sea")
        return found

    def abilities(self) -> frozenset[str]:
        said = frozenset(re.split(r"[\s|]+", self.cells.get("abilities", "")) or ()) - {""}
        strangers = said - {*PointAbility}
        if strangers:
            self.wrong("ability_unknown", "abilities", f"any of {', '.join(PointAbility)}")
        return said or frozenset({PointAbility.ACCEPTS_RETURNS.value})

    def hours(self) -> dict[str, str]:
        found = {}
        for day in Weekday:
            cell = self.cells.get(day.value, "")
            if cell and cell != CLOSED and _HOURS.fullmatch(cell) is None:
                self.wrong("hours_bad", day, "09:00-12:00 13:00-18:00, or closed")
            if cell:
                found[day.value] = "" if cell == CLOSED else cell
        return found

    def day(self, name: str) -> date | None:
        cell = self.cells.get(name, "")
        try:
            return date.fromisoformat(cell) if cell else None
        except ValueError:
            self.wrong("day_bad", name, "a day as in ISO 8601: 2026-03-10")
            return None


def point(
    line: int, cells: Mapping[str, str], carrier: str | None
) -> tuple[Point, tuple[Fault, ...]]:
    """The point as far as it can be read, and what is wrong with it.

    Only without faults is it to be used; with some, its carrier and name are what the row says.
    """
    row = _Reader(line, cells)
    found = Point(
        point_id=row.point_id(),
        carrier=row.carrier(carrier),
        name=row.needed("name") and row.text("name"),
        street=row.text("street"),
        postal_code=row.needed("postal_code") and row.text("postal_code"),
        town=row.text("town"),
        country=row.country(),
        spot=row.spot(),
        hours=row.hours(),
        abilities=row.abilities(),
        opens=row.day("opens"),
        closes=row.day("closes"),
    )
    if found.opens and found.closes and found.closes < found.opens:
        row.wrong("day_bad", "closes", "before it opens")
    return found, tuple(row.faults)


def place(line: int, cells: Mapping[str, str]) -> tuple[Place, tuple[Fault, ...]]:
    """The middle of a postal code as far as it can be read, and what is wrong with it."""
    row = _Reader(line, cells)
    country, written, spot = row.country(), row.needed("postal_code"), row.spot()
    code = code_of_place(country, written)
    if written and code is None:
        row.wrong("postal_code_bad", "postal_code", "letters and digits, 2 to 10 of them")
    return Place(country, code or "", spot), tuple(row.faults)
