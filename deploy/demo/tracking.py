"""Tracking numbers as the Universal Postal Union writes them: standard S10, thirteen signs."""

from __future__ import annotations

from typing import Final

from deploy.demo.dice import one_of, thrown

_WEIGHTS: Final = (8, 6, 4, 2, 3, 5, 9, 7)
_SERVICES: Final = ("CX", "RR")
"""A parcel and a registered letter: what a shop of small gifts posts."""


def tracking_number(order_no: str) -> str:
    """The number of the parcel that carried this order. Valid in form; no post ever gave it out.

    Service, eight digits, check digit, and GB for the country of posting.
    """
    serial = f"{thrown('tracking', order_no) % 10**8:08d}"
    return f"{one_of(_SERVICES, 'service', order_no)}{serial}{check_digit(serial)}GB"


def check_digit(serial: str) -> int:
    """The digit after eight digits. The standard turns 10 into 0 and 11 into 5."""
    rest = sum(int(digit) * weight for digit, weight in zip(serial, _WEIGHTS, strict=True)) % 11
    return {0: 5, 1: 0}.get(rest, 11 - rest)
