"""Who sends a parcel back, and from where. Personal, and kept by nobody else in this service."""

from __future__ import annotations

from dataclasses import dataclass, field

from contracts.shop import ShipmentRecorded


@dataclass(frozen=True, slots=True)
class Sender:
    """The customer of one parcel, as of one version of what its shop told."""

    portal_id: str
    version: int
    name: str = field(repr=False)
    street: str = field(repr=False)
    house_number: str = field(repr=False)
    addition: str = field(repr=False)
    postal_code: str = field(repr=False)
    town: str = field(repr=False)
    country: str


@dataclass(frozen=True, slots=True)
class Forgotten:
    """There was a customer, who asked to be forgotten."""


def sender_of(shipment: ShipmentRecorded) -> Sender:
    """The customer as sender: the parcel goes back from where it was delivered."""
    home = shipment.deliver_to
    return Sender(
        portal_id=shipment.portal_id,
        version=shipment.version,
        name=shipment.customer.name,
        street=home.street,
        house_number=home.house_number,
        addition=home.addition,
        postal_code=home.postal_code,
        town=home.town,
        country=home.country,
    )
