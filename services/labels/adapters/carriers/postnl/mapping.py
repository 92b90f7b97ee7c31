"""What PostNL is asked, and what its answers mean. Pure.

A barcode is the order's identity: PostNL gives it out first, and whatever is ordered under it,
however often, is one shipment with one label.
"""

from __future__ import annotations

from base64 import b64decode
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from pydantic import StringConstraints, ValidationError

from contracts.words import DocumentKind, LabelKind
from services.labels.adapters.carriers.postnl.addresses import customer, fitted, merchant
from services.labels.adapters.carriers.postnl.complaints import (
    Error,
    Said,
    not_answered,
    refusal,
    turned_away,
)
from services.labels.adapters.carriers.postnl.products import SMART_RETURN, Product
from services.labels.adapters.lines.http import Answer
from services.labels.domain import faults
from services.labels.domain.artefact import Artefact, media_type_of
from services.labels.domain.connection import Connection
from services.labels.domain.issued import IssuedLabel
from services.labels.domain.order import LabelOrder

HERE = ZoneInfo("Europe/Amsterdam")
"""PostNL's clocks: its times name no zone."""
STAMP = "%d-%m-%Y %H:%M:%S"

_PDF = "application/pdf"
PRINTER, PRINT_CODE = "GraphicFile|PDF", "printcodelabel"
"""What we want printed, and what a label is called that shows a code to print another by."""

USUAL_WEIGHT_GRAMS = 1000
"""Where nobody knows: PostNL insists on a weight, and is content with one about right."""

_MESSAGE_ID, _REFERENCE = 12, 64

Barcode = Annotated[str, StringConstraints(pattern=r"^[A-Z0-9]{11,15}$")]


class _Reserved(Said):
    Barcode: Barcode


class _Label(Said):
    Content: str = ""
    Labeltype: str = ""


class _Shipment(Said):
    Barcode: str = ""
    Errors: list[Error] = []
    Labels: list[_Label] = []


class _Sold(Said):
    Errors: list[Error] = []
    ResponseShipments: list[_Shipment] = []


def headers(connection: Connection) -> dict[str, str]:
    """What lets us in."""
    return {"apikey": connection.secrets["apikey"]}


def reservation(connection: Connection) -> dict[str, str]:
    """The question for a barcode. All in it comes from the connection."""
    options = connection.options
    return {
        "CustomerCode": options["customer_code"],
        "CustomerNumber": options["customer_number"],
        "Type": "3S",
    }


def reserved(answer: Answer) -> str:
    """The barcode that was given out.

    Raises:
        CarrierFault: there is none. What PostNL objects to here can only be our settings.
    """
    if answer.status != HTTPStatus.OK:
        fault = turned_away(answer)
        raise faults.AuthFailed(str(fault)) if isinstance(fault, faults.Rejected) else fault
    try:
        return _Reserved.model_validate_json(answer.body).Barcode
    except ValidationError:
        raise faults.Unavailable("answer unreadable") from None


def request(
    order: LabelOrder, product: Product, barcode: str, connection: Connection, now: datetime
) -> dict[str, Any]:
    """The body of an order.

    Raises:
        Rejected: PostNL takes no such address.
    """
    options = connection.options
    shipment = {
        "Addresses": [merchant(order.recipient), customer(order.sender)],
        "Barcode": barcode,
        "Contacts": [{"ContactType": product.informed, "Email": options["contact_email"]}],
        "Dimension": {"Weight": order.weight_grams or USUAL_WEIGHT_GRAMS},
        "ProductCodeDelivery": product.code,
        "ProductOptions": [
            {"Characteristic": name, "Option": option} for name, option in product.options
        ],
        "Reference": fitted(order.reference, _REFERENCE),
    }
    return {
        "Customer": {
            "CollectionLocation": options["collection_location"],
            "CustomerCode": options["customer_code"],
            "CustomerNumber": options["customer_number"],
        },
        "Message": {
            "MessageID": barcode[-_MESSAGE_ID:],
            "MessageTimeStamp": now.astimezone(HERE).strftime(STAMP),
            "Printertype": PRINTER,
        },
        "Shipments": [shipment],
    }


def issued(answer: Answer, product: Product, barcode: str, now: datetime) -> IssuedLabel:
    """The label in the answer to an order.

    Raises:
        CarrierFault: there is none; which one says whether it may have been taken all the same.
    """
    if answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        raise faults.OutcomeUnknown(f"status {answer.status}")
    if answer.status != HTTPStatus.OK:
        raise not_answered(answer)
    shipment = _shipment(answer.body)
    if shipment.Barcode != barcode:
        raise faults.OutcomeUnknown("answer about another label")
    labelless = SMART_RETURN in product.options
    return IssuedLabel(
        tracking_number=barcode,
        kind=LabelKind.QR_CODE if labelless else LabelKind.LABEL,
        product="Smart return" if labelless else "Return label",
        valid_until=None if product.days is None else now + timedelta(days=product.days),
        documents=(_document(shipment, labelless=labelless),),
    )


def _shipment(body: bytes) -> _Shipment:
    """The one shipment there is. 200 does not mean that there is one."""
    try:
        said = _Sold.model_validate_json(body)
    except ValidationError:
        raise faults.OutcomeUnknown("answer unreadable") from None
    errors = [*said.Errors, *(error for one in said.ResponseShipments for error in one.Errors)]
    if errors:
        raise refusal(errors)
    if len(said.ResponseShipments) != 1:
        raise faults.OutcomeUnknown(f"{len(said.ResponseShipments)} labels instead of one")
    return said.ResponseShipments[0]


def _document(shipment: _Shipment, *, labelless: bool) -> Artefact:
    """The label, or the code to print it by, as PostNL drew it: both are PDFs."""
    named = [(label.Labeltype.replace(" ", "").lower(), label) for label in shipment.Labels]
    fitting = [label for name, label in named if (name == PRINT_CODE) is labelless]
    if len(fitting) != 1:
        raise faults.OutcomeUnknown(f"{len(fitting)} documents instead of one")
    try:
        content = b64decode(fitting[0].Content, validate=True)
    except ValueError:
        raise faults.OutcomeUnknown("document unreadable") from None
    if media_type_of(content) != _PDF:
        raise faults.OutcomeUnknown("document is no PDF, or too large")
    return Artefact(DocumentKind.LABEL_PDF, _PDF, content)
