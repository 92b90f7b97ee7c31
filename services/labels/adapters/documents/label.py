"""The return label as a PDF: on A6 label stock, or on A4 to fold or cut."""

from __future__ import annotations

from io import BytesIO
from typing import Literal

from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from services.labels.adapters.documents.bars import (
    A6_HEIGHT_MM,
    A6_WIDTH_MM,
    Bars,
    bars_for,
)
from services.labels.adapters.documents.codes import Code, code128
from services.labels.adapters.documents.drawing import (
    FIRM,
    HAIRLINE,
    Box,
    Type,
    blacken,
    rule,
    write,
)
from services.labels.adapters.documents.instructions import draw_instructions
from services.labels.adapters.documents.paper import paper
from services.labels.adapters.documents.sections import (
    draw_details,
    draw_header,
    draw_recipient,
    draw_sender,
)
from services.labels.domain.sheet import Sheet

_A4_MM = (210.0, 297.0)
_MARGIN = 5.0
_HEADER, _SENDER, _RECIPIENT, _FOOT = 11.0, 26.0, 40.0, 26.5
_CLIMBING_BAND = 24.0
_NUMBER = Type(12, smallest=7, bold=True)


def label_pdf(sheet: Sheet, size: Literal["A6", "A4"] = "A6") -> bytes:
    """One page that carries the parcel home; the same sheet always gives the same bytes.

    A QR code and a Code128 both hold exactly the tracking number. Text that does not fit shrinks
    a little and then ends in an ellipsis. On A4 the label lies in the upper left quarter, at full
    size; beside it stands how to fold it, below it what to pack and where that goes. The document's
    own properties name nobody.

    Raises:
        CodeUnprintableError: the tracking number is empty, is not printable ASCII, or needs more
            room than A6 has (over 27 letters; digits count half).
    """
    page = _A4_MM if size == "A4" else (A6_WIDTH_MM, A6_HEIGHT_MM)
    file = BytesIO()
    canvas = paper(file, page, "Return label")
    if size == "A4":
        draw_instructions(canvas, sheet)
        canvas.translate(0, (page[1] - A6_HEIGHT_MM) * mm)
    draw_label(canvas, sheet)
    canvas.showPage()
    canvas.save()
    return file.getvalue()


def draw_label(canvas: Canvas, sheet: Sheet) -> None:
    """Draw the A6 label with its lower left corner at the origin.

    The bars go across the foot; a number too long for that climbs the right edge instead, and
    the sections above share the room the foot leaves.
    """
    code = code128(sheet.tracking_number)
    bars = bars_for(code.modules)
    right = A6_WIDTH_MM - (_CLIMBING_BAND if bars.climbing else _MARGIN)
    foot = _MARGIN if bars.climbing else _MARGIN + _FOOT
    taller = _FOOT * 0.4 if bars.climbing else 0

    header = Box(_MARGIN, A6_HEIGHT_MM - _MARGIN - _HEADER, right, A6_HEIGHT_MM - _MARGIN)
    sender = Box(_MARGIN, header.bottom - _SENDER, right, header.bottom)
    recipient = Box(_MARGIN, sender.bottom - _RECIPIENT - taller, right, sender.bottom)
    details = Box(_MARGIN, foot, right, recipient.bottom)

    draw_header(canvas, header, sheet)
    rule(canvas, _MARGIN, right, header.bottom, FIRM)
    draw_sender(canvas, sender, sheet)
    rule(canvas, _MARGIN, right, sender.bottom, HAIRLINE)
    draw_recipient(canvas, recipient, sheet.recipient)
    rule(canvas, _MARGIN, right, recipient.bottom, HAIRLINE)
    draw_details(canvas, details, sheet)
    if bars.climbing:
        _draw_climbing(canvas, code, bars, sheet.tracking_number)
    else:
        rule(canvas, _MARGIN, right, foot, HAIRLINE)
        _draw_across(canvas, code, bars, sheet.tracking_number)


def _draw_across(canvas: Canvas, code: Code, bars: Bars, number: str) -> None:
    long = code.modules * bars.module_mm
    # On a whole number of printer dots, so that no bar is rounded differently from its neighbour.
    left = round((A6_WIDTH_MM - long) / 2 * 8) / 8
    blacken(canvas, code, (left, 11), (bars.module_mm, 18))
    write(
        canvas, (A6_WIDTH_MM / 2, 5.8), number, _NUMBER, A6_WIDTH_MM - 2 * _MARGIN, align="centre"
    )


def _draw_climbing(canvas: Canvas, code: Code, bars: Bars, number: str) -> None:
    long = code.modules * bars.module_mm
    canvas.saveState()
    canvas.translate(A6_WIDTH_MM * mm, 0)
    canvas.rotate(90)
    blacken(canvas, code, (round((A6_HEIGHT_MM - long) / 2 * 8) / 8, 9.2), (bars.module_mm, 11))
    write(canvas, (A6_HEIGHT_MM / 2, 4.6), number, _NUMBER, long, align="centre")
    canvas.restoreState()
