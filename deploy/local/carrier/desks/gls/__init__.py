"""GLS as its OpenAPI files have it, and where they are silent, its REST documentation (5.0.11).

    POST /oauth2/v2/token                                       a token for four hours
    POST /shipit-farm/v1/backend/rs/shipments                   a parcel to be brought back
    POST /shipit-farm/v1/backend/rs/shipments/reprintparcel     its label once more
    POST /shipit-farm/v1/backend/rs/shipments/cancel/{trackID}  the wish to take it back
    POST /shipit-farm/v1/backend/rs/parcelshop/address          shops near a postal code
    POST /shipit-farm/v1/backend/rs/parcelshop/distance         shops around a place
    GET  /track-and-trace-v1/tracking/simple/trackids/{ids}     where parcels are, ten at most
    POST /_scan {"tracking_number", "code", "at"}               moves a parcel: not GLS's, but ours

**It sells again whenever it is asked**, under whatever reference. A token is good until the
simulator stops. `client_id`s that begin with `wrong` are nobody's; so are such `ContactID`s, and
those that begin with `noreturns` have a contract without returns.
"""

from __future__ import annotations

import secrets
from base64 import b32encode, b64decode
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from http import HTTPStatus
from typing import Any

from deploy.local.carrier.desk import Asked, Desk, Reply, Task
from deploy.local.carrier.desks.gls import shops
from deploy.local.carrier.desks.gls.orders import Order, Reprint, Shipment, against, read, refusal
from deploy.local.carrier.desks.gls.tracking import History, Moved, locked_out
from deploy.local.carrier.paper import base64, label_pdf
from deploy.local.carrier.sales import Label, Ledger, drawn_digits

NAME = "gls"
LIFE_SECONDS = 14_400
SHIPIT = "/shipit-farm/v1/backend/rs"
TRACE = "/track-and-trace-v1/tracking/simple/trackids/"
JSON = "application/glsVersion1+json"
SHOPS: dict[str, Any] = {
    "address": (shops.Near, shops.near),
    "distance": (shops.Within, shops.within),
}


def desk(ledger: Ledger) -> Desk:
    """GLS's desk. What was sold outlives it; tokens and scans do not."""
    return _Gls(ledger)


class _Gls:
    def __init__(self, ledger: Ledger) -> None:
        self._ledger, self._tokens = ledger, set[str]()
        self._history = History(ledger, NAME)
        self._sales: Counter[str] = Counter()
        """How often each reference was sold since the simulator began."""

    def __call__(self, asked: Asked) -> Task | Reply:
        match asked.method, asked.path:
            case "POST", "/_scan":
                return self._task("scan", asked, Moved, self._history.scanned)
            case "POST", "/oauth2/v2/token":
                return Task("", "token", partial(self._token, asked))
        if asked.headers.get("authorization", "").removeprefix("Bearer ") not in self._tokens:
            return locked_out()
        if asked.method == "GET" and asked.path.startswith(TRACE):
            numbers = asked.path.removeprefix(TRACE).split(",")
            return Task(numbers[0], "track", partial(self._history.told, numbers, asked.path))
        if asked.method == "POST" and asked.path.startswith(SHIPIT):
            return self._shipit(asked, asked.path.removeprefix(SHIPIT))
        return Reply(HTTPStatus.NOT_FOUND, {"code": "no_such_place"})

    def _shipit(self, asked: Asked, path: str) -> Task | Reply:
        match path.strip("/").split("/"):
            case _ if asked.body and asked.headers.get("content-type", "").lower() != JSON.lower():
                return Reply(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, b"")
            case ["shipments"]:
                return self._task("order", asked, Order, self._sold)
            case ["shipments", "reprintparcel"]:
                return self._task("question", asked, Reprint, self._printed_again)
            case ["shipments", "cancel", number]:
                return Task(number, "cancel", partial(self._cancelled, number))
            case ["parcelshop", "address" | "distance" as by]:
                model, work = SHOPS[by]
                return self._task("points", asked, model, work)
            case _:
                return Reply(HTTPStatus.NOT_FOUND, {"code": "no_such_place"})

    @staticmethod
    def _task(step: str, asked: Asked, model: Any, work: Callable[[Any], Reply]) -> Task:
        """What is to be done with what was sent, or the objection to it."""
        wanted = read(model, asked.body)

        def done(*, forgetful: bool = False) -> Reply:  # noqa: ARG001  # it sells again anyway
            return wanted if isinstance(wanted, Reply) else work(wanted)

        return Task(_about(wanted), step, done)

    def _token(self, asked: Asked, *, forgetful: bool = False) -> Reply:  # noqa: ARG002
        client = _client(asked.headers.get("authorization", ""))
        if not client or client.startswith("wrong") or b"client_credentials" not in asked.body:
            no = {"message": "Invalid client identifier", "type": "400"}
            return Reply(HTTPStatus.BAD_REQUEST, {"errors": [no]})
        token = secrets.token_urlsafe(32)
        self._tokens.add(token)
        good = {"token_type": "Bearer", "access_token": token, "expires_in": LIFE_SECONDS}
        return Reply(HTTPStatus.OK, good)

    def _sold(self, order: Order) -> Reply:
        shipment = order.Shipment
        if (no := against(shipment)) is not None:
            return no
        held = self._ledger.find(shipment.reference, NAME)
        self._sales[shipment.reference] = max(self._sales[shipment.reference], held is not None) + 1
        label = self._ledger.sell(_made(shipment, self._sales[shipment.reference]))
        self._history.note(label.tracking_number, "INTIAL.PREADVICE", datetime.now(UTC))
        return Reply(HTTPStatus.CREATED, _answer(label), media_type=JSON)

    def _printed_again(self, wanted: Reprint) -> Reply:
        label = self._ledger.find(wanted.ShipmentReference, NAME)
        if label is None or self._ledger.is_cancelled(label):
            return refusal("INVALID_SHIPMENT_ID", wanted.ShipmentReference, "not found")
        if self._sales[wanted.ShipmentReference] > 1:
            return refusal("MORE_THAN_ONE_RESULT")
        return Reply(HTTPStatus.OK, _answer(self._ledger.repeat(label)), media_type=JSON)

    def _cancelled(self, number: str, *, forgetful: bool = False) -> Reply:  # noqa: ARG002
        label = self._ledger.by_number(number, NAME)
        if label is None:
            return refusal("INVALID_FIELD_VALUE", "TrackID", number, "does not exist")
        if self._ledger.is_cancelled(label):  # its documentation: asked twice, it answers 500
            return Reply(HTTPStatus.INTERNAL_SERVER_ERROR, b"")
        result = "SCANNED" if self._history.has_moved(label) else "CANCELLED"
        if result == "CANCELLED":
            self._ledger.cancel(label)
            self._history.note(label.tracking_number, "CANCEL.NORMAL", datetime.now(UTC))
        said = {"TrackID": label.carrier_id, "Result": result}
        return Reply(HTTPStatus.OK, said, media_type=JSON)


