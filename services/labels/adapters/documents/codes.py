"""QR codes and Code128 bars, as plain rows of dark and light modules."""

from __future__ import annotations

import re
from dataclasses import dataclass

from zint import Symbol, Symbology

_QR_QUARTER_RECOVERABLE = 3
_UTF8 = 26
_PRINTABLE = re.compile(r"[!-~](?:[ -~]*[!-~])?")
_DARK = re.compile("1+")


class CodeUnprintableError(ValueError):
    """This text can not be carried by this kind of code; no retry will change that."""


@dataclass(frozen=True, slots=True)
class Code:
    """A drawn code without its quiet zone: one string of 1 (dark) and 0 (light) per row."""

    rows: tuple[str, ...]

    @property
    def modules(self) -> int:
        """Modules across."""
        return len(self.rows[0])

    def runs(self) -> list[tuple[int, int, int]]:
        """Every stretch of dark modules as (row from the top, first module, length)."""
        return [
            (y, dark.start(), dark.end() - dark.start())
            for y, row in enumerate(self.rows)
            for dark in _DARK.finditer(row)
        ]


def qr(text: str) -> Code:
    """A QR code of exactly `text`, readable with a quarter of it spoilt (level Q).

    Text beyond ASCII is carried as UTF-8 and says so in the code (ECI 26).

    Raises:
        CodeUnprintableError: the text is empty or longer than the largest symbol holds.
    """
    symbol = Symbol()
    symbol.symbology = Symbology.QRCODE
    symbol.option_1 = _QR_QUARTER_RECOVERABLE
    if not text.isascii():
        symbol.eci = _UTF8
    return _drawn(symbol, text)


def code128(text: str) -> Code:
    """Code128 bars of exactly `text` in the shortest mix of code sets; digit pairs take one symbol.

    Raises:
        CodeUnprintableError: anything but printable ASCII without spaces at its ends, because a
            scanner would drop or alter it without a word; or more than 99 symbols.
    """
    if not _PRINTABLE.fullmatch(text):
        msg = "Code128 carries printable ASCII, without spaces at the ends"
        raise CodeUnprintableError(msg)
    symbol = Symbol()
    symbol.symbology = Symbology.CODE128
    return _drawn(symbol, text)


def _drawn(symbol: Symbol, text: str) -> Code:
    try:
        symbol.encode(text.encode())
    except UnicodeEncodeError:
        msg = "half a surrogate pair is not text"
        raise CodeUnprintableError(msg) from None
    except RuntimeError as refusal:
        # The only exception zint knows; its words name the limit, never the text.
        raise CodeUnprintableError(str(refusal)) from None
    # Rows come as bytes, padded to the widest symbol zint knows.
    packed, width = symbol.encoded_data.tobytes(), symbol.width
    pitch = len(packed) // len(symbol.encoded_data)
    return Code(
        tuple(_unpacked(packed[y * pitch : (y + 1) * pitch], width) for y in range(symbol.rows))
    )


def _unpacked(row: bytes, width: int) -> str:
    """Modules of one row; packed eight to a byte, the leftmost in the lowest bit."""
    return format(int.from_bytes(row, "little"), f"0{width}b")[::-1][:width]
