"""DHL Parcel DE as its OpenAPI files describe it: returns, collections, and tokens for both.

    POST   /parcel/de/account/auth/ropc/v1/token
    POST   /parcel/de/shipping/returns/v1/orders?labelType=…
    POST   /parcel/de/transportation/pickup/v3/orders[?validate=true]
    GET    /parcel/de/transportation/pickup/v3/orders?pickupDate=…&pickupPostalCode=…
    DELETE /parcel/de/transportation/pickup/v3/orders?orderID=…

Like DHL, it sells another label whenever it is asked, whatever the reference, and tells nobody
what it has sold. Collections can be found and taken back, for as long as the process lives. A
customer whose password is `wrong`, and one without any, is not known.
"""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from functools import partial
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qs
from uuid import NAMESPACE_URL, uuid5

from deploy.local.carrier.desk import Asked, Desk, Reply, Task, Work
from deploy.local.carrier.paper import base64, label_pdf, qr_png
from deploy.local.carrier.sales import Label, Ledger, drawn_digits

NAME = "dhl_parcel_de"
RETURNS, PICKUPS = (
    "/parcel/de/shipping/returns/v1/orders",
    "/parcel/de/transportation/pickup/v3/orders",
)
TOKEN = "/parcel/de/account/auth/ropc/v1/token"  # noqa: S105  # an address
WRONG = "wrong"
TOKEN_SECONDS = 1799

_NEEDED = ("name1", "addressStreet", "addressHouse", "postalCode", "city")
_PAPERS = {"SHIPMENT_LABEL", "QR_LABEL", "BOTH"}
_SUNDAY = 7


def desk(ledger: Ledger) -> Desk:
    """The desk of DHL Parcel DE."""
    collections = Collections()

    routes: dict[tuple[str, str], Callable[[Asked], Task | Reply]] = {
        ("POST", TOKEN): lambda asked: Task("", "token", _plainly(partial(_token, asked))),
        ("POST", RETURNS): partial(_ordered, ledger),
        ("POST", PICKUPS): collections.order,
        ("GET", PICKUPS): collections.find,
        ("DELETE", PICKUPS): collections.cancel,
    }

    def served(asked: Asked) -> Task | Reply:
        answer = routes.get((asked.method, asked.path))
        if answer is None:
            return _problem(HTTPStatus.NOT_FOUND, "No such resource.")
        if asked.path != TOKEN and not _is_known(asked):
            return _problem(HTTPStatus.UNAUTHORIZED, "The credentials are wrong.")
        return answer(asked)

    return served


class Collections:
    """Who is to be visited, and when."""

    def __init__(self) -> None:
        self._all: dict[str, dict[str, Any]] = {}

    def order(self, asked: Asked) -> Task | Reply:
        """Somebody will come, or would."""
        wanted = asked.json()
        try:
            shipment = wanted["shipmentDetails"]["shipments"][0]
            when = wanted["pickupDetails"]["pickupDate"]
            day = _next_day() if when["type"] == "ASAP" else date.fromisoformat(when["value"])
        except (KeyError, IndexError, TypeError, ValueError):
            return _complaints("pickupDetails", "Unreadable")
        if day.isoweekday() == _SUNDAY:
            return _complaints("pickupDetails.pickupDate", "Nobody comes on a Sunday")
        if asked.query.get("validate") == "true":
            possible = {"pickupDate": day.isoformat(), "freeOfCharge": True, "pickupType": "EZA"}
            reply = Reply(
                HTTPStatus.OK, {"confirmation": {"type": "VALIDATION", "value": possible}}
            )
            return Task("", "question", _plainly(lambda: reply))
        reference = str(shipment.get("customerReference", ""))
        return Task(reference, "collect", _plainly(partial(self._agreed, wanted, day)))

    def find(self, asked: Asked) -> Task:
        """Who is visited on a day, at a postal code."""
        return Task("", "question", _plainly(partial(self._found, asked.query)))

    def cancel(self, asked: Asked) -> Task:
        """Nobody shall come."""
        order_id = asked.query.get("orderID", "")
        return Task(order_id, "cancel", _plainly(partial(self._taken_back, order_id)))

    def _found(self, query: Mapping[str, str]) -> Reply:
        return Reply(
            HTTPStatus.OK,
            [
                one
                for one in self._all.values()
                if query.get("orderID", one["orderDetails"]["orderID"])
                == one["orderDetails"]["orderID"]
                and query.get("pickupDate", _day_of(one)) == _day_of(one)
                and query.get("pickupPostalCode", _postal_code_of(one)) == _postal_code_of(one)
            ],
        )

    def _taken_back(self, order_id: str) -> Reply:
        one = self._all.get(order_id)
        if one is None or one["orderDetails"]["orderState"] != "ANGENOMMEN":
            state = {} if one is None else {"orderState": one["orderDetails"]["orderState"]}
            failed = {"orderID": order_id, "message": "Storno nicht moeglich", **state}
            return Reply(HTTPStatus.OK, {"failedCancellations": [failed]})
        one["orderDetails"]["orderState"] = "STORNIERT"
        done = {"orderID": order_id, "orderState": "STORNIERT", "message": "Storniert"}
        return Reply(HTTPStatus.OK, {"confirmedCancellations": [done]})

    def _agreed(self, wanted: dict[str, Any], day: date) -> Reply:
        order_id = uuid5(NAMESPACE_URL, f"{NAME}/{len(self._all)}").hex
        ordered_at = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S}"
        shipments = wanted["shipmentDetails"]["shipments"]
        self._all[order_id] = {
            "orderDetails": {"orderID": order_id, "orderState": "ANGENOMMEN"},
            "customerDetails": wanted["customerDetails"],
            "pickupLocation": {"pickupAddress": wanted["pickupLocation"]["pickupAddress"]},
            "pickupDetails": {"pickupDate": {"type": "Date", "value": day.isoformat()}},
            "shipmentDetails": {
                "shipments": [{"shipment": one, "orderDate": ordered_at} for one in shipments]
            },
        }
        confirmed = [
            {"transportationType": one["transportationType"], "orderDate": ordered_at}
            for one in shipments
        ]
        value = {
            "orderID": order_id,
            "pickupDate": day.isoformat(),
            "freeOfCharge": True,
            "pickupType": "EZA",
            "confirmedShipments": confirmed,
        }
        return Reply(HTTPStatus.OK, {"confirmation": {"type": "ORDERPICKUP", "value": value}})


