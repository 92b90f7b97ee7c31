"""PostNL as its specifications and its list of error codes have it.

    GET  /shipment/v1_1/barcode                       a number, which costs nothing
    POST /shipment/v2_2/label                         a label under that number
    GET  /shipment/v2/status/barcode/{barcode}        where the parcel is
    GET  /shipment/v2_1/locations/nearest[/geocode]   points
    POST /_scan {"tracking_number", "code", "at"}     moves a parcel: not PostNL's, but ours

**A number is sold once**: ordered again it gives the same label, whatever else the order says. Any
key lets in but those that begin with `wrong`. `code` is a status (`2`) or an event (`H01`).
"""

from __future__ import annotations

import secrets
from collections import defaultdict
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from http import HTTPStatus
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from pydantic import AwareDatetime, BaseModel, ConfigDict, StringConstraints, ValidationError

from deploy.local.carrier.desk import Asked, Desk, Reply, Task
from deploy.local.carrier.desks.postnl.orders import SMART, Order, Shipment, objection
from deploy.local.carrier.desks.postnl.points import points_near
from deploy.local.carrier.paper import base64, label_pdf
from deploy.local.carrier.sales import Label, Ledger

NAME = "postnl"
HERE = ZoneInfo("Europe/Amsterdam")
STAMP = "%d-%m-%Y %H:%M:%S"
UNKNOWN_TOWN = "Nergens"
"""An address there is refused as PostNL refuses it after all: with status 200."""


class Moved(BaseModel):
    """Somebody scanned a parcel."""

    model_config = ConfigDict(extra="forbid")

    tracking_number: str
    code: Annotated[str, StringConstraints(pattern=r"^([0-9]{1,2}|[A-Z][0-9]{2})$")]
    at: AwareDatetime


def desk(ledger: Ledger) -> Desk:
    """PostNL's desk. What was sold outlives it; where parcels were scanned does not."""
    return _PostNL(ledger)


class _PostNL:
    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._scans: defaultdict[str, list[tuple[datetime, str]]] = defaultdict(list)

    def __call__(self, asked: Asked) -> Task | Reply:
        if (asked.method, asked.path) == ("POST", "/_scan"):
            return self._scanning(asked)
        key = asked.headers.get("apikey", "")
        if not key or key.startswith("wrong"):
            return _gate(HTTPStatus.UNAUTHORIZED, "Invalid ApiKey")
        allowed, task = self._served(asked)
        if asked.method != allowed:
            return _gate(HTTPStatus.METHOD_NOT_ALLOWED, f"Only {allowed} requests allowed")
        return task() if task else _gate(HTTPStatus.NOT_FOUND, "No such place")

    def _served(self, asked: Asked) -> tuple[str, Callable[[], Task] | None]:
        """The one method of this place, and what is done there."""
        match asked.path.removeprefix("/shipment/").split("/"):
            case ["v1_1", "barcode"]:
                number = partial(_number, self._ledger, asked)
                return "GET", lambda: Task("", "question", number)
            case ["v2_2", "label"]:
                return "POST", lambda: self._ordering(asked)
            case ["v2", "status", "barcode", number]:
                return "GET", lambda: self._tracking(number)
            case ["v2_1", "locations", "nearest", *more] if more in ([], ["geocode"]):
                found = partial(_points, asked, by_place=bool(more))
                return "GET", lambda: Task("", "points", found)
            case _:
                return asked.method, None

    def _ordering(self, asked: Asked) -> Task:
        try:
            shipment = Order.model_validate_json(asked.body).Shipments[0]
        except ValidationError:
            return Task("", "order", partial(_refused, "17", "Message validation failed"))
        if wrong := objection(shipment):
            return Task(shipment.Reference, "order", partial(_refused, *wrong))
        return Task(shipment.Reference, "order", partial(self._sold, shipment))

    def _sold(self, shipment: Shipment, *, forgetful: bool = False) -> Reply:
        sender = next(one for one in shipment.Addresses if one.AddressType == "02")
        if sender.City == UNKNOWN_TOWN:
            return _refused("1280202", "Incorrect address", status=HTTPStatus.OK)
        held = self._ledger.by_number(shipment.Barcode, NAME)
        if held is not None and not forgetful:
            return _label(self._ledger.repeat(held))
        smart = SMART in [(one.Characteristic, one.Option) for one in shipment.ProductOptions]
        return _label(
            self._ledger.sell(
                Label(
                    carrier=NAME,
                    reference=shipment.Reference,
                    tracking_number=shipment.Barcode,
                    kind="qr_code" if smart else "label",
                    method=shipment.ProductCodeDelivery,
                )
            )
        )

    def _tracking(self, number: str) -> Task:
        held = self._ledger.by_number(number, NAME)
        reference = number if held is None else held.reference

        def told(*, forgetful: bool = False) -> Reply:  # noqa: ARG001
            if held is None:
                nothing = {"Message": "No shipment found", "Code": "2"}
                return Reply(HTTPStatus.OK, {"CompleteStatus": {}, "Warnings": [nothing]})
            if not self._scans[number]:
                self._scans[number].append((datetime.now(UTC), "1"))
            return Reply(HTTPStatus.OK, _status(held, sorted(self._scans[number])))

        return Task(reference, "track", told)

    def _scanning(self, asked: Asked) -> Task:
        def scanned(*, forgetful: bool = False) -> Reply:  # noqa: ARG001
            try:
                moved = Moved.model_validate_json(asked.body)
            except ValidationError:
                return Reply(HTTPStatus.UNPROCESSABLE_ENTITY, {"code": "scan_invalid"})
            if self._ledger.by_number(moved.tracking_number, NAME) is None:
                return Reply(HTTPStatus.NOT_FOUND, {"code": "label_absent"})
            self._scans[moved.tracking_number].append((moved.at, moved.code))
            return Reply(HTTPStatus.OK, {"scans": len(self._scans[moved.tracking_number])})

        return Task("", "scan", scanned)


