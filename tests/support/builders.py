"""Messages with memorable values. Each builder takes named changes, and refuses misspelt ones.

The story behind them: Zoë of Amsterdam bought two grumpy teapots and a sad spoon from Moss & Fern,
had them delivered on Thursday, and it is now Tuesday.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from contracts.analytics import FindReasons
from contracts.labels import Document, LabelIssued, LabelPrinted, ParcelMoved
from contracts.lookup import FindShipment, ShipmentFound
from contracts.rules import (
    JudgedItem,
    RefundDue,
    Refusal,
    RequestedItem,
    RequestReturn,
    ReturnApproved,
    ReturnAwaitingApproval,
    ReturnCancelled,
    ReturnRejected,
)
from contracts.shape import Address, Home, Money
from contracts.shop import Brand, Customer, PortalConfigured, ShipmentRecorded, ShippedItem

TUESDAY = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)
PORTAL, SHIPMENT, ORDER = "moss-and-fern", "MF-1001", "536365"
TEAPOT, SPOON = "GRUMPY-TEAPOT", "SAD-SPOON"
OUTBOUND, INBOUND = "RR123456785GB", "RR987654321NL"


def days(number: float) -> timedelta:
    """This many days."""
    return timedelta(days=number)


def an_id(number: int = 7) -> str:
    """The id of the `number`th lookup, return or query: always the same, and easy to tell apart."""
    return f"{number:08x}-0000-4000-8000-{number:012x}"


def pounds(amount: float) -> Money:
    """12.95 is GBP 1295."""
    return Money(minor=round(amount * 100), currency="GBP")


def a_return_address(**changes: Any) -> Address:
    """Where Moss & Fern receives what comes back."""
    usual = {
        "address_id": "warehouse",
        "company": "Moss & Fern",
        "street": "Fern Lane",
        "house_number": "1",
        "postal_code": "OX1 1AA",
        "town": "Oxford",
        "country": "GB",
    }
    return Address(**usual | changes)


def a_portal(**changes: Any) -> PortalConfigured:
    """An open portal: thirty days from delivery, free, every refund method, two ways back."""
    usual = {
        "portal_id": PORTAL,
        "version": 1,
        "brand": Brand(name="Moss & Fern"),
        "languages": ("en", "nl"),
        "return_addresses": (a_return_address(),),
        "return_address_id": "warehouse",
        "sender_email": "returns@moss-and-fern.example.com",
        "notification_email": "desk@moss-and-fern.example.com",
        "window_days": 30,
        "currency": "GBP",
        "return_methods": ("drop_off_point", "in_store"),
        "refund_methods": ("refund", "exchange", "store_credit"),
    }
    return PortalConfigured(**usual | changes)


def a_shipped_item(**changes: Any) -> ShippedItem:
    """Two grumpy teapots."""
    usual = {
        "line_id": "1",
        "sku": TEAPOT,
        "name": "Grumpy teapot",
        "quantity": 2,
        "unit_price": pounds(12.95),
        "category": "kitchen",
    }
    return ShippedItem(**usual | changes)


def a_shipment(**changes: Any) -> ShipmentRecorded:
    """Zoë's parcel, delivered five days ago: two teapots on line 1, one spoon on line 2."""
    spoon = a_shipped_item(
        line_id="2", sku=SPOON, name="Sad spoon", quantity=1, unit_price=pounds(3)
    )
    usual = {
        "shipment_id": SHIPMENT,
        "portal_id": PORTAL,
        "version": 1,
        "order_no": ORDER,
        "tracking_number": OUTBOUND,
        "carrier": "royal_mail",
        "ordered_at": TUESDAY - days(9),
        "delivered_at": TUESDAY - days(5),
        "customer": Customer(name="Zoë Zonder", email="zoe@example.com", language="nl"),
        "deliver_to": Home(
            street="Dam", house_number="1", postal_code="1012JS", town="Amsterdam", country="NL"
        ),
        "items": (a_shipped_item(), spoon),
    }
    return ShipmentRecorded(**usual | changes)


def a_lookup(**changes: Any) -> FindShipment:
    """Zoë types what stands on her parcel."""
    usual = {
        "lookup_id": an_id(1),
        "portal_id": PORTAL,
        "tracking_number": OUTBOUND,
        "postal_code": "1012JS",
    }
    return FindShipment(**usual | changes)


def a_find(**changes: Any) -> ShipmentFound:
    """Zoë's parcel was found."""
    usual = {
        "lookup_id": an_id(1),
        "portal_id": PORTAL,
        "shipment_id": SHIPMENT,
        "country": "NL",
    }
    return ShipmentFound(**usual | changes)


def a_requested_item(**changes: Any) -> RequestedItem:
    """One teapot, damaged."""
    usual = {"line_id": "1", "quantity": 1, "reason": "damaged_on_arrival"}
    return RequestedItem(**usual | changes)


