"""What Sendcloud's documents are: told by their first bytes, whatever was asked for. Pure.

A carrier that only speaks ZPL gives ZPL to whoever asks for a PDF.
"""

from __future__ import annotations

from http import HTTPStatus

from contracts.words import DocumentKind, LabelKind
from services.labels.adapters.carriers.sendcloud.returns import Bought
from services.labels.adapters.lines.http import Answer
from services.labels.adapters.lines.refusals import nothing_done
from services.labels.domain import faults
from services.labels.domain.artefact import Artefact, media_type_of
from services.labels.domain.issued import IssuedLabel

LABEL, CUSTOMS = "label", "customs-declaration"
"""What Sendcloud calls them."""
PAPER, SCREEN, PRINTER = "application/pdf", "image/png", "application/zpl"
_KINDS = {
    PAPER: DocumentKind.LABEL_PDF,
    SCREEN: DocumentKind.LABEL_PNG,
    PRINTER: DocumentKind.LABEL_ZPL,
}


def wanted(bought: Bought) -> str:
    """The media type to ask for: a code is shown on a screen, a label is printed."""
    return SCREEN if bought.labelless else PAPER


def label(answer: Answer, bought: Bought) -> Artefact:
    """The label, or the code that stands for one.

    Raises:
        OutcomeUnknown: it is neither; the label was bought all the same.
        AuthFailed, RateLimited, Unavailable: it is not there yet, or was not given.
    """
    form, content = _content(answer)
    kind = _KINDS.get(form or "")
    if form is None or kind is None:
        raise faults.OutcomeUnknown("document is no label, or too large")
    return Artefact(
        DocumentKind.QR_PNG if bought.labelless and form == SCREEN else kind, form, content
    )


def declaration(answer: Answer) -> Artefact | None:
    """The customs declaration, or None if the carrier behind wants none on paper."""
    if answer.status == HTTPStatus.NOT_FOUND:
        return None
    form, content = _content(answer)
    if form != PAPER:
        raise faults.OutcomeUnknown("declaration is no PDF, or too large")
    return Artefact(DocumentKind.CUSTOMS_PDF, PAPER, content)


def issued(bought: Bought, documents: tuple[Artefact, ...]) -> IssuedLabel:
    """The label as it is handed on. What came on paper is a label, even if a code was wanted."""
    is_code = documents[0].kind == DocumentKind.QR_PNG
    return IssuedLabel(
        tracking_number=bought.tracking_number,
        kind=LabelKind.QR_CODE if is_code else LabelKind.LABEL,
        product=bought.product,
        cost=bought.cost,
        documents=documents,
        carrier_id="" if bought.return_id is None else str(bought.return_id),
    )


def _content(answer: Answer) -> tuple[str | None, bytes]:
    if answer.status != HTTPStatus.OK:
        raise nothing_done(answer)
    return media_type_of(answer.body), answer.body