def _number(ledger: Ledger, asked: Asked, *, forgetful: bool = False) -> Reply:  # noqa: ARG001
    """A number nobody has. One that is given out and never used is forgotten."""
    code = asked.query.get("CustomerCode", "")
    if not (code.isascii() and code.isalpha() and 1 <= len(code) <= 4):  # noqa: PLR2004
        said = {"ErrorMsg": "Customer code is required", "ErrorNumber": "21202"}
        return Reply(HTTPStatus.BAD_REQUEST, {"errors": [said]})
    while True:
        number = f"3S{code.upper()}{secrets.randbelow(10**9):09d}"
        if ledger.by_number(number, NAME) is None:
            return Reply(HTTPStatus.OK, {"Barcode": number})


def _points(asked: Asked, *, by_place: bool, forgetful: bool = False) -> Reply:  # noqa: ARG001
    found = points_near(asked.query, by_place=by_place)
    if not found:
        said = {"ErrorCode": "10", "ErrorDescription": "No results found"}
        return Reply(HTTPStatus.BAD_REQUEST, {"Error": said})
    return Reply(HTTPStatus.OK, {"GetLocationsResult": {"ResponseLocation": found}})


def _refused(
    code: str,
    says: str,
    *,
    status: HTTPStatus = HTTPStatus.BAD_REQUEST,
    forgetful: bool = False,  # noqa: ARG001
) -> Reply:
    return Reply(status, {"Errors": [{"Error": says, "Code": code, "Description": says}]})


def _label(label: Label) -> Reply:
    """The label, the same each time; with it the code to print it by, if that was ordered."""
    number, product = label.tracking_number, label.method
    papers = [("Label", "Return label")]
    if label.kind == "qr_code":
        papers.append(("PrintcodeLabel", "Print code"))
    labels = [
        {
            "Content": base64(label_pdf(f"PostNL {title}", number, (f"Product {product}",))),
            "Labeltype": name,
            "OutputType": "PDF",
        }
        for name, title in papers
    ]
    shipment = {
        "Barcode": number,
        "Errors": [],
        "Warnings": [],
        "Labels": labels,
        "ProductCodeDelivery": product,
    }
    return Reply(HTTPStatus.OK, {"MergedLabels": [], "ResponseShipments": [shipment]})


def _status(label: Label, scans: list[tuple[datetime, str]]) -> dict[str, Any]:
    """Statuses and events, the youngest first, in PostNL's own time."""
    said = [(at.astimezone(HERE).strftime(STAMP), code) for at, code in reversed(scans)]
    statuses = [
        {"TimeStamp": at, "StatusCode": code, "PhaseCode": "1"}
        for at, code in said
        if code.isdecimal()
    ]
    events = [{"TimeStamp": at, "Code": code} for at, code in said if not code.isdecimal()]
    shipment: dict[str, Any] = {
        "MainBarcode": label.tracking_number,
        "Barcode": label.tracking_number,
        "ProductCode": f"00{label.method}",
        "Reference": label.reference,
        "Event": events,
        "OldStatus": statuses,
    }
    if statuses:
        shipment["Status"] = statuses[0]
    return {"CompleteStatus": {"Shipment": [shipment]}}


def _gate(status: HTTPStatus, says: str) -> Reply:
    """What stands before the service says."""
    return Reply(status, {"message": says, "http_status_code": status.value})
