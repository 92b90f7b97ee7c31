"""Rules, refusals and prices in plain words, for people who ask why."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, TypeVar

from contracts.rulebook import (
    Action,
    All,
    Any_,
    BlockCountry,
    Condition,
    DaysSinceDelivery,
    DaysSinceOrder,
    ExtendWindow,
    ItemFinalSale,
    ItemPrice,
    KeepItem,
    LimitRefundMethods,
    LimitReturnMethods,
    NeedsApproval,
    Not,
    NotReturnable,
    ParcelValue,
    RequestQuantity,
    ReturnsSoFar,
    SetFee,
    UnknownAction,
    UnknownCondition,
    WaiveFee,
)
from contracts.shape import Money
from contracts.shop import Fee
from contracts.words import NotOffered, Refused
from services.rules.domain.rulebook.condition import Leaf

V = TypeVar("V", int, Money)

_MOST_NAMED: Final = 8
"""So many values of a list are named, and the rest counted."""

_DECIMALS: Final = {
    **dict.fromkeys(("CLP", "ISK", "JPY", "KRW", "PYG", "UGX", "VND", "XAF", "XOF", "XPF"), 0),
    **dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3),
}
"""ISO 4217: where a currency has more or fewer than two."""

_SENTENCES: Final[dict[str, str]] = {
    Refused.PORTAL_CLOSED: "the portal was closed",
    Refused.SHIPMENT_UNKNOWN: "no such parcel was known",
    Refused.NOT_DELIVERED: "the parcel was not delivered yet",
    Refused.WINDOW_CLOSED: "it was too late",
    Refused.COUNTRY_BLOCKED: "nothing comes back from that country",
    Refused.ITEM_UNKNOWN: "the parcel has no such item",
    Refused.ITEM_TWICE: "the item was asked for twice",
    Refused.NOT_RETURNABLE: "the item does not come back",
    Refused.QUANTITY_EXCEEDED: "more units than were left",
    Refused.REASON_NOT_OFFERED: "the portal does not offer that reason",
    Refused.REFUND_METHOD_NOT_OFFERED: "that refund method was not offered",
    Refused.RETURN_METHOD_NOT_OFFERED: "that way back was not offered",
    Refused.PRICE_CHANGED: "the price shown was not the price due",
    Refused.PRICE_NOT_SHOWN: "no price was shown, and one was due",
    Refused.COMMENT_MISSING: "that reason needs a comment",
    Refused.COLLECT_ON_IMPOSSIBLE: "nobody could come on that day any more, or in time",
    Refused.REFUSED_BY_MERCHANT: "a person of the merchant said no",
    Refused.APPROVAL_EXPIRED: "nobody decided in time",
    NotOffered.NO_CARRIER: "none of the merchant's carriers does it",
    NotOffered.NOT_ON_THIS_ROUTE: "not between these countries",
    NotOffered.DIRECT_CONTRACT_NEEDED: "only with a direct contract",
    NotOffered.PLATFORM_CONTRACT_NEEDED: "only with the platform's contract",
    NotOffered.CONTRACT_EXCLUDES_RETURNS: "the contract does not cover returns",
    NotOffered.NOT_TODAY: "not on that day",
    NotOffered.LIMITED_BY_RULE: "a rule left it out",
}


def sentence(code: str) -> str:
    """A code in a few words; one that we do not know, as it stands."""
    return _SENTENCES.get(code, code)


_LEAVES: Final = {
    "item_sku": "the article is {}",
    "item_category": "the category is {}",
    "item_tag": "the item is tagged {}",
    "item_price": "one unit costs {}",
    "item_final_sale": "the item was sold for good",
    "parcel_from": "the parcel comes from {}",
    "parcel_to": "the parcel goes to {}",
    "parcel_carrier": "{} delivered it",
    "parcel_value": "the parcel was worth {}",
    "days_since_delivery": "{} days since delivery",
    "days_since_order": "{} days since the order",
    "request_reason": "the reason is {}",
    "request_refund_method": "the wish is {}",
    "request_return_method": "the way back is {}",
    "request_quantity": "{} units are asked for",
    "returns_so_far": "{} returns of the parcel before",
}
"""What each kind of condition looks at; the values it wants stand in between."""


def condition(when: Condition | None) -> str:
    """When a rule holds."""
    match when:
        case None:
            return "always"
        case All(of=inner):
            return _joined(inner, " and ")
        case Any_(of=inner):
            return _joined(inner, " or ")
        case Not(of=one):
            return f"not ({condition(one)})"
        case UnknownCondition(kind=kind):
            return f"something nobody here knows ({kind})"
    return _LEAVES[when.kind].format(_wanted(when))


def _wanted(leaf: Leaf) -> str:
    match leaf:
        case ItemFinalSale():
            return ""
        case ItemPrice() | ParcelValue():
            return _between(leaf.at_least, leaf.at_most, money)
        case DaysSinceDelivery() | DaysSinceOrder() | RequestQuantity() | ReturnsSoFar():
            return _between(leaf.at_least, leaf.at_most, str)
    return _one_of(leaf.any_of)


_ACTIONS: Final = {
    NotReturnable: "does not come back",
    BlockCountry: "nothing comes back from there",
    WaiveFee: "costs nothing",
    NeedsApproval: "a person decides",
    KeepItem: "the customer keeps it",
}


def action(then: Action) -> str:
    """What follows where it holds."""
    match then:
        case LimitRefundMethods(only=words):
            return f"only {_one_of(words)} instead of the goods"
        case LimitReturnMethods(only=words):
            return f"goes back only by {_one_of(words)}"
        case SetFee():
            return f"costs {fee(then)}"
        case ExtendWindow(days=days):
            return f"{days} days longer"
        case UnknownAction(kind=kind):
            return f"something nobody here knows ({kind})"
    return _ACTIONS[type(then)]


def fee(set_by: Fee | SetFee) -> str:
    """A price, and above what it is waived."""
    above = set_by.free_above
    waived = "" if above is None else f", nothing above {money(above)}"
    return f"{money(set_by.price)}{waived}"


def money(amount: Money) -> str:
    """`12.95 GBP`, `1295 JPY`."""
    sign, minor = "-" if amount.minor < 0 else "", abs(amount.minor)
    decimals = _DECIMALS.get(amount.currency, 2)
    whole, rest = divmod(minor, 10**decimals)
    fraction = f".{rest:0{decimals}d}" if decimals else ""
    return f"{sign}{whole}{fraction} {amount.currency}"


def _joined(inner: Sequence[Condition], word: str) -> str:
    return word.join(
        f"({condition(one)})" if isinstance(one, All | Any_) else condition(one) for one in inner
    )


def _one_of(words: Sequence[str]) -> str:
    shown, rest = list(words[:_MOST_NAMED]), len(words) - _MOST_NAMED
    if rest > 0:
        return f"{', '.join(shown)} or one of {rest} more"
    return " or ".join(filter(None, (", ".join(shown[:-1]), shown[-1])))


def _between(low: V | None, high: V | None, said: Callable[[V], str]) -> str:
    if low is not None and high is not None:
        return said(low) if low == high else f"{said(low)} to {said(high)}"
    if low is not None:
        return f"at least {said(low)}"
    return "anything" if high is None else f"at most {said(high)}"
