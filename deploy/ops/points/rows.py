"""Files of points and places as rows with our names of columns, whatever format they came in."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple

from contracts.words import PointAbility, Weekday
from deploy.ops.dead_letters.refused import Refused

LARGEST_GEOJSON_BYTES: Final = 200 * 1024 * 1024
_ALIASES: Final = {
    "id": "point_id",
    "postcode": "postal_code",
    "city": "town",
    "lat": "latitude",
    "lon": "longitude",
    "lng": "longitude",
}
_LA_POSTE: Final = {
    "#Identifiant_du_site": "point_id",
    "Libellé_du_site": "name",
    "Adresse": "street",
    "Code_postal": "postal_code",
    "Localité": "town",
    "Latitude": "latitude",
    "Longitude": "longitude",
}
"""The open data set of the French post's points of contact, in its own columns."""

Advance = Callable[[int], None]
"""Told how many bytes of the file were read so far."""


class Row(NamedTuple):
    """One row, and where it stands: a line of a CSV file, or the number of a GeoJSON feature."""

    line: int
    cells: Mapping[str, str]


def rows(path: Path, advance: Advance) -> Iterator[Row]:
    """Every row of the file.

    Raises:
        Refused: `file-unreadable`, `not-utf8`, `not-csv`, `not-geojson`.
    """
    try:
        if path.suffix.lower() in {".json", ".geojson"}:
            yield from _features(path, advance)
        else:
            yield from _lines(path, advance)
    except OSError as fault:
        said = (fault.strerror or "unreadable").lower()
        raise Refused("file-unreadable", f"{path}: {said}") from None
    except UnicodeDecodeError:
        raise Refused("not-utf8", f"{path}: no UTF-8 text") from None


def _lines(path: Path, advance: Advance) -> Iterator[Row]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        header = file.readline()
        comma = ";" if header.count(";") > header.count(",") else ","
        (names,) = csv.reader([header], delimiter=comma)
        known = _LA_POSTE if names[:1] == [*_LA_POSTE][:1] else None
        names = [name.strip() for name in names]
        table = csv.reader(_counted(file, len(header), advance), delimiter=comma, strict=True)
        try:
            for cells in table:
                line = table.line_num + 1
                if len(cells) != len(names):
                    said = f"{len(cells)} columns instead of {len(names)}"
                    raise Refused("not-csv", f"{path}, line {line}: {said}")
                found = dict(zip(names, (cell.strip() for cell in cells), strict=True))
                yield Row(line, _ours(found) if known is None else _of_la_poste(found))
        except csv.Error as fault:
            raise Refused("not-csv", f"{path}, line {table.line_num + 1}: {fault}") from None


def _counted(lines: Iterable[str], done: int, advance: Advance) -> Iterator[str]:
    for line in lines:
        done += len(line.encode())
        advance(done)
        yield line


def _ours(cells: Mapping[str, str]) -> dict[str, str]:
    return {_ALIASES.get(name.lower(), name.lower()): cell for name, cell in cells.items()}


def _of_la_poste(cells: Mapping[str, str]) -> dict[str, str]:
    found = {ours: cells.get(theirs, "") for theirs, ours in _LA_POSTE.items()}
    country = cells.get("Pays", "")
    found["street"] = found["street"] or cells.get("Lieu_dit", "")
    found["country"] = "FR" if country == "FRANCE" else country
    found["abilities"] = PointAbility.ACCEPTS_RETURNS
    return found


def _features(path: Path, advance: Advance) -> Iterator[Row]:
    if path.stat().st_size > LARGEST_GEOJSON_BYTES:
        raise Refused("not-geojson", f"{path}: larger than 200 MiB, use CSV")
    text = path.read_text(encoding="utf-8-sig")
    try:
        said = json.loads(text)
    except ValueError:
        raise Refused("not-geojson", f"{path}: no JSON") from None
    features = said.get("features") if isinstance(said, dict) else None
    if not isinstance(features, list):
        raise Refused("not-geojson", f"{path}: no FeatureCollection")
    for number, feature in enumerate(features, 1):
        advance(len(text) * number // len(features))
        yield Row(number, _of_feature(feature if isinstance(feature, dict) else {}))


def _of_feature(feature: Mapping[str, Any]) -> dict[str, str]:
    """Properties by our names; opening hours may stand in an object of their own."""
    properties = feature.get("properties")
    said = dict(properties) if isinstance(properties, dict) else {}
    hours = said.pop("hours", None)
    if isinstance(hours, dict):
        said |= {day: hours[day] or "closed" for day in Weekday if hours.get(day) is not None}
    abilities = said.get("abilities")
    if isinstance(abilities, list):
        said["abilities"] = " ".join(map(str, abilities))
    if "id" in feature:
        said.setdefault("point_id", feature["id"])
    found = {name: str(value).strip() for name, value in said.items() if value is not None}
    match feature.get("geometry"):
        case {"type": "Point", "coordinates": [longitude, latitude, *_]}:
            found |= {"longitude": str(longitude), "latitude": str(latitude)}
    return _ours(found)
