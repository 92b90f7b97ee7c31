"""What Sendcloud is asked for a return, and what the answer to that means. Pure.

Our reference goes out twice. As `external_reference` it is unique to Sendcloud, which refuses a
second return under it. As `order_number` it comes back in the list of returns, which shows no other
word of ours: that is how an order is found again whose answer got lost.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from pydantic import ValidationError

from contracts.shape import Money
from contracts.words import Cancelled
from services.labels.adapters.carriers.sendcloud import refusals
from services.labels.adapters.carriers.sendcloud.said import Id, Said
from services.labels.adapters.lines.http import Answer
from services.labels.adapters.lines.refusals import nothing_done
from services.labels.domain import faults
from services.labels.domain.connection import Connection
from services.labels.domain.customs import amount, is_declared
from services.labels.domain.order import LabelOrder, Line

USUAL_GRAMS = 1_000
"""What a parcel is said to weigh if neither its shop nor the connection (`weight_grams`) knows."""
LONGEST_HS_CODE, LONGEST_INVOICE = 12, 40


class _Announced(Said):
    return_id: Id
    parcel_id: Id
    multi_collo_ids: list[Id] = []


@dataclass(frozen=True, slots=True)
class Announced:
    """One return of one parcel, under Sendcloud's own ids."""

    return_id: int
    parcel_id: int


def request(order: LabelOrder, connection: Connection) -> dict[str, Any]:
    """The body of an order: only what is needed to move a parcel.

    Raises:
        NotCovered: the connection names no shipping option for this method from this country.
        Rejected: an address lacks what no parcel can do without.
    """
    sender, recipient = order.sender, order.recipient
    body: dict[str, Any] = {
        "from_address": _address(
            name=sender.name,
            address_line_1=sender.street,
            house_number=sender.house_number,
            address_line_2=sender.addition,
            postal_code=sender.postal_code,
            city=sender.town,
            country_code=sender.country,
        ),
        "to_address": _address(
            name=recipient.company,
            company_name=recipient.company,
            address_line_1=recipient.street,
            house_number=recipient.house_number,
            postal_code=recipient.postal_code,
            city=recipient.town,
            country_code=recipient.country,
        ),
        "ship_with": ship_with(order.method, sender.country, connection.options),
        "weight": {"value": _grams(order, connection.options), "unit": "g"},
        "parcel_items": [_item(line) for line in order.lines],
        "order_number": order.reference,
        "external_reference": order.reference,
        "delivery_option": order.method,
        "send_tracking_emails": False,
        **_numbers(connection.options, "brand_id"),
    }
    if lacking := tuple(_lacking(body)):
        raise faults.Rejected(lacking)
    if is_declared(sender.country, recipient.country):
        body |= _customs(order)
    return body


def ship_with(method: str, country: str, options: Mapping[str, str]) -> dict[str, Any]:
    """The way of shipping: the connection's for this method and country, else for this method.

    Raises:
        NotCovered: it names none.
    """
    name = f"ship_with_{method}"
    code = options.get(f"{name}_{country.lower()}") or options.get(name)
    if not code:
        raise faults.NotCovered
    way = {"type": "shipping_option_code", "shipping_option_code": code}
    return way | _numbers(options, "contract")


def announced(answer: Answer) -> Announced:
    """The return that was made.

    Raises:
        ReferenceTaken: it was made before.
        CarrierFault: there is none; which one says whether it may have been made all the same.
    """
    if answer.status not in (HTTPStatus.OK, HTTPStatus.CREATED):
        raise refusals.not_bought(answer)
    try:
        made = _Announced.model_validate_json(answer.body)
    except ValidationError:
        raise faults.OutcomeUnknown("answer unreadable") from None
    if set(made.multi_collo_ids) - {made.parcel_id}:
        raise faults.OutcomeUnknown("more than one parcel")
    return Announced(made.return_id, made.parcel_id)


def objections(answer: Answer) -> faults.CarrierFault | None:
    """What a dry run objects to, or None if it knows of nothing."""
    if answer.status != HTTPStatus.BAD_REQUEST:
        return None
    found = refusals.complaints(answer.body)
    if any(one.is_about_the_offer for one in found):
        return faults.NotCovered()
    return refusals.rejected(found) if any(one.name for one in found) else None


def cancelled(answer: Answer) -> Cancelled | None:
    """What became of the wish to cancel; None if the return itself must say why it cannot be.

    Raises:
        CarrierFault: it was not heard, or nobody knows.
    """
    match answer.status:
        case HTTPStatus.OK | HTTPStatus.ACCEPTED:
            return Cancelled.REQUESTED
        case HTTPStatus.CONFLICT:
            return None
        case status if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            raise faults.OutcomeUnknown(f"status {status}")
        case _:
            raise nothing_done(answer)


def _address(**lines: str) -> dict[str, str]:
    """What is not there is left out: house numbers are not everywhere."""
    plain = {name: _plain(text) for name, text in lines.items()}
    return {name: text for name, text in plain.items() if text}


def _lacking(body: Mapping[str, Any]) -> list[str]:
    needed = ("name", "address_line_1", "postal_code", "city")
    ends = ("from_address", "to_address")
    return [f"{end}.{name}" for end in ends for name in needed if name not in body[end]]


def _plain(text: str) -> str:
    """One line: no control, no invisible mark that turns letters around, no blank twice."""
    shown = (" " if c.isspace() else c for c in text)
    kept = (c for c in shown if unicodedata.category(c) not in ("Cc", "Cf", "Co", "Cs", "Cn"))
    return " ".join("".join(kept).split())


def _grams(order: LabelOrder, options: Mapping[str, str]) -> int:
    usual = _numbers(options, "weight_grams").get("weight_grams", USUAL_GRAMS)
    return order.weight_grams or usual


def _item(line: Line) -> dict[str, Any]:
    goods = line.goods
    item: dict[str, Any] = {"description": _plain(line.description), "quantity": line.quantity}
    if goods.weight_grams:
        item["weight"] = {"value": goods.weight_grams, "unit": "g"}
    if line.unit_price is not None:
        item["price"] = _price(line.unit_price)
    if goods.hs_code and len(goods.hs_code) <= LONGEST_HS_CODE:
        item["hs_code"] = goods.hs_code
    if goods.origin:
        item["origin_country"] = goods.origin
    return item


def _customs(order: LabelOrder) -> dict[str, Any]:
    """What a parcel needs that crosses a border of customs."""
    invoice = _plain(order.order_no)[:LONGEST_INVOICE]
    return {
        "total_order_value": _price(order.value),
        "customs_invoice_nr": invoice,
        "customs_information": {"invoice_number": invoice, "export_reason": "returned_goods"},
    }


def _price(money: Money) -> dict[str, Any]:
    value, _, currency = amount(money).partition(" ")
    return {"value": float(value), "currency": currency}


def _numbers(options: Mapping[str, str], name: str) -> dict[str, int]:
    """An option that is a number, if it is set and is one."""
    said = options.get(name, "")
    return {name: int(said)} if said.isascii() and said.isdecimal() and int(said) > 0 else {}
