"""Sendcloud's documents: what their bytes are, whatever they are called."""

from __future__ import annotations

from dataclasses import replace

import pytest

from services.labels.adapters.carriers.sendcloud import papers
from services.labels.adapters.carriers.sendcloud.returns import Bought
from services.labels.adapters.lines.http import Answer
from services.labels.domain import faults

PAPER = Bought(42, 43, "3SSEND42", None, "postnl:return", labelless=False, declared=False)
CODE = replace(PAPER, labelless=True)
PDF, PNG, ZPL = b"%PDF-1.7 bars", b"\x89PNG\r\n\x1a\n dots", b"^XA^FDbars^XZ"


@pytest.mark.parametrize(
    ("bought", "content", "kind", "media_type"),
    [
        (PAPER, PDF, "label_pdf", "application/pdf"),
        (PAPER, PNG, "label_png", "image/png"),
        (PAPER, ZPL, "label_zpl", "application/zpl"),
        (CODE, PNG, "qr_png", "image/png"),
        (CODE, PDF, "label_pdf", "application/pdf"),
    ],
    ids=["pdf", "png", "zpl", "code", "code-on-paper"],
)
def test_a_document_is_what_its_first_bytes_say(bought, content, kind, media_type):
    """Carriers that only speak ZPL give it to whoever asks for a PDF. It is passed on unchanged."""
    label = papers.label(Answer(200, content, "text/plain"), bought)

    assert (label.kind, label.media_type, label.content) == (kind, media_type, content)
    issued = papers.issued(bought, (label,))
    assert issued.kind == ("qr_code" if kind == "qr_png" else "label")


@pytest.mark.parametrize(
    "content",
    [b"", b"<html>", b'{"errors": []}', b"GIF89a", b"\xff\xd8\xff", PDF + b"x" * 500_000],
    ids=["nothing", "page", "json", "gif", "jpeg", "huge"],
)
def test_what_is_no_label_leaves_the_order_in_doubt(content):
    """It was bought, and what came must not reach a printer."""
    with pytest.raises(faults.OutcomeUnknown):
        papers.label(Answer(200, content, "application/pdf"), PAPER)


@pytest.mark.parametrize(
    ("status", "fault"),
    [
        (401, faults.AuthFailed),
        (404, faults.Unavailable),
        (429, faults.RateLimited),
        (500, faults.Unavailable),
    ],
)
def test_a_document_that_is_not_given_is_asked_for_again(status, fault):
    """404 is what Sendcloud says of a label that is not drawn yet."""
    with pytest.raises(fault):
        papers.label(Answer(status, PDF), PAPER)


def test_a_declaration_is_a_pdf_or_there_is_none():
    """Some carriers send it ahead without paper."""
    assert papers.declaration(Answer(404, b"")) is None
    assert papers.declaration(Answer(200, PDF)).kind == "customs_pdf"
    with pytest.raises(faults.OutcomeUnknown):
        papers.declaration(Answer(200, PNG))
    with pytest.raises(faults.Unavailable):
        papers.declaration(Answer(503, b""))


def test_a_code_is_asked_for_as_a_picture_and_a_label_on_paper():
    """A telephone shows the one, a printer prints the other."""
    assert (papers.wanted(CODE), papers.wanted(PAPER)) == ("image/png", "application/pdf")


def test_a_label_without_an_id_cannot_be_cancelled_and_says_so():
    """An empty one is what `Cancels` looks for."""
    label = papers.label(Answer(200, PDF), PAPER)

    assert papers.issued(PAPER, (label,)).carrier_id == "42"
    assert papers.issued(replace(PAPER, return_id=None), (label,)).carrier_id == ""
