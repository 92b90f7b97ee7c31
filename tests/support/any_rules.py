"""Any rule, portal, parcel and wish: small worlds in which rules often meet their items."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from hypothesis import strategies as st

from contracts.rulebook import (
    All,
    Any_,
    BlockCountry,
    Condition,
    DaysSinceDelivery,
    DaysSinceOrder,
    ExtendWindow,
    ItemCategory,
    ItemFinalSale,
    ItemPrice,
    ItemSku,
    ItemTag,
    KeepItem,
    LimitRefundMethods,
    LimitReturnMethods,
    NeedsApproval,
    Not,
    NotReturnable,
    ParcelCarrier,
    ParcelFrom,
    ParcelTo,
    ParcelValue,
    RequestQuantity,
    RequestReason,
    RequestRefundMethod,
    RequestReturnMethod,
    ReturnsSoFar,
    Rule,
    SetFee,
    WaiveFee,
)
from contracts.shape import Money
from contracts.shop import CarrierChoice, Fee, OfferedReason
from contracts.words import RefundMethod
from tests.support.builders import (
    TUESDAY,
    a_portal,
    a_request,
    a_requested_item,
    a_return_address,
    a_shipment,
    a_shipped_item,
    days,
)

LINES = ("1", "2", "3")
SKUS = ("TEAPOT", "SPOON", "CLOCK")
CATEGORIES = ("kitchen", "garden")
TAGS = ("sale", "fragile", "gift")
COUNTRIES = ("NL", "DE", "GB")
CARRIERS = ("postnl", "dhl", "gls")
REASONS = ("other", "gift", "too_large")
REFUNDS = tuple(str(method) for method in RefundMethod)
METHODS = ("in_store", "drop_off_point", "pickup", "drop_off_labelless")


def some(values: Any, least: int = 0) -> st.SearchStrategy[tuple[Any, ...]]:
    """Some of these, in any order, each at most once."""
    return st.lists(st.sampled_from(list(values)), unique=True, min_size=least).map(tuple)


def amounts(most: int) -> st.SearchStrategy[Money]:
    """From nothing to this many pence."""
    return st.integers(0, most).map(lambda minor: Money(minor=minor, currency="GBP"))


any_money = st.builds(
    Money, minor=st.integers(0, 6).map(lambda n: n * 500), currency=st.sampled_from(["GBP", "EUR"])
)


def between(kind: type[Any], values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """At least one of the two ends, and perhaps the upper below the lower."""
    return st.one_of(
        values.map(lambda low: kind(at_least=low)),
        values.map(lambda high: kind(at_most=high)),
        st.tuples(values, values).map(lambda ends: kind(at_least=ends[0], at_most=ends[1])),
    )


def one_of(kind: type[Any], values: Any) -> st.SearchStrategy[Any]:
    """Some of these values."""
    return some(values, least=1).map(lambda chosen: kind(any_of=chosen))


of_request: st.SearchStrategy[Condition] = st.one_of(
    one_of(RequestReason, (*REASONS, "haunted")),
    one_of(RequestRefundMethod, REFUNDS),
    one_of(RequestReturnMethod, (*METHODS, "none")),
    between(RequestQuantity, st.integers(1, 5)),
)
of_facts: st.SearchStrategy[Condition] = st.one_of(
    one_of(ItemSku, SKUS),
    one_of(ItemCategory, CATEGORIES),
    one_of(ItemTag, TAGS),
    between(ItemPrice, any_money),
    st.just(ItemFinalSale()),
    one_of(ParcelFrom, COUNTRIES),
    one_of(ParcelTo, COUNTRIES),
    one_of(ParcelCarrier, CARRIERS),
    between(DaysSinceDelivery, st.integers(0, 80)),
    between(DaysSinceOrder, st.integers(0, 90)),
    between(ParcelValue, any_money),
    between(ReturnsSoFar, st.integers(0, 3)),
)
conditions: st.SearchStrategy[Condition] = st.recursive(
    of_request | of_facts,
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=3).map(lambda of: All(of=tuple(of))),
        st.lists(inner, min_size=1, max_size=3).map(lambda of: Any_(of=tuple(of))),
        inner.map(lambda of: Not(of=of)),
    ),
    max_leaves=5,
)
refusing = st.sampled_from([NotReturnable(), BlockCountry()])
limiting = st.one_of(
    some(REFUNDS, least=1).map(lambda only: LimitRefundMethods(only=only)),
    some(METHODS, least=1).map(lambda only: LimitReturnMethods(only=only)),
)
pricing = st.one_of(
    st.builds(SetFee, price=amounts(2_000), free_above=st.none() | amounts(20_000)),
    st.just(WaiveFee()),
)
granting = st.one_of(st.integers(0, 60).map(lambda n: ExtendWindow(days=n)), st.just(KeepItem()))
asking = st.just(NeedsApproval())


of_time = st.one_of(
    between(DaysSinceDelivery, st.integers(0, 80)), between(DaysSinceOrder, st.integers(0, 90))
)
of_an_item = of_time | one_of(ItemSku, SKUS) | one_of(RequestReason, REASONS)
_any_when = st.one_of(st.none(), of_request, of_an_item, conditions, conditions)


def rules(
    actions: Any, most: int = 5, when: Any = _any_when
) -> st.SearchStrategy[tuple[Rule, ...]]:
    """So many rules with such conditions and actions, each with a name of its own."""
    bodies = st.tuples(when, st.lists(actions, min_size=1, max_size=2).map(tuple))
    # Left to itself, Hypothesis draws short lists: most portals would have no rules at all.
    lists = st.integers(0, most).flatmap(lambda n: st.lists(bodies, min_size=n, max_size=n))
    return lists.map(
        lambda found: tuple(
            Rule(rule_id=f"rule-{place}", when=when, then=then)
            for place, (when, then) in enumerate(found)
        )
    )


any_action = st.one_of(refusing, limiting, pricing, pricing, granting, granting, asking)
any_rules = rules(any_action)


def _of(*kinds: tuple[type[Any], Any]) -> st.SearchStrategy[Any]:
    return st.one_of([one_of(kind, values) for kind, values in kinds])


KINDS = {
    "any": any_rules,
    "wishes": rules(any_action, when=of_request),
    "time": rules(refusing | limiting | pricing | granting, when=of_time | of_an_item),
    "prices": rules(
        pricing,
        when=_of((ItemSku, SKUS), (RequestReturnMethod, METHODS), (RequestReason, REASONS)),
    ),
    "limits": rules(limiting, most=3, when=st.none() | of_an_item),
    "kept": rules(
        st.just(KeepItem()) | granting | limiting,
        when=_of((ItemSku, SKUS), (RequestReturnMethod, (*METHODS, "none"))),
    ),
}
"""Rules of one sort meet each other more often than rules of all sorts do."""

fees = st.builds(
    Fee,
    price=amounts(2_000),
    return_method=st.none() | st.sampled_from(METHODS),
    country=st.none() | st.sampled_from(COUNTRIES),
    free_above=st.none() | amounts(20_000),
)


def _and_in_store(methods: tuple[str, ...]) -> tuple[str, ...]:
    return ("in_store", *methods)


@st.composite
def portals(draw: st.DrawFn, of: Any = any_rules, *, harsh: bool = False) -> Any:
    """A portal with such rules; a harsh one may be closed, short of time or of methods."""
    changes: dict[str, Any] = {}
    if harsh:
        changes = draw(
            st.fixed_dictionaries(
                {},
                optional={
                    "open": st.just(value=False),
                    "window_days": st.integers(0, 30),
                    "refund_methods": some(REFUNDS),
                    "blocked_countries": some(COUNTRIES),
                    "non_returnable_skus": some(SKUS),
                },
            )
        )
    usual = {
        "return_addresses": (a_return_address(country=draw(st.sampled_from(COUNTRIES))),),
        "window_days": draw(st.integers(20, 90)),
        "window_starts": draw(st.sampled_from(["delivered", "ordered"])),
        "fees": tuple(draw(st.lists(fees, max_size=4))),
        "return_methods": draw(st.just(METHODS) | some(METHODS[1:]).map(_and_in_store)),
        "refund_methods": draw(some(REFUNDS, least=1)),
        "reasons": tuple(
            OfferedReason(code=code, needs_comment=draw(st.booleans()))
            for code in draw(some(REASONS, least=1))
        ),
        "carriers": tuple(
            CarrierChoice(carrier=c, contract=draw(st.sampled_from(["platform", "direct"])))
            for c in draw(st.just(CARRIERS) | some(CARRIERS))
        ),
        "rules": draw(of),
    }
    return a_portal(**usual | changes)


_shipped_item = st.builds(
    a_shipped_item,
    sku=st.sampled_from(SKUS),
    quantity=st.integers(1, 5),
    unit_price=st.builds(
        Money,
        minor=st.integers(0, 10_000),
        currency=st.sampled_from(["GBP", "GBP", "GBP", "EUR"]),
    ),
    category=st.none() | st.sampled_from(CATEGORIES),
    tags=some(TAGS),
    final_sale=st.sampled_from([False, False, False, True]),
)
shipped = (
    st.integers(1, len(LINES))
    .flatmap(lambda n: st.lists(_shipped_item, min_size=n, max_size=n))
    .map(
        lambda items: tuple(
            item.model_copy(update={"line_id": line_id})
            for line_id, item in zip(LINES, items, strict=False)
        )
    )
)
ages = st.integers(0, 70 * 24 * 3600).map(lambda seconds: timedelta(seconds=seconds))
shipments = st.builds(
    lambda items, travelled, age, country, carrier: a_shipment(
        items=items,
        ordered_at=TUESDAY - age - travelled,
        delivered_at=TUESDAY - age,
        carrier=carrier,
        deliver_to=a_shipment().deliver_to.model_copy(update={"country": country}),
    ),
    shipped,
    st.integers(0, 20).map(days),
    ages,
    st.sampled_from(COUNTRIES),
    st.none() | st.sampled_from(CARRIERS),
)
wishes = st.lists(
    st.builds(
        a_requested_item,
        line_id=st.sampled_from((*LINES, "9")),
        quantity=st.integers(1, 4),
        reason=st.sampled_from(REASONS),
        comment=st.sampled_from([None, " ", "The lid does not fit."]),
    ),
    min_size=1,
    max_size=4,
).map(tuple)


@st.composite
def sensible(draw: st.DrawFn, of: Any) -> Any:
    """Settings, a parcel, and a request that only a rule or a fee could stand in the way of."""
    settings = draw(portals(of))
    kept = [item.model_copy(update={"final_sale": False}) for item in draw(shipped)]
    recent = draw(st.integers(0, 10))
    shipment = a_shipment(
        items=tuple(kept), ordered_at=TUESDAY - days(recent), delivered_at=TUESDAY - days(recent)
    )
    some_of_them = st.lists(st.sampled_from(kept), min_size=1, unique_by=lambda i: i.line_id)
    chosen = draw(st.just(kept) | some_of_them)
    request = a_request(
        items=tuple(
            a_requested_item(
                line_id=item.line_id,
                quantity=draw(st.integers(1, item.quantity)),
                reason=draw(st.sampled_from([reason.code for reason in settings.reasons])),
                comment="It rattles.",
            )
            for item in chosen
        ),
        refund_method=draw(st.sampled_from(settings.refund_methods)),
        return_method=draw(st.just("in_store") | st.sampled_from(settings.return_methods)),
    )
    return settings, shipment, request
