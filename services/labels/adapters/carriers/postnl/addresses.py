"""Addresses as PostNL takes them: short lines, and house numbers that are numbers. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping

from contracts.shape import Address
from services.labels.adapters.carriers.postnl.products import RECEIVER, SENDER
from services.labels.domain import faults
from services.labels.domain.sender import Sender

_LINE, _STREET = 35, 95
"""How many characters fit."""

_POSTAL_CODES: Mapping[str, re.Pattern[str]] = {
    "NL": re.compile(r"[1-9][0-9]{3}[A-Z]{2}"),
    "BE": re.compile(r"[1-9][0-9]{3}"),
}
_NUMBERED = re.compile(r"\s*([0-9]{1,5})(?![0-9])\s*[-/]?\s*(.*)", re.DOTALL)


def merchant(address: Address) -> dict[str, str]:
    """Where the parcel goes.

    Raises:
        Rejected: PostNL takes no such address.
    """
    return {
        "AddressType": RECEIVER,
        "CompanyName": fitted(address.company, _LINE),
        "Street": fitted(address.street, _STREET),
        **_numbered("recipient", f"{address.house_number}"),
        "Zipcode": postal_code("recipient", address.country, address.postal_code),
        "City": fitted(address.town, _LINE),
        "Countrycode": address.country,
    }


def customer(sender: Sender) -> dict[str, str]:
    """Where the parcel comes from.

    Raises:
        Rejected: PostNL takes no such address.
    """
    return {
        "AddressType": SENDER,
        "Name": fitted(sender.name, _LINE),
        "Street": fitted(sender.street, _STREET),
        **_numbered("sender", f"{sender.house_number} {sender.addition}"),
        "Zipcode": postal_code("sender", sender.country, sender.postal_code),
        "City": fitted(sender.town, _LINE),
        "Countrycode": sender.country,
    }


def fitted(text: str, most: int) -> str:
    """At most so many characters, none of which controls anything, on one line."""
    plain = "".join(c if c.isprintable() else " " for c in text)
    return " ".join(plain.split())[:most].rstrip()


def postal_code(whose: str, country: str, said: str) -> str:
    """As PostNL writes it: 1012JS, 1000.

    Raises:
        Rejected: it is none of that country.
    """
    plain = re.sub(r"[\s-]", "", said).upper()
    if country in _POSTAL_CODES and not _POSTAL_CODES[country].fullmatch(plain):
        raise faults.Rejected((f"{whose}.postal_code",))
    return plain


def _numbered(whose: str, said: str) -> dict[str, str]:
    """House numbers are digits, what follows them stands apart.

    Raises:
        Rejected: there are no digits. PostNL wants some in its countries.
    """
    found = _NUMBERED.fullmatch(said)
    if found is None:
        raise faults.Rejected((f"{whose}.house_number",))
    number, more = found[1], fitted(found[2], _LINE)
    return {"HouseNr": number} | ({"HouseNrExt": more} if more else {})
