"""What a carrier gives for an order."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from contracts.shape import Money


@dataclass(frozen=True, slots=True)
class IssuedLabel:
    """A label or QR code a carrier issued, checked: `kind` is `label` or `qr_code`.

    `cost` is what the carrier charges. `routing` is its sorting line and `note` its word to the
    customer, both printed as they are. `pdf` is the carrier's own document, if it insists on one.
    """

    tracking_number: str
    kind: str
    product: str
    cost: Money | None = None
    valid_until: datetime | None = None
    routing: str | None = None
    note: str | None = None
    pdf: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class LabelRow:
    """What stays of a label once it is out: nothing about a person."""

    reference: str
    return_id: str
    portal_id: str
    shipment_id: str
    parcel_no: int
    return_method: str
    kind: str
    carrier: str
    evidence: str
    """What the carrier's adapter is proven by: see `ports.Evidence`."""
    tracking_number: str
    cost: Money | None
    valid_until: datetime | None
    issued_at: datetime
