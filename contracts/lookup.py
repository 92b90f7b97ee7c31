"""Messages owned by lookup."""

from __future__ import annotations

from contracts.shape import Country, Language, Name, Personal, RandomId, Shape


class FindShipment(Shape):
    """Order to lookup: which parcel do this tracking number and delivery postal code name?"""

    lookup_id: RandomId
    portal_id: Name
    tracking_number: Personal
    postal_code: Personal
    client_ref: Name | None = None
    """Who asks, as the gateway knows them; never taken from the customer.

    Wrong answers are counted under it: the same for the same customer, at every portal and for a
    day at least, and a keyed hash rather than an address."""
    language: Language | None = None


class ShipmentFound(Shape):
    """Fact: the two name exactly one delivered parcel of an open portal."""

    lookup_id: RandomId
    portal_id: Name
    shipment_id: Name
    country: Country
    language: Language | None = None


class ShipmentNotFound(Shape):
    """Fact: they do not. The same answer for every kind of no."""

    lookup_id: RandomId
    portal_id: Name
