"""The documents of a label as files a customer can open."""

from __future__ import annotations

import binascii
from base64 import b64decode
from collections.abc import Mapping
from typing import Final

from contracts.labels import Document, LabelPrinted
from contracts.words import DocumentKind
from services.notifications.domain.letter import Enclosure

_FILES: Final[Mapping[str, tuple[str, str, bytes]]] = {
    DocumentKind.LABEL_PDF: ("return-label-{}.pdf", "application/pdf", b"%PDF-"),
    DocumentKind.LABEL_A4_PDF: ("return-label-a4-{}.pdf", "application/pdf", b"%PDF-"),
    DocumentKind.LABEL_PNG: ("return-label-{}.png", "image/png", b"\x89PNG\r\n\x1a\n"),
    DocumentKind.CUSTOMS_PDF: ("customs-declaration-{}.pdf", "application/pdf", b"%PDF-"),
    DocumentKind.QR_PNG: ("return-code-{}.png", "image/png", b"\x89PNG\r\n\x1a\n"),
}
"""By kind of document: file name, media type, and how its bytes must begin. ZPL is for printers."""


def enclosed(printed: LabelPrinted) -> tuple[Enclosure, ...]:
    """The label's documents as files named after its tracking number.

    Left out are kinds a customer cannot use, and files that are not what they claim to be. Where
    papers for customs are all that is left, there is nothing to send.
    """
    read = [(one, _enclosure(one, printed.tracking_number)) for one in printed.documents]
    if all(file is None for one, file in read if one.kind != DocumentKind.CUSTOMS_PDF):
        return ()
    return tuple(file for _, file in read if file is not None)


def _enclosure(document: Document, tracking_number: str) -> Enclosure | None:
    if document.kind not in _FILES:
        return None
    filename, media_type, begins = _FILES[document.kind]
    try:
        content = b64decode(document.content, validate=True)
    except binascii.Error:
        return None
    if not content.startswith(begins):
        return None
    return Enclosure(filename.format(tracking_number), media_type, content)
