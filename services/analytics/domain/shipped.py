"""What analytics remembers of an outbound parcel: what was in it and which country it went to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from contracts.shop import ShipmentRecorded
from services.analytics.domain.instants import whole


@dataclass(frozen=True, slots=True)
class ShippedLine:
    """One line of the parcel."""

    line_id: str
    sku: str
    category: str | None
    units: int


@dataclass(frozen=True, slots=True)
class Shipment:
    """A parcel, as of one version of what its shop told."""

    shipment_id: str
    version: int
    portal_id: str
    country: str
    ordered_at: datetime
    lines: tuple[ShippedLine, ...]


def shipped(recorded: ShipmentRecorded) -> Shipment:
    """The parcel without its customer: no name, no address, no tracking number."""
    return Shipment(
        shipment_id=recorded.shipment_id,
        version=recorded.version,
        portal_id=recorded.portal_id,
        country=recorded.deliver_to.country,
        ordered_at=whole(recorded.ordered_at),
        lines=tuple(
            ShippedLine(item.line_id, item.sku, item.category, item.quantity)
            for item in recorded.items
        ),
    )
