"""What is wrong with a document, by tools that know nothing of how it was drawn."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator
from functools import cache
from importlib.resources import files
from itertools import chain

import pypdfium2
from PIL import Image, ImageFont

from services.labels.domain.sheet import Sheet
from tests.support.printing import commands, fields
from tests.support.scanning import (
    BARS,
    DPI,
    QR,
    Code,
    codes_read,
    printed,
    scan_pdf,
    scan_png,
    text_of_pdf,
)

_NOBODYS = "\uffff"
"""No typeface draws this: what it shows instead is what it shows for whatever it lacks."""
_DARK = 128
COMMANDS = {
    "^XA", "^CI", "^LH", "^PW", "^LL", "^FO", "^A0", "^FB", "^FH", "^FD", "^FS", "^GB", "^GF",
    "^PQ", "^XZ",
}  # fmt: skip
"""All that a label of ours ever tells a printer."""


def wrong_with_pdf(sheet: Sheet, pdf: bytes, *, both: bool = True) -> Iterator[str]:
    """Codes that cannot be read, letters that are not there, and what would be done besides."""
    yield from _wrong_codes(sheet, scan_pdf(pdf), both=both)
    yield from wrong_letters(text_of_pdf(pdf))
    yield from _unseen(pdf)


def wrong_with_zpl(sheet: Sheet, zpl: bytes, picture: bytes) -> Iterator[str]:
    """Codes that cannot be read on its picture, and commands and letters a printer lacks."""
    yield from _wrong_codes(sheet, scan_png(picture), both=True)
    yield from wrong_with_commands(zpl)


def wrong_with_commands(zpl: bytes) -> Iterator[str]:
    """Commands that are not ours, and letters that a printer's own font may lack."""
    found = commands(zpl)
    if strangers := set(found) - COMMANDS:
        yield f"commands {sorted(strangers)}"
    if (found.count("^XA"), found.count("^XZ")) != (1, 1):
        yield "more than one label"
    if found.count("^FD") != found.count("^FH"):
        yield "a field that is not escaped"
    text = "".join(fields(zpl))
    if beyond := {letter for letter in text if letter > "ÿ" or not letter.isprintable()}:
        yield f"letters {sorted(beyond)!a}"


def wrong_letters(text: str) -> Iterator[str]:
    """Letters that show nothing, or show what the typeface shows for what it lacks."""
    letters = set(text) - set(" \n")
    if lacking := {letter for letter in letters if not has_glyph(letter)}:
        yield f"no glyph for {sorted(lacking)!a}"
    if unseen := {one for one in letters if unicodedata.category(one)[0] in "CZ"}:
        yield f"invisible {sorted(unseen)!a}"


def not_shown(wanted: Iterable[str], text: str) -> list[str]:
    """Which of these do not stand in the text, letter by letter and however it is broken."""
    squeezed = "".join(text.split())
    return [
        one for one in wanted if "".join(unicodedata.normalize("NFC", one).split()) not in squeezed
    ]


@cache
def has_glyph(letter: str) -> bool:
    """Whether both weights of the bundled typeface draw it, by FreeType's word."""
    return all(_mask(face, letter) != _mask(face, _NOBODYS) for face in _faces())


@cache
def _faces() -> tuple[ImageFont.FreeTypeFont, ...]:
    folder = files("services.labels.adapters.documents").joinpath("fonts")
    fonts = sorted(str(one) for one in folder.iterdir() if one.name.endswith(".ttf"))
    return tuple(ImageFont.truetype(font, 40) for font in fonts)


def _mask(face: ImageFont.FreeTypeFont, letter: str) -> tuple[tuple[int, int], bytes]:
    mask = face.getmask(letter)
    return mask.size, bytes(mask)


def _wrong_codes(sheet: Sheet, codes: list[Code], *, both: bool) -> Iterator[str]:
    wanted = {(BARS, sheet.tracking_number)} | ({(QR, sheet.tracking_number)} if both else set())
    if codes_read(codes) != wanted:
        yield f"codes {sorted(codes_read(codes))}"


def _unseen(pdf: bytes) -> Iterator[str]:
    """Letters that were set without a glyph, and letters whose place on the page is white."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        page = document[0]
        picture, scale = printed(pdf, DPI), DPI / 72
        text = page.get_textpage()
        letters = [
            (n, pypdfium2.raw.FPDFText_GetUnicode(text.raw, n)) for n in range(text.count_chars())
        ]
        blank = {
            chr(code)
            for index, code in letters
            if chr(code).strip("\0 \r\n")
            and _is_white(picture, text.get_charbox(index), page.get_height(), scale)
        }
        text.close()
    finally:
        document.close()
    if any(code == 0 for _, code in letters):  # glyph 0, .notdef: it has no letter
        yield "letters without a glyph"
    if blank:
        yield f"nothing printed for {sorted(blank)!a}"


def _is_white(picture: Image.Image, box: tuple[float, ...], height: float, scale: float) -> bool:
    left, bottom, right, top = box
    place = (
        left * scale - 1,
        (height - top) * scale - 1,
        right * scale + 1,
        (height - bottom) * scale + 1,
    )
    return picture.crop(tuple(map(int, place))).getextrema()[0] >= _DARK


def words_of(sheet: Sheet) -> list[str]:
    """What a label must show of a person's address if it fits."""
    sender = sheet.sender
    return list(chain([sender.name], sender.lines, [sender.postal_code, sender.town]))
