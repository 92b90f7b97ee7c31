"""Dice that fall the same way on every machine and in every year: a keyed choice, never chance."""

from __future__ import annotations

import hashlib
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from itertools import accumulate
from typing import TypeVar

Side = TypeVar("Side")


def thrown(*about: str) -> int:
    """A number below 2**64 that follows from `about` alone. Python's own `hash` would not do."""
    return int.from_bytes(hashlib.blake2b("\x1f".join(about).encode(), digest_size=8).digest())


def one_of(sides: Sequence[Side], *about: str) -> Side:
    """The side `about` always falls on; every side is as likely as the next."""
    return sides[thrown(*about) % len(sides)]


def weighted(weights: Mapping[Side, int], *about: str) -> Side:
    """The side `about` always falls on; a side of weight two is twice as likely as one of one.

    Raises:
        ValueError: no weight is above zero.
    """
    marks = list(accumulate(weights.values()))
    if not marks or marks[-1] <= 0:
        raise ValueError("dice need a side")

    return list(weights)[bisect_right(marks, thrown(*about) % marks[-1])]
