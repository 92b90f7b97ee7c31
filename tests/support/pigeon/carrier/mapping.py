"""What a pigeon is asked, and what it coos. Pure."""

from __future__ import annotations

import json
from base64 import b64decode

from contracts.words import LabelKind
from services.labels.adapters.lines.http import Answer
from services.labels.domain import faults
from services.labels.domain.artefact import Artefact, media_type_of
from services.labels.domain.issued import IssuedLabel
from services.labels.domain.order import LabelOrder


def request(order: LabelOrder) -> dict[str, str]:
    """The body of an order."""
    return {"ring": order.reference, "to": order.recipient.town}


def issued(answer: Answer) -> IssuedLabel:
    """The label it carries.

    Raises:
        OutcomeUnknown: nobody speaks pigeon well.
    """
    try:
        said = json.loads(answer.body)
        number, content = said["coo"], b64decode(said["scroll"], validate=True)
    except (ValueError, KeyError, TypeError):
        raise faults.OutcomeUnknown("cooed") from None
    media_type = media_type_of(content)
    if answer.status != 200 or media_type is None:
        raise faults.OutcomeUnknown("dropped")
    scroll = Artefact("label_pdf", media_type, content)
    return IssuedLabel(number, LabelKind.LABEL, "By air", documents=(scroll,))
