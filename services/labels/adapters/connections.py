"""Connections as they are when the process starts, and no others: read from a file.

    [[connection]]
    portal = "*"                   # or a merchant's portal
    carrier = "gls"
    url = "https://…"              # only where the adapter's own is not meant
    [connection.secrets]
    client_secret = "…"
    [connection.options]
    contact_id = "…"
    [connection.prices]
    drop_off_point = { minor = 449, currency = "EUR" }
    [connection.daily_cap]
    minor = 50000
    currency = "EUR"

An error names the entry and the field, and never a value: a secret may stand in the wrong place.
"""

from __future__ import annotations

import os
import stat
import sys
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Literal, NoReturn

from pydantic import BaseModel, ConfigDict, Field, SecretStr, StringConstraints, ValidationError

from contracts.shape import Code, Name, NotNegative
from services.labels.domain.connection import PLATFORM, Connection
from services.labels.ports.carriers import Adapter

SETTING = "RETOUR_CONNECTIONS_FILE"
_Word = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,63}$")]


class Known:
    """See `ports.Connections`."""

    def __init__(self, connections: Iterable[Connection]) -> None:
        self._all = {(one.portal_id, one.carrier): one for one in connections}

    def of(self, portal_id: str, carrier: str) -> Connection | None:
        """See `ports.Connections`."""
        return self._all.get((portal_id, carrier)) or self._all.get((PLATFORM, carrier))

    def all(self) -> Sequence[Connection]:
        """See `ports.Connections`."""
        return sorted(self._all.values(), key=lambda one: one.id)


class _Entry(BaseModel):
    """One `[[connection]]`. A name that is not known is a mistake in writing."""

    model_config = ConfigDict(strict=True, extra="forbid", hide_input_in_errors=True)

    portal: Literal["*"] | Name
    carrier: Code
    url: Annotated[str, StringConstraints(pattern=r"^https?://[^\s/?#@]+[^\s?#@]*$")] | None = None
    secrets: dict[_Word, Annotated[SecretStr, Field(min_length=1)]] = {}
    options: dict[_Word, Annotated[str, StringConstraints(min_length=1, max_length=500)]] = {}
    prices: dict[_Word, NotNegative] = {}
    daily_cap: NotNegative | None = None


def read(
    file: Path | None,
    simulator: Connection | None,
    carriers: Mapping[str, Adapter],
    *,
    production: bool,
) -> list[Connection]:
    """Every contract there is: those in the file, and the one with the simulator if it is known.

    Raises:
        SystemExit: the file cannot be read, holds what cannot be, or is unsafe in production; says
            which entry and which field.
    """
    given = [] if file is None else _entries(file)
    found = [] if simulator is None else [simulator]
    for number, one in enumerate(given, 1):
        wrong = [*_wrong(one, carriers.get(one.carrier)), *_twice(one, found)]
        if wrong:
            _refuse("settings_invalid", number, wrong)
        if production and (unsafe := list(_unsafe(one, carriers[one.carrier]))):
            _refuse("settings_unsafe", number, unsafe)
        found.append(_connection(one))
    if production and file is not None and file.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        sys.exit(f"settings_unsafe: {SETTING} (others than its owner may read it)")
    return found


def _entries(file: Path) -> list[_Entry]:
    try:
        with file.open("rb") as opened:
            said = tomllib.load(opened)
    except OSError as error:
        sys.exit(f"settings_invalid: {SETTING} (cannot be read: {os.strerror(error.errno or 0)})")
    except (tomllib.TOMLDecodeError, UnicodeDecodeError):
        # Its own words would quote what it stumbled over.
        sys.exit(f"settings_invalid: {SETTING} (is no TOML)")
    entries = said.pop("connection", [])
    if said or not isinstance(entries, list):
        sys.exit(f"settings_invalid: {SETTING} (holds something besides [[connection]])")
    return [_entry(number, one) for number, one in enumerate(entries, 1)]


def _entry(number: int, said: object) -> _Entry:
    try:
        return _Entry.model_validate(said)
    except ValidationError as error:
        wrong = {f"{_field(e['loc'])}: {_why(e['type'])}" for e in error.errors()}
        _refuse("settings_invalid", number, sorted(wrong))


def _field(place: tuple[int | str, ...]) -> str:
    """The field, and within `secrets` nothing more: somebody may have swapped name and value."""
    words = [str(word) for word in place if word != "[key]"]
    return ".".join(words[:1] if words[0] in {"secrets", "options"} else words[:2])


def _why(kind: str) -> str:
    return {"missing": "is missing", "extra_forbidden": "is unknown"}.get(kind, "is malformed")


def _wrong(one: _Entry, adapter: Adapter | None) -> Iterator[str]:
    if adapter is None:
        yield "carrier: nobody answers to this name"
        return
    if not adapter.connected:
        yield "carrier: needs no connection"
    if one.url is None and adapter.evidence.kind == "simulator":
        yield "url: is missing"
    for kind, needed, held in (
        ("secrets", adapter.secrets, one.secrets),
        ("options", adapter.options, one.options),
    ):
        yield from (f"{kind}.{name}: is missing" for name in sorted(needed - held.keys()))
    yield from _wrong_money(one)


def _wrong_money(one: _Entry) -> Iterator[str]:
    if one.daily_cap is None:
        return
    if not one.prices:
        yield "prices: is missing, and nothing can be set aside for daily_cap"
    elif any(price.currency != one.daily_cap.currency for price in one.prices.values()):
        yield "daily_cap: is in another currency than prices"


def _twice(one: _Entry, found: Sequence[Connection]) -> Iterator[str]:
    if (one.portal, one.carrier) in {(held.portal_id, held.carrier) for held in found}:
        yield "portal: has this carrier already"


def _unsafe(one: _Entry, adapter: Adapter) -> Iterator[str]:
    if one.url is not None and not one.url.startswith("https://"):
        yield "url: plain HTTP"
    if adapter.evidence.kind == "simulator":
        yield "carrier: only pretends"


def _refuse(code: str, number: int, wrong: Sequence[str]) -> NoReturn:
    sys.exit(f"{code}: {SETTING} (connection {number}: {'; '.join(wrong)})")


def _connection(one: _Entry) -> Connection:
    return Connection(
        portal_id=one.portal,
        carrier=one.carrier,
        url=one.url and one.url.rstrip("/"),
        secrets={name: secret.get_secret_value() for name, secret in one.secrets.items()},
        options=one.options,
        prices=one.prices,
        daily_cap=one.daily_cap,
    )
