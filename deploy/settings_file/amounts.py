"""Money as people write it: `4.50 EUR`, exactly, or not at all."""

from __future__ import annotations

import re
from typing import Final

_WRITTEN: Final = re.compile(r"(-?)(\d{1,13})(?:\.(\d{1,4}))? ?([A-Z]{3})", re.ASCII)

_DECIMALS: Final = {
    **dict.fromkeys(
        (
            *("BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG"),
            *("RWF", "UGX", "UYI", "VND", "VUV", "XAF", "XOF", "XPF"),
        ),
        0,
    ),
    **dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3),
    **dict.fromkeys(("CLF", "UYW"), 4),
}
"""ISO 4217: where a currency has more or fewer than two decimals."""


def money(text: str) -> dict[str, int | str] | None:
    """The amount in minor units and its currency, or None if that is not what it says.

    A fraction that the currency has no coin for is not read. Fewer
    decimals are fine (`4 EUR`); a comma is not: it is read one way here and another way there.
    """
    found = _WRITTEN.fullmatch(text)
    if found is None:
        return None
    sign, whole, fraction, currency = found[1], found[2], found[3] or "", found[4]
    decimals = _DECIMALS.get(currency, 2)
    if len(fraction) > decimals:
        return None
    minor = int(whole + fraction.ljust(decimals, "0"))
    return {"minor": -minor if sign else minor, "currency": currency}
