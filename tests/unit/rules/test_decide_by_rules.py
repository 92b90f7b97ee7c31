"""The verdict where a merchant's rules have a part in it, and what it says of them."""

from __future__ import annotations

from datetime import timedelta

import pytest

from contracts.rulebook import (
    BlockCountry,
    DaysSinceDelivery,
    ExtendWindow,
    ItemCategory,
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
    RequestQuantity,
    RequestReason,
    ReturnsSoFar,
    Rule,
    SetFee,
    WaiveFee,
)
from contracts.rules import ReturnApproved, ReturnAwaitingApproval, ReturnRejected
from contracts.shop import Fee
from services.rules.domain.decide import decide
from services.rules.domain.parcel import parcel_of
from services.rules.domain.portal import compiled
from tests.support.builders import (
    SPOON,
    TEAPOT,
    TUESDAY,
    a_portal,
    a_request,
    a_requested_item,
    a_shipment,
    a_shipped_item,
    days,
    pounds,
)
from tests.support.carriers import REGISTRY

OF_TEAPOTS, OF_SPOONS = ItemSku(any_of=(TEAPOT,)), ItemSku(any_of=(SPOON,))
ONE, SPOON_TOO = a_requested_item(), a_requested_item(line_id="2")


def a_rule(*then, when=None, name="house-rule") -> Rule:
    """A rule that does this."""
    return Rule(rule_id=name, when=when, then=then)


def verdict(*rules, items=(ONE,), now=TUESDAY, parcel=None, portal=None, **wishes):
    """What is decided by these rules."""
    settings = a_portal(rules=rules, **(portal or {}))
    request = a_request(items=items, **wishes)
    parcel = parcel or parcel_of(a_shipment())
    return decide(request, compiled(settings, REGISTRY), parcel, now)


def refusals(told) -> list[tuple[str, str | None, str | None]]:
    """Code, line and rule of each reason."""
    assert isinstance(told, ReturnRejected)
    return [(r.code, r.line_id, r.rule_id) for r in told.refusals]


@pytest.mark.parametrize(
    ("action", "code"),
    [
        (NotReturnable(), "not_returnable"),
        (LimitRefundMethods(only=("exchange",)), "refund_method_not_offered"),
        (LimitReturnMethods(only=("in_store",)), "return_method_not_offered"),
    ],
)
def test_what_a_rule_refuses_names_the_item_and_the_rule(action, code):
    """The help desk must find the line in the settings that said no."""
    told = verdict(a_rule(action, when=OF_SPOONS), items=(ONE, SPOON_TOO)).told

    assert refusals(told) == [(code, "2", "house-rule")]


def test_a_country_a_rule_blocks_is_said_of_the_parcel():
    """Everything in it comes from there."""
    rule = a_rule(BlockCountry(), when=ParcelFrom(any_of=("NL",)))

    assert refusals(verdict(rule, items=(ONE, SPOON_TOO)).told) == [
        ("country_blocked", None, "house-rule")
    ]


def test_a_country_blocked_for_one_item_is_said_of_that_item():
    """The rest could still come."""
    rule = a_rule(BlockCountry(), when=OF_SPOONS)

    assert refusals(verdict(rule, items=(ONE, SPOON_TOO)).told) == [
        ("country_blocked", "2", "house-rule")
    ]


def test_limits_add_up():
    """One rule takes the exchange, another the credit: what is left is money."""
    no_exchange = a_rule(LimitRefundMethods(only=("refund", "store_credit")), name="a")
    no_credit = a_rule(LimitRefundMethods(only=("refund", "exchange")), name="b")

    assert isinstance(verdict(no_exchange, no_credit).told, ReturnApproved)
    for method, rule_id in (("exchange", "a"), ("store_credit", "b")):
        told = verdict(no_exchange, no_credit, refund_method=method).told
        assert refusals(told) == [("refund_method_not_offered", "1", rule_id)]


def test_limits_of_ways_back_add_up_too():
    """One rule says to the shop, the other anywhere but there: there is no way left."""
    shop = a_rule(LimitReturnMethods(only=("in_store",)), when=OF_TEAPOTS, name="a")
    post = a_rule(LimitReturnMethods(only=("drop_off_point",)), when=OF_TEAPOTS, name="b")

    for method, rule_id in (("drop_off_point", "a"), ("in_store", "b")):
        told = verdict(shop, post, return_method=method).told
        assert refusals(told) == [("return_method_not_offered", "1", rule_id)]


# ── the price ────────────────────────────────────────────────────────────────────────────────────


