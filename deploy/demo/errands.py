"""What the demo tries each carrier with: a merchant who has a contract with it, and a teapot."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from contracts.shape import Address, Home, Money
from contracts.shop import (
    Brand,
    CarrierChoice,
    Customer,
    PortalConfigured,
    ShipmentRecorded,
    ShippedItem,
)
from contracts.words import RefundMethod, ReturnMethod
from deploy.demo.tracking import tracking_number

BERLIN = Home(
    street="Lindenstraße", house_number="9", postal_code="10969", town="Berlin", country="DE"
)
UTRECHT = Home(
    street="Oudegracht", house_number="120", postal_code="3511 AW", town="Utrecht", country="NL"
)
LILLE = Home(
    street="Rue du Moulin", house_number="3", postal_code="59000", town="Lille", country="FR"
)
HAMBURG = ("Hafenweg", "12", "20457", "Hamburg", "DE")
ROTTERDAM = ("Havenweg", "12", "3011 AA", "Rotterdam", "NL")
LYON = ("Quai des Célestins", "5", "69002", "Lyon", "FR")
FOLLOWED: Final = "simulated"
"""Whose parcel is followed to the merchant's door."""


@dataclass(frozen=True)
class Errand:
    """Somebody sends a teapot back by this carrier."""

    carrier: str
    method: ReturnMethod
    home: Home
    to: tuple[str, str, str, str, str]

    @property
    def portal_id(self) -> str:
        """A merchant who has a contract with this carrier alone."""
        return f"teapots-by-{self.carrier.replace('_', '-')}"


ERRANDS: Final = (
    Errand("dhl_parcel_de", ReturnMethod.DROP_OFF_LABELLESS, BERLIN, HAMBURG),
    Errand("gls", ReturnMethod.PICKUP, UTRECHT, ROTTERDAM),
    Errand("postnl", ReturnMethod.DROP_OFF_POINT, UTRECHT, ROTTERDAM),
    Errand("sendcloud", ReturnMethod.DROP_OFF_POINT, UTRECHT, ROTTERDAM),
    Errand(FOLLOWED, ReturnMethod.DROP_OFF_POINT, LILLE, LYON),
)


def settings(errand: Errand) -> PortalConfigured:
    """The merchant takes returns by this carrier and this way, and no other."""
    street, number, postal_code, town, country = errand.to
    warehouse = Address(
        address_id="warehouse",
        company="Teapots & Co",
        street=street,
        house_number=number,
        postal_code=postal_code,
        town=town,
        country=country,
    )
    return PortalConfigured(
        portal_id=errand.portal_id,
        version=1,
        brand=Brand(name="Teapots & Co"),
        return_addresses=(warehouse,),
        return_address_id=warehouse.address_id,
        sender_email="hello@teapots.example",
        window_days=30,
        currency="EUR",
        policy_url="https://teapots.example/returns",
        support_url="https://teapots.example/help",
        return_methods=(errand.method,),
        refund_methods=(RefundMethod.REFUND,),
        carriers=(CarrierChoice(carrier=errand.carrier, contract="direct"),),
    )


def parcel(errand: Errand, now: datetime) -> ShipmentRecorded:
    """A teapot, delivered two days ago."""
    teapot = ShippedItem(
        line_id="1",
        sku="teapot-green",
        name="Green teapot",
        quantity=1,
        unit_price=Money(minor=3450, currency="EUR"),
        weight_grams=900,
        hs_code="691110",
        origin="GB",
    )
    return ShipmentRecorded(
        shipment_id=errand.portal_id,
        portal_id=errand.portal_id,
        order_no=f"T-{errand.carrier}",
        tracking_number=tracking_number(errand.portal_id),
        ordered_at=now - timedelta(days=6),
        delivered_at=now - timedelta(days=2),
        customer=Customer(
            name="Jürgen Weiß", email=f"jw.{errand.carrier}@example.com", language="en"
        ),
        deliver_to=errand.home,
        items=(teapot,),
    )
