"""PostNL: labels to print in the Netherlands and Belgium, and codes instead in the Netherlands."""

from __future__ import annotations

from datetime import date

from services.labels.adapters.carriers.postnl.client import PostNL
from services.labels.adapters.lines.http import HttpLine
from services.labels.ports.carriers import Adapter, Evidence

NAME = "postnl"
SPECIFIED_ON = date(2024, 3, 27)
"""The day of the copy of PostNL's OpenAPI files that we keep to."""


def adapter(line: HttpLine | None = None) -> Adapter:
    """Keeps to PostNL's specifications; never tried with PostNL itself.

    `contact_email` is whom PostNL writes to when a parcel was handed over: it wants an address, and
    this service knows no customer's.
    """
    line = line or HttpLine()
    postnl = PostNL(line)
    return Adapter(
        NAME,
        "PostNL",
        Evidence("spec", SPECIFIED_ON),
        postnl,
        settles_seconds=0.0,  # one number is one label, however often it is ordered
        secrets=frozenset({"apikey"}),
        options=frozenset(
            {"customer_code", "customer_number", "collection_location", "contact_email"}
        ),
        reserves=postnl,
        tracks=postnl,
        locates=postnl,
        close=line.close,
    )
