"""Tracking numbers compared the way people write them."""

from __future__ import annotations

from services.lookup.domain.plain import plain


def plain_number(typed: str) -> str:
    """The tracking number in `typed`, whatever groups it was written in.

    Check digits are not looked at: a number with a wrong one names no parcel, and is answered like
    any other number that names none.
    """
    return plain(typed)
