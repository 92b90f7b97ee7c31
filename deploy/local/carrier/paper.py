"""What the simulated carriers print: small, valid, marked as worthless, the same each time."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from io import BytesIO

from PIL import Image
from reportlab.lib.pagesizes import A6
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from zint import Symbol, Symbology

WORTHLESS = "SIMULATED - NO CARRIER WILL TAKE IT"

_QUIET = 4


def label_pdf(title: str, number: str, lines: Sequence[str] = ()) -> bytes:
    """One page of A6: the carrier's name, `number` as Code128 and in letters, and some lines.

    Letters that Latin-1 lacks are printed as a question mark.
    """
    file = BytesIO()
    width, height = A6
    page = Canvas(file, pagesize=A6, pageCompression=1, invariant=1)
    page.setFont("Helvetica-Bold", 18)
    page.drawString(8 * mm, height - 14 * mm, _plain(title))
    page.setFont("Helvetica", 9)
    for place, line in enumerate(lines):
        page.drawString(8 * mm, height - (24 + 5 * place) * mm, _plain(line)[:60])
    bars = _rows(Symbology.CODE128, number)[0]
    module = min(0.42 * mm, (width - 16 * mm) / len(bars))
    left = (width - module * len(bars)) / 2
    for place, dark in enumerate(bars):
        if dark == "1":
            page.rect(left + place * module, 24 * mm, module, 22 * mm, stroke=0, fill=1)
    page.setFont("Helvetica", 11)
    page.drawCentredString(width / 2, 18 * mm, number)
    page.drawCentredString(width / 2, 8 * mm, WORTHLESS)
    page.showPage()
    page.save()
    return file.getvalue()


def qr_png(payload: str, box: int = 6) -> bytes:
    """A QR code of exactly `payload`, `box` pixels to a module."""
    rows = _rows(Symbology.QRCODE, payload)
    side = len(rows) + 2 * _QUIET
    picture = Image.new("1", (side, side), 1)
    for y, row in enumerate(rows):
        for x, dark in enumerate(row):
            if dark == "1":
                picture.putpixel((_QUIET + x, _QUIET + y), 0)
    file = BytesIO()
    picture.resize((side * box, side * box), Image.Resampling.NEAREST).save(file, "PNG")
    return file.getvalue()


def base64(content: bytes) -> str:
    """As JSON carries it."""
    return b64encode(content).decode()


def _rows(symbology: Symbology, text: str) -> list[str]:
    """The modules of a code, row by row: 1 is dark."""
    symbol = Symbol()
    symbol.symbology = symbology
    symbol.encode(text.encode())
    packed, width = symbol.encoded_data.tobytes(), symbol.width
    pitch = len(packed) // len(symbol.encoded_data)
    rows = (packed[y * pitch : (y + 1) * pitch] for y in range(symbol.rows))
    return [format(int.from_bytes(row, "little"), f"0{width}b")[::-1][:width] for row in rows]


def _plain(text: str) -> str:
    return text.encode("latin-1", "replace").decode("latin-1")
