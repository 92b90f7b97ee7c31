"""DHL Parcel DE: returns to Germany from thirty countries, as label or as code, and collected."""

from __future__ import annotations

from datetime import date

from services.labels.adapters.carriers.dhl_parcel_de.client import DhlParcelDe
from services.labels.adapters.lines.http import HttpLine
from services.labels.ports.carriers import Adapter, Evidence

NAME = "dhl_parcel_de"
SPECIFIED_ON = date(2026, 6, 23)
"""The day of the copies of DHL's OpenAPI files (Returns 1.0.9, Pickup 3.0.0) that we keep to."""


def adapter(line: HttpLine | None = None) -> Adapter:
    """Keeps to DHL's specifications; never tried with DHL itself.

    Among the secrets `api_secret` may be missing: then DHL knows us by name and password with each
    order, and collects nothing. `options` are `receiver_id_de`, `receiver_id_ch` and so on, one for
    each country that returns may come from, and `billing_number` for parcels to be collected.
    """
    line = line or HttpLine()
    dhl = DhlParcelDe(line)
    return Adapter(
        NAME,
        "DHL",
        Evidence("spec", SPECIFIED_ON),
        dhl,
        secrets=frozenset({"api_key", "user", "password"}),
        cancels=dhl,
        collects=dhl,
        close=line.close,
    )