def _ordered(ledger: Ledger, asked: Asked) -> Task | Reply:
    wanted, paper = asked.json(), asked.query.get("labelType", "BOTH")
    if not isinstance(wanted, dict):
        return _problem(HTTPStatus.BAD_REQUEST, "Malformed syntax.")
    shipper = wanted.get("shipper") or {}
    missing = [f"shipper.{name}" for name in _NEEDED if not shipper.get(name)]
    if missing or not wanted.get("receiverId") or paper not in _PAPERS:
        about = (missing or ["receiverId" if paper in _PAPERS else "labelType"])[0]
        return _problem(HTTPStatus.UNPROCESSABLE_ENTITY, f"{about} is not valid.")
    reference = str(wanted.get("shipmentReference", ""))

    def sold(*, forgetful: bool = False) -> Reply:  # noqa: ARG001  # it always is
        held = ledger.find(reference, NAME)
        number = f"99999{drawn_digits(held.tracking_number if held else reference, 7)}"
        label = Label(
            carrier=NAME,
            reference=reference,
            tracking_number=number,
            kind="qr_code" if paper == "QR_LABEL" else "label",
            routing=f"40327653113+{number}0",
            method=paper,
        )
        return _confirmation(ledger.sell(label), paper)

    return Task(reference, "order", sold)


def _confirmation(label: Label, paper: str) -> Reply:
    """What was sold. The file wants a label in every answer: there is one beside a code as well."""
    number = label.tracking_number
    said: dict[str, Any] = {
        "sstatus": {"title": "Created", "status": 201, "detail": "Created"},
        "shipmentNo": number,
        "label": {"b64": base64(label_pdf("DHL Retoure", number, (label.routing,)))},
        "routingCode": label.routing,
    }
    if paper != "SHIPMENT_LABEL":
        said["qrLabel"] = {"b64": base64(qr_png(f"DHL-RETOURE/{number}"))}
        said["qrLink"] = f"https://dhl.example.com/qr/{number}"
    return Reply(HTTPStatus.CREATED, said)


def _token(asked: Asked) -> Reply:
    form = {name: values[0] for name, values in parse_qs(asked.body.decode("latin-1")).items()}
    user, password = form.get("username", ""), form.get("password", "")
    if form.get("grant_type") != "password" or not form.get("client_id") or password in ("", WRONG):
        return Reply(HTTPStatus.UNAUTHORIZED, {"error": "invalid_client"})
    said = {"access_token": _word(user), "token_type": "Bearer", "expires_in": TOKEN_SECONDS}
    return Reply(HTTPStatus.OK, said)


def _word(user: str) -> str:
    return f"{user}.{drawn_digits(user, 16)}"


def _is_known(asked: Asked) -> bool:
    """A token that we gave out; for returns a name and password with a key will do as well."""
    kind, _, word = asked.headers.get("authorization", "").partition(" ")
    if kind == "Bearer":
        return word == _word(word.rpartition(".")[0])
    if kind != "Basic" or asked.path != RETURNS or not asked.headers.get("dhl-api-key"):
        return False
    try:
        _, colon, password = b64decode(word).decode().partition(":")
    except ValueError:
        return False
    return bool(colon) and password != WRONG


def _plainly(answer: Callable[[], Reply]) -> Work:
    """Work at which nothing can be forgotten."""

    def done(*, forgetful: bool = False) -> Reply:  # noqa: ARG001
        return answer()

    return done


def _problem(status: HTTPStatus, detail: str) -> Reply:
    """RFC 7807."""
    said = {"title": status.phrase, "status": status.value, "detail": detail}
    return Reply(status, said, media_type="application/problem+json")


def _complaints(instance: str, title: str) -> Reply:
    said = [{"errorCode": 456, "title": title, "instance": instance}]
    return Reply(HTTPStatus.UNPROCESSABLE_ENTITY, said)


def _next_day() -> date:
    day = datetime.now(UTC).date() + timedelta(days=1)
    return day + timedelta(days=day.isoweekday() == _SUNDAY)


def _day_of(one: Mapping[str, Any]) -> str:
    return str(one["pickupDetails"]["pickupDate"]["value"])


def _postal_code_of(one: Mapping[str, Any]) -> str:
    return str(one["pickupLocation"]["pickupAddress"]["postalCode"])