def _about(wanted: Any) -> str:
    """The reference that tricks are told by."""
    match wanted:
        case Order():
            return wanted.Shipment.reference
        case Reprint():
            return wanted.ShipmentReference
        case Moved():
            return wanted.tracking_number
        case _:
            return ""


def _client(authorization: str) -> str:
    """Who asks for a token."""
    try:
        pair = b64decode(authorization.removeprefix("Basic "), validate=True).decode()
    except ValueError:
        return ""
    return pair.partition(":")[0]


def _made(shipment: Shipment, sale: int) -> Label:
    """The label of a sale: both its numbers follow from the reference and how often it was sold."""
    digits = f"9{drawn_digits(f'{shipment.reference} {sale}', 10)}"
    weighted = (int(digit) * (3, 1)[place % 2] for place, digit in enumerate(reversed(digits)))
    return Label(
        carrier=NAME,
        reference=shipment.reference,
        tracking_number=f"{digits}{-sum(weighted) % 10}",
        carrier_id=b32encode(int(digits).to_bytes(5)).decode(),
        kind="label",
        method="pickup" if shipment.pickup else "drop_off_point",
        routing=f"{shipment.Consignee.Address.CountryCode} {digits[1:4]}",
    )


def _answer(label: Label) -> dict[str, Any]:
    """A label is drawn where somebody drops it off; a driver brings it along."""
    parcel = {
        "TrackID": label.carrier_id,
        "ParcelNumber": label.tracking_number,
        "ShipmentUnitReference": [label.reference],
        "RoutingInfo": {
            "Tour": "0815",
            "InboundSortingFlag": "003",
            "FinalLocationCode": label.routing,
            "HubLocation": "esa",
            "LastRoutingDate": "1970-01-01T00:00:00Z",
        },
    }
    drawn = label_pdf("GLS ShopReturn", label.tracking_number, [label.carrier_id, label.routing])
    prints = [{"Data": [base64(drawn)], "LabelFormat": "PDF"}]
    shipment = {
        "ShipmentReference": [label.reference],
        "ParcelData": [parcel],
        "PrintData": [] if label.method == "pickup" else prints,
        "CustomerID": "simulated",
        "PickupLocation": label.routing,
    }
    return {"CreatedShipment": shipment}
