"""Reads dated facts about carriers from CSV: those shipped with rules, and an operator's own."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from importlib import resources
from io import StringIO
from pathlib import Path
from typing import Final

from contracts.words import ReturnMethod
from services.rules.domain.capability import DIRECT, PLATFORM, Capability, Registry

COLUMNS: Final = (
    *("method", "from_country", "to_country", "carrier", "contract"),
    *("valid_from", "valid_until", "source"),
)
SHIPPED: Final = "capabilities.csv"
MOST_SAID: Final = 10
"""So many faults are named; a file with more of them is the wrong file."""
_SOURCE_LETTERS: Final = 150  # it is told to customers' frontends, with a date
_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_CODE: Final = re.compile(r"[a-z][a-z0-9_]{0,63}", re.ASCII)
_COUNTRY: Final = re.compile(r"[A-Z]{2}", re.ASCII)


class Unreadable(ValueError):
    """The file is not what it must be; says in which lines and columns."""


def registry(more: Path | None = None) -> Registry:
    """What we know as shipped, and what `more` adds to it.

    Raises:
        Unreadable: `more` is not a list of facts.
        OSError: it cannot be read.
    """
    return Registry([*shipped(), *(() if more is None else of_file(more))])


def shipped() -> list[Capability]:
    """The facts that lie in the package."""
    text = resources.files("services.rules").joinpath(SHIPPED).read_text(encoding="utf-8")
    return read(text, SHIPPED)


def of_file(path: Path) -> list[Capability]:
    """The facts in this file.

    Raises:
        Unreadable: it is not a list of facts.
        OSError: it cannot be read.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise Unreadable(f"{path.name}: not UTF-8") from None
    return read(text, path.name)


def read(text: str, name: str) -> list[Capability]:
    """The facts in `text`: a line with the columns' names, then a line each.

    Raises:
        Unreadable: with what is wrong, `name`, line and column each.
    """
    lines = csv.reader(StringIO(text, newline=""), strict=True)
    found, faults = list[Capability](), list[str]()
    seen: dict[tuple[str, ...], int] = {}
    try:
        if tuple(next(lines, ())) != COLUMNS:
            raise Unreadable(f"{name}, line 1: the columns must be {','.join(COLUMNS)}")
        for cells in lines:
            if not cells:
                continue
            where, row = f"{name}, line {lines.line_num}", tuple(cells)
            wrong = [f"{where}, {fault}" for fault in _faults(row)]
            first = seen.setdefault(row[:-1], lines.line_num)
            if first != lines.line_num:
                wrong.append(f"{where}: says the same as line {first}")
            faults += wrong
            if not wrong:
                found.append(_fact(row))
    except csv.Error as fault:
        raise Unreadable(f"{name}, line {lines.line_num}: {fault}") from None
    if faults:
        more = len(faults) - MOST_SAID
        rest = [f"and {more} more"] if more > 0 else []
        raise Unreadable("; ".join(faults[:MOST_SAID] + rest))
    return found


def _faults(row: Sequence[str]) -> Iterator[str]:
    if len(row) != len(COLUMNS):
        yield f"column {min(len(row), len(COLUMNS)) + 1}: {len(row)} columns instead of 8"
        return
    for column, cell in zip(COLUMNS, row, strict=True):
        fault = _CHECKS[column](cell)
        if fault is not None:
            yield f"column {column}: {fault}"
    begins, ends = row[5], row[6]
    if _is_day(begins) and _is_day(ends) and ends < begins:
        yield "column valid_until: before valid_from"


def _fact(row: Sequence[str]) -> Capability:
    method, origin, to, carrier, contract, begins, ends, source = row
    return Capability(
        *(method, origin or None, to or None, carrier or None, contract or None),
        *(_day(begins), _day(ends), source),
    )


def _day(cell: str) -> date | None:
    return date.fromisoformat(cell) if cell else None


def _is_day(cell: str) -> bool:
    if _DAY.fullmatch(cell) is None:
        return False
    try:
        date.fromisoformat(cell)
    except ValueError:
        return False
    return True


def _method(cell: str) -> str | None:
    known = [method.value for method in ReturnMethod if method is not ReturnMethod.NONE]
    return None if cell in known else f"one of {', '.join(known)}"


def _country(cell: str) -> str | None:
    fits = not cell or _COUNTRY.fullmatch(cell)
    return None if fits else "a country as in ISO 3166-1 (NL), or nothing for everywhere"


def _carrier(cell: str) -> str | None:
    fits = not cell or _CODE.fullmatch(cell)
    return None if fits else "a carrier's code such as dhl_parcel_de, or nothing"


def _contract(cell: str) -> str | None:
    fits = cell in ("", PLATFORM, DIRECT)
    return None if fits else f"{PLATFORM}, {DIRECT}, or nothing if either will do"


def _valid(cell: str) -> str | None:
    return None if not cell or _is_day(cell) else "a day as in ISO 8601 (2026-03-10), or nothing"


def _source(cell: str) -> str | None:
    if not cell.strip():
        return "say where this fact stands"
    fits = cell.isprintable() and len(cell) <= _SOURCE_LETTERS
    return None if fits else f"one line of at most {_SOURCE_LETTERS} letters"


_CHECKS: Final[dict[str, Callable[[str], str | None]]] = {
    "method": _method,
    "from_country": _country,
    "to_country": _country,
    "carrier": _carrier,
    "contract": _contract,
    "valid_from": _valid,
    "valid_until": _valid,
    "source": _source,
}
