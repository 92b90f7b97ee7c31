"""What it means when Sendcloud does not do what it was asked. Pure.

It refuses in three forms: `{"error": {code, message}}`, `{"errors": [{field, code, message}]}` and
JSON:API's `{"errors": [{code, detail, source: {pointer}}]}`. The names of fields are taken from
them and nothing else: a message may quote somebody's address.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from http import HTTPStatus

from pydantic import ValidationError

from services.labels.adapters.carriers.sendcloud.said import Said, Words
from services.labels.adapters.lines.http import Answer
from services.labels.adapters.lines.refusals import nothing_done
from services.labels.domain import faults

MOST_FIELDS = 20
_NAME = re.compile(r"[a-z0-9_]{1,40}(\.[a-z0-9_]{1,40}){0,5}")
_REFERENCE = re.compile(r"external.?reference", re.IGNORECASE)
_NOT_OFFERED = frozenset({"invalid_choice", "not_found", "forbidden"})
_THE_OFFER = ("ship_with", "shipping_option", "shipping_product", "delivery_option", "contract")
_UNCERTAIN = frozenset({HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.CONFLICT})


class ReferenceTaken(Exception):  # a turn of events, not a fault
    """There is a return under this reference already: nothing was bought this time."""


class _Source(Said):
    pointer: Words | None = None
    parameter: Words | None = None


class Complaint(Said):
    """One objection, in whichever form it came."""

    field: Words | None = None
    code: Words | int | None = None
    message: Words | None = None
    detail: Words | None = None
    source: _Source | None = None

    @property
    def name(self) -> str | None:
        """The field it is about, if it says so in the letters that fields are named with."""
        source = self.source or _Source()
        said = self.field or source.pointer or source.parameter or ""
        name = re.sub(r"^(data\.)?(attributes\.)?", "", said.strip("/").replace("/", "."))
        return name if _NAME.fullmatch(name) else None

    @property
    def is_about_reference(self) -> bool:
        """Whether it says that our reference is used already."""
        said = (self.name or "", self.message or "", self.detail or "")
        return any(_REFERENCE.search(text) for text in said)

    @property
    def is_about_the_offer(self) -> bool:
        """Whether the way of shipping is what there is not."""
        return self.code in _NOT_OFFERED and (self.name or "").startswith(_THE_OFFER)


class _Refusal(Said):
    error: Complaint | None = None
    errors: list[Complaint] = []


def complaints(body: bytes) -> list[Complaint]:
    """Every objection in a refusal; none if it is no refusal of Sendcloud's."""
    try:
        refusal = _Refusal.model_validate_json(body)
    except ValidationError:
        return []
    return [*([refusal.error] if refusal.error else []), *refusal.errors][:MOST_FIELDS]


def not_bought(answer: Answer) -> faults.CarrierFault:
    """What an answer to an order means that is no success.

    Raises:
        ReferenceTaken: this order was taken before.
    """
    match answer.status:
        case HTTPStatus.BAD_REQUEST | HTTPStatus.UNPROCESSABLE_ENTITY:
            return _refused(complaints(answer.body), answer.status)
        case status if status >= HTTPStatus.INTERNAL_SERVER_ERROR or status in _UNCERTAIN:
            return faults.OutcomeUnknown(f"status {status}")
        case _:
            return nothing_done(answer)


def rejected(found: list[Complaint]) -> faults.Rejected:
    """It will never take this parcel, because of these fields."""
    return faults.Rejected(tuple(dict.fromkeys(_names(found))))


def _refused(found: list[Complaint], status: int) -> faults.CarrierFault:
    if not found:
        return faults.Unavailable(f"status {status}, not in its words")
    if any(one.is_about_reference for one in found):
        raise ReferenceTaken
    if any(one.is_about_the_offer for one in found):
        return faults.NotCovered()
    return rejected(found)


def _names(found: list[Complaint]) -> Iterator[str]:
    yield from (one.name for one in found if one.name is not None)
