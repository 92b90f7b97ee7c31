"""What DHL is asked for when it shall come for a parcel, and what its answers mean. Pure.

A collection costs little, can be looked up under a reference of ours and taken back. So it is
ordered before the label, which can be neither.
"""

from __future__ import annotations

import re
from base64 import b32encode
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from hashlib import blake2b
from http import HTTPStatus
from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    TypeAdapter,
    ValidationError,
)

from contracts.words import Cancelled
from services.labels.adapters.carriers.dhl_parcel_de.complaints import not_taken, turned_away
from services.labels.adapters.carriers.dhl_parcel_de.parties import fitted, shipper
from services.labels.adapters.lines.http import Answer
from services.labels.domain import faults
from services.labels.domain.connection import Connection
from services.labels.domain.order import LabelOrder

FROM, UNTIL = time(8), time(18)
"""When somebody is told to be at home."""
PICKUP_DATE = "pickupDetails.pickupDate"

_BILLING_NUMBER = re.compile(r"[0-9]{12}[0-9A-Za-z]{2}", re.ASCII)
_ENDED = frozenset({"STORNIERT", "ABGELEHNT"})
"""States of collections that nobody comes for: taken back, and refused."""
_TAKEN_BACK = "STORNIERT"


class _Said(BaseModel):
    """Base of what DHL says. It may say more than we know."""

    model_config = ConfigDict(strict=True, extra="ignore", hide_input_in_errors=True)


_OrderId = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z-]{32}$")]
_Day = Annotated[date, Field(strict=False)]


class _Agreed(_Said):
    order_id: _OrderId = Field(alias="orderID")
    day: _Day = Field(alias="pickupDate")


class _Possible(_Said):
    day: _Day = Field(alias="pickupDate")


class _AgreedAnswer(_Said):
    class _Confirmation(_Said):
        value: _Agreed

    confirmation: _Confirmation


class _PossibleAnswer(_Said):
    class _Confirmation(_Said):
        value: _Possible

    confirmation: _Confirmation


class _Parcel(_Said):
    reference: str | None = Field(None, alias="customerReference")


class _ParcelAndState(_Said):
    shipment: _Parcel


class _Parcels(_Said):
    shipments: list[_ParcelAndState] = []


class _Order(_Said):
    order_id: _OrderId = Field(alias="orderID")
    state: str = Field(alias="orderState")


class _Known(_Said):
    order: _Order = Field(alias="orderDetails")
    parcels: _Parcels = Field(_Parcels(), alias="shipmentDetails")


_ALL_KNOWN = TypeAdapter(list[_Known])


class _Taken(_Said):
    order_id: str = Field(alias="orderID")
    state: str | None = Field(None, alias="orderState")


class _TakenBack(_Said):
    done: list[_Taken] = Field([], alias="confirmedCancellations")
    not_done: list[_Taken] = Field([], alias="failedCancellations")


def is_agreed(connection: Connection) -> bool:
    """Whether the contract says to whom collections are billed."""
    return _BILLING_NUMBER.fullmatch(connection.options.get("billing_number", "")) is not None


def reference_of(order: LabelOrder) -> str:
    """Our word for a collection: twenty characters are all there is room for."""
    digest = blake2b(order.reference.encode(), digest_size=10, person=b"dhl-pickup").digest()
    return b32encode(digest).decode()


def body(order: LabelOrder, connection: Connection, day: date | None) -> dict[str, Any]:
    """The body of an order for that day, or for as soon as may be.

    Raises:
        NotCovered: the contract has no collections.
        Rejected: DHL takes no such address.
    """
    if not is_agreed(connection):
        raise faults.NotCovered("no billing_number")
    asked: dict[str, Any] = {
        "customerDetails": {"billingNumber": connection.options["billing_number"]},
        "pickupLocation": {"type": "Address", "pickupAddress": _address(order)},
        "businessHours": [{"timeFrom": f"{FROM:%H:%M}", "timeUntil": f"{UNTIL:%H:%M}"}],
        "pickupDetails": {"pickupDate": _when(day)},
        "shipmentDetails": {
            "shipments": [{"transportationType": "PAKET", "customerReference": reference_of(order)}]
        },
    }
    if order.weight_grams:
        asked["pickupDetails"]["totalWeight"] = {"uom": "g", "value": order.weight_grams}
    return asked


