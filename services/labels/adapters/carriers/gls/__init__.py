"""GLS ShipIT: dropped off at a parcel shop, or fetched at home; and GLS Track & Trace.

Checked against GLS's OpenAPI files, in copies of the day below. Where GLS's REST documentation of
ShipIT (5.0.11) says more, or otherwise, the module that follows it says so.
"""

from __future__ import annotations

from datetime import date

from services.labels.adapters.carriers.gls.client import NAME, Gls
from services.labels.adapters.lines.http import HttpLine
from services.labels.ports.carriers import Adapter, Evidence

SPECIFIED_ON = date(2026, 6, 23)
"""ShipIT v1, Authentication v2 and Track & Trace 1.0.7, as others kept them on that day."""


def adapter(line: HttpLine | None = None) -> Adapter:
    """Never tried with GLS itself.

    Options: `contact_id`, which GLS gives out for one address, that of the returns. There may be
    `contact_id_<address_id>` for others, `phone` (the merchant's, which GLS wants for a pickup),
    `incoterm` (two digits, between customs territories) and `middleware`.
    """
    line = line or HttpLine()
    gls = Gls(line)
    return Adapter(
        NAME,
        "GLS",
        Evidence("spec", SPECIFIED_ON),
        gls,
        settles_seconds=300.0,
        secrets=frozenset({"client_id", "client_secret"}),
        options=frozenset({"contact_id"}),
        cancels=gls,
        tracks=gls,
        locates=gls,
        collects=gls,
        close=line.close,
    )
