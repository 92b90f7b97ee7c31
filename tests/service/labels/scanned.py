"""What a counter's scanner and a person read on a document that labels told."""

from __future__ import annotations

from base64 import b64decode
from io import BytesIO

import pypdfium2
import zxingcpp
from PIL import Image

from contracts.labels import Document

LABEL_PRINTER_DPI = 203


def codes_on(document: Document) -> set[tuple[str, str]]:
    """Every code on the document: its kind (`QRCode`, `Code128`) and what it says."""
    content = b64decode(document.content)
    if document.media_type == "image/png":
        picture = Image.open(BytesIO(content)).convert("L")
    else:
        page = pypdfium2.PdfDocument(content)[0]
        picture = page.render(scale=LABEL_PRINTER_DPI / 72).to_pil().convert("L")
    return {(code.format.name, code.text) for code in zxingcpp.read_barcodes(picture)}


def words_on(document: Document) -> str:
    """The text of a PDF, from top to bottom."""
    return pypdfium2.PdfDocument(b64decode(document.content))[0].get_textpage().get_text_bounded()
