"""What notifications keeps of others' messages: who the customer is, how the merchant writes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from contracts.shop import PortalConfigured, ShipmentRecorded


@dataclass(frozen=True, slots=True)
class Customer:
    """Whoever got a parcel: the part of its shipment that a letter needs."""

    shipment_id: str
    portal_id: str
    version: int
    order_no: str
    country: str
    """Where the parcel was delivered, ISO 3166-1 alpha-2."""
    name: str = field(repr=False)
    email: str = field(repr=False)
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Erased:
    """A customer who was forgotten, up to this version of their shipment (0: none was known).

    Only a younger version brings a customer back; a repeat of what was erased does not.
    """

    shipment_id: str
    version: int = 0


@dataclass(frozen=True, slots=True)
class Portal:
    """A merchant as its letters show it."""

    portal_id: str
    version: int
    brand: str
    colour: str | None
    """`#rrggbb`."""
    logo_url: str | None
    languages: tuple[str, ...]
    sender_email: str | None
    notification_email: str | None
    """Where the merchant is alerted. None: it wants no alerts."""
    policy_url: str | None
    support_url: str | None
    window_days: int
    wordings: Mapping[str, Mapping[str, str]]
    """The merchant's own words for reasons, by code and language."""


def customer_of(shipment: ShipmentRecorded) -> Customer:
    """The customer of this shipment."""
    return Customer(
        shipment_id=shipment.shipment_id,
        portal_id=shipment.portal_id,
        version=shipment.version,
        order_no=shipment.order_no,
        country=shipment.deliver_to.country,
        name=shipment.customer.name,
        email=shipment.customer.email,
        language=shipment.customer.language,
    )


def portal_of(settings: PortalConfigured) -> Portal:
    """The merchant behind these settings."""
    return Portal(
        portal_id=settings.portal_id,
        version=settings.version,
        brand=settings.brand.name,
        colour=settings.brand.colour,
        logo_url=settings.brand.logo_url,
        languages=settings.languages,
        sender_email=settings.sender_email,
        notification_email=settings.notification_email,
        policy_url=settings.policy_url,
        support_url=settings.support_url,
        window_days=settings.window_days,
        wordings={reason.code: reason.wording for reason in settings.reasons if reason.wording},
    )
