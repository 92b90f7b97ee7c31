"""What analytics remembers of parcels and labels."""

from __future__ import annotations

from dataclasses import asdict

from contracts.shape import Home
from contracts.shop import Customer
from services.analytics.domain.label import bought
from services.analytics.domain.shipped import ShippedLine, shipped
from tests.support.builders import (
    INBOUND,
    PORTAL,
    SHIPMENT,
    SPOON,
    TEAPOT,
    TUESDAY,
    a_label_issued,
    a_shipment,
    a_shipped_item,
    an_id,
    days,
    pounds,
)


def test_every_line_of_a_parcel_is_counted_with_its_product_and_category():
    """A rate needs what was sent as well as what came back."""
    kept = shipped(a_shipment(version=3))

    assert kept.lines == (
        ShippedLine("1", TEAPOT, "kitchen", 2),
        ShippedLine("2", SPOON, "kitchen", 1),
    )
    assert (kept.shipment_id, kept.version, kept.portal_id) == (SHIPMENT, 3, PORTAL)
    assert (kept.country, kept.ordered_at) == ("NL", TUESDAY - days(9))


def test_nothing_of_the_customer_is_remembered():
    """Analytics must have nothing to forget but items, dates and a country."""
    canary = "CANARY"
    home = Home(
        street=canary,
        house_number=canary,
        addition=canary,
        postal_code=canary,
        town=canary,
        country="NL",
    )
    customer = Customer(name=canary, email=f"{canary}@example.com", phone=canary, language="nl")

    kept = shipped(
        a_shipment(tracking_number=canary, order_no=canary, customer=customer, deliver_to=home)
    )

    assert canary not in repr(asdict(kept))


def test_an_item_without_category_is_counted_all_the_same():
    """Shops that do not sort their goods still want rates."""
    (line,) = shipped(a_shipment(items=(a_shipped_item(category=None),))).lines

    assert (line.category, line.units) == (None, 2)


def test_a_label_is_remembered_as_a_cost_and_a_way():
    """What a return costs the merchant is the label plus the goods."""
    kept = bought(a_label_issued(kind="qr_code", carrier="dhl", parcel_no=2))

    assert (kept.id, kept.portal_id) == (f"{an_id()}:2", PORTAL)
    assert (kept.kind, kept.carrier, kept.return_method) == ("qr_code", "dhl", "drop_off_point")
    assert kept.cost == pounds(4.20)
    assert INBOUND not in repr(kept)
