"""The customs declaration CN 23 of a returned parcel, with the fields of the post's own form."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO

from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from services.labels.adapters.documents.bars import QUIET_MODULES
from services.labels.adapters.documents.codes import code128
from services.labels.adapters.documents.countries import country_line
from services.labels.adapters.documents.drawing import (
    FIRM,
    HAIRLINE,
    Type,
    blacken,
    caption,
    rule,
    write,
)
from services.labels.adapters.documents.paper import paper
from services.labels.adapters.documents.wording import streets, town
from services.labels.domain.customs import Declaration, Declared, amount, kilograms
from services.labels.domain.sheet import AddressLines, Sheet

UNKNOWN = "unknown"
"""Stands where neither shop nor customer told us: better than a guess that is sworn to."""

_PAGE = (210.0, 148.0)
"""The form's own size: half an A4 sheet."""
_LEFT, _RIGHT, _TOP = 8.0, 202.0, 142.0
_BARS_LEFT = 70.0
_WIDEST_MM = 0.42
_MIDDLE = 106.0
_PARTIES, _TABLE, _TOTAL, _CATEGORY, _FOOT = 121.0, 87.0, 36.0, 29.0, 17.0
_ROWS = 8
_COLUMNS = (
    (8.0, 84.0, "Detailed description of contents"),
    (84.0, 100.0, "Quantity"),
    (100.0, 122.0, "Net weight, kg"),
    (122.0, 148.0, "Value"),
    (148.0, 173.0, "HS tariff number"),
    (173.0, 202.0, "Country of origin"),
)
_CATEGORIES = (
    "Gift",
    "Documents",
    "Commercial sample",
    "Sale of goods",
    "Returned goods",
    "Other",
)
_CERTIFIED = (
    "I certify that what is stated here is correct, and that this parcel holds nothing dangerous",
    "and nothing that laws, post or customs forbid.",
)
_TITLE = Type(13, smallest=10, bold=True)
_FORM = Type(20, smallest=14, bold=True)
_NUMBER = Type(9, smallest=6, bold=True)
_NAME = Type(9.5, smallest=6.5, bold=True)
_PLAIN = Type(8.5, smallest=6)
_SUM = Type(8.5, smallest=6, bold=True)
_SMALL = Type(7, smallest=5.5)


def cn23_pdf(sheet: Sheet, declared: Declaration) -> bytes:
    """Eight lines a page, every page with all the rest; the same sheet gives the same bytes.

    The customer signs and dates it by hand. Telephone numbers and tax references stay empty: we
    know none.

    Raises:
        CodeUnprintableError: as `label_pdf`.
    """
    pages = [declared.lines[i : i + _ROWS] for i in range(0, len(declared.lines), _ROWS)] or [()]
    file = BytesIO()
    canvas = paper(file, _PAGE, "Customs declaration")
    for number, rows in enumerate(pages, start=1):
        of = f"page {number} of {len(pages)}" if len(pages) > 1 else ""
        _draw_head(canvas, sheet, of)
        _draw_party(canvas, (_LEFT, _MIDDLE - 2), "From", sheet.sender)
        _draw_party(canvas, (_MIDDLE, _RIGHT), "To", sheet.recipient)
        _draw_table(canvas, rows)
        _draw_total(canvas, declared)
        _draw_foot(canvas, sheet)
        canvas.showPage()
    canvas.save()
    return file.getvalue()


def _draw_head(canvas: Canvas, sheet: Sheet, page: str) -> None:
    write(canvas, (_LEFT, _TOP - 7), "CN 23", _FORM, 30)
    write(canvas, (_LEFT, _TOP - 12.4), "Customs declaration", _TITLE, _BARS_LEFT - _LEFT - 4)
    french = " · ".join(filter(None, ("Déclaration en douane", page)))
    write(canvas, (_LEFT, _TOP - 16.4), french, _SMALL, _BARS_LEFT - _LEFT - 4)
    code = code128(sheet.tracking_number)
    room = _RIGHT - _BARS_LEFT
    module = min(_WIDEST_MM, room / (code.modules + 2 * QUIET_MODULES))
    blacken(canvas, code, (_RIGHT - module * code.modules, _TOP - 12), (module, 12))
    number = (_RIGHT, _TOP - 16)
    write(canvas, number, sheet.tracking_number, _NUMBER, room, align="right")
    rule(canvas, _LEFT, _RIGHT, _PARTIES + 3, FIRM)


