"""The return label in ZPL II, for label printers of 203 dpi: on A6 as on 4 by 6 inches."""

from __future__ import annotations

from collections.abc import Iterator

from services.labels.adapters.documents import zpl
from services.labels.adapters.documents.codes import Code, CodeUnprintableError, code128, qr
from services.labels.adapters.documents.countries import country_line
from services.labels.adapters.documents.lettering import BOLD, load_typeface, wrapped
from services.labels.adapters.documents.wording import contents, facts, streets, town
from services.labels.domain.sheet import Sheet

_WIDE, _HIGH, _MARGIN = 812, 1184, 32
"""Dots that both kinds of stock have."""
_CLIMBING_BAND = 150
_QUIET_MODULES = 10
_WIDEST, _NARROWEST = 4, 3
"""Dots to a module of the Code128. Each begins and ends on a dot, so three (0.375 mm) do."""
_QR_DOTS, _QR_ROOM = 8, 232
_SENDER, _RECIPIENT, _DETAILS, _FOOT = 104, 310, 690, 988
"""Where the sections begin."""
_SHOWN_ITEMS = 3


def label_zpl(sheet: Sheet) -> bytes:
    """The same label as `label_pdf` draws, as ASCII; the same sheet always gives the same bytes.

    Raises:
        CodeUnprintableError: the tracking number is empty, is not printable ASCII, or needs more
            room than the stock has.
    """
    load_typeface()
    code = code128(sheet.tracking_number)
    module, climbing = _bars(code)
    right = _WIDE - (_CLIMBING_BAND if climbing else _MARGIN)
    fields = (
        *_header(sheet, right),
        *_sender(sheet, right),
        *_recipient(sheet, right),
        *_details(sheet, right),
        zpl.rule((_MARGIN, _FOOT), right - _MARGIN, 2),
        *_foot(sheet, code, module, climbing=climbing),
    )
    body = "\n".join(filter(None, fields))
    return f"^XA\n^CI28\n^LH0,0\n^PW{_WIDE}\n^LL{_HIGH}\n{body}\n^PQ1\n^XZ\n".encode("ascii")


def _bars(code: Code) -> tuple[int, bool]:
    """Dots to a module, and whether the bars climb: as wide as possible, across if possible."""
    total = code.modules + 2 * _QUIET_MODULES
    for room, climbing in ((_WIDE, False), (_HIGH, True)):
        for module in (_WIDEST, _NARROWEST):
            if module * total <= room:
                return module, climbing
    msg = f"{code.modules} modules do not fit on 4 by 6 inches with bars of {_NARROWEST} dots"
    raise CodeUnprintableError(msg)


def _header(sheet: Sheet, right: int) -> Iterator[str]:
    half = (right - _MARGIN) // 2
    yield zpl.written((_MARGIN, 34), sheet.carrier, 56, half, 32)
    left = _MARGIN + half + 24
    for y, size, title in zip((30, 68), (32, 24), sheet.titles, strict=False):
        yield zpl.written((left, y), title, size, right - left, 18)


def _sender(sheet: Sheet, right: int) -> Iterator[str]:
    facts_left = _MARGIN + round((right - _MARGIN) * 0.64)
    sender = sheet.sender
    yield zpl.rule((_MARGIN, _SENDER), right - _MARGIN, 6)
    yield _caption((_MARGIN, _SENDER + 14), "From")
    y = _SENDER + 36
    lines = (sender.name, *streets(sender), " ".join(town(sender)), country_line(sender.country))
    for line in lines:
        yield zpl.written((_MARGIN, y), line, 26, facts_left - _MARGIN - 24, 18)
        y += 28
    y = _SENDER + 14
    for word, fact in facts(sheet):
        yield _caption((facts_left, y), word)
        yield zpl.written((facts_left, y + 20), fact, 30, right - facts_left, 18)
        y += 62


def _recipient(sheet: Sheet, right: int) -> Iterator[str]:
    to, y = sheet.recipient, _RECIPIENT + 36
    yield zpl.rule((_MARGIN, _RECIPIENT), right - _MARGIN, 2)
    yield _caption((_MARGIN, _RECIPIENT + 12), "To")
    lines = (
        (48, to.name),
        *((40, street) for street in streets(to)),
        *((50, line) for line in town(to)),
        (36, country_line(to.country)),
    )
    for height, line in lines:
        yield zpl.written((_MARGIN, y), line, height, right - _MARGIN, 26)
        y += height + 6


def _details(sheet: Sheet, right: int) -> Iterator[str]:
    code = qr(sheet.tracking_number)
    module = min(_QR_DOTS, _QR_ROOM // code.modules)
    left, y = _MARGIN + _QR_ROOM + 40, _DETAILS + 18
    yield zpl.rule((_MARGIN, _DETAILS), right - _MARGIN, 2)
    yield zpl.squares((_MARGIN, _DETAILS + 34), code, module)
    if sheet.routing:
        yield zpl.frame((left, y), right - left, 50)
        yield zpl.written((left + 12, y + 10), sheet.routing, 34, right - left - 24, 18)
        y += 62
    if sheet.items:
        yield _caption((left, y), "Contents")
        y += 22
    for line in contents(sheet.items, _SHOWN_ITEMS):
        yield zpl.written((left, y), line, 24, right - left, 20)
        y += 27
    for line in wrapped(sheet.note or "", BOLD, 22, right - left, 2):
        yield zpl.written((left, y + 6), line, 22, right - left, 18)
        y += 25


def _foot(sheet: Sheet, code: Code, module: int, *, climbing: bool) -> Iterator[str]:
    long = code.modules * module
    if climbing:
        at = (_WIDE - _CLIMBING_BAND + 24, (_HIGH - long) // 2)
        yield zpl.climbing_bars(at, code, module, _CLIMBING_BAND - 24 - _MARGIN)
        room = _WIDE - _CLIMBING_BAND - _MARGIN
    else:
        yield zpl.bars(((_WIDE - long) // 2, _FOOT + 16), code, module, 128)
        room = _WIDE - 2 * _MARGIN
    yield zpl.centred((_MARGIN, _FOOT + 154), sheet.tracking_number, 36, room)


def _caption(at: tuple[int, int], word: str) -> str:
    return zpl.written(at, word.upper(), 18, 200, 18)
