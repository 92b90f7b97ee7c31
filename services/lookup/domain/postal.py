"""Postal codes compared the way people write them, in any country, without asking which."""

from __future__ import annotations

import re
from typing import Final

from services.lookup.domain.plain import plain

_MARKS: Final = (
    ("AD FO IS", "[0-9]{3}"),
    ("A AL AM AT AZ B BE BG CH CY DK FL GE GL H HT HU L LI LU LV MD MK N NO SI", "[0-9]{4}"),
    ("AX BA CZ D DE E EE ES F FI FIN FR GR HR I IT LT MC ME PL RS S SE SK", "[0-9]{5}"),
    ("SM TR UA VA XK", "[0-9]{5}"),
    ("PR US USA", "[0-9]{5}|[0-9]{9}"),
    ("BY RO", "[0-9]{6}"),
    ("P PT", "[0-9]{7}"),
    ("NL", "[0-9]{4}[A-Z]{2}"),
)
"""What countries write before a code (D-10115, FL-9490, NL-1012 AB), and the code due next."""

_MARK: Final = re.compile(
    "|".join(f"(?:{'|'.join(marks.split())})(?=(?:{code})$)" for marks, code in _MARKS)
)
_ZIP_PLUS_FOUR: Final = re.compile("[0-9]{9}")


def plain_postal_code(typed: str) -> str:
    """The postal code in `typed`: capitals and digits, nothing between them, no mark of a country.

    A mark goes only where a whole code of that country follows, so British outcodes (DE55 4SW) and
    letters that belong to a code (BB23026) stay. Of a ZIP+4 only the ZIP counts: nobody knows their
    +4, and no other country's codes have nine digits. Both sides of a comparison come through here.
    """
    code = "".join(sign for sign in plain(typed) if sign.isalnum())
    if marked := _MARK.match(code):
        code = code[marked.end() :]
    return code[:5] if _ZIP_PLUS_FOUR.fullmatch(code) else code
