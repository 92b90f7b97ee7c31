"""Who sends a parcel back, and from where. Personal, and kept by nobody else in this service."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from contracts.shape import Home
from contracts.shop import ShipmentRecorded
from services.labels.domain.point import Spot


@dataclass(frozen=True, slots=True)
class Goods:
    """What post and customs want to know of one unit of an item, as far as its shop said."""

    weight_grams: int | None = None
    hs_code: str | None = None
    """Harmonised System, as the shop wrote it."""
    origin: str | None = None


NOTHING_KNOWN = Goods()


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
    spot: Spot | None = field(default=None, repr=False)
    goods: Mapping[str, Goods] = field(default_factory=dict)
    """By `line_id`; a line of which nothing is known is missing."""


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
        spot=_spot(home),
        goods={line_id: goods for line_id, goods in _goods(shipment) if goods != NOTHING_KNOWN},
    )


def _spot(home: Home) -> Spot | None:
    if home.latitude is None or home.longitude is None:
        return None
    return Spot(home.latitude, home.longitude)


def _goods(shipment: ShipmentRecorded) -> Iterator[tuple[str, Goods]]:
    for item in shipment.items:
        yield item.line_id, Goods(item.weight_grams, item.hs_code, item.origin)
