"""What DHL's returns are asked for, and what their answers mean. Pure.

DHL sells another label whenever it is asked, tells nobody what it has sold, and takes none back.
So whatever might be a label and cannot be read leaves the order in doubt, for a person to look at.
"""

from __future__ import annotations

import re
from base64 import b64decode
from http import HTTPStatus
from typing import Annotated, Any

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
)

from contracts.shape import Money
from contracts.words import DocumentKind, LabelKind, ReturnMethod
from services.labels.adapters.carriers.dhl_parcel_de.complaints import not_taken
from services.labels.adapters.carriers.dhl_parcel_de.countries import ORIGINS, SENDERS
from services.labels.adapters.carriers.dhl_parcel_de.parties import fitted, shipper
from services.labels.adapters.lines.http import Answer
from services.labels.domain import faults
from services.labels.domain.artefact import Artefact, media_type_of
from services.labels.domain.connection import Connection
from services.labels.domain.customs import is_declared
from services.labels.domain.issued import IssuedLabel
from services.labels.domain.order import LabelOrder, Line

HOME = "DE"
"""Every receiver's address lies there."""
LABEL, CODE = "SHIPMENT_LABEL", "QR_LABEL"
PAPERS = {
    ReturnMethod.DROP_OFF_POINT.value: LABEL,
    ReturnMethod.DROP_OFF_LABELLESS.value: CODE,
    ReturnMethod.PICKUP.value: LABEL,
}
FROM_GERMANY = frozenset({ReturnMethod.DROP_OFF_LABELLESS.value, ReturnMethod.PICKUP.value})
"""Elsewhere nobody prints a label for a code, or comes for a parcel."""
CURRENCIES = frozenset({"EUR", "GBP", "CHF"})
HEAVIEST_GRAMS, DEAREST_MINOR, MOST_LINES = 31_500, 10_000_000, 20

_PICTURES: dict[str, dict[str, str]] = {
    LabelKind.LABEL: {
        "application/pdf": DocumentKind.LABEL_PDF,
        "image/png": DocumentKind.LABEL_PNG,
    },
    LabelKind.QR_CODE: {"image/png": DocumentKind.QR_PNG},
}
_HS_CODE = re.compile(r"[0-9]{6,11}", re.ASCII)
_LINK = re.compile(r"https://[!-~]{1,490}")


def _as_text(said: object) -> object:
    """DHL's own example writes a number without quotation marks."""
    return str(said) if isinstance(said, int) and not isinstance(said, bool) else said


class _Said(BaseModel):
    """Base of what DHL says. It may say more than we know."""

    model_config = ConfigDict(strict=True, extra="ignore", hide_input_in_errors=True)


_Number = Annotated[str, StringConstraints(pattern=r"^[A-Z0-9]{8,26}$"), BeforeValidator(_as_text)]
"""Longer ones fit on no label."""
_Routing = Annotated[str, StringConstraints(pattern=r"^[ -~]{1,40}$")]


class _Document(_Said):
    b64: str = Field(max_length=700_000, repr=False)


class _Sold(_Said):
    number: _Number = Field(alias="shipmentNo")
    abroad: _Number | None = Field(None, alias="internationalShipmentNo")
    label: _Document | None = None
    code: _Document | None = Field(None, alias="qrLabel")
    link: str | None = Field(None, alias="qrLink", max_length=500, repr=False)
    routing: _Routing | None = Field(None, alias="routingCode")


def paper_for(order: LabelOrder) -> str:
    """What is asked for. A code is asked for alone: who wants one prints nothing.

    Raises:
        NotCovered: DHL does not do this from there to there.
    """
    paper = PAPERS.get(order.method)
    places = {HOME} if order.method in FROM_GERMANY else SENDERS
    if paper is None or order.sender.country not in places or order.recipient.country != HOME:
        raise faults.NotCovered(order.method)
    return paper


