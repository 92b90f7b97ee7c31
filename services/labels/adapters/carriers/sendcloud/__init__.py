"""Sendcloud, which ships with many carriers: returns, tracking and service points of its API v3.

A connection holds `public_key` and `secret_key` (and `webhook_signature_key`, if webhooks are
signed with another), and these options:

| option | |
|---|---|
| `carrier` | the carrier behind, in Sendcloud's words (`postnl`; several with commas): its points |
| `ship_with_<method>` | the shipping option's code; a method without one is not offered |
| `contract`, `brand_id` | Sendcloud's ids, where an account has several |
| `weight_grams` | what a parcel is said to weigh if nobody knows; 1,000 |
| `points_print_labels` | `yes`: shops of the carrier behind print a label for a code |

`carrier_<country>` and `ship_with_<method>_<country>` (`ship_with_pickup_de`) go before them for
customers who live there.
"""

from __future__ import annotations

from datetime import date

from services._runtime.clock import utc_now
from services._runtime.words import Clock
from services.labels.adapters.carriers.sendcloud.client import PUBLIC_KEY, SECRET_KEY, Sendcloud
from services.labels.adapters.carriers.sendcloud.hooks import SendcloudHooks
from services.labels.adapters.carriers.sendcloud.points import NAME
from services.labels.adapters.lines.http import HttpLine
from services.labels.ports.carriers import Adapter, Evidence

SPECIFIED_ON = date(2026, 8, 22)
"""The day of the copies of Sendcloud's OpenAPI files that this keeps to."""


def adapter(line: HttpLine | None = None, now: Clock = utc_now) -> Adapter:
    """Kept to Sendcloud's published files, and never tried with Sendcloud."""
    line = line or HttpLine()
    sendcloud = Sendcloud(line, now)
    return Adapter(
        NAME,
        "Sendcloud",
        Evidence("spec", SPECIFIED_ON),
        sendcloud,
        secrets=frozenset({PUBLIC_KEY, SECRET_KEY}),
        options=frozenset({"carrier"}),
        cancels=sendcloud,
        tracks=sendcloud,
        hooks=SendcloudHooks(),
        locates=sendcloud,
        close=line.close,
    )
