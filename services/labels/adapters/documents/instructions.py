"""The rest of an A4 page around its label: where to fold, and what to do."""

from __future__ import annotations

from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from services.labels.adapters.documents.drawing import FIRM, HAIRLINE, Type, rule, write
from services.labels.adapters.documents.lettering import wrapped
from services.labels.adapters.documents.sections import day
from services.labels.domain.sheet import Sheet

_LEFT, _RIGHT, _TOP = 117.0, 198.0, 292.0
_HEADING = Type(14, smallest=11, bold=True)
_STEP = Type(9.5, smallest=8)
_STEP_NO = Type(9.5, smallest=8, bold=True)
_FOLDS = ((105.0, 0.0, 105.0, 297.0), (0.0, 148.5, 210.0, 148.5))


def draw_instructions(canvas: Canvas, sheet: Sheet) -> None:
    """Fold lines through the middle of the page, and the steps in its upper right quarter."""
    canvas.saveState()
    canvas.setLineWidth(HAIRLINE)
    canvas.setDash(3, 3)
    for x1, y1, x2, y2 in _FOLDS:
        canvas.line(x1 * mm, y1 * mm, x2 * mm, y2 * mm)
    canvas.restoreState()

    write(canvas, (_LEFT, _TOP - 8.8), "Your return label", _HEADING, _RIGHT - _LEFT)
    rule(canvas, _LEFT, _RIGHT, _TOP - 12, FIRM)
    y = _TOP - 15
    for number, step in enumerate(_steps(sheet), start=1):
        y -= 3
        for index, line in enumerate(
            wrapped(step, _STEP.face, _STEP.size, (_RIGHT - _LEFT - 7) * mm, 4)
        ):
            y -= 4.6
            if index == 0:
                write(canvas, (_LEFT, y), f"{number}", _STEP_NO, 6)
            write(canvas, (_LEFT + 7, y), line, _STEP, _RIGHT - _LEFT - 7)


def _steps(sheet: Sheet) -> tuple[str, ...]:
    last_day = f" by {day(sheet.return_by)}" if sheet.return_by else ""
    return (
        "Print this page at its actual size (100 %), not fitted to the page.",
        "Fold it twice along the dashed lines with the label outside, or cut the label out.",
        (
            "Cover or remove old labels on the parcel. Fix this one flat on the largest side; "
            "keep folds and shiny tape off both codes."
        ),
        f"Hand the parcel over{last_day}, and keep the receipt until you have heard from us.",
    )
