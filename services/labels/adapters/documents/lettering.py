"""Text on paper: the bundled typeface, and text made fit to be set in it."""

from __future__ import annotations

import unicodedata
from functools import cache
from importlib.resources import files
from io import BytesIO

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

REGULAR = "ReturnSheet"
BOLD = "ReturnSheet-Bold"

_FILES = {REGULAR: "DejaVuSansCondensed.ttf", BOLD: "DejaVuSansCondensed-Bold.ttf"}
_LONGEST = 1000
_UNKNOWN = "?"
_ELLIPSIS = "…"


@cache
def outlines(name: str) -> bytes:
    """The font file of one weight."""
    return files(__package__).joinpath("fonts", _FILES[name]).read_bytes()


@cache
def load_typeface() -> frozenset[str]:
    """Make both weights known to reportlab; answer with the characters that both can draw."""
    characters: list[set[str]] = []
    for name in _FILES:
        # Not asciiReadable: only the letters used are embedded, half the bytes and the time.
        face = TTFont(name, BytesIO(outlines(name)), asciiReadable=False)
        pdfmetrics.registerFont(face)
        characters.append({chr(code) for code in face.face.charToGlyph})
    return frozenset.intersection(*map(frozenset, characters))


def legible(text: str) -> str:
    """The same text as one line in which every character can be seen.

    Composed (NFC); spaces, breaks and control characters become single spaces; invisible ones
    (bidi overrides, joiners, soft hyphens, variation selectors) go; what the typeface lacks
    becomes a question mark. At most one loose accent per letter, and 1000 characters in all:
    no honest line is longer.
    """
    letters: list[str] = []
    for letter in unicodedata.normalize("NFC", text[:_LONGEST]):
        match unicodedata.category(letter):
            case "Cf":
                continue
            case "Cc" | "Zs" | "Zl" | "Zp":
                letters.append(" ")
            case "Mn" | "Me" if _is_unwanted(letter, letters):
                continue
            case _:
                letters.append(letter if letter in load_typeface() else _UNKNOWN)
    return " ".join("".join(letters).split())


def _is_unwanted(mark: str, before: list[str]) -> bool:
    """A variation selector, or an accent on nothing or on top of another accent."""
    return (
        not unicodedata.combining(mark)
        or not before
        or before[-1] == " "
        or bool(unicodedata.combining(before[-1]))
    )


def width_of(text: str, face: str, size: float) -> float:
    """Width in points of text that is already legible."""
    return pdfmetrics.stringWidth(text, face, size)


def fitted(text: str, face: str, size: float, room: float, smallest: float) -> tuple[str, float]:
    """The legible text and the size to set it in, no wider than `room` points.

    A long text first grows smaller, down to `smallest`, and only then loses its end to an
    ellipsis.
    """
    line = legible(text)
    wide = width_of(line, face, size)
    if wide <= room:
        return line, size
    size = max(smallest, size * room / wide)
    return shortened(line, face, size, room), size


def shortened(line: str, face: str, size: float, room: float) -> str:
    """As much of a legible line as `room` points hold, with an ellipsis for what is gone."""
    # A hair of tolerance, or a line scaled to fit exactly would lose its last letter.
    if width_of(line, face, size) <= room + 0.01:
        return line
    low, high = 0, len(line)
    while low < high:
        middle = (low + high + 1) // 2
        if width_of(line[:middle].rstrip() + _ELLIPSIS, face, size) <= room:
            low = middle
        else:
            high = middle - 1
    return line[:low].rstrip() + _ELLIPSIS


def wrapped(text: str, face: str, size: float, room: float, lines: int) -> list[str]:
    """The legible text in lines of `room` points: `lines` at most, and the last of them cut short.

    One line is the least one can ask for.
    """
    words = legible(text).split()
    set_lines: list[str] = []
    while words and len(set_lines) < lines - 1:
        taken = 1
        while taken < len(words) and width_of(" ".join(words[: taken + 1]), face, size) <= room:
            taken += 1
        set_lines.append(shortened(" ".join(words[:taken]), face, size, room))
        words = words[taken:]
    if words:
        set_lines.append(shortened(" ".join(words), face, size, room))
    return set_lines
