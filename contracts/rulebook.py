"""A merchant's rules as data: conditions over what is known, and what follows. Never code.

A `kind` names what a condition looks at, or what an action does. The kinds are a closed list: a
reader that meets a stranger keeps it as `UnknownCondition` or `UnknownAction`, and must not act as
if the rule were not there.
"""

from __future__ import annotations

from typing import Annotated, Final

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from contracts.actions import (
    ACTION_KINDS,
    Action,
    Actions,
    BlockCountry,
    ExtendWindow,
    KeepItem,
    LimitRefundMethods,
    LimitReturnMethods,
    NeedsApproval,
    NotReturnable,
    SetFee,
    UnknownAction,
    WaiveFee,
)
from contracts.conditions import (
    CONDITION_KINDS,
    All,
    Any_,
    Between,
    Condition,
    Conditions,
    Countries,
    Days,
    DaysSinceDelivery,
    DaysSinceOrder,
    ItemCategory,
    ItemFinalSale,
    ItemPrice,
    ItemSku,
    ItemTag,
    Not,
    ParcelCarrier,
    ParcelFrom,
    ParcelTo,
    ParcelValue,
    RequestQuantity,
    RequestReason,
    RequestRefundMethod,
    RequestReturnMethod,
    ReturnsSoFar,
    UnknownCondition,
    Words,
)
from contracts.kinds import STRANGER
from contracts.shape import Name, Shape, Text

__all__ = [
    "ACTION_KINDS",
    "CONDITION_KINDS",
    "DEEPEST",
    "STRANGER",
    "Action",
    "Actions",
    "All",
    "Any_",
    "Between",
    "BlockCountry",
    "Condition",
    "Conditions",
    "Countries",
    "Days",
    "DaysSinceDelivery",
    "DaysSinceOrder",
    "ExtendWindow",
    "ItemCategory",
    "ItemFinalSale",
    "ItemPrice",
    "ItemSku",
    "ItemTag",
    "KeepItem",
    "LimitRefundMethods",
    "LimitReturnMethods",
    "NeedsApproval",
    "Not",
    "NotReturnable",
    "ParcelCarrier",
    "ParcelFrom",
    "ParcelTo",
    "ParcelValue",
    "RequestQuantity",
    "RequestReason",
    "RequestRefundMethod",
    "RequestReturnMethod",
    "ReturnsSoFar",
    "Rule",
    "SetFee",
    "UnknownAction",
    "UnknownCondition",
    "WaiveFee",
    "Words",
]

DEEPEST: Final = 8
"""How deep conditions may nest. A condition without others inside is one deep."""


def _not_too_deep(when: Condition | None) -> Condition | None:
    level: tuple[Condition, ...] = () if when is None else (when,)
    for _ in range(DEEPEST):
        level = tuple(inner for one in level for inner in _inside(one))
    if level:
        raise PydanticCustomError("too_deep", "conditions nest more than eight deep")
    return when


def _inside(condition: Condition) -> tuple[Condition, ...]:
    match condition:
        case All() | Any_():
            return condition.of
        case Not():
            return (condition.of,)
    return ()


class Rule(Shape):
    """What follows for every item for which `when` holds. Without `when` it holds for all."""

    rule_id: Name
    """Every verdict it had a part in names it."""
    note: Text | None = None
    """For people of the merchant; customers never see it."""
    when: Annotated[Condition | None, AfterValidator(_not_too_deep)] = None
    """Nests at most eight deep."""
    then: Annotated[tuple[Action, ...], Field(min_length=1, max_length=10)]
