"""What kind of thing a product of the sample is. Nobody recorded it: its name or dice say so."""

from __future__ import annotations

import re
from typing import Final

from deploy.demo.dice import thrown

_KINDS: Final = {
    "paper": ("NAPKINS", "WRAP", "CARD", "CARDS", "PAPER", "BUNTING", "NOTEBOOK", "DOILIES"),
    "glass": ("GLASS", "JAR", "MIRROR", "VASE", "BOTTLE"),
    "kitchen": ("CAKE", "CAKESTAND", "MUG", "BOWL", "TEA", "TEAPOT", "PAN", "SCALES", "BAKING"),
    "bags": ("BAG", "BAGS", "TOTE", "SHOPPER"),
}
"""The first of these that a name has a word of."""
_ONE_IN: Final = 6


def category(name: str) -> str:
    """`paper`, `glass`, `kitchen`, `bags` or `gifts`."""
    words = _words(name)
    return next((kind for kind, named in _KINDS.items() if words & set(named)), "gifts")


def tags(sku: str) -> tuple[str, ...]:
    """One product in six was on sale."""
    return ("sale",) if thrown("sale", sku) % _ONE_IN == 0 else ()


def _words(name: str) -> set[str]:
    return set(re.findall(r"[A-Z]+", name.upper()))
