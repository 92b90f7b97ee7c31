"""What may follow for an item when a merchant's rule holds."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, Tag
from typing_extensions import TypeAliasType

from contracts.conditions import Codes, Days
from contracts.kinds import Kinded, Stranger, kinds_of, none_of, told_apart
from contracts.shape import Code, Money


class NotReturnable(Kinded):
    """The item does not come back."""

    kind: Literal["not_returnable"] = "not_returnable"


class BlockCountry(Kinded):
    """Nothing comes back from there: like `not_returnable`, and the customer is told why."""

    kind: Literal["block_country"] = "block_country"


class LimitRefundMethods(Kinded):
    """Of the refund methods the portal offers, only these. Several limits add up."""

    kind: Literal["limit_refund_methods"] = "limit_refund_methods"
    only: Codes


class LimitReturnMethods(Kinded):
    """Of the return methods the portal offers, only these. Several limits add up."""

    kind: Literal["limit_return_methods"] = "limit_return_methods"
    only: Codes


class SetFee(Kinded):
    """The return costs this because of the item. The first rule that sets or waives decides."""

    kind: Literal["set_fee"] = "set_fee"
    price: Money
    free_above: Money | None = None
    """Free when the returned items are worth more than this."""


class WaiveFee(Kinded):
    """The return costs nothing because of the item. The first rule that sets or waives decides."""

    kind: Literal["waive_fee"] = "waive_fee"


class ExtendWindow(Kinded):
    """The item may come back so many days longer. Of several the longest counts."""

    kind: Literal["extend_window"] = "extend_window"
    days: Days


class NeedsApproval(Kinded):
    """A person of the merchant decides."""

    kind: Literal["needs_approval"] = "needs_approval"


class KeepItem(Kinded):
    """The customer gets what they ask for and keeps the item: it does not travel."""

    kind: Literal["keep_item"] = "keep_item"


Actions = (
    *(NotReturnable, BlockCountry, LimitRefundMethods, LimitReturnMethods, SetFee, WaiveFee),
    *(ExtendWindow, NeedsApproval, KeepItem),
)
ACTION_KINDS = kinds_of(Actions)


class UnknownAction(Stranger):
    """An action of a kind this reader does not know. Nobody knows what follows."""

    kind: Annotated[
        Code,
        none_of(ACTION_KINDS),
        Field(json_schema_extra={"not": {"enum": [*sorted(ACTION_KINDS)]}}),
    ]


Action = TypeAliasType(
    "Action",
    Annotated[
        Annotated[NotReturnable, Tag("not_returnable")]
        | Annotated[BlockCountry, Tag("block_country")]
        | Annotated[LimitRefundMethods, Tag("limit_refund_methods")]
        | Annotated[LimitReturnMethods, Tag("limit_return_methods")]
        | Annotated[SetFee, Tag("set_fee")]
        | Annotated[WaiveFee, Tag("waive_fee")]
        | Annotated[ExtendWindow, Tag("extend_window")]
        | Annotated[NeedsApproval, Tag("needs_approval")]
        | Annotated[KeepItem, Tag("keep_item")]
        | Annotated[UnknownAction, Tag("unknown")],
        told_apart(ACTION_KINDS),
        Field(title="Action", description="What follows for an item for which the rule holds."),
    ],
)
"""What follows for an item for which the rule holds."""
