"""What GLS ShipIT is asked for a label, and what its answers mean. Pure.

Nothing an answer holds is believed before it has been checked: another return's label, a second
parcel, or bytes that are no PDF never reach a customer.
"""

from __future__ import annotations

import re
from base64 import b64decode
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time
from http import HTTPStatus
from typing import Any

from pydantic import ValidationError

from contracts.words import Cancelled, DocumentKind, LabelKind, ReturnMethod
from services.labels.adapters.carriers.gls import addresses
from services.labels.adapters.carriers.gls.refusals import refused
from services.labels.adapters.carriers.gls.said import CancelSaid, Created
from services.labels.adapters.lines.http import Answer
from services.labels.adapters.lines.refusals import nothing_done
from services.labels.domain import faults
from services.labels.domain.artefact import Artefact
from services.labels.domain.connection import Connection
from services.labels.domain.issued import IssuedLabel
from services.labels.domain.order import LabelOrder

SHOP_RETURN, PICK_AND_RETURN = "ShopReturn", "PickAndReturn"
SERVICES: dict[str, str] = {
    ReturnMethod.DROP_OFF_POINT: SHOP_RETURN,
    ReturnMethod.PICKUP: PICK_AND_RETURN,
}
"""GLS's services that bring something back, by our return methods."""

UNKNOWN_WEIGHT_KG, LEAST_KG = 1.0, 0.11
"""GLS wants a weight, of more than 100 g. What nobody told us is taken for a kilogram."""
MIDDLEWARE = "Retour"
"""GLS wants the name of the software that asks. A contract may name another."""
DRIVER_BRINGS_IT = "GLS prints the label itself: hand this over with the parcel."
COLLECTED_FROM, COLLECTED_UNTIL = time(6, tzinfo=UTC), time(18, tzinfo=UTC)
"""GLS names the day only. Wherever it drives, these hours lie within that day."""

_TAKEN = (HTTPStatus.OK, HTTPStatus.CREATED)
_ABSENT, _SEVERAL = "INVALID_SHIPMENT_ID", "MORE_THAN_ONE_RESULT"
_PRINT = {"ReturnLabels": {"TemplateSet": "NONE", "LabelFormat": "PDF"}}
_CANCELLED = {
    # GLS's documentation: a return is cancelled by its depot alone, and what is asked here changes
    # nothing on the road. So its yes is not passed on as one.
    "CANCELLED": Cancelled.REQUESTED,
    "CANCELLATION_PENDING": Cancelled.REQUESTED,
    "SCANNED": Cancelled.TOO_LATE,
}


def shipment(order: LabelOrder, connection: Connection, pickup_on: date) -> dict[str, Any]:
    """The body of an order: one parcel, our reference on it and on the whole.

    `pickup_on` counts only where somebody comes for the parcel.
    """
    options, service = connection.options, SERVICES[order.method]
    fetched = service == PICK_AND_RETURN
    wish: dict[str, Any] = {"ServiceName": f"service_{service.lower()}"}
    wish |= {"PickupDate": _day(pickup_on)} if fetched else {"NumberOfLabels": 1}
    parcel: dict[str, Any] = {
        "ShipmentReference": [order.reference],
        "Middleware": options.get("middleware", MIDDLEWARE),
        "Product": "PARCEL",
        "Consignee": {"Address": addresses.customer(order.sender, options.get("phone"))},
        "Shipper": {
            "ContactID": _contact_id(order.recipient.address_id, options),
            "AlternativeShipperAddress": addresses.merchant(order.recipient),
        },
        "ShipmentUnit": [
            {"ShipmentUnitReference": [order.reference], "Weight": _kilograms(order.weight_grams)}
        ],
        "Service": [{service: wish}],
    }
    if fetched:
        parcel["ShippingDate"] = _day(pickup_on)
    if "incoterm" in options and order.sender.country != order.recipient.country:
        parcel["IncotermCode"] = options["incoterm"]
    return {"Shipment": parcel, "PrintingOptions": _PRINT}


def reprint(reference: str) -> dict[str, Any]:
    """The body of a question for the label under this reference. Its old print is then void."""
    return {"ShipmentReference": reference, "PrintingOptions": _PRINT}


