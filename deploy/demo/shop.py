"""The shop of the demo: four portals that differ, one that may not go live, and its parcels."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from contracts.shape import Address, Home, Money
from contracts.shop import (
    Brand,
    CarrierChoice,
    Customer,
    Fee,
    PortalConfigured,
    ShipmentRecorded,
    ShippedItem,
)
from deploy.demo import goods, maison
from deploy.demo.sample import BLOCKED_COUNTRIES, CURRENCY, NON_RETURNABLE_SKUS, Order, story
from deploy.settings_file.checking import checked

HALF_BUILT = "brocante-new"
"""A portal whose merchant has not said yet where returns arrive."""


def portals() -> Iterator[PortalConfigured]:
    """The settings as a back office would save them."""
    yield _portal(
        "brocante-eu",
        "Brocante Europa",
        _address("Rotterdam", "Havenweg", "12", "3011 AA", "NL"),
        languages=("en", "nl", "de"),
        notification_email="retouren@brocante-eu.example",
        window_days=30,
        fees=(
            Fee(
                price=_pounds(395),
                return_method="drop_off_point",
                free_above=_pounds(5000),
            ),
        ),
        return_methods=("drop_off_point", "drop_off_labelless", "in_store"),
        refund_methods=("refund", "exchange", "store_credit"),
        carriers=(CarrierChoice(carrier="simulated"),),
        blocked_countries=tuple(sorted(BLOCKED_COUNTRIES)),
    )
    yield _portal(
        "brocante-fr",
        "La Brocante",
        _address("Lyon", "Quai des Célestins", "5", "69002", "FR"),
        languages=("fr", "es", "it", "en"),
        window_days=14,
        published_window_days=30,
        return_methods=("drop_off_point", "in_store"),
        refund_methods=("refund", "store_credit"),
    )
    yield _portal(
        "brocante-uk",
        "Brocante & Sons",
        _address("Bristol", "Mill Lane", "8", "BS1 4QA", "GB"),
        notification_email="returns@brocante-uk.example",
        window_days=60,
        window_starts="ordered",
        fees=(Fee(price=_pounds(650), return_method="pickup"),),
        return_methods=("drop_off_point", "drop_off_labelless", "pickup", "in_store"),
        refund_methods=("refund", "exchange"),
        carriers=(CarrierChoice(carrier="simulated"),),
    )
    yield settings_in(maison.SETTINGS)
    yield _portal(
        HALF_BUILT,
        "Brocante Nouvelle",
        None,
        window_days=30,
        return_methods=("in_store",),
        refund_methods=("refund",),
    )


def settings_in(file: Path) -> PortalConfigured:
    """The first version of these settings, read as `retour portal apply` reads them.

    Raises:
        ValueError: they cannot be read; says where and why.
    """
    found = checked(file.read_bytes(), lambda _settings: ())
    if found.settings is None:
        raise ValueError(f"{file.name}: {found.remarks}")
    return found.settings


def shipment(order: Order, now: datetime) -> ShipmentRecorded:
    """The parcel of this order, as the shop would tell it."""
    dated, to = story(order, now), order.recipient
    return ShipmentRecorded(
        shipment_id=f"shipment-{order.order_no}",
        portal_id=order.portal_id,
        order_no=order.order_no,
        tracking_number=order.tracking_number,
        ordered_at=dated.ordered_at,
        delivered_at=dated.delivered_at,
        customer=Customer(name=to.name, email=to.email, language=to.language),
        deliver_to=Home(
            street=to.street,
            house_number=to.house_number,
            postal_code=to.postal_code,
            town=to.town,
            country=to.country,
        ),
        items=tuple(
            ShippedItem(
                line_id=str(line.line_no),
                sku=line.sku,
                name=line.name,
                quantity=line.quantity,
                unit_price=_pounds(line.unit_price_minor),
                category=goods.category(line.name),
                tags=goods.tags(line.sku),
            )
            for line in order.lines
        ),
    )


def _portal(
    portal_id: str, name: str, address: Address | None, **settings: object
) -> PortalConfigured:
    return PortalConfigured.model_validate(
        {
            "portal_id": portal_id,
            "version": 1,
            "brand": Brand(name=name, colour="#7a3b2e"),
            "currency": CURRENCY,
            "sender_email": f"hello@{portal_id}.example",
            "return_addresses": () if address is None else (address,),
            "return_address_id": None if address is None else address.address_id,
            "non_returnable_skus": tuple(sorted(NON_RETURNABLE_SKUS)),
            "policy_url": f"https://{portal_id}.example/returns",
            "support_url": f"https://{portal_id}.example/help",
            **settings,
        }
    )


def _address(town: str, street: str, number: str, postal_code: str, country: str) -> Address:
    return Address(
        address_id="warehouse",
        company="Brocante returns",
        street=street,
        house_number=number,
        postal_code=postal_code,
        town=town,
        country=country,
    )


def _pounds(minor: int) -> Money:
    return Money(minor=minor, currency=CURRENCY)
