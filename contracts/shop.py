"""What shops and their back office tell: the settings of a portal, and the parcels they sent."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints
from pydantic_core import PydanticCustomError

from contracts.rulebook import Rule
from contracts.shape import (
    Address,
    Code,
    Count,
    Country,
    Home,
    Instant,
    Language,
    MaybePersonal,
    Money,
    Name,
    Personal,
    Shape,
    Text,
    Units,
    Version,
)
from contracts.text import OneLine

Url = Annotated[str, StringConstraints(pattern=r"^https://[^\s]{1,500}$")]
Email = Annotated[str, StringConstraints(pattern=r"^[^\s@<>,;]{1,64}@[^\s@<>,;]{1,190}$")]


class Brand(Shape):
    """How a merchant looks: on the portal and in its e-mails."""

    name: Annotated[Text, OneLine]
    logo_url: Url | None = None
    colour: Annotated[str, StringConstraints(pattern=r"^#[0-9a-fA-F]{6}$")] | None = None


class OfferedReason(Shape):
    """A reason the merchant lets customers choose, in its own words per language if it has any."""

    code: Code
    wording: dict[Language, Text] = {}
    needs_comment: bool = False


class Fee(Shape):
    """What a return costs the customer. The first fee that fits is due; none means free."""

    price: Money
    return_method: Code | None = None
    country: Country | None = None
    free_above: Money | None = None
    """Free when the returned items are worth more than this."""


class CarrierChoice(Shape):
    """A carrier the merchant uses for returns, and under whose contract."""

    carrier: Code
    contract: Code = "platform"
    """`platform` or `direct`."""
    covers_returns: bool = True


class PortalConfigured(Shape):
    """Fact: a merchant's back office saved the settings of its returns portal."""

    portal_id: Name
    version: Version
    brand: Brand
    languages: Annotated[tuple[Language, ...], Field(min_length=1, max_length=20)] = ("en",)
    return_addresses: Annotated[tuple[Address, ...], Field(max_length=50)] = ()
    return_address_id: Name | None = None
    """Which of `return_addresses` is the destination on every label."""
    sender_email: Email | None = None
    """The From of e-mails to customers."""
    notification_email: Email | None = None
    """Where the merchant is alerted. Absent means none."""
    window_days: Annotated[int, Field(ge=0, le=3650)]
    window_starts: Code = "delivered"
    """`delivered` or `ordered`."""
    published_window_days: Annotated[int, Field(ge=0, le=3650)] | None = None
    """What the merchant's published policy says."""
    currency: Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]
    fees: Annotated[tuple[Fee, ...], Field(max_length=1000)] = ()
    policy_url: Url | None = None
    support_url: Url | None = None
    return_methods: Annotated[tuple[Code, ...], Field(max_length=20)]
    refund_methods: Annotated[tuple[Code, ...], Field(max_length=20)]
    reasons: Annotated[tuple[OfferedReason, ...], Field(max_length=100)] = ()
    """Empty means: every reason we know."""
    carriers: Annotated[tuple[CarrierChoice, ...], Field(max_length=100)] = ()
    blocked_countries: Annotated[tuple[Country, ...], Field(max_length=300)] = ()
    non_returnable_skus: Annotated[tuple[Text, ...], Field(max_length=10_000)] = ()
    rules: Annotated[tuple[Rule, ...], Field(max_length=1000)] = ()
    """Looked at in this order, all of them. Without rules everything may come back."""
    refund_when: Code = "delivered"
    """When a refund is due: `handed_over`, `delivered`, or only `manually`."""
    approval_days: Annotated[int, Field(ge=1, le=60)] = 7
    """How long a return may wait for a person to approve it, before it is refused."""
    open: bool = True
    """False closes the portal whatever else is set."""


class Customer(Shape):
    """Who ordered. The one place on the wire where a name and an e-mail address stand."""

    name: Annotated[Personal, OneLine]
    email: Annotated[Email, Field(repr=False, json_schema_extra={"x-personal": True})]
    phone: MaybePersonal = None
    language: Language | None = None


class ShippedItem(Shape):
    """One line of the outbound parcel."""

    line_id: Name
    sku: Text
    name: Text
    quantity: Units
    unit_price: Money
    category: Text | None = None
    tags: Annotated[tuple[Text, ...], Field(max_length=50)] = ()
    final_sale: bool = False
    weight_grams: Count | None = None
    hs_code: Text | None = None
    origin: Country | None = None


def _each_line_once(items: tuple[ShippedItem, ...]) -> tuple[ShippedItem, ...]:
    if len({item.line_id for item in items}) != len(items):
        raise PydanticCustomError("line_twice", "two items have one line_id")
    return items


class ShipmentRecorded(Shape):
    """Fact: a shop sent a parcel, or learnt more about it. The one home of personal data.

    Told again with a higher `version` when more is known, such as `delivered_at`. A null value
    under the same key means: forget this customer.
    """

    shipment_id: Name
    portal_id: Name
    version: Version = 1
    order_no: Annotated[Text, OneLine]
    tracking_number: Personal
    carrier: Code | None = None
    ordered_at: Instant
    delivered_at: Instant | None = None
    customer: Customer
    deliver_to: Home
    items: Annotated[
        tuple[ShippedItem, ...],
        Field(min_length=1, max_length=500),
        AfterValidator(_each_line_once),
    ]
    """Each with a `line_id` of its own: a customer who names a line must mean one item."""