def test_the_first_rule_that_sets_or_waives_decides():
    """As with the table of fees: from the top."""
    fee, free = a_rule(SetFee(price=pounds(8)), name="a"), a_rule(WaiveFee(), name="b")
    table = {"fees": (Fee(price=pounds(5)),)}

    first = verdict(fee, free, portal=table, price_shown=pounds(8)).told
    second = verdict(free, fee, portal=table, price_shown=pounds(0)).told

    assert isinstance(first, ReturnApproved)
    assert isinstance(second, ReturnApproved)
    assert (first.price, second.price) == (pounds(8), pounds(0))


def test_the_dearest_item_makes_the_price_of_the_return():
    """One parcel, one price: that of the teapot, whatever a spoon alone would cost."""
    of_teapots = a_rule(SetFee(price=pounds(8)), when=OF_TEAPOTS, name="a")
    of_spoons = a_rule(SetFee(price=pounds(2)), when=OF_SPOONS, name="b")

    told = verdict(of_teapots, of_spoons, items=(SPOON_TOO, ONE), price_shown=pounds(8)).told

    assert isinstance(told, ReturnApproved)
    assert told.price == pounds(8)


# ── the window ───────────────────────────────────────────────────────────────────────────────────


def test_the_longest_extension_counts_up_to_its_last_instant():
    """Ten days and five days are ten days more, not fifteen."""
    rules = (a_rule(ExtendWindow(days=10), name="a"), a_rule(ExtendWindow(days=5), name="b"))
    last = TUESDAY + days(25 + 10)

    in_time = verdict(*rules, now=last).told
    late = verdict(*rules, now=last + timedelta(microseconds=1)).told

    assert isinstance(in_time, ReturnApproved)
    assert in_time.send_back_by == last
    assert refusals(late) == [("window_closed", None, None)]


def test_the_window_of_one_item_does_not_hold_another_open():
    """Only the spoon was extended."""
    rule = a_rule(ExtendWindow(days=10), when=OF_SPOONS)

    told = verdict(rule, items=(ONE, SPOON_TOO), now=TUESDAY + days(26)).told

    assert refusals(told) == [("window_closed", "1", None)]


def test_what_travels_is_due_back_by_the_first_window_to_end():
    """One parcel has one deadline."""
    rule = a_rule(ExtendWindow(days=10), when=OF_SPOONS)

    told = verdict(rule, items=(ONE, SPOON_TOO)).told

    assert isinstance(told, ReturnApproved)
    assert told.send_back_by == TUESDAY + days(25)
    assert [item.facts.get("return_until") for item in told.items] == [
        None,
        "2026-04-14T09:00:00Z",
    ]


# ── a person decides ─────────────────────────────────────────────────────────────────────────────


def test_one_item_that_needs_a_person_makes_the_whole_return_wait():
    """What holds once they say yes is worked out now: the customer is told the price at once."""
    rule = a_rule(NeedsApproval(), when=OF_SPOONS)
    portal = {"approval_days": 3, "fees": (Fee(price=pounds(5)),)}

    found = verdict(rule, items=(ONE, SPOON_TOO), portal=portal, price_shown=pounds(5))

    told, granted = found.told, found.granted
    assert isinstance(told, ReturnAwaitingApproval)
    assert (told.rules, told.because) == (("house-rule",), ("needs_approval",))
    assert told.expires_at == TUESDAY + days(3)
    assert (told.price, told.value) == (pounds(5), pounds(15.95))
    assert granted is not None
    assert (granted.price, granted.items, granted.facts) == (told.price, told.items, told.facts)


def test_nobody_is_asked_about_a_return_that_is_refused_anyway():
    """A person's time is dear, and the answer is known."""
    rules = (a_rule(NeedsApproval(), name="a"), a_rule(NotReturnable(), when=OF_TEAPOTS, name="b"))

    found = verdict(*rules)

    assert refusals(found.told) == [("not_returnable", "1", "b")]
    assert found.granted is None


# ── what is kept ─────────────────────────────────────────────────────────────────────────────────

KEEP_SPOONS = a_rule(KeepItem(), when=OF_SPOONS, name="keep")


def test_what_is_kept_alone_goes_back_by_no_way():
    """Free, by nobody, and with the money all the same."""
    told = verdict(
        KEEP_SPOONS,
        items=(SPOON_TOO,),
        portal={"fees": (Fee(price=pounds(5)),)},
        return_method="none",
    ).told

    assert isinstance(told, ReturnApproved)
    assert (told.return_method, told.price, told.carrier) == ("none", pounds(0), None)
    assert (told.value, [item.kept for item in told.items]) == (pounds(3), [True])


