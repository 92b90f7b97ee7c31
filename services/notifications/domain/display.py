"""Other people's words, fit to be shown: one line, nothing hidden, nothing that becomes a link."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

LONGEST_NAME = 80
_MOST_MARKS = 4
"""Accents on one letter. Vietnamese and Hebrew stack three; more are there to spoil the layout."""
_LINK: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*://[^\s<>\"']*")
_JOINED_WORDS: Final = re.compile(r"(?<=\w)\.(?=[^\W\d])|(?<=[^\W\d])\.(?=\w)")
_JOINED: Final = re.compile(r"(?<=\w)\.(?=\w)")


def line(text: str, longest: int = 200) -> str:
    """`text` as one line of at most `longest` characters, none of them hidden or bidi controls."""
    kept: list[str] = []
    marks = 0
    for character in unicodedata.normalize("NFC", text):
        category = unicodedata.category(character)
        if category == "Cc" or category[0] == "Z":
            character = " "  # noqa: PLW2901  -- a line break parts words
        elif category[0] == "C":
            continue
        marks = marks + 1 if category[0] == "M" else 0
        if marks <= _MOST_MARKS:
            kept.append(character)
    whole = " ".join("".join(kept).split())
    return whole if len(whole) <= longest else whole[: longest - 1].rstrip() + "…"


def quoted(text: str, longest: int = 200) -> str:
    """What somebody wrote to be read by another, as one line that no mail program makes a link of.

    Addresses of web pages are left out, and a full stop between letters is followed by a space;
    between digits it stays, as in 12.50.
    """
    return line(_JOINED_WORDS.sub(". ", _LINK.sub("", line(text, 2000))), longest)


def person(name: str) -> str:
    """A person's name as it is shown in a letter, perhaps empty.

    Addresses of web pages are left out, and a full stop inside a word is followed by a space, so
    that no mail program makes a link of `refund.example`. `J.R. Hartley` becomes `J. R. Hartley`.
    """
    return line(_JOINED.sub(". ", _LINK.sub("", line(name, 1000))), LONGEST_NAME)
