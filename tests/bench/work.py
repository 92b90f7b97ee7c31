"""The work of every contender of *decide*: the same requests, portals, parcels, clock and code."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

from contracts import topics
from contracts.envelope import Envelope, derived_id
from contracts.rules import RequestedItem, RequestReturn
from contracts.shape import Address, Home, Money
from contracts.shop import Brand, Customer, PortalConfigured, ShipmentRecorded, ShippedItem
from services._runtime.intents_memory import apply
from services.rules.adapters.capabilities_csv import registry
from services.rules.adapters.facts_memory import FactsMemory
from services.rules.domain.parcel import parcel_of

NOW = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)
PORTALS, LINES = 10, 4
REGISTRY = registry()
INPUT = topics.REQUEST_RETURN
SENTENCE = "The handle came off on the second morning, and the lid was never a match. "


def now() -> datetime:
    """The same instant for everybody, so that outputs can be compared byte for byte."""
    return NOW


def portals() -> Iterator[PortalConfigured]:
    """Ten portals; one of them blocks the customers' country, so that a tenth is refused."""
    address = Address(
        address_id="a", company="Moss & Fern", street="Dam", postal_code="1", town="T", country="NL"
    )
    for number in range(PORTALS):
        yield PortalConfigured(
            portal_id=f"portal-{number}",
            version=1,
            brand=Brand(name="Moss & Fern"),
            return_addresses=(address,),
            return_address_id="a",
            window_days=30,
            currency="EUR",
            return_methods=("in_store", "drop_off_point"),
            refund_methods=("refund", "exchange"),
            blocked_countries=("DE",) if number == 0 else (),
        )


def shipment(number: int) -> ShipmentRecorded:
    """The parcel that request `number` is about."""
    return ShipmentRecorded(
        shipment_id=f"shipment-{number}",
        portal_id=f"portal-{number % PORTALS}",
        order_no=str(536365 + number),
        tracking_number="RR123456785GB",
        ordered_at=NOW - timedelta(days=9),
        delivered_at=NOW - timedelta(days=5),
        customer=Customer(name="Zoë", email="zoe@example.com"),
        deliver_to=Home(street="Allee", postal_code="10115", town="Berlin", country="DE"),
        items=tuple(
            ShippedItem(
                line_id=f"line-{line}",
                sku=f"TEAPOT-{line}",
                name=f"Grumpy teapot {line}",
                quantity=3,
                unit_price=Money(minor=1295 + line, currency="EUR"),
            )
            for line in range(LINES)
        ),
    )


def request(number: int) -> RequestReturn:
    """A request of about a kilobyte."""
    return RequestReturn(
        return_id=str(UUID(derived_id("bench", str(number)))),
        portal_id=f"portal-{number % PORTALS}",
        shipment_id=f"shipment-{number}",
        items=tuple(
            RequestedItem(
                line_id=f"line-{line}", quantity=1, reason="poor_quality", comment=SENTENCE * 2
            )
            for line in range(LINES)
        ),
        refund_method="refund",
        return_method="in_store",
        price_shown=Money(minor=0, currency="EUR"),
        language="de",
    )


def envelope(message: RequestReturn) -> Envelope:
    """As a frontend would send it."""
    return Envelope(
        id=derived_id("frontend", message.return_id),
        source="/frontend",
        type=INPUT.name,
        time=NOW,
        subject=message.return_id,
    )


def facts(count: int) -> FactsMemory:
    """Everything the requests are judged by, in memory."""
    found = FactsMemory(REGISTRY)
    for settings in portals():
        apply(found.configured(settings))
    like = parcel_of(shipment(0))
    for number in range(count):
        # All hold the same goods, so that the bench measures the work and not its cold memory.
        found.parcels[f"shipment-{number}"] = replace(
            like,
            shipment_id=f"shipment-{number}",
            portal_id=f"portal-{number % PORTALS}",
            order_no=str(536365 + number),
        )
    return found
