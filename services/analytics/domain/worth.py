"""Money that may not add up."""

from __future__ import annotations

from collections.abc import Collection

from pydantic import ValidationError

from contracts.shape import Money


def worth(minor: float, currencies: Collection[str]) -> Money | None:
    """`minor` as money, if all of it is in one currency and the contract can say it; else nothing.

    A sum beyond 64 bits comes from MongoDB as a float: that, too, the contract cannot say.
    """
    if len(currencies) != 1:
        return None
    try:
        return Money.model_validate({"minor": minor, "currency": next(iter(currencies))})
    except ValidationError:
        return None
