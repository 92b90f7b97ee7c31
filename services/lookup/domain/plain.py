"""Numbers and codes as people type, paste and print them, reduced to what they mean."""

from __future__ import annotations

import unicodedata
from typing import Final

_SEPARATORS: Final = frozenset({"Pd", "Cf"})
"""Unicode's dashes, and the marks nobody sees: soft hyphens, joiners, directions of writing."""
_MORE_DASHES: Final = frozenset("\N{MINUS SIGN}\N{HYPHEN BULLET}")
"""Dashes that Unicode files elsewhere."""


def plain(typed: str) -> str:
    """`typed` in capitals and ASCII digits, without white space, dashes and invisible marks.

    Full-width and other compatibility forms become plain ones (NFKC). Decimal digits of every
    script count as what they mean. Zeros stay, wherever they stand. Letters that only look alike
    stay different. Doing it twice changes nothing.
    """
    capitals = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", typed).upper())
    kept = "".join(_digit(sign) for sign in capitals if not _separates(sign))
    return unicodedata.normalize("NFKC", kept)


def _separates(sign: str) -> bool:
    return sign.isspace() or unicodedata.category(sign) in _SEPARATORS or sign in _MORE_DASHES


def _digit(sign: str) -> str:
    """NFKC leaves Arabic-Indic, Devanagari and other digits as they are; this does not."""
    value = unicodedata.decimal(sign, None)
    return sign if value is None else str(value)
