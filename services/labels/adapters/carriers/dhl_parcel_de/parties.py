"""A customer's address as DHL takes it: lines of so many characters, and a house number. Pure."""

from __future__ import annotations

import re

from services.labels.domain import faults
from services.labels.domain.sender import Sender

NAME, STREET, HOUSE, TOWN = 50, 50, 10, 40
"""How many characters fit."""

_POSTAL_CODE = re.compile(r"(?=.{3,10}$)[0-9A-Za-z]+(?:[ -]?[0-9A-Za-z]+)*", re.ASCII)
_NUMBERED = re.compile(r"(.*\D)\s+(\d+(?:\s?[A-Za-z])?(?:[-/]\d+[A-Za-z]?)?)")
"""A street that ends with its house number: shops do not all keep them apart."""


def shipper(sender: Sender) -> dict[str, str]:
    """Where the parcel comes from.

    Raises:
        Rejected: DHL takes no such address.
    """
    street, house, more = _street(sender)
    names = _lines(sender.name)
    rest = names[1:] + ([more] if more else [])
    party = {
        "name1": names[0] if names else "",
        **dict(zip(("name2", "name3"), rest, strict=False)),
        "addressStreet": street,
        "addressHouse": house,
        "postalCode": _postal_code(sender.postal_code),
        "city": fitted(sender.town, TOWN),
    }
    if missing := tuple(f"shipper.{name}" for name, value in party.items() if not value):
        raise faults.Rejected(missing)
    return party


def fitted(text: str, most: int) -> str:
    """At most so many characters, none of which controls anything, on one line."""
    plain = "".join(c if c.isprintable() else " " for c in text)
    return " ".join(plain.split())[:most].rstrip()


def _street(sender: Sender) -> tuple[str, str, str]:
    """Street, house number, and what else leads to the door.

    Raises:
        Rejected: there is no house number that DHL takes.
    """
    street = fitted(sender.street, 200)
    house = fitted(sender.house_number, 200)
    if not house and (found := _NUMBERED.fullmatch(street)):
        street, house = found[1].rstrip(" ,"), found[2]
    number, rest = house, ""
    if len(house) > HOUSE:
        number, _, rest = house.partition(" ")
    if len(number) > HOUSE:
        raise faults.Rejected(("shipper.addressHouse",))
    return fitted(street, STREET), number, fitted(f"{rest} {sender.addition}", NAME)


def _lines(name: str) -> list[str]:
    """The name on two lines at most, broken between words where that can be."""
    left, lines = fitted(name, 200), list[str]()
    while left and len(lines) < 2:  # noqa: PLR2004  # the third is for what leads to the door
        space = left.rfind(" ", 1, NAME + 1)
        cut = space if len(left) > NAME and space > 0 else NAME
        lines.append(left[:cut])
        left = left[cut:].lstrip()
    return lines


def _postal_code(said: str) -> str:
    code = fitted(said, 200)
    if not _POSTAL_CODE.fullmatch(code):
        raise faults.Rejected(("shipper.postalCode",))
    return code
