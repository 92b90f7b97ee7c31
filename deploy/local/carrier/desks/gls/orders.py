"""What the GLS desk takes for an order, and what it objects to in one.

Names, lengths and objections are those of GLS's REST documentation of ShipIT (5.0.11). A name that
it does not know is refused, as by the real one.
"""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from http import HTTPStatus
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from deploy.local.carrier.desk import Reply

Line = Annotated[str, StringConstraints(min_length=1, max_length=40)]
Maybe = Annotated[str, Field(max_length=40)]
SHORTEST_CONTACT = 6


class Strict(BaseModel):
    """Base of what GLS reads."""

    model_config = ConfigDict(extra="forbid", strict=True)


class Address(Strict):
    """One end of the parcel's way."""

    Name1: Line
    Name2: Maybe = ""
    Name3: Maybe = ""
    CountryCode: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
    City: Line
    Street: Line
    StreetNumber: Maybe = ""
    ContactPerson: Maybe = ""
    FixedLinePhonenumber: Annotated[str, Field(max_length=35)] = ""
    ZIPCode: Annotated[str, Field(max_length=10)] = ""


class Consignee(Strict):
    """Who gives the parcel back: GLS turns sender and recipient round."""

    Address: Address


class Shipper(Strict):
    """Who has the contract, and where the parcel shall go."""

    ContactID: Annotated[str, StringConstraints(min_length=1, max_length=20)]
    AlternativeShipperAddress: Address | None = None


class Unit(Strict):
    """One parcel."""

    ShipmentUnitReference: Annotated[list[Line], Field(max_length=5)] = []
    Weight: Annotated[float, Field(gt=0.1, le=40)]


class Return(Strict):
    """A service that brings something back."""

    ServiceName: Literal["service_shopreturn", "service_pickandreturn"]
    NumberOfLabels: Annotated[int, Field(ge=1)] | None = None
    PickupDate: str | None = None


class Service(Strict):
    """One of the two."""

    ShopReturn: Return | None = None
    PickAndReturn: Return | None = None


class Shipment(Strict):
    """What shall be sent."""

    ShipmentReference: Annotated[list[Line], Field(max_length=5)] = []
    ShippingDate: str | None = None
    IncotermCode: Annotated[str, StringConstraints(pattern=r"^\d\d$")] | None = None
    Middleware: Line
    Product: Literal["PARCEL", "EXPRESS"]
    Consignee: Consignee
    Shipper: Shipper
    ShipmentUnit: Annotated[list[Unit], Field(min_length=1, max_length=150)]
    Service: Annotated[list[Service], Field(min_length=1, max_length=1)]

    @property
    def reference(self) -> str:
        """The customer's word for it."""
        return next(iter(self.ShipmentReference), "")

    @property
    def pickup(self) -> Return | None:
        """When it shall be fetched, if it shall."""
        return self.Service[0].PickAndReturn


class Labels(Strict):
    """As what the label shall be drawn."""

    TemplateSet: Literal["NONE"]
    LabelFormat: Literal["PDF"]


class Printing(Strict):
    """Where the label shall be printed."""

    ReturnLabels: Labels


class Order(Strict):
    """One shipment, please."""

    Shipment: Shipment
    PrintingOptions: Printing


class Reprint(Strict):
    """The label again, please."""

    ShipmentReference: Line
    PrintingOptions: Printing


def refusal(code: str, *args: str) -> Reply:
    """A no as ShipIT says it: in headers. The first of `args` is the field."""
    said = {"error": code, "message": f"{code} {' '.join(args)}", "args": json.dumps(args)}
    return Reply(HTTPStatus.BAD_REQUEST, b"", said)


def objection(error: ValidationError) -> Reply:
    """What is wrong with what was sent, in GLS's words; none of the values."""
    first = error.errors()[0]
    field = ".".join(word for word in first["loc"] if isinstance(word, str))
    if first["type"] == "extra_forbidden":
        unknown = "com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException"
        return Reply(HTTPStatus.BAD_REQUEST, f"{unknown}: {field}", media_type="text/plain")
    if first["type"] == "missing":
        return refusal("MANDATORY_PARAMETER_NOT_SET", field)
    return refusal("INVALID_FIELD_VALUE", field, "?", first["type"])


def against(shipment: Shipment) -> Reply | None:
    """What GLS objects to in an order that is well formed."""
    home = shipment.Consignee.Address
    if shipment.Shipper.ContactID.startswith("wrong"):
        return refusal("INVALID_FIELD_VALUE", "Shipment.Shipper.ContactID", "?", "not available")
    if not home.ZIPCode:
        return refusal("INVALID_FIELD_VALUE", "consignee.zip", "", "Shipment validation failed")
    if shipment.Shipper.ContactID.startswith("noreturns"):
        return refusal("INVALID_FIELD_VALUE", "Shipment.Service.ServiceName", "?", "not available")
    if shipment.pickup is not None:
        return _against_pickup(shipment.pickup, home)
    return None


def _against_pickup(pickup: Return, home: Address) -> Reply | None:
    field = "Shipment.Service.PickAndReturn.PickupDate"
    if len(home.ContactPerson) < SHORTEST_CONTACT or not home.FixedLinePhonenumber:
        return refusal("MANDATORY_PARAMETER_NOT_SET", "Shipment.Consignee.Address.ContactPerson")
    try:
        day = date.fromisoformat((pickup.PickupDate or "")[:10])
    except ValueError:
        return refusal("MANDATORY_PARAMETER_NOT_SET", field)
    if day <= datetime.now(UTC).date():
        return refusal("INVALID_FIELD_VALUE", field, day.isoformat(), "must be after today")
    return None


def read(model: type[Strict], body: bytes) -> Any:
    """What was sent, or why it is none."""
    try:
        return model.model_validate_json(body)
    except ValidationError as error:
        return objection(error)
