r"""Addresses as GLS takes them: short lines, and no letter that breaks its labels. Pure.

GLS's REST documentation of ShipIT (5.0.11): 40 letters a line, 10 a postal code, and none of
`\ " { } , ; ( ) |` or line breaks. It calls the postal code `ZIPCode`, as does everybody who talks
to it; GLS's OpenAPI file, which is made from its source, calls it `Zipcode`.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from contracts.shape import Address
from services.labels.domain.sender import Sender

LINE, POSTAL_CODE, SHORTEST_CONTACT = 40, 10, 6

_BREAKS_LABELS = frozenset('\\"{},;()|')
_NO_LETTERS = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "So", "Sk", "Zl", "Zp"})
"""Controls, marks that turn lines round, pictures: Unicode's categories of what is not printed."""


def customer(sender: Sender, phone: str | None) -> dict[str, str]:
    """Where the parcel comes from. GLS turns sender and recipient of a return round by itself."""
    number = f"{sender.house_number} {sender.addition}"
    home = _address(sender.name, sender.street, number)
    place = _place(sender.postal_code, sender.town, sender.country)
    return home | place | _contact(sender, phone)


def merchant(address: Address) -> dict[str, str]:
    """Where it goes."""
    return _address(address.company, address.street, address.house_number) | _place(
        address.postal_code, address.town, address.country
    )


def clean(text: str) -> str:
    """The text without what breaks labels, its blanks one by one."""
    letters = (" " if _is_no_letter(c) else c for c in unicodedata.normalize("NFC", text))
    return " ".join("".join(letters).split())


def cut(text: str, most: int) -> str:
    """So many letters of the text, cleaned."""
    return clean(text)[:most].rstrip()


def _address(name: str, street: str, number: str) -> dict[str, str]:
    """What does not fit on one line goes on the next: of a name `Name2`, of the rest `Name3`."""
    first, second, *_ = [*_lines(name), "", ""]
    road, more_road, *_ = [*_lines(street), ""]
    house, more_house, *_ = [*_lines(number), ""]
    must = {"Name1": first, "Street": road}
    may = {"Name2": second, "Name3": cut(f"{more_road} {more_house}", LINE), "StreetNumber": house}
    return must | _said(may)


def _place(postal_code: str, town: str, country: str) -> dict[str, str]:
    must = {"City": cut(town, LINE), "CountryCode": country}
    return must | _said({"ZIPCode": cut(postal_code, POSTAL_CODE)})


def _contact(sender: Sender, phone: str | None) -> dict[str, str]:
    """Whom the driver asks for: GLS wants six letters at least, and some number to call."""
    if phone is None:
        return {}
    name = clean(sender.name)
    person = name if len(name) >= SHORTEST_CONTACT else f"{name} {sender.town}"
    return {"ContactPerson": cut(person, LINE), "FixedLinePhonenumber": phone}


def _said(fields: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in fields.items() if value}


def _lines(text: str) -> Sequence[str]:
    """The text in lines that fit, broken between words where that is possible; one at least."""
    lines = [""]
    for word in clean(text).split():
        for piece in (word[at : at + LINE] for at in range(0, len(word), LINE)):
            longer = f"{lines[-1]} {piece}".lstrip()
            if len(longer) <= LINE and len(word) <= LINE:
                lines[-1] = longer
            else:
                lines.append(piece)
    return [line for line in lines if line] or [""]


def _is_no_letter(character: str) -> bool:
    return character in _BREAKS_LABELS or unicodedata.category(character) in _NO_LETTERS