def a_request(**changes: Any) -> RequestReturn:
    """Zoë sends one teapot back and wants her money."""
    usual = {
        "return_id": an_id(),
        "portal_id": PORTAL,
        "shipment_id": SHIPMENT,
        "items": (a_requested_item(),),
        "refund_method": "refund",
        "return_method": "drop_off_point",
    }
    return RequestReturn(**usual | changes)


def a_judged_item(**changes: Any) -> JudgedItem:
    """The damaged teapot, as rules knows it."""
    usual = {
        "line_id": "1",
        "quantity": 1,
        "reason": "damaged_on_arrival",
        "sku": TEAPOT,
        "name": "Grumpy teapot",
        "unit_price": pounds(12.95),
    }
    return JudgedItem(**usual | changes)


def an_approval(**changes: Any) -> ReturnApproved:
    """Zoë may send the teapot back."""
    usual = {
        "return_id": an_id(),
        "portal_id": PORTAL,
        "shipment_id": SHIPMENT,
        "order_no": ORDER,
        "settings_version": 1,
        "country": "NL",
        "items": (a_judged_item(),),
        "refund_method": "refund",
        "return_method": "drop_off_point",
        "price": pounds(0),
        "value": pounds(12.95),
        "return_to": a_return_address(),
        "carrier": "postnl",
        "send_back_by": TUESDAY + days(25),
        "decided_at": TUESDAY,
        "language": "nl",
    }
    return ReturnApproved(**usual | changes)


def a_rejection(**changes: Any) -> ReturnRejected:
    """The window has closed on Zoë's teapot."""
    usual = {
        "return_id": an_id(),
        "portal_id": PORTAL,
        "shipment_id": SHIPMENT,
        "settings_version": 1,
        "country": "NL",
        "items": (a_judged_item(),),
        "refund_method": "refund",
        "return_method": "drop_off_point",
        "refusals": (Refusal(code="window_closed"),),
        "decided_at": TUESDAY,
        "language": "nl",
    }
    return ReturnRejected(**usual | changes)


def a_wait(**changes: Any) -> ReturnAwaitingApproval:
    """A person at Moss & Fern looks at Zoë's teapot within a week."""
    usual = {
        "return_id": an_id(),
        "portal_id": PORTAL,
        "shipment_id": SHIPMENT,
        "settings_version": 1,
        "because": ("needs_approval",),
        "expires_at": TUESDAY + days(7),
        "decided_at": TUESDAY,
        "country": "NL",
        "items": (a_judged_item(),),
        "refund_method": "refund",
        "return_method": "drop_off_point",
        "price": pounds(0),
        "value": pounds(12.95),
        "language": "nl",
    }
    return ReturnAwaitingApproval(**usual | changes)


def a_cancellation(**changes: Any) -> ReturnCancelled:
    """Zoë keeps the teapot after all."""
    usual = {
        "return_id": an_id(),
        "portal_id": PORTAL,
        "shipment_id": SHIPMENT,
        "by": "customer",
        "decided_at": TUESDAY + days(2),
    }
    return ReturnCancelled(**usual | changes)


def a_refund(**changes: Any) -> RefundDue:
    """The teapot is back, and Zoë gets what it cost."""
    usual = {
        "return_id": an_id(),
        "portal_id": PORTAL,
        "amount": pounds(12.95),
        "refund_method": "refund",
        "because": "delivered",
        "due_at": TUESDAY + days(6),
        "value": pounds(12.95),
        "price": pounds(0),
    }
    return RefundDue(**usual | changes)


def a_label_issued(**changes: Any) -> LabelIssued:
    """The carrier took the teapot's order."""
    usual = {
        "return_id": an_id(),
        "portal_id": PORTAL,
        "shipment_id": SHIPMENT,
        "kind": "label",
        "return_method": "drop_off_point",
        "carrier": "postnl",
        "tracking_number": INBOUND,
        "cost": pounds(4.2),
        "issued_at": TUESDAY + timedelta(seconds=2),
    }
    return LabelIssued(**usual | changes)


def a_label_printed(**changes: Any) -> LabelPrinted:
    """The label itself: not a real PDF, but bytes a letter can carry."""
    usual = {
        "return_id": an_id(),
        "portal_id": PORTAL,
        "shipment_id": SHIPMENT,
        "kind": "label",
        "return_method": "drop_off_point",
        "carrier": "postnl",
        "tracking_number": INBOUND,
        "send_back_by": TUESDAY + days(25),
        "documents": (
            Document(kind="label_pdf", media_type="application/pdf", content="JVBERi0xLjQK"),
        ),
    }
    return LabelPrinted(**usual | changes)


def a_parcel_movement(**changes: Any) -> ParcelMoved:
    """The teapot was handed over at the counter."""
    usual = {
        "return_id": an_id(),
        "portal_id": PORTAL,
        "carrier": "postnl",
        "tracking_number": INBOUND,
        "phase": "handed_over",
        "happened_at": TUESDAY + days(1),
    }
    return ParcelMoved(**usual | changes)


def a_question(**changes: Any) -> FindReasons:
    """Why do things come back to Moss & Fern?"""
    usual = {"query_id": an_id(42), "portal_id": PORTAL}
    return FindReasons(**usual | changes)