def issued(answer: Answer, reference: str, method: str, pickup_on: date) -> IssuedLabel:
    """The label in the answer to an order.

    Raises:
        CarrierFault: there is none; which one says whether it may have been taken all the same.
    """
    if answer.status in _TAKEN:
        return _label(answer.body, reference, method, pickup_on)
    if answer.status in (HTTPStatus.BAD_REQUEST, HTTPStatus.UNPROCESSABLE_ENTITY):
        raise refused(answer)
    if answer.status < HTTPStatus.BAD_REQUEST or answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        raise faults.OutcomeUnknown(f"status {answer.status}")
    raise nothing_done(answer)  # 490, too: what keeps ShipIT's parcels is not there at the moment


def recovered(answer: Answer, reference: str) -> IssuedLabel | None:
    """The label for a shop that GLS knows, or None if it says itself that there is none.

    A 400 or 404 alone proves nothing: anything on the way may have said it.

    Raises:
        CarrierFault: nobody knows yet, or the answer is none.
    """
    if answer.status in _TAKEN:
        return _label(answer.body, reference, ReturnMethod.DROP_OFF_POINT, None)
    code = answer.headers.get("error") if answer.status == HTTPStatus.BAD_REQUEST else None
    if code == _ABSENT:
        return None
    if code == _SEVERAL:
        raise faults.OutcomeUnknown("more than one parcel under the reference")
    raise nothing_done(answer)


def cancelled(answer: Answer, track_id: str) -> Cancelled:
    """What GLS says became of the wish to cancel.

    Raises:
        AuthFailed, RateLimited, Unavailable: the wish was not taken, or that cannot be told.
    """
    if answer.status != HTTPStatus.OK:
        raise nothing_done(answer)
    try:
        said = CancelSaid.model_validate_json(answer.body)
    except ValidationError:
        raise faults.Unavailable("answer unreadable") from None
    if said.TrackID != track_id or said.Result not in _CANCELLED:
        raise faults.Unavailable("answer about another parcel, or in an unknown word")
    return _CANCELLED[said.Result]


def _label(body: bytes, reference: str, method: str, pickup_on: date | None) -> IssuedLabel:
    try:
        said = Created.model_validate_json(body).CreatedShipment
    except ValidationError:
        raise faults.OutcomeUnknown("answer unreadable") from None
    if len(said.ParcelData) != 1:
        raise faults.OutcomeUnknown(f"{len(said.ParcelData)} parcels in the answer")
    parcel = said.ParcelData[0]
    if {*said.ShipmentReference, *parcel.ShipmentUnitReference} != {reference}:
        raise faults.OutcomeUnknown("answer about another label")
    documents = _documents([data for each in said.PrintData for data in each.Data])
    if not documents and method != ReturnMethod.PICKUP:
        raise faults.OutcomeUnknown("no document")
    fetched = pickup_on if method == ReturnMethod.PICKUP else None
    return IssuedLabel(
        tracking_number=parcel.ParcelNumber,
        kind=LabelKind.LABEL,
        product=f"GLS {SERVICES[method]}",
        routing=parcel.RoutingInfo.FinalLocationCode if parcel.RoutingInfo else None,
        note=None if documents else DRIVER_BRINGS_IT,
        documents=documents,
        carrier_id=parcel.TrackID,
        collected_from=datetime.combine(fetched, COLLECTED_FROM) if fetched else None,
        collected_until=datetime.combine(fetched, COLLECTED_UNTIL) if fetched else None,
    )


def _documents(prints: Sequence[str]) -> tuple[Artefact, ...]:
    """The label as GLS drew it. Where its driver brings the label there is none."""
    if len(prints) > 1:
        raise faults.OutcomeUnknown("more than one document")
    try:
        contents = [b64decode(each, validate=True) for each in prints]
    except ValueError:
        raise faults.OutcomeUnknown("document unreadable") from None
    if not all(content.startswith(b"%PDF-") for content in contents):
        raise faults.OutcomeUnknown("document is no PDF")
    return tuple(Artefact(DocumentKind.LABEL_PDF, "application/pdf", c) for c in contents)


def _contact_id(address_id: str, options: Mapping[str, str]) -> str:
    """Under which contact GLS knows this return address."""
    own = re.sub(r"[^a-z0-9]", "_", f"contact_id_{address_id.lower()}")
    return options.get(own, options["contact_id"])


def _kilograms(grams: int | None) -> float:
    return UNKNOWN_WEIGHT_KG if grams is None else max(round(grams / 1000, 2), LEAST_KG)


def _day(day: date) -> str:
    """As GLS's file wants it. It is the same day wherever one reads it."""
    return f"{day.isoformat()}T12:00:00Z"
