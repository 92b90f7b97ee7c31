"""The parts of a return label, each drawn into the box it is given."""

from __future__ import annotations

from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from services.labels.adapters.documents.codes import qr
from services.labels.adapters.documents.countries import country_line
from services.labels.adapters.documents.drawing import Box, Type, blacken, caption, write
from services.labels.adapters.documents.lettering import wrapped
from services.labels.adapters.documents.wording import contents, facts, streets, town
from services.labels.domain.sheet import AddressLines, Sheet

_SHOWN_ITEMS = 3
_QR_QUIET_MODULES = 4
_DOT = 0.125
"""One dot of a 203 dpi label printer, in millimetres."""
_CAPTION_DROP = 4.2
_DESCENDERS = 2.2
_NOTE_GAP = 1.2
_RISE = 2.6
"""From the top of a box to the top of the first thing in it."""

_CARRIER = Type(17, smallest=11, bold=True)
_PRODUCT = Type(9.5, smallest=7, bold=True)
_METHOD = Type(7.5, smallest=6)
_SMALL = Type(8, smallest=6.5)
_FACT = Type(9, smallest=6.5, bold=True)
_NAME = Type(14, smallest=10, bold=True)
_STREET = Type(12, smallest=9)
_TOWN = Type(15, smallest=10, bold=True)
_COUNTRY = Type(10.5, smallest=8, bold=True)
_ROUTING = Type(12, smallest=7, bold=True)
_ITEM = Type(7.5, smallest=7)


def draw_header(canvas: Canvas, box: Box, sheet: Sheet) -> None:
    """Who carries the parcel, and as what."""
    half = box.width / 2
    write(canvas, (box.left, box.bottom + 3.2), sheet.carrier, _CARRIER, half + 4)
    for y, style, title in zip((6.6, 3.2), (_PRODUCT, _METHOD), sheet.titles, strict=False):
        write(canvas, (box.right, box.bottom + y), title, style, half - 8, align="right")


def draw_sender(canvas: Canvas, box: Box, sheet: Sheet) -> None:
    """Where the parcel comes from, small; beside it the numbers people ask for."""
    facts_left = box.left + box.width * 0.64
    room = facts_left - box.left - 4
    sender = sheet.sender
    lines = (
        sender.name,
        *streets(sender),
        " ".join(town(sender)),
        country_line(sender.country),
    )
    _stack(
        canvas,
        Box(box.left, box.bottom, box.left + room, box.top),
        "From",
        [(3.5, line, _SMALL) for line in lines],
    )

    y = box.top - _CAPTION_DROP
    for word, fact in facts(sheet):
        caption(canvas, (facts_left, y), word)
        write(canvas, (facts_left, y - 3.7), fact, _FACT, box.right - facts_left)
        y -= 7.9


def draw_recipient(canvas: Canvas, box: Box, to: AddressLines) -> None:
    """Where the parcel goes: the largest thing on the label."""
    lines = [
        (6.0, to.name, _NAME),
        *((5.3, street, _STREET) for street in streets(to)),
        *((6.4, line, _TOWN) for line in town(to)),
        (5.4, country_line(to.country), _COUNTRY),
    ]
    _stack(canvas, box, "To", lines)


def draw_details(canvas: Canvas, box: Box, sheet: Sheet) -> None:
    """The QR code; beside it the sorting line, what is inside, and a note."""
    code = qr(sheet.tracking_number)
    module = (box.height - 1) / (code.modules + 2 * _QR_QUIET_MODULES)
    module = int(min(module, 1.25) / _DOT) * _DOT
    side = module * code.modules
    blacken(canvas, code, (box.left, box.bottom + (box.height - side) / 2), (module, module))

    left = box.left + max(side + _QR_QUIET_MODULES * module, 29) + 2
    beside = Box(
        left, box.bottom, box.right, min(box.top, box.bottom + (box.height + side) / 2 + _RISE)
    )
    _draw_beside_the_code(canvas, beside, box.top, sheet)


def _draw_beside_the_code(canvas: Canvas, box: Box, ceiling: float, sheet: Sheet) -> None:
    """Sorting line, contents, note: level with the code's upper edge, or as high as they need."""
    inside = contents(sheet.items, _SHOWN_ITEMS)
    taken = (9 if sheet.routing else 0) + (_CAPTION_DROP + 3.6 * len(inside) if inside else 0)
    note_lines = min(2, int((ceiling - box.bottom - taken - _NOTE_GAP - _DESCENDERS) / 3.4))
    note = wrapped(sheet.note or "", _ITEM.face, _ITEM.smallest, box.width * mm, note_lines)
    taken += _NOTE_GAP + 3.4 * len(note) if note else 0

    y = min(ceiling, max(box.top, box.bottom + taken + _DESCENDERS))
    if sheet.routing:
        canvas.setLineWidth(0.8)
        canvas.rect(box.left * mm, (y - 9) * mm, box.width * mm, 6.6 * mm)
        middle = ((box.left + box.right) / 2, y - 7.2)
        write(canvas, middle, sheet.routing, _ROUTING, box.width - 3, align="centre")
        y -= 9
    if inside:
        y -= _CAPTION_DROP
        caption(canvas, (box.left, y), "Contents")
    for line in inside:
        y -= 3.6
        write(canvas, (box.left, y), line, _ITEM, box.width)
    y -= _NOTE_GAP
    for line in note:
        y -= 3.4
        write(canvas, (box.left, y), line, _ITEM, box.width)


def _stack(canvas: Canvas, box: Box, word: str, lines: list[tuple[float, str, Type]]) -> None:
    """Set (leading, text, type) below a caption, all smaller alike where the box is too low."""
    y = box.top - _CAPTION_DROP
    caption(canvas, (box.left, y), word)
    scale = min(1.0, (y - box.bottom - _DESCENDERS) / sum(leading for leading, _, _ in lines))
    for leading, text, style in lines:
        y -= leading * scale
        write(canvas, (box.left, y), text, style.scaled(scale), box.width)
