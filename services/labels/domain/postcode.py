"""Postal codes as collections of places know them: one spelling each, per country."""

from __future__ import annotations

import re
from collections.abc import Iterator

SHORTEST_PREFIX = 2
"""A prefix of one letter or digit may be half a country."""

_COUNTRY_BEFORE = re.compile(r"^[A-Z]{1,2}-(?=\d)")
_CEDEX = re.compile(r"(?<=\d)\s*CEDEX(\s.*)?$")
"""French for post that is fetched: the code before it says where."""
_CODE = re.compile(r"[A-Z0-9]{2,10}", re.ASCII)
_WHOLE_BRITISH = re.compile(r"([A-Z]{1,2}\d[A-Z\d]?)\d[A-Z]{2}", re.ASCII)
_DUTCH = re.compile(r"(\d{4})([A-Z]{2})?", re.ASCII)
_IRISH = re.compile(r"([A-Z]\d[\dW])([A-Z0-9]{4})?", re.ASCII)
_ROUGHER = {"GB": _WHOLE_BRITISH, "NL": _DUTCH, "IE": _IRISH}
"""Where open collections know a part of the code only: outward codes, four digits, routing keys."""


def compact(written: str) -> str | None:
    """The code in capitals, without blanks, hyphens, `L-` and `CEDEX 9`; None if it is none at all.

    So it goes to carriers, who know the whole code.
    """
    text = _CEDEX.sub("", _COUNTRY_BEFORE.sub("", written.strip().upper()))
    text = re.sub(r"[\s.-]+", "", text)
    return text if _CODE.fullmatch(text) and any(c.isdigit() for c in text) else None


def code_of_place(country: str, written: str) -> str | None:
    """The code under which a place is kept and looked for; None if it is no postal code at all."""
    code = compact(written)
    if code is None or country not in _ROUGHER:
        return code
    whole = _ROUGHER[country].fullmatch(code)
    return code if whole is None else whole[1]


def prefixes(code: str) -> Iterator[str]:
    """What a code begins with, the longest first: where its neighbours are found."""
    for length in range(len(code) - 1, SHORTEST_PREFIX - 1, -1):
        yield code[:length]
