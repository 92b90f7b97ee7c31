"""What a return is at Sendcloud: bought, not yet, or never. Pure.

Nothing an answer holds is believed before it has been checked: another return's label, or a number
that fits on no label, never reaches a customer.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal
from http import HTTPStatus
from operator import itemgetter
from typing import Annotated, Literal

from pydantic import Field, StringConstraints, ValidationError

from contracts.shape import Money
from contracts.words import Cancelled, ReturnMethod
from services.labels.adapters.carriers.sendcloud import refusals, statuses
from services.labels.adapters.carriers.sendcloud.mapping import Announced
from services.labels.adapters.carriers.sendcloud.said import (
    Amount,
    Id,
    Instant,
    Number,
    Said,
    Status,
    Words,
)
from services.labels.adapters.lines.http import Answer
from services.labels.adapters.lines.refusals import nothing_done
from services.labels.domain import faults
from services.labels.domain.customs import is_declared

PRODUCT = "Sendcloud return"
_PARCEL = re.compile(r"/parcels/([1-9][0-9]{0,14})/documents/")
_Country = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
_PRINTABLE = re.compile(r"[ -~]{1,60}")
_WAITING = frozenset({"requested", "awaiting_payment"})
_REFUSED = frozenset({"request_rejected", "payment_failed"})


class _Address(Said):
    country_code: _Country


class _Way(Said):
    code: Words | None = None


class _Cost(Said):
    value: Amount | None = None
    currency: Literal["EUR", "GBP", "USD"] = "EUR"


class _Papers(Said):
    label_printer: Words | None = None


class _Step(Said):
    parent_status: Status = ""
    carrier_update_timestamp: Instant | None = None


class _Return(Said):
    id: Id | None = None
    order_number: Words | None = None
    tracking_number: Number | Literal[""] | None = None
    collo_count: Annotated[int, Field(ge=1)] = 1
    delivery_option: Status | None = None
    status: Status | None = None
    status_history: Annotated[list[_Step], Field(max_length=1_000)] = []
    label_url: Words | None = None
    label: _Papers | None = None
    label_cost: _Cost | None = None
    shipping_option: _Way | None = None
    from_address: _Address
    to_address: _Address
    errors: list[refusals.Complaint] = []


@dataclass(frozen=True, slots=True)
class Bought:
    """There is a label. Its documents are `parcel_id`'s."""

    return_id: int | None
    parcel_id: int | None
    tracking_number: str
    cost: Money | None
    product: str
    labelless: bool
    declared: bool


@dataclass(frozen=True, slots=True)
class NotYet:
    """It was taken, and its label comes later. Nobody may order it anew."""


@dataclass(frozen=True, slots=True)
class Never:
    """It came to nothing, and nothing was bought. `fields` are what was objected to."""

    fields: tuple[str, ...] = ()


State = Bought | NotYet | Never


def detail(answer: Answer, reference: str) -> State:
    """What became of this return.

    Raises:
        OutcomeUnknown: what is said cannot be true of it.
        AuthFailed, RateLimited, Unavailable: nothing was said.
    """
    if answer.status != HTTPStatus.OK:
        raise nothing_done(answer)
    one = _read(answer.body)
    if one.order_number != reference:
        raise faults.OutcomeUnknown("answer about another return")
    return _state(one)


def with_ids(bought: Bought, made: Announced) -> Bought:
    """The same label, under the ids it was announced with.

    Raises:
        OutcomeUnknown: it is said to have others.
    """
    if bought.return_id not in (None, made.return_id):
        raise faults.OutcomeUnknown("answer about another return")
    if bought.parcel_id not in (None, made.parcel_id):
        raise faults.OutcomeUnknown("label of another parcel")
    return replace(bought, return_id=made.return_id, parcel_id=made.parcel_id)


def after_conflict(answer: Answer) -> Cancelled:
    """Why a return cannot be cancelled: because it is already, or because it is too late."""
    if answer.status != HTTPStatus.OK:
        raise nothing_done(answer)
    latest = _latest(_read(answer.body))
    if latest in statuses.CANCELLED:
        return Cancelled.CANCELLED
    return Cancelled.REQUESTED if latest in statuses.CANCELLING else Cancelled.TOO_LATE


def _read(body: bytes | str) -> _Return:
    try:
        return _Return.model_validate_json(body)
    except ValidationError:
        raise faults.OutcomeUnknown("return unreadable") from None


def state_of(said: dict[str, object]) -> State:
    """What became of one return in the list.

    Raises:
        OutcomeUnknown: what is said cannot be true of it.
    """
    return _state(_read(json.dumps(said)))


def _state(one: _Return) -> State:
    latest = _latest(one)
    if latest in statuses.CANCELLED | statuses.CANCELLING:
        raise faults.OutcomeUnknown("cancelled at the carrier's")
    if one.collo_count != 1:
        raise faults.OutcomeUnknown("more than one parcel")
    failed = latest == statuses.FAILED or one.status in _REFUSED
    if failed and one.tracking_number:
        raise faults.OutcomeUnknown("failed, and has a number")
    if failed:
        return Never(refusals.rejected(one.errors).fields)
    if not one.tracking_number or one.status in _WAITING:
        return NotYet()
    way = one.shipping_option.code if one.shipping_option else None
    return Bought(
        return_id=one.id,
        parcel_id=_parcel(one),
        tracking_number=one.tracking_number,
        cost=_cost(one.label_cost),
        product=way if way and _PRINTABLE.fullmatch(way) else PRODUCT,
        labelless=one.delivery_option == ReturnMethod.DROP_OFF_LABELLESS,
        declared=is_declared(one.from_address.country_code, one.to_address.country_code),
    )


def _latest(one: _Return) -> str:
    """The last of its states. The list is in no order, and not every state has a time."""
    steps = ((step.carrier_update_timestamp, step.parent_status) for step in one.status_history)
    timed = [(at, status) for at, status in steps if at is not None]
    if timed:
        return statuses.slug(max(timed, key=itemgetter(0))[1])
    return statuses.slug(one.status_history[-1].parent_status) if one.status_history else ""


def _parcel(one: _Return) -> int | None:
    """The id in the address of its label. The address itself is never followed."""
    found = (_PARCEL.search(address) for address in _addresses(one))
    return next((int(match[1]) for match in found if match), None)


def _addresses(one: _Return) -> Iterator[str]:
    if one.label is not None and one.label.label_printer:
        yield one.label.label_printer
    if one.label_url:
        yield one.label_url


def _cost(said: _Cost | None) -> Money | None:
    if said is None or said.value is None:
        return None
    cents = (said.value * 100).quantize(Decimal(1), rounding=ROUND_HALF_UP)
    return Money(minor=int(cents), currency=said.currency)
