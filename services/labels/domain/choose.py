"""Which carrier takes a parcel back."""

from __future__ import annotations

from contracts.rules import ReturnApproved
from contracts.words import ReturnMethod

IN_STORE, OWN_LABEL = "in_store", "own_label"
"""Ways back that need no carrier: over the shop's counter, and posted by the customer."""


def carrier_for(approved: ReturnApproved) -> str:
    """The code of the carrier: the one rules named, unless the method or its absence needs none."""
    if approved.return_method == ReturnMethod.IN_STORE:
        return IN_STORE
    return approved.carrier or OWN_LABEL


def is_carried(carrier: str) -> bool:
    """Whether a carrier moves the parcel, and knows that it is coming."""
    return carrier not in {IN_STORE, OWN_LABEL}
