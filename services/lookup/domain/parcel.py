"""The outbound parcel as lookup knows it: a digest to compare by, a country, a date of delivery."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from contracts.shop import ShipmentRecorded
from services.lookup.domain.claim import claim


@dataclass(frozen=True, slots=True)
class Parcel:
    """One version of one parcel. Nobody can read its number or its postal code back from it."""

    shipment_id: str
    portal_id: str
    version: int
    digest: str | None
    """Of the claim that names it. None if its number or postal code is empty: nothing names it."""
    country: str
    delivered_at: datetime | None


def parcel_of(shipment: ShipmentRecorded, key: bytes) -> Parcel:
    """The parcel in `shipment`, named by its own number and the postal code it was delivered to."""
    home = shipment.deliver_to
    named = claim(shipment.portal_id, shipment.tracking_number, home.postal_code)
    return Parcel(
        shipment_id=shipment.shipment_id,
        portal_id=shipment.portal_id,
        version=shipment.version,
        digest=named.digest(key) if named.complete else None,
        country=home.country,
        delivered_at=shipment.delivered_at,
    )