def _draw_party(
    canvas: Canvas, column: tuple[float, float], word: str, party: AddressLines
) -> None:
    left, right = column
    y = _PARTIES - 1.5
    caption(canvas, (left, y), word)
    lines = (
        (party.name, _NAME),
        *((line, _PLAIN) for line in streets(party)),
        *((line, _PLAIN) for line in town(party)),
        (country_line(party.country), _SUM),
    )
    for line, style in lines:
        y -= 4
        write(canvas, (left, y), line, style, right - left)


def _draw_table(canvas: Canvas, rows: Sequence[Declared]) -> None:
    rule(canvas, _LEFT, _RIGHT, _TABLE, FIRM)
    for left, right, head in _COLUMNS:
        write(canvas, (left + 0.8, _TABLE - 4), head, _SMALL, right - left - 1.6)
    y = _TABLE - 5.5
    for row in rows:
        rule(canvas, _LEFT, _RIGHT, y, HAIRLINE)
        y -= 5.6
        for (left, right, _), cell in zip(_COLUMNS, _cells(row), strict=True):
            write(canvas, (left + 0.8, y + 1.6), cell, _PLAIN, right - left - 1.6)


def _cells(row: Declared) -> tuple[str, ...]:
    return (
        row.description,
        f"{row.quantity}",
        UNKNOWN if row.grams is None else kilograms(row.grams),
        UNKNOWN if row.value is None else amount(row.value),
        row.hs_code or UNKNOWN,
        country_line(row.origin) if row.origin else UNKNOWN,
    )


def _draw_total(canvas: Canvas, declared: Declaration) -> None:
    rule(canvas, _LEFT, _RIGHT, _TOTAL, FIRM)
    y = _TOTAL - 4.2
    weight = UNKNOWN if declared.grams is None else kilograms(declared.grams)
    pieces = sum(line.quantity for line in declared.lines)
    cells = ("Total", f"{pieces}", weight, amount(declared.value))
    for (left, right, _), cell in zip(_COLUMNS, cells, strict=False):
        write(canvas, (left + 0.8, y), cell, _SUM, right - left - 1.6)


def _draw_foot(canvas: Canvas, sheet: Sheet) -> None:
    rule(canvas, _LEFT, _RIGHT, _CATEGORY + 1, HAIRLINE)
    caption(canvas, (_LEFT, _CATEGORY - 2.6), "Category of item")
    x = _LEFT + 32
    for category in _CATEGORIES:
        _draw_box(canvas, x, _CATEGORY - 3, ticked=category == "Returned goods")
        write(canvas, (x + 4, _CATEGORY - 2.6), category, _PLAIN, 22)
        x += 27
    reason = f"Goods sent back to their seller. Return {sheet.return_number}"
    if sheet.order_no:
        reason += f", order {sheet.order_no}"
    caption(canvas, (_LEFT, _CATEGORY - 8.2), "Explanation")
    write(canvas, (_LEFT + 32, _CATEGORY - 8.2), reason, _PLAIN, _RIGHT - _LEFT - 32)
    rule(canvas, _LEFT, _RIGHT, _FOOT + 1.6, HAIRLINE)
    for line, y in zip(_CERTIFIED, (_FOOT - 2.4, _FOOT - 5.8), strict=True):
        write(canvas, (_LEFT, y), line, _SMALL, 118)
    caption(canvas, (130, _FOOT - 2.4), "Date and sender's signature")
    rule(canvas, 130, _RIGHT, _FOOT - 10, HAIRLINE)


def _draw_box(canvas: Canvas, x: float, y: float, *, ticked: bool) -> None:
    side = 2.8
    canvas.setLineWidth(HAIRLINE * 2)
    canvas.rect(x * mm, y * mm, side * mm, side * mm)
    if ticked:
        canvas.setLineWidth(FIRM)
        canvas.line(x * mm, y * mm, (x + side) * mm, (y + side) * mm)
        canvas.line(x * mm, (y + side) * mm, (x + side) * mm, y * mm)