def test_what_is_kept_is_not_sent_and_what_is_sent_is_not_kept():
    """A label for nothing would be bought; a teapot that does not travel is not returned."""
    kept_but_sent = verdict(KEEP_SPOONS, items=(SPOON_TOO,)).told
    sent_by_no_way = verdict(KEEP_SPOONS, items=(ONE, SPOON_TOO), return_method="none").told

    assert refusals(kept_but_sent) == [("return_method_not_offered", None, None)]
    assert refusals(sent_by_no_way) == [("return_method_not_offered", None, None)]


def test_what_is_kept_does_not_limit_the_way_back_of_the_rest():
    """The spoon stays at home: that it could only be brought to the shop is no matter."""
    only_shop = a_rule(LimitReturnMethods(only=("in_store",)), when=OF_SPOONS, name="shop")
    dear = a_rule(SetFee(price=pounds(9)), when=OF_SPOONS, name="dear")

    told = verdict(KEEP_SPOONS, only_shop, dear, items=(ONE, SPOON_TOO)).told

    assert isinstance(told, ReturnApproved)
    assert (told.return_method, told.price) == ("drop_off_point", pounds(0))
    assert [item.kept for item in told.items] == [False, True]


# ── the trace ────────────────────────────────────────────────────────────────────────────────────


def test_a_verdict_names_every_rule_that_held_and_what_it_looked_at():
    """Six months later somebody asks why; the answer must stand in the verdict."""
    rules = (
        a_rule(WaiveFee(), when=ItemCategory(any_of=("kitchen",)), name="kitchen"),
        a_rule(NeedsApproval(), when=ItemPrice(at_least=pounds(500)), name="dear"),
        a_rule(ExtendWindow(days=1), when=ParcelCarrier(any_of=("royal_mail",)), name="late"),
        a_rule(WaiveFee(), when=Not(of=ItemTag(any_of=("sale",))), name="not-on-sale"),
        a_rule(WaiveFee(), when=RequestReason(any_of=("gift",)), name="gift"),
        a_rule(WaiveFee(), when=RequestQuantity(at_most=1), name="one"),
        a_rule(WaiveFee(), when=DaysSinceDelivery(at_most=9), name="soon"),
        a_rule(WaiveFee(), name="always"),
    )
    shipment = a_shipment(items=(a_shipped_item(tags=("fragile", "gift")),))

    told = verdict(*rules, parcel=parcel_of(shipment)).told

    assert isinstance(told, ReturnApproved)
    (item,) = told.items
    assert item.rules == ("kitchen", "late", "not-on-sale", "one", "soon", "always")
    assert item.facts == {
        "item_category": "kitchen",
        "item_tag": "fragile, gift",
        "request_quantity": "1",
        "units_left": "2",
        "return_until": "2026-04-05T09:00:00Z",
    }
    assert told.facts == {
        "parcel_carrier": "royal_mail",
        "days_since_delivery": "5",
        "delivered_at": "2026-03-05T09:00:00Z",
        "return_until": "2026-04-05T09:00:00Z",
    }


def test_a_fact_that_is_not_there_is_said_too():
    """The rule held because the teapot has no category: that is what it looked at."""
    rule = a_rule(NotReturnable(), when=Not(of=ItemCategory(any_of=("kitchen",))))
    shipment = a_shipment(items=(a_shipped_item(category=None),))

    told = verdict(rule, parcel=parcel_of(shipment)).told

    assert told.items[0].facts["item_category"] == "none"


def test_earlier_returns_of_the_parcel_count():
    """The third time somebody should look at it."""
    rule = a_rule(NeedsApproval(), when=ReturnsSoFar(at_least=2))
    fresh = parcel_of(a_shipment(items=(a_shipped_item(quantity=9),)))
    once = fresh.without([ONE])

    assert isinstance(verdict(rule, parcel=once).told, ReturnApproved)
    told = verdict(rule, parcel=once.without([ONE])).told
    assert isinstance(told, ReturnAwaitingApproval)
    assert told.facts["returns_so_far"] == "2"


def test_a_verdict_names_no_more_rules_than_a_message_holds():
    """A thousand rules may hold at once; the first hundred are named, and all are obeyed."""
    rules = [a_rule(WaiveFee(), name=f"rule-{number}") for number in range(101)]

    told = verdict(*rules, a_rule(NotReturnable(), when=OF_TEAPOTS, name="last")).told

    assert told.items[0].rules == tuple(rule.rule_id for rule in rules[:100])
    assert refusals(told) == [("not_returnable", "1", "last")]
