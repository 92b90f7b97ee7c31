"""Messages owned by rules."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

from contracts.shape import (
    Address,
    Code,
    Count,
    Country,
    Day,
    FreeText,
    Instant,
    Language,
    Money,
    Name,
    NotNegative,
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


Facts = Annotated[dict[Code, Text], Field(max_length=30)]
"""What was known when a verdict fell: the name of a fact, and its value as text, cut at 200.

Named like the condition that looks at it, such as `item_price`, or `units_left`, `delivered_at`
and `return_until`. Never about a person, and never what a customer typed.
"""
RuleIds = Annotated[tuple[Name, ...], Field(max_length=100)]
"""The merchant's own names of rules, in the order of the settings: the first hundred of them."""


class Refusal(Shape):
    """One reason for a no. `line_id` is set where it concerns one item."""

    code: Code
    line_id: Name | None = None
    rule_id: Name | None = None
    """The merchant's rule that says so, if one does."""


class OfferedMethod(Shape):
    """A way back and what it costs."""

    method: Code
    price: Money
    free_above: Money | None = None
    """It costs nothing if the items asked for are worth more than this, together."""
    carrier: Code | None = None


class WithheldMethod(Shape):
    """A way back that the merchant switched on, and why this parcel cannot take it."""

    method: Code
    why_not: Code
    source: Text | None = None
    """Where that fact stands, and since when."""


class Choice(Shape):
    """What goes together: any of these reasons with any of these methods, for so many units."""

    reasons: Annotated[tuple[Code, ...], Field(min_length=1)]
    refund_methods: Annotated[tuple[Code, ...], Field(min_length=1)]
    return_methods: Annotated[tuple[OfferedMethod, ...], Field(min_length=1)]
    units_from: Units = 1
    units_to: Units
    needs_approval: bool = False
    """A person of the merchant will decide."""
    rules: RuleIds = ()
    """The merchant's rules that have a part in it."""


class OfferedItem(Shape):
    """An item of the parcel, how many units may come back, and if none, why."""

    line_id: Name
    sku: Text
    name: Text
    unit_price: Money
    returnable_units: Count
    why_not: Code | None = None
    return_until: Instant | None = None
    """The last instant to ask, or that it was. Absent until the parcel is delivered."""
    choices: tuple[Choice, ...] = ()
    """Whatever is asked of one of these is accepted, in time. Empty if nothing may come back.

    Also left out, from the last item on, where the offer would be longer than its topic allows:
    whether those items are accepted shows when they are asked for.

    For several items choose one refund method and one return method that all have; the price is
    that of the dearest item.
    """
    rules: RuleIds = ()
    """The merchant's rules that keep it from coming back."""


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
    """All that some item may take, each at the most it costs; an item's `choices` say which."""
    withheld_methods: tuple[WithheldMethod, ...] = ()
    return_until: Instant | None = None
    valid_until: Instant | None = None
    """Until then nothing here changes by the passing of time."""
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
    collect_on: Day | None = None
    """For `pickup`: the day somebody shall come, one of those proposed."""
    price_shown: Money | None = None
    """The price the customer confirmed: exactly what is due. Absent means free."""
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


class ReleaseRefund(Shape):
    """Order to rules: the merchant pays now, whatever else the portal waits for."""

    return_id: RandomId
    portal_id: Name
    by: Name
    amount: NotNegative | None = None
    """Less than was approved, such as after a look at the goods. Never more."""


class JudgedItem(Shape):
    """An item as rules judged it. Facts are absent where rules did not know the item."""

    line_id: Name
    quantity: Units
    reason: Code
    sku: Text | None = None
    name: Text | None = None
    unit_price: Money | None = None
    kept: bool = False
    """The customer keeps it: it does not travel."""
    rules: RuleIds = ()
    """The merchant's rules that held for it, in their order."""
    facts: Facts = {}
    """What was known of the item and had a part in the verdict.

    With `rules` left out, from the last item on, where the verdict would be longer than its topic
    allows.
    """


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
    collect_on: Day | None = None
    """As it was asked for."""
    send_back_by: Instant
    decided_at: Instant
    language: Language | None = None
    facts: Facts = {}
    """What was known of parcel and request and had a part in the verdict."""
    approved_by: Name | None = None
    """The person who said yes, where a rule asked for one."""


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
    facts: Facts = {}
    """What was known of parcel and request and had a part in the verdict."""
    refused_by: Name | None = None
    """The person who said no, where a rule asked for one."""
    because: Text | None = None
    """What that person says to the customer. Kept long: it names nobody."""


class ReturnAwaitingApproval(Shape):
    """Fact: the rules leave this return to a person, until then."""

    return_id: RandomId
    portal_id: Name
    shipment_id: Name
    settings_version: Version
    because: tuple[Code, ...]
    """Why a person is asked."""
    expires_at: Instant
    """When it is refused with `approval_expired`, if nobody has decided."""
    decided_at: Instant
    country: Country | None = None
    items: Annotated[tuple[JudgedItem, ...], Field(max_length=100)] = ()
    refund_method: Code | None = None
    return_method: Code | None = None
    price: Money | None = None
    value: Money | None = None
    language: Language | None = None
    facts: Facts = {}
    """What was known of parcel and request and had a part in the verdict."""
    rules: RuleIds = ()
    """The merchant's rules that ask for a person."""


class ReturnCancelled(Shape):
    """Fact: this return does not take place; its items are free again."""

    return_id: RandomId
    portal_id: Name
    shipment_id: Name
    by: Code
    decided_at: Instant


class ReturnUnchanged(Shape):
    """Fact: an order about this return came too late, or was not about it; nothing changed."""

    return_id: RandomId
    portal_id: Name
    ordered: Code
    """`cancel`, `approve`, `refuse` or `release_refund`."""
    because: Code
    """Such as `already_handed_over` or `not_waiting`."""
    decided_at: Instant


class RefundDue(Shape):
    """Fact: the merchant owes the customer this, once."""

    return_id: RandomId
    portal_id: Name
    amount: Money
    refund_method: Code
    because: Code
    """`handed_over`, `delivered`, `nothing_to_send` or `released`."""
    due_at: Instant
    value: Money | None = None
    """What the approved items cost the customer."""
    price: Money | None = None
    """What the return costs the customer: it is taken off the amount, never below nothing."""
