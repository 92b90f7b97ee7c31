"""What a merchant's rule may ask of an item, its parcel, the wish and what came before. No code.

A condition looks at one thing and holds or does not; `all`, `any` and `not` combine them.
"""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import ConfigDict, Field, Tag, model_validator
from pydantic_core import PydanticCustomError
from typing_extensions import TypeAliasType

from contracts.kinds import Kinded, Stranger, kinds_of, none_of, told_apart
from contracts.shape import Code, Country, Money, Text, Units

Words = Annotated[tuple[Text, ...], Field(min_length=1, max_length=5000)]
Codes = Annotated[tuple[Code, ...], Field(min_length=1, max_length=100)]
Countries = Annotated[tuple[Country, ...], Field(min_length=1, max_length=300)]
Days = Annotated[int, Field(ge=0, le=3650)]
Times = Annotated[int, Field(ge=0, le=1000)]


class Between(Kinded):
    """A condition with an end, or two: both are inclusive."""

    @model_validator(mode="after")
    def _has_an_end(self) -> Self:
        if self.__dict__.get("at_least") is None and self.__dict__.get("at_most") is None:
            raise PydanticCustomError("no_bound", "neither at_least nor at_most")
        return self


class All(Kinded):
    """Every one of these holds."""

    kind: Literal["all"] = "all"
    of: Annotated[tuple[Condition, ...], Field(min_length=1, max_length=50)]


class Any_(Kinded):  # noqa: N801 - `Any` is taken
    """At least one of these holds."""

    model_config = ConfigDict(title="Any")

    kind: Literal["any"] = "any"
    of: Annotated[tuple[Condition, ...], Field(min_length=1, max_length=50)]


class Not(Kinded):
    """This does not hold."""

    kind: Literal["not"] = "not"
    of: Condition


class ItemSku(Kinded):
    """The item's article number is one of these."""

    kind: Literal["item_sku"] = "item_sku"
    any_of: Words


class ItemCategory(Kinded):
    """The item's category is one of these."""

    kind: Literal["item_category"] = "item_category"
    any_of: Words


class ItemTag(Kinded):
    """The item carries at least one of these tags."""

    kind: Literal["item_tag"] = "item_tag"
    any_of: Words


class ItemPrice(Between):
    """One unit cost the customer this much. Never holds in another currency."""

    kind: Literal["item_price"] = "item_price"
    at_least: Money | None = None
    at_most: Money | None = None


class ItemFinalSale(Kinded):
    """The item was sold as a final sale."""

    kind: Literal["item_final_sale"] = "item_final_sale"


class ParcelFrom(Kinded):
    """The parcel comes back from one of these countries: where it was delivered."""

    kind: Literal["parcel_from"] = "parcel_from"
    any_of: Countries


class ParcelTo(Kinded):
    """The parcel goes back to one of these countries: that of the chosen return address."""

    kind: Literal["parcel_to"] = "parcel_to"
    any_of: Countries


class ParcelCarrier(Kinded):
    """One of these carriers delivered the parcel."""

    kind: Literal["parcel_carrier"] = "parcel_carrier"
    any_of: Codes


class DaysSinceDelivery(Between):
    """So many whole days have passed since the parcel was delivered. Never holds before."""

    kind: Literal["days_since_delivery"] = "days_since_delivery"
    at_least: Days | None = None
    at_most: Days | None = None


class DaysSinceOrder(Between):
    """So many whole days have passed since the order."""

    kind: Literal["days_since_order"] = "days_since_order"
    at_least: Days | None = None
    at_most: Days | None = None


class ParcelValue(Between):
    """Everything in the outbound parcel cost the customer this much, in the portal's currency."""

    kind: Literal["parcel_value"] = "parcel_value"
    at_least: Money | None = None
    at_most: Money | None = None


class RequestReason(Kinded):
    """The customer gave one of these reasons for the item."""

    kind: Literal["request_reason"] = "request_reason"
    any_of: Codes


class RequestRefundMethod(Kinded):
    """The customer wants one of these instead of the goods."""

    kind: Literal["request_refund_method"] = "request_refund_method"
    any_of: Codes


class RequestReturnMethod(Kinded):
    """The customer wants to send the parcel back in one of these ways."""

    kind: Literal["request_return_method"] = "request_return_method"
    any_of: Codes


class RequestQuantity(Between):
    """The customer sends back so many units of the item with this request."""

    kind: Literal["request_quantity"] = "request_quantity"
    at_least: Units | None = None
    at_most: Units | None = None


class ReturnsSoFar(Between):
    """So many returns of this parcel were approved or wait for approval, this one not counted."""

    kind: Literal["returns_so_far"] = "returns_so_far"
    at_least: Times | None = None
    at_most: Times | None = None


Conditions = (
    *(All, Any_, Not, ItemSku, ItemCategory, ItemTag, ItemPrice, ItemFinalSale),
    *(ParcelFrom, ParcelTo, ParcelCarrier, DaysSinceDelivery, DaysSinceOrder, ParcelValue),
    *(RequestReason, RequestRefundMethod, RequestReturnMethod, RequestQuantity, ReturnsSoFar),
)
CONDITION_KINDS = kinds_of(Conditions)


class UnknownCondition(Stranger):
    """A condition of a kind this reader does not know. Nobody knows whether it holds."""

    kind: Annotated[
        Code,
        none_of(CONDITION_KINDS),
        Field(json_schema_extra={"not": {"enum": [*sorted(CONDITION_KINDS)]}}),
    ]


Condition = TypeAliasType(
    "Condition",
    Annotated[
        Annotated[All, Tag("all")]
        | Annotated[Any_, Tag("any")]
        | Annotated[Not, Tag("not")]
        | Annotated[ItemSku, Tag("item_sku")]
        | Annotated[ItemCategory, Tag("item_category")]
        | Annotated[ItemTag, Tag("item_tag")]
        | Annotated[ItemPrice, Tag("item_price")]
        | Annotated[ItemFinalSale, Tag("item_final_sale")]
        | Annotated[ParcelFrom, Tag("parcel_from")]
        | Annotated[ParcelTo, Tag("parcel_to")]
        | Annotated[ParcelCarrier, Tag("parcel_carrier")]
        | Annotated[DaysSinceDelivery, Tag("days_since_delivery")]
        | Annotated[DaysSinceOrder, Tag("days_since_order")]
        | Annotated[ParcelValue, Tag("parcel_value")]
        | Annotated[RequestReason, Tag("request_reason")]
        | Annotated[RequestRefundMethod, Tag("request_refund_method")]
        | Annotated[RequestReturnMethod, Tag("request_return_method")]
        | Annotated[RequestQuantity, Tag("request_quantity")]
        | Annotated[ReturnsSoFar, Tag("returns_so_far")]
        | Annotated[UnknownCondition, Tag("unknown")],
        told_apart(CONDITION_KINDS),
        Field(title="Condition", description="One thing that holds or does not."),
    ],
)
"""One thing that holds or does not."""

for _recursive in (All, Any_, Not):
    _recursive.model_rebuild()