def search(order: LabelOrder, day: date) -> Mapping[str, str]:
    """Asks for the collections of that day and postal code."""
    return {"pickupDate": day.isoformat(), "pickupPostalCode": _address(order)["postalCode"]}


def agreed(answer: Answer) -> tuple[str, date]:
    """The id and day of a collection that was ordered.

    Raises:
        CarrierFault: there is none, or nobody knows.
    """
    if answer.status != HTTPStatus.OK:
        raise not_taken(answer)
    try:
        value = _AgreedAnswer.model_validate_json(answer.body).confirmation.value
    except ValidationError:
        raise faults.OutcomeUnknown("answer unreadable") from None
    return value.order_id, value.day


def possible(answer: Answer) -> date:
    """The day on which DHL would come.

    Raises:
        CarrierFault: it would not, or did not say.
    """
    if answer.status != HTTPStatus.OK:
        raise turned_away(answer)
    try:
        return _PossibleAnswer.model_validate_json(answer.body).confirmation.value.day
    except ValidationError:
        raise faults.Unavailable("answer unreadable") from None


def known(answer: Answer, order: LabelOrder) -> str | None:
    """The id of the collection that stands for this order among those that were asked for.

    Raises:
        CarrierFault: DHL did not say.
    """
    if answer.status != HTTPStatus.OK:
        raise turned_away(answer)
    try:
        found = _ALL_KNOWN.validate_json(answer.body)
    except ValidationError:
        raise faults.Unavailable("answer unreadable") from None
    ours = reference_of(order)
    return next(
        (
            one.order.order_id
            for one in found
            if one.order.state not in _ENDED
            and any(each.shipment.reference == ours for each in one.parcels.shipments)
        ),
        None,
    )


def taken_back(answer: Answer, order_id: str) -> Literal[Cancelled.CANCELLED, Cancelled.TOO_LATE]:
    """What became of the wish that nobody come.

    Raises:
        CarrierFault: DHL did not say.
    """
    if answer.status != HTTPStatus.OK:
        raise turned_away(answer)
    try:
        said = _TakenBack.model_validate_json(answer.body)
    except ValidationError:
        raise faults.Unavailable("answer unreadable") from None
    if any(one.order_id == order_id for one in said.done):
        return Cancelled.CANCELLED
    for one in said.not_done:
        if one.order_id == order_id:
            gone = one.state == _TAKEN_BACK
            return Cancelled.CANCELLED if gone else Cancelled.TOO_LATE
    raise faults.Unavailable("answer about another order")


def window(day: date) -> tuple[datetime, datetime]:
    """From when until when somebody may come on that day, as clocks in Germany show it."""
    is_summer = _last_sunday(day.year, 3) <= day < _last_sunday(day.year, 10)
    hours = timedelta(hours=2 if is_summer else 1)
    begins, ends = (datetime.combine(day, at, UTC) - hours for at in (FROM, UNTIL))
    return begins, ends


def _last_sunday(year: int, month: int) -> date:
    """On these days clocks are set, long before anybody comes. Both months have 31 days."""
    last = date(year, month, 31)
    return last - timedelta(days=last.isoweekday() % 7)


def _when(day: date | None) -> dict[str, str]:
    return {"type": "ASAP"} if day is None else {"type": "Date", "value": day.isoformat()}


def _address(order: LabelOrder) -> dict[str, str]:
    party = shipper(order.sender)
    if len(party["postalCode"]) > 7:  # noqa: PLR2004  # as DHL says
        raise faults.Rejected(("pickupLocation.pickupAddress.postalCode",))
    here = {key: value for key, value in party.items() if key != "name3"}
    return here | {"city": fitted(here["city"], 35), "country": order.sender.country}
