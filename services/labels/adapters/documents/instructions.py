"""The rest of an A4 page around its label: where to fold or cut, what to do, what to pack."""

from __future__ import annotations

from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from services.labels.adapters.documents.countries import country_line
from services.labels.adapters.documents.drawing import (
    FIRM,
    HAIRLINE,
    Type,
    caption,
    rule,
    write,
)
from services.labels.adapters.documents.lettering import wrapped
from services.labels.adapters.documents.wording import contents, day, facts, streets, town
from services.labels.domain.sheet import Sheet

_COLUMNS = ((12.0, 93.0), (117.0, 198.0))
_TOP, _MIDDLE = 292.0, 143.5
_HEADING = Type(14, smallest=11, bold=True)
_STEP = Type(9.5, smallest=8)
_STEP_NO = Type(9.5, smallest=8, bold=True)
_LINE = Type(9.5, smallest=7)
_FACT = Type(11, smallest=7, bold=True)
_FOLDS = ((105.0, 0.0, 105.0, 297.0), (0.0, 148.5, 210.0, 148.5))
_SHOWN_ITEMS = 22


def draw_instructions(canvas: Canvas, sheet: Sheet) -> None:
    """Lines through the middle of the page, the steps beside the label, below what goes back."""
    canvas.saveState()
    canvas.setLineWidth(HAIRLINE)
    canvas.setDash(3, 3)
    for x1, y1, x2, y2 in _FOLDS:
        canvas.line(x1 * mm, y1 * mm, x2 * mm, y2 * mm)
    canvas.restoreState()
    _draw_steps(canvas, sheet)
    _draw_contents(canvas, sheet)
    _draw_merchant(canvas, sheet)


def _draw_steps(canvas: Canvas, sheet: Sheet) -> None:
    left, right = _COLUMNS[1]
    y = _heading(canvas, _COLUMNS[1], _TOP, "Your return label") - 3
    for number, step in enumerate(_steps(sheet), start=1):
        y -= 3
        room = right - left - 7
        for index, line in enumerate(wrapped(step, _STEP.face, _STEP.size, room * mm, 4)):
            y -= 4.6
            if index == 0:
                write(canvas, (left, y), f"{number}", _STEP_NO, 6)
            write(canvas, (left + 7, y), line, _STEP, room)


def _draw_contents(canvas: Canvas, sheet: Sheet) -> None:
    left, right = _COLUMNS[0]
    y = _heading(canvas, _COLUMNS[0], _MIDDLE, "Put into the parcel") - 2
    for line in contents(sheet.items, _SHOWN_ITEMS):
        y -= 5.4
        write(canvas, (left, y), line, _LINE, right - left)


def _draw_merchant(canvas: Canvas, sheet: Sheet) -> None:
    left, right = _COLUMNS[1]
    to = sheet.recipient
    y = _heading(canvas, _COLUMNS[1], _MIDDLE, "It goes back to") - 2
    for line in (to.name, *streets(to), *town(to), country_line(to.country)):
        y -= 5.4
        write(canvas, (left, y), line, _LINE, right - left)
    y -= 4
    for word, fact in (*facts(sheet), ("Parcel", sheet.tracking_number)):
        y -= 4.6
        caption(canvas, (left, y), word)
        y -= 4.8
        write(canvas, (left, y), fact, _FACT, right - left)


def _heading(canvas: Canvas, column: tuple[float, float], top: float, words: str) -> float:
    """A heading with a rule below it; the height of the rule."""
    left, right = column
    write(canvas, (left, top - 8.8), words, _HEADING, right - left)
    rule(canvas, left, right, top - 12, FIRM)
    return top - 12


def _steps(sheet: Sheet) -> tuple[str, ...]:
    last_day = f" by {day(sheet.return_by)}" if sheet.return_by else ""
    steps = (
        "Print this page at its actual size (100 %), not fitted to the page.",
        "Fold it twice along the dashed lines with the label outside, or cut the label out.",
        (
            "Cover or remove old labels on the parcel. Fix this one flat on the largest side; "
            "keep folds and shiny tape off both codes."
        ),
        f"Hand the parcel over{last_day}, and keep the receipt until you have heard from us.",
    )
    if sheet.declaration is None:
        return steps
    form = "Sign the customs declaration (CN 23) and fix it to the parcel, beside the label."
    return (*steps[:3], form, *steps[3:])
