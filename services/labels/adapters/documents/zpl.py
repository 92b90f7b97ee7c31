"""ZPL II, written so that nothing a stranger typed can be taken for a command.

Text goes out behind `^FH`, and of it only letters, digits and spaces of ASCII go out as they are:
every other byte of its UTF-8 is `_` and two hexadecimal digits. What a printer's own font may not
have is sent as a picture, drawn in our typeface.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from io import BytesIO
from itertools import pairwise

from PIL import Image, ImageDraw, ImageFont

from services.labels.adapters.documents.codes import Code
from services.labels.adapters.documents.lettering import BOLD, fitted, outlines

_PLAIN = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789 ")
_LAST_OF_LATIN_1 = "ÿ"
"""Every printer's scalable font 0 goes as far as this."""
_AS_LARGE = 0.85
"""Our typeface at this part of font 0's size looks as large, and stays narrower than measured."""


def written(at: tuple[int, int], text: str, height: int, room: int, smallest: int) -> str:
    """One line of text from its upper left corner `at`, at most `room` dots wide.

    It first grows smaller and then loses its end, measured in our own typeface: font 0 is narrower.
    Nothing legible is nothing at all.
    """
    line, size = fitted(text, BOLD, height, room, smallest)
    if not line:
        return ""
    if max(line) > _LAST_OF_LATIN_1:
        return _pictured(at, line, int(size * _AS_LARGE))
    return f"{_from(at)}^A0N,{int(size)},{int(size)}^FH^FD{escaped(line)}^FS"


def centred(at: tuple[int, int], text: str, height: int, room: int) -> str:
    """One line of printable ASCII in the middle of `room` dots."""
    line, size = fitted(text, BOLD, height, room, 20)
    size = int(size)
    return f"{_from(at)}^A0N,{size},{size}^FB{room},1,0,C,0^FH^FD{escaped(line)}^FS"


def escaped(line: str) -> str:
    """The text of a field behind `^FH`."""
    return "".join(chr(byte) if byte in _PLAIN else f"_{byte:02X}" for byte in line.encode("utf-8"))


def rule(at: tuple[int, int], long: int, thick: int) -> str:
    """A horizontal line."""
    return f"{_from(at)}^GB{long},{thick},{thick}^FS"


def frame(at: tuple[int, int], wide: int, high: int) -> str:
    """An empty box."""
    return f"{_from(at)}^GB{wide},{high},3^FS"


def squares(at: tuple[int, int], code: Code, module: int) -> str:
    """A QR code, so many dots to a module: exactly the one that stands on the PDF."""
    rows = (_wide(row, module) for row in code.rows)
    return _picture(at, [row for row in rows for _ in range(module)])


def bars(at: tuple[int, int], code: Code, module: int, high: int) -> str:
    """A Code128 across, exactly the one that stands on the PDF."""
    return _picture(at, [_wide(code.rows[0], module)] * high)


def climbing_bars(at: tuple[int, int], code: Code, module: int, high: int) -> str:
    """The same climbing, from its upper left corner."""
    return _picture(at, [bit * high for bit in reversed(code.rows[0]) for _ in range(module)])


def _from(at: tuple[int, int]) -> str:
    return f"^FO{at[0]},{at[1]}"


def _wide(row: str, module: int) -> str:
    return "".join(bit * module for bit in row)


def _pictured(at: tuple[int, int], line: str, size: int) -> str:
    font = _font(size)
    left, top, right, bottom = map(int, font.getbbox(line))
    picture = Image.new("1", (right - left, bottom - top), 0)
    ImageDraw.Draw(picture).text((-left, -top), line, fill=1, font=font)
    at = (at[0] + left, at[1] + top)
    wide = picture.width
    dots = picture.convert("L").tobytes()
    rows = (dots[start : start + wide] for start in range(0, len(dots), wide))
    return _picture(at, ["".join("1" if dot else "0" for dot in row) for row in rows])


@cache
def _font(size: int) -> ImageFont.FreeTypeFont:
    # The basic engine everywhere: another one may be installed or not, and draws other dots.
    return ImageFont.truetype(BytesIO(outlines(BOLD)), size, layout_engine=ImageFont.Layout.BASIC)


def _picture(at: tuple[int, int], rows: Sequence[str]) -> str:
    """`^GF` of rows of 1 and 0; a row like the one above it is a single colon."""
    across = (len(rows[0]) + 7) // 8
    total = across * len(rows)
    packed = [f"{int(row.ljust(across * 8, '0'), 2):0{across * 2}X}" for row in rows]
    return f"{_from(at)}^GFA,{total},{total},{across},{''.join(_shortened(packed))}^FS"


def _shortened(packed: Sequence[str]) -> Iterable[str]:
    yield packed[0]
    for above, row in pairwise(packed):
        yield ":" if row == above else row
