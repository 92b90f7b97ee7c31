"""What a counter's scanner and a person read on a document that labels told."""

from __future__ import annotations

from base64 import b64decode

from contracts.labels import Document
from tests.support.scanning import codes_read, scan_pdf, scan_png, text_of_pdf


def codes_on(document: Document) -> set[tuple[str, str]]:
    """Every code on the document: its kind (`QR`, `BARS`) and what it says."""
    scan = scan_png if document.media_type == "image/png" else scan_pdf
    return codes_read(scan(b64decode(document.content)))


def words_on(document: Document) -> str:
    """The text of a PDF, from top to bottom."""
    return text_of_pdf(b64decode(document.content))
