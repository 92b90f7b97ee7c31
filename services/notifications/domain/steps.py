"""What a customer has to do next, by the way back that was chosen."""

from __future__ import annotations

from typing import Final

from contracts.words import LabelKind, ReturnMethod

OWN_LABEL = "own_label"
"""The merchant's printed address, no carrier's label: the customer chooses who carries it."""
_NO_CARRIER: Final = (OWN_LABEL, ReturnMethod.IN_STORE.value)
_NAMES: Final = {
    "dhl": "DHL",
    "dhl_parcel_de": "DHL",
    "dpd": "DPD",
    "gls": "GLS",
    "postnl": "PostNL",
    "simulated": "Simulated carrier",
    "ups": "UPS",
}
"""Carriers whose code does not read like their name."""


def steps_for(return_method: str, kind: str, carrier: str) -> str:
    """The key of the steps in `Phrases.steps`. A method we do not know is treated as a drop-off."""
    shows = "code" if kind == LabelKind.QR_CODE else "label"
    if carrier == OWN_LABEL:
        return OWN_LABEL
    if return_method in (ReturnMethod.IN_STORE, ReturnMethod.PICKUP):
        return f"{return_method}_{shows}"
    return f"drop_off_{shows}"


def carrier_name(carrier: str) -> str | None:
    """The carrier as people call it, or None where none is involved."""
    if carrier in _NO_CARRIER:
        return None
    return _NAMES.get(carrier) or carrier.replace("_", " ").title()