def request(order: LabelOrder, connection: Connection) -> dict[str, Any]:
    """The body of an order. Where the parcel goes is what stands behind the receiver's id.

    Raises:
        NotCovered: the contract has no receiver for this country.
        Rejected: DHL takes no such parcel.
    """
    option = f"receiver_id_{order.sender.country.lower()}"
    receiver, grams = connection.options.get(option), order.weight_grams
    if not receiver:
        raise faults.NotCovered(f"no {option}")
    if grams is not None and grams > HEAVIEST_GRAMS:
        raise faults.Rejected(("itemWeight",))
    asked: dict[str, Any] = {
        "receiverId": receiver,
        "customerReference": fitted(order.order_no, 50),
        "shipmentReference": order.reference,
        "shipper": shipper(order.sender),
    }
    if grams:
        asked["itemWeight"] = _weight(grams)
    if _can_be_told(order.value):
        asked["itemValue"] = _value(order.value)
    if is_declared(order.sender.country, order.recipient.country):
        asked["customsDetails"] = {"items": _commodities(order.lines)}
    return asked


def issued(answer: Answer, order: LabelOrder) -> IssuedLabel:
    """The label in the answer to an order.

    Raises:
        CarrierFault: there is none; which one says whether it may have been bought all the same.
    """
    if answer.status != HTTPStatus.CREATED:
        raise not_taken(answer)
    try:
        sold = _Sold.model_validate_json(answer.body)
    except ValidationError:
        raise faults.OutcomeUnknown("answer unreadable") from None
    is_code = PAPERS.get(order.method) == CODE
    kind = LabelKind.QR_CODE if is_code else LabelKind.LABEL
    return IssuedLabel(
        tracking_number=sold.number,
        kind=kind,
        product="DHL Retoure" if order.sender.country == HOME else "DHL Retoure International",
        routing=sold.routing,
        documents=(_artefact(kind, sold.code if is_code else sold.label),),
        carrier_id=sold.abroad or "",
        link=sold.link if is_code and _LINK.fullmatch(sold.link or "") else None,
    )


def _artefact(kind: LabelKind, document: _Document | None) -> Artefact:
    """The document of this kind: what it is is seen, not believed."""
    if document is None:
        raise faults.OutcomeUnknown("no document")
    try:
        content = b64decode("".join(document.b64.split()), validate=True)
    except ValueError:
        raise faults.OutcomeUnknown("document unreadable") from None
    media_type = media_type_of(content)
    if media_type is None or media_type not in _PICTURES[kind]:
        raise faults.OutcomeUnknown("document is nothing a customer can use, or too large")
    return Artefact(_PICTURES[kind][media_type], media_type, content)


def _commodities(lines: tuple[Line, ...]) -> list[dict[str, Any]]:
    """What is declared, weight and value of each unit: the border wants both.

    Raises:
        Rejected: something is not known that must be.
    """
    if not 1 <= len(lines) <= MOST_LINES:
        raise faults.Rejected(("customsDetails.items",))
    return [_commodity(line) for line in lines]


def _commodity(line: Line) -> dict[str, Any]:
    goods, price, described = line.goods, line.unit_price, fitted(line.description, 50)
    grams = goods.weight_grams
    if not grams or grams > HEAVIEST_GRAMS:
        raise faults.Rejected(("customsDetails.items.itemWeight",))
    if price is None or not _can_be_told(price):
        raise faults.Rejected(("customsDetails.items.itemValue",))
    if not described:
        raise faults.Rejected(("customsDetails.items.itemDescription",))
    commodity: dict[str, Any] = {
        "itemDescription": described,
        "packagedQuantity": line.quantity,
        "itemWeight": _weight(grams),
        "itemValue": _value(price),
    }
    if (origin := ORIGINS.get(goods.origin or "")) is not None:
        commodity["countryOfOrigin"] = origin
    if _HS_CODE.fullmatch(digits := re.sub(r"[ .]", "", goods.hs_code or "")):
        commodity["hsCode"] = digits
    return commodity


def _weight(grams: int) -> dict[str, Any]:
    return {"uom": "g", "value": grams}


def _can_be_told(money: Money) -> bool:
    return money.currency in CURRENCIES and 0 <= money.minor <= DEAREST_MINOR


def _value(money: Money) -> dict[str, Any]:
    return {"currency": money.currency, "value": money.minor / 100}
