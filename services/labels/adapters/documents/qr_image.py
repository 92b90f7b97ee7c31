"""A QR code as a picture, for e-mails and telephone screens."""

from __future__ import annotations

from io import BytesIO

from PIL import Image

from services.labels.adapters.documents.codes import qr

_QUIET = 4


def qr_png(text: str, box: int = 10) -> bytes:
    """A black and white PNG of a QR code of exactly `text`, quiet zone included.

    `box` is the width of one module in pixels. The same text gives the same bytes.

    Raises:
        CodeUnprintableError: the text is empty or longer than a QR code holds.
    """
    code = qr(text)
    side = code.modules + 2 * _QUIET
    picture = Image.new("1", (side, side), 1)
    for y, start, length in code.runs():
        picture.paste(0, (_QUIET + start, _QUIET + y, _QUIET + start + length, _QUIET + y + 1))
    file = BytesIO()
    picture.resize((side * box, side * box), Image.Resampling.NEAREST).save(file, "PNG")
    return file.getvalue()
