"""Messages owned by rules."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

from contracts.shape import (
    Address,
    Code,
    Count,
    Country,
    FreeText,
    Instant,
    Language,
    Money,
    Name,
    RandomId,
    Shape,
    Text,
    Units,
    Version,
)
from contracts.shop import OfferedReason, Url

Lines = Field(min_length=1, max_length=100)


class Finding(Shape):
    """One thing in a portal's settings that closes it (`blocking`) or is unwise (`warning`)."""

    code: Code
    severity: Code
    field: Annotated[str, StringConstraints(max_length=100)]
    sentence: Text


class PortalOpened(Shape):
    """Fact: these settings are in force and customers may return."""

    portal_id: Name
    version: Version
    warnings: tuple[Finding, ...] = ()


class PortalRefused(Shape):
    """Fact: these settings cannot go live, or the merchant closed the portal, and why."""

    portal_id: Name
    version: Version
    findings: tuple[Finding, ...]


class Refusal(Shape):
    """One reason for a no. `line_id` is set where it concerns one item."""

    code: Code
    line_id: Name | None = None


class OfferedItem(Shape):
    """An item of the parcel, how many units may come back, and if none, why."""

    line_id: Name
    sku: Text
    name: Text
    unit_price: Money
    returnable_units: Count
    why_not: Code | None = None


class OfferedMethod(Shape):
    """A way back and the most it costs: a fee may be waived once the items are known."""

    method: Code
    price: Money
    carrier: Code | None = None


class OptionsOffered(Shape):
    """Fact: what the customer of this parcel may choose from, as things stand."""

    lookup_id: RandomId
    portal_id: Name
    shipment_id: Name
    settings_version: Version
    items: tuple[OfferedItem, ...]
    reasons: tuple[OfferedReason, ...]
    refund_methods: tuple[Code, ...]
    return_methods: tuple[OfferedMethod, ...]
    return_until: Instant | None = None
    policy_url: Url | None = None
    support_url: Url | None = None
    refusals: tuple[Refusal, ...] = ()
    """Why nothing of this parcel can come back. Empty if something can."""


class RequestedItem(Shape):
    """What the customer wants to send back, and why."""

    line_id: Name
    quantity: Units
    reason: Code
    comment: FreeText = None


class RequestReturn(Shape):
    """Order to rules: the customer confirmed this return."""

    return_id: RandomId
    portal_id: Name
    shipment_id: Name
    items: Annotated[tuple[RequestedItem, ...], Lines]
    refund_method: Code
    return_method: Code
    service_point_id: Name | None = None
    price_shown: Money | None = None
    """The price the customer confirmed. A return is never dearer than what was shown."""
    lookup_id: RandomId | None = None
    language: Language | None = None


class CancelReturn(Shape):
    """Order to rules: this return shall not take place."""

    return_id: RandomId
    portal_id: Name
    by: Code


class ApproveReturn(Shape):
    """Order to rules: a person of the merchant says yes to a waiting return."""

    return_id: RandomId
    portal_id: Name
    by: Name


class RefuseReturn(Shape):
    """Order to rules: a person of the merchant says no to a waiting return."""

    return_id: RandomId
    portal_id: Name
    by: Name
    because: Text | None = None


class JudgedItem(Shape):
    """An item as rules judged it. Facts are absent where rules did not know the item."""

    line_id: Name
    quantity: Units
    reason: Code
    sku: Text | None = None
    name: Text | None = None
    unit_price: Money | None = None


class ReturnApproved(Shape):
    """Fact: the merchant's rules accept this return."""

    return_id: RandomId
    portal_id: Name
    shipment_id: Name
    order_no: Text
    settings_version: Version
    country: Country
    items: Annotated[tuple[JudgedItem, ...], Lines]
    refund_method: Code
    return_method: Code
    price: Money
    value: Money
    """What the approved items cost the customer: the most a refund can be."""
    return_to: Address
    carrier: Code | None = None
    """Absent for methods that need no carrier."""
    service_point_id: Name | None = None
    send_back_by: Instant
    decided_at: Instant
    language: Language | None = None


class ReturnRejected(Shape):
    """Fact: the merchant's rules refuse this return, with every reason they found."""

    return_id: RandomId
    portal_id: Name
    shipment_id: Name
    settings_version: Version
    country: Country | None = None
    items: Annotated[tuple[JudgedItem, ...], Lines]
    refund_method: Code
    return_method: Code
    refusals: Annotated[tuple[Refusal, ...], Field(min_length=1)]
    decided_at: Instant
    language: Language | None = None


class ReturnAwaitingApproval(Shape):
    """Fact: the rules leave this return to a person, until then."""

    return_id: RandomId
    portal_id: Name
    shipment_id: Name
    settings_version: Version
    because: tuple[Code, ...]
    expires_at: Instant
    decided_at: Instant


class ReturnCancelled(Shape):
    """Fact: this return does not take place; its items are free again."""

    return_id: RandomId
    portal_id: Name
    shipment_id: Name
    by: Code
    decided_at: Instant


class RefundDue(Shape):
    """Fact: the merchant owes the customer this, once."""

    return_id: RandomId
    portal_id: Name
    amount: Money
    refund_method: Code
    because: Code
    due_at: Instant
