"""Money as people write it."""

from __future__ import annotations

from typing import Final

from contracts.shape import Money
from services.notifications.domain.phrases import Phrases

_DECIMALS: Final = {
    **dict.fromkeys(("BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG"), 0),
    **dict.fromkeys(("RWF", "UGX", "UYI", "VND", "VUV", "XAF", "XOF", "XPF"), 0),
    **dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3),
    **dict.fromkeys(("CLF", "UYW"), 4),
}
"""ISO 4217: currencies whose minor unit is not a hundredth."""


def amount(money: Money, phrases: Phrases) -> str:
    """`money` with its currency's code, in this language's own digits and order.

    A code cannot be mistaken, as `$` can.
    """
    decimals = _DECIMALS.get(money.currency, 2)
    whole, rest = divmod(abs(money.minor), 10**decimals)
    digits = f"{whole:,}".replace(",", phrases.thousands)
    if decimals:
        digits += f"{phrases.decimal}{rest:0{decimals}d}"
    sign = "\u2212" if money.minor < 0 else ""
    return phrases.amount.format(number=sign + digits, currency=money.currency)
