"""What PostNL is ordered, and what it objects to."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

DOMESTIC = ("NL", "NL")
ROUTES = {
    "2285": DOMESTIC,
    "3285": DOMESTIC,
    "4785": ("NL", "BE"),
    "3250": ("BE", "NL"),
    "4882": ("BE", "BE"),
}
"""Sender's and receiver's country, by product."""
SMART = ("152", "025")

Line = Annotated[str, StringConstraints(max_length=95)]


class _Read(BaseModel):
    model_config = ConfigDict(extra="ignore", strict=True)


class Address(_Read):
    """One end of the parcel's way."""

    AddressType: Annotated[str, StringConstraints(pattern=r"^\d{2}$")]
    Street: Line
    HouseNr: Annotated[str, StringConstraints(pattern=r"^[0-9]{0,5}$")] = ""
    Zipcode: Line
    City: Line
    Countrycode: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]


class Option(_Read):
    """One of a product's options."""

    Characteristic: str
    Option: str


class Contact(_Read):
    """Whom to write to."""

    ContactType: str
    Email: str = ""


class Shipment(_Read):
    """One label, please."""

    Addresses: Annotated[list[Address], Field(min_length=1)]
    Barcode: str = ""
    Contacts: list[Contact] = []
    ProductCodeDelivery: str
    ProductOptions: list[Option] = []
    Reference: str = ""


class Order(_Read):
    """All that one call orders."""

    Customer: dict[str, Any]
    Message: dict[str, Any]
    Shipments: Annotated[list[Shipment], Field(min_length=1, max_length=1)]


def objection(shipment: Shipment) -> tuple[str, str] | None:
    """What PostNL would object to first: one of its error codes, and what it says."""
    return next(_objections(shipment), None)


def _objections(shipment: Shipment) -> Iterator[tuple[str, str]]:
    by_type = {one.AddressType: one for one in shipment.Addresses}
    to, by = by_type.get("01"), by_type.get("02")
    if to is None or by is None:
        missing = "01" if to is None else "02"
        yield f"127{missing}02", f"AddressType {missing} is required"
        return
    route = ROUTES.get(shipment.ProductCodeDelivery)
    if route != (by.Countrycode, to.Countrycode):
        place = "02" if route is None or route[0] != by.Countrycode else "01"
        yield f"127{place}06", f"That country is not allowed for AddressType {place}"
    if not by.HouseNr or not to.HouseNr:
        yield "12213", "Receiver House Number is missing"
    if not shipment.Barcode.startswith("3S"):
        yield "16303", "Barcode is not a valid 3S barcode"
    wanted = "02" if route == DOMESTIC else "01"
    if not any(one.ContactType == wanted and "@" in one.Email for one in shipment.Contacts):
        yield f"11{wanted}02", f"Email of {wanted} is required"
    if shipment.ProductCodeDelivery == "2285" and "antwoordnummer" not in to.Street.lower():
        yield "1040501", "AddressType 01 must be an Antwoordnummer"
