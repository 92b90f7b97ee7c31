"""What the simulated carrier is asked, and what its answers mean. Pure.

Nothing an answer holds is believed before it has been checked: another return's label, a number
that does not fit on paper, or bytes that are no PDF never reach a customer.
"""

from __future__ import annotations

from base64 import b64decode
from http import HTTPStatus
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from contracts.shape import Money
from contracts.words import DocumentKind
from services.labels.adapters.lines.http import Answer
from services.labels.adapters.lines.refusals import nothing_done
from services.labels.domain import faults
from services.labels.domain.artefact import Artefact
from services.labels.domain.issued import IssuedLabel
from services.labels.domain.order import LabelOrder

ABSENT, NOT_COVERED = "label_absent", "method_not_covered"
"""The carrier's own words that we act on."""

LARGEST_PDF_BYTES = 500_000
NOTE = "Simulated label: no carrier will take it."

_Printable = Annotated[str, StringConstraints(pattern=r"^[ -~]{1,40}$")]


class _Said(BaseModel):
    """Base of what the carrier says. It may say more than we know."""

    model_config = ConfigDict(strict=True, extra="ignore", hide_input_in_errors=True)


class _Cost(_Said):
    minor: Annotated[int, Field(ge=0, le=1_000_000)]
    currency: Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]


class _Label(_Said):
    reference: str
    tracking_number: Annotated[str, StringConstraints(pattern=r"^[A-Z0-9]{8,26}$")]
    """Longer ones do not fit on A6 as Code128."""
    kind: Literal["label", "qr_code"]
    cost: _Cost
    routing: _Printable | None = None
    valid_until: AwareDatetime | None = None
    pdf: str | None = None


class _Complaint(_Said):
    code: Annotated[str, StringConstraints(pattern=r"^[a-z_]{1,64}$")]
    fields: list[Annotated[str, StringConstraints(pattern=r"^[a-z_.]{1,64}$")]] = []


def request(order: LabelOrder) -> dict[str, Any]:
    """The body of an order: only what a carrier needs to move a parcel."""
    sender, recipient = order.sender, order.recipient
    return {
        "reference": order.reference,
        "method": order.method,
        "sender": {
            "name": sender.name,
            "street": sender.street,
            "house_number": sender.house_number,
            "addition": sender.addition,
            "postal_code": sender.postal_code,
            "town": sender.town,
            "country": sender.country,
        },
        "recipient": {
            "name": recipient.company,
            "street": recipient.street,
            "house_number": recipient.house_number,
            "postal_code": recipient.postal_code,
            "town": recipient.town,
            "country": recipient.country,
        },
    }


def issued(answer: Answer, reference: str) -> IssuedLabel:
    """The label in the answer to an order.

    Raises:
        CarrierFault: there is none; which one says whether it may have been bought all the same.
    """
    match answer.status:
        case HTTPStatus.OK | HTTPStatus.CREATED:
            return _label(answer.body, reference)
        case HTTPStatus.UNPROCESSABLE_ENTITY:
            raise _refused(answer.body)
        case status if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            raise faults.OutcomeUnknown(f"status {status}")
        case _:
            raise nothing_done(answer)


def recovered(answer: Answer, reference: str) -> IssuedLabel | None:
    """The label in the answer to a question, or None if the carrier itself says that there is none.

    A 404 alone proves nothing: any proxy on the way may have said it.

    Raises:
        CarrierFault: nobody knows yet, or the answer is none.
    """
    if answer.status == HTTPStatus.OK:
        return _label(answer.body, reference)
    if answer.status == HTTPStatus.NOT_FOUND and _complaint(answer.body).code == ABSENT:
        return None
    raise nothing_done(answer)


def _label(body: bytes, reference: str) -> IssuedLabel:
    try:
        label = _Label.model_validate_json(body)
    except ValidationError:
        raise faults.OutcomeUnknown("answer unreadable") from None
    if label.reference != reference:
        raise faults.OutcomeUnknown("answer about another label")
    return IssuedLabel(
        tracking_number=label.tracking_number,
        kind=label.kind,
        product="Simulated parcel",
        cost=Money(minor=label.cost.minor, currency=label.cost.currency),
        valid_until=label.valid_until,
        routing=label.routing,
        note=NOTE,
        documents=() if label.pdf is None else (_pdf(label.pdf),),
    )


def _pdf(text: str) -> Artefact:
    try:
        content = b64decode(text, validate=True)
    except ValueError:
        raise faults.OutcomeUnknown("document unreadable") from None
    if not content.startswith(b"%PDF-") or len(content) > LARGEST_PDF_BYTES:
        raise faults.OutcomeUnknown("document is no PDF, or too large")
    return Artefact(DocumentKind.LABEL_PDF, "application/pdf", content)


def _refused(body: bytes) -> faults.CarrierFault:
    complaint = _complaint(body)
    if complaint.code == NOT_COVERED:
        return faults.NotCovered()
    return faults.Rejected(tuple(complaint.fields))


def _complaint(body: bytes) -> _Complaint:
    try:
        return _Complaint.model_validate_json(body)
    except ValidationError:
        return _Complaint(code="unreadable")
