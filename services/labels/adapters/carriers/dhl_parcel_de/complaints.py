"""What DHL means when it gives nothing. Pure.

Its words may repeat what it was sent, so of them only the names of fields are passed on, and of
those only the ones that DHL's own specifications know.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from http import HTTPStatus

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from services.labels.adapters.lines.http import Answer
from services.labels.adapters.lines.refusals import nothing_done
from services.labels.domain import faults

_FIELDS = (
    "labelType receiverId customerReference shipmentReference shipper name1 name2 name3 "
    "addressStreet addressHouse postalCode city country itemWeight itemValue currency value uom "
    "customsDetails items itemDescription packagedQuantity countryOfOrigin hsCode customerDetails "
    "billingNumber accountNumber pickupLocation pickupAddress pickupDetails pickupDate "
    "totalWeight businessHours shipmentDetails shipments transportationType size orderID"
)
FIELDS = frozenset(_FIELDS.split())
_WORD = re.compile(r"[A-Za-z][A-Za-z0-9]*(?:\.[A-Za-z][A-Za-z0-9]*)*", re.ASCII)
_MOST_COMPLAINTS, _MOST_LETTERS = 20, 1000


class _Said(BaseModel):
    """What is common to both of DHL's ways to complain (RFC 7807, and a list)."""

    model_config = ConfigDict(strict=True, extra="ignore", hide_input_in_errors=True)

    detail: str | None = None
    instance: str | None = None


_COMPLAINTS: TypeAdapter[_Said | list[_Said]] = TypeAdapter(_Said | list[_Said])


def not_taken(answer: Answer) -> faults.CarrierFault:
    """What an answer to an order means that is not the one which gives something."""
    match answer.status:
        case HTTPStatus.BAD_REQUEST | HTTPStatus.UNPROCESSABLE_ENTITY:
            return faults.Rejected(fields_in(answer.body))
        case status if (
            status >= HTTPStatus.INTERNAL_SERVER_ERROR or status < HTTPStatus.MULTIPLE_CHOICES
        ):
            return faults.OutcomeUnknown(f"status {status}")  # or done, in a way nobody described
        case _:
            return nothing_done(answer)


def turned_away(answer: Answer) -> faults.CarrierFault:
    """The same of a question: nothing is in doubt after one."""
    fault = not_taken(answer)
    return faults.Unavailable(str(fault)) if isinstance(fault, faults.OutcomeUnknown) else fault


def fields_in(body: bytes) -> tuple[str, ...]:
    """The fields a complaint names, each once."""
    try:
        said = _COMPLAINTS.validate_json(body)
    except ValidationError:
        return ()
    complaints = said[:_MOST_COMPLAINTS] if isinstance(said, list) else [said]
    words = (word for one in complaints for word in (one.instance, one.detail) if word)
    return tuple(dict.fromkeys(name for text in words for name in _named(text)))


def _named(text: str) -> Iterator[str]:
    for word in _WORD.findall(text[:_MOST_LETTERS]):
        if FIELDS.issuperset(word.split(".")):
            yield word
