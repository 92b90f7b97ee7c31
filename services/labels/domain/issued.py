"""What a carrier gives for an order."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from contracts.shape import Money
from services.labels.domain.artefact import Artefact
from services.labels.domain.connection import PLATFORM


@dataclass(frozen=True, slots=True)
class IssuedLabel:
    """A label or QR code a carrier issued, checked: `kind` is `label` or `qr_code`.

    `cost` is what the carrier charges. `routing` is its sorting line and `note` its word to the
    customer, both printed as they are. `documents` are the carrier's own, passed on unchanged; none
    means that we draw. `carrier_id` is the carrier's word for the order where that is not the
    tracking number, and `link` where the customer may see the code on a screen.
    `collected_from` to `collected_until` is when somebody comes for the parcel.
    """

    tracking_number: str
    kind: str
    product: str
    cost: Money | None = None
    valid_until: datetime | None = None
    routing: str | None = None
    note: str | None = None
    documents: tuple[Artefact, ...] = field(default=(), repr=False)
    carrier_id: str = ""
    link: str | None = field(default=None, repr=False)
    collected_from: datetime | None = None
    collected_until: datetime | None = None


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
    carrier_id: str = ""
    connection: str = PLATFORM
    """Whose contract it was bought under: a portal, or the platform."""
    service_point_id: str | None = None
    cancelled: str | None = None
    """What became of the wish to cancel it, see `contracts.words.Cancelled`."""
