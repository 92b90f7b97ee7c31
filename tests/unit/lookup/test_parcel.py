"""What lookup keeps of a parcel."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from contracts.shape import Home, Money
from contracts.shop import Customer, ShipmentRecorded, ShippedItem
from services.lookup.domain.claim import claim
from services.lookup.domain.parcel import parcel_of

KEY = bytes(range(16))
DELIVERED = datetime(2026, 3, 8, 14, 30, tzinfo=UTC)


def shipment(**changes):
    """A parcel with a teapot, as a shop tells it."""
    return ShipmentRecorded(
        **{
            "shipment_id": "teapot",
            "portal_id": "moss-and-fern",
            "version": 2,
            "order_no": "ORDER-536365",
            "tracking_number": "RR 123 456 785 GB",
            "ordered_at": DELIVERED,
            "delivered_at": DELIVERED,
            "customer": Customer(name="Zoë Quill", email="zoe@example.com", phone="+3120555"),
            "deliver_to": Home(street="Dam", postal_code="1012 js", town="Amsterdam", country="NL"),
            "items": (
                ShippedItem(
                    line_id="1",
                    sku="TEAPOT",
                    name="Grumpy teapot",
                    quantity=2,
                    unit_price=Money(minor=1295, currency="GBP"),
                ),
            ),
        }
        | changes
    )


def test_a_parcel_is_named_by_the_claim_its_customer_will_make():
    """Shop and customer write differently; the digests are equal all the same."""
    parcel = parcel_of(shipment(), KEY)

    assert parcel.digest == claim("moss-and-fern", "rr123456785gb", "NL-1012JS").digest(KEY)
    assert (parcel.country, parcel.delivered_at, parcel.version) == ("NL", DELIVERED, 2)


def test_nothing_about_the_customer_is_kept():
    """What is not there cannot leak, and need not be erased."""
    kept = repr(parcel_of(shipment(), KEY))

    for canary in ("RR", "123456785", "1012", "Zoë", "zoe@", "3120", "Dam", "536365", "TEAPOT"):
        assert canary not in kept


@pytest.mark.parametrize(
    "changes",
    [
        {"tracking_number": " "},
        {"deliver_to": Home(street="Creek Road", postal_code="", town="Dubai", country="AE")},
        {"deliver_to": Home(street="Creek Road", postal_code="-", town="Dubai", country="AE")},
    ],
    ids=["no number", "no code", "a dash for none"],
)
def test_a_parcel_that_lacks_one_of_the_two_can_be_named_by_nobody(changes):
    """Else its number alone would be enough, and numbers are printed on boxes and counted up."""
    assert parcel_of(shipment(**changes), KEY).digest is None
