"""What a customer may choose from: the same questions the verdict will ask."""

from __future__ import annotations

from datetime import timedelta

import pytest

from contracts.rulebook import (
    All,
    DaysSinceDelivery,
    DaysSinceOrder,
    ExtendWindow,
    ItemPrice,
    ItemSku,
    KeepItem,
    LimitRefundMethods,
    LimitReturnMethods,
    NeedsApproval,
    Not,
    NotReturnable,
    RequestQuantity,
    RequestReason,
    RequestReturnMethod,
    Rule,
    SetFee,
    WaiveFee,
)
from contracts.shop import CarrierChoice, Fee, OfferedReason
from contracts.words import Reason
from services.rules.domain.capability import OWN_LABEL
from services.rules.domain.offer import offer
from services.rules.domain.offering.wishes import MOST
from services.rules.domain.parcel import parcel_of
from services.rules.domain.portal import compiled
from tests.support.builders import (
    SPOON,
    TUESDAY,
    a_find,
    a_portal,
    a_requested_item,
    a_shipment,
    a_shipped_item,
    days,
    pounds,
)
from tests.support.carriers import REGISTRY, a_fact, a_registry


def offered(portal=None, shipment=None, found=None, now=TUESDAY):
    """What is offered, of the usual things where none are named."""
    parcel = parcel_of(shipment or a_shipment())
    return offer(found or a_find(), compiled(portal or a_portal(), REGISTRY), parcel, now)


def test_everything_a_frontend_must_show_is_there():
    """Items, reasons, refund methods, ways back, deadline and links, in one message."""
    portal = a_portal(version=3, policy_url="https://moss.example.com/returns")

    told = offered(portal)

    assert (told.settings_version, told.policy_url) == (3, "https://moss.example.com/returns")
    assert [(i.line_id, i.name, i.returnable_units) for i in told.items] == [
        ("1", "Grumpy teapot", 2),
        ("2", "Sad spoon", 1),
    ]
    assert {reason.code for reason in told.reasons} == {reason.value for reason in Reason}
    assert told.refund_methods == ("refund", "exchange", "store_credit")
    assert [(m.method, m.carrier) for m in told.return_methods] == [
        ("drop_off_point", OWN_LABEL),
        ("in_store", None),
    ]
    assert told.return_until == TUESDAY + days(25)
    assert told.refusals == ()


def test_an_item_that_may_not_come_back_says_why():
    """It is shown, greyed out, and not left out without a word."""
    items = (a_shipped_item(final_sale=True), a_shipped_item(line_id="2", sku=SPOON))

    told = offered(a_portal(non_returnable_skus=(SPOON,)), a_shipment(items=items))

    assert [(i.returnable_units, i.why_not) for i in told.items] == [(0, "not_returnable")] * 2


def test_units_already_promised_are_not_offered_again():
    """Two teapots were sent and one is on its way back; the spoon is gone altogether."""
    parcel = parcel_of(a_shipment()).without(
        [a_requested_item(line_id="1"), a_requested_item(line_id="2")]
    )

    told = offer(a_find(), compiled(a_portal(), REGISTRY), parcel, TUESDAY)

    assert [(i.returnable_units, i.why_not) for i in told.items] == [
        (1, None),
        (0, "quantity_exceeded"),
    ]


@pytest.mark.parametrize(
    ("code", "portal", "shipment"),
    [
        ("portal_closed", {"open": False}, {}),
        ("country_blocked", {"blocked_countries": ("NL",)}, {}),
        ("not_delivered", {}, {"delivered_at": None}),
        ("window_closed", {"window_days": 4}, {}),
    ],
)
def test_a_parcel_nothing_of_which_may_come_back_says_why(code: str, portal, shipment):
    """A customer is not led through a form whose end is known."""
    told = offered(a_portal(**portal), a_shipment(**shipment))

    assert [refusal.code for refusal in told.refusals] == [code]


def test_a_parcel_still_travelling_has_no_deadline():
    """Its window has not begun."""
    assert offered(shipment=a_shipment(delivered_at=None)).return_until is None


def test_a_parcel_nobody_recorded_offers_no_items():
    """There is nothing to choose from, and the reason is said."""
    told = offer(a_find(), compiled(a_portal(), REGISTRY), None, TUESDAY)

    assert (told.items, told.return_until) == ((), None)
    assert [refusal.code for refusal in told.refusals] == ["shipment_unknown"]


def test_another_portals_parcel_is_as_good_as_unknown():
    """One merchant's customers never see what another merchant sent."""
    told = offered(shipment=a_shipment(portal_id="another"))

    assert told == offer(a_find(), compiled(a_portal(), REGISTRY), None, TUESDAY)


def test_the_price_is_that_of_our_own_country():
    """The country the parcel went to counts, whatever the message says."""
    fees = (Fee(price=pounds(20), country="NO"), Fee(price=pounds(5)))

    told = offered(a_portal(fees=fees), found=a_find(country="NO"))

    assert [m.price for m in told.return_methods] == [pounds(5)] * 2


def test_a_waiver_that_depends_on_the_items_is_said_with_its_limit():
    """Without items nothing is above any limit; a frontend can work out the price with them."""
    fee = Fee(price=pounds(5), free_above=pounds(20))

    told = offered(a_portal(fees=(fee,)))

    ways = (*told.return_methods, *told.items[0].choices[0].return_methods)
    assert {(way.price, way.free_above) for way in ways} == {(pounds(5), pounds(20))}


def test_a_way_back_nobody_can_carry_is_not_offered():
    """Pickup needs a carrier; with one it is there, under its name."""
    methods = ("pickup", "in_store")
    carriers = (CarrierChoice(carrier="dhl"),)

    without = offered(a_portal(return_methods=methods))
    with_one = offered(a_portal(return_methods=methods, carriers=carriers))

    assert [m.method for m in without.return_methods] == ["in_store"]
    assert [(m.method, m.carrier) for m in with_one.return_methods] == [
        ("pickup", "dhl"),
        ("in_store", None),
    ]


def test_a_way_back_that_is_withheld_says_why_and_where_that_stands():
    """Whoever asks why pickup is not offered is shown the fact it follows from."""
    carriers = (CarrierChoice(carrier="gls", contract="direct"),)

    told = offered(a_portal(return_methods=("pickup", "in_store"), carriers=carriers))

    (pickup,) = told.withheld_methods
    assert (pickup.method, pickup.why_not) == ("pickup", "not_on_this_route")
    assert pickup.source == "a lesson about GLS, since 2026-01-01"


def test_a_way_back_that_a_rule_takes_away_says_so():
    """The merchant switched it on and limits it: both stand in the settings, one decides here."""
    limit = Rule(rule_id="to-the-shop", then=(LimitReturnMethods(only=("in_store",)),))

    told = offered(a_portal(rules=(limit,)))

    assert [way.method for way in told.return_methods] == ["in_store"]
    assert [(w.method, w.why_not) for w in told.withheld_methods] == [
        ("drop_off_point", "limited_by_rule")
    ]


def test_an_item_that_a_rule_keeps_back_names_the_rule():
    """A merchant's help desk finds it by its name."""
    rule = Rule(rule_id="no-kitchen", when=ItemSku(any_of=(SPOON,)), then=(NotReturnable(),))

    teapot, spoon = offered(a_portal(rules=(rule,))).items

    assert (spoon.returnable_units, spoon.why_not, spoon.rules) == (
        0,
        "not_returnable",
        ("no-kitchen",),
    )
    assert (spoon.choices, teapot.returnable_units, teapot.rules) == ((), 2, ())


def test_why_nothing_comes_back_is_said_item_by_item_where_it_differs():
    """One was sold for good and one is on its way already: neither reason is the parcel's."""
    items = (a_shipped_item(final_sale=True), a_shipped_item(line_id="2", quantity=1))
    parcel = parcel_of(a_shipment(items=items)).without([a_requested_item(line_id="2")])

    told = offer(a_find(), compiled(a_portal(), REGISTRY), parcel, TUESDAY)

    assert [(r.code, r.line_id) for r in told.refusals] == [
        ("not_returnable", "1"),
        ("quantity_exceeded", "2"),
    ]
    assert (told.reasons, told.refund_methods, told.return_methods) == ((), (), ())


def test_an_extended_item_may_come_back_when_the_others_may_not():
    """Each item has a deadline of its own; that of the parcel is the last of them."""
    rule = Rule(rule_id="spoons", when=ItemSku(any_of=(SPOON,)), then=(ExtendWindow(days=14),))

    told = offered(a_portal(rules=(rule,)), now=TUESDAY + days(26))

    teapot, spoon = told.items
    assert (teapot.why_not, teapot.return_until) == ("window_closed", TUESDAY + days(25))
    assert (spoon.why_not, spoon.return_until) == (None, TUESDAY + days(39))
    assert (told.return_until, told.refusals) == (TUESDAY + days(39), ())


def test_a_rule_may_touch_only_some_units():
    """More than one teapot needs a person; one does not. Nothing else is different."""
    rule = Rule(rule_id="bulk", when=RequestQuantity(at_least=2), then=(NeedsApproval(),))

    one, two = offered(a_portal(rules=(rule,))).items[0].choices

    assert (one.units_from, one.units_to, one.needs_approval, one.rules) == (1, 1, False, ())
    assert (two.units_from, two.units_to, two.needs_approval, two.rules) == (2, 2, True, ("bulk",))
    assert (one.reasons, one.return_methods) == (two.reasons, two.return_methods)


def test_each_way_back_has_the_price_that_rules_give_it():
    """A visit to the shop is free by a rule; the next way in the list is not."""
    free = Rule(rule_id="shop", when=RequestReturnMethod(any_of=("in_store",)), then=(WaiveFee(),))
    fees = (Fee(price=pounds(5)),)

    (choice,) = offered(a_portal(rules=(free,), fees=fees)).items[0].choices

    prices = {way.method: way.price for way in choice.return_methods}
    assert prices == {"drop_off_point": pounds(5), "in_store": pounds(0)}


def test_an_offer_ends_with_the_first_window_to_close():
    """The spoon may come back for longer; what was shown of the teapot does not hold so long."""
    rule = Rule(rule_id="spoons", when=ItemSku(any_of=(SPOON,)), then=(ExtendWindow(days=14),))

    told = offered(a_portal(rules=(rule,)))

    assert (told.valid_until, told.return_until) == (TUESDAY + days(25), TUESDAY + days(39))


def test_quantities_with_something_between_them_stay_apart():
    """One and three are alike and two is not: from one to three would promise too much."""
    pairs = RequestQuantity(at_least=2, at_most=2)
    rule = Rule(rule_id="pairs", when=pairs, then=(NeedsApproval(),))
    shipment = a_shipment(items=(a_shipped_item(quantity=3),))

    choices = offered(a_portal(rules=(rule,)), shipment).items[0].choices

    assert [(c.units_from, c.units_to, c.needs_approval) for c in choices] == [
        (1, 1, False),
        (2, 2, True),
        (3, 3, False),
    ]


def test_reasons_that_no_rule_tells_apart_stay_together():
    """Damaged is free, everything else costs: two choices, however many reasons there are."""
    free = Rule(rule_id="ours", when=RequestReason(any_of=("gift", "other")), then=(WaiveFee(),))

    choices = offered(a_portal(rules=(free,), fees=(Fee(price=pounds(5)),))).items[0].choices

    prices = {way.price.minor: c.reasons for c in choices for way in c.return_methods}
    assert (len(choices), set(prices[0])) == (2, {"gift", "other"})
    assert len(prices[500]) == len(Reason) - 2


def test_an_item_no_rule_about_wishes_can_touch_has_one_choice():
    """A rule about spoons does not make the form for teapots longer."""
    when = All(of=(ItemSku(any_of=(SPOON,)), RequestReason(any_of=("gift",))))
    rule = Rule(rule_id="gifts", when=when, then=(NeedsApproval(),))

    teapot, spoon = offered(a_portal(rules=(rule,))).items

    assert (len(teapot.choices), len(spoon.choices)) == (1, 2)


def test_a_thousand_prices_by_quantity_are_not_all_told():
    """They are worked out for every offer, and sent: the small quantities come first."""
    rules = tuple(
        Rule(
            rule_id=f"from-{units}",
            when=RequestQuantity(at_least=units, at_most=units),
            then=(SetFee(price=pounds(units)),),
        )
        for units in range(1, 1001)
    )
    shipment = a_shipment(items=(a_shipped_item(quantity=1000),))

    gifts = (OfferedReason(code="gift"),)

    (item,) = offered(a_portal(rules=rules, reasons=gifts), shipment).items

    assert item.returnable_units == len(item.choices) == MOST
    assert item.choices[-1].return_methods[0].price == pounds(MOST)


def test_what_is_kept_goes_back_by_no_way_and_for_nothing():
    """A spoon for three pounds is not worth its parcel."""
    rule = Rule(rule_id="cheap", when=ItemPrice(at_most=pounds(5)), then=(KeepItem(),))

    told = offered(a_portal(rules=(rule,), fees=(Fee(price=pounds(5)),)))

    (kept,) = told.items[1].choices
    assert [(w.method, w.price, w.carrier) for w in kept.return_methods] == [
        ("none", pounds(0), None)
    ]
    assert [w.method for w in told.return_methods] == ["drop_off_point", "in_store", "none"]


def test_what_is_kept_for_one_way_back_only_is_not_promised():
    """Together with another item it would go back that way, and not be kept at all."""
    by_shop = RequestReturnMethod(any_of=("none", "in_store"))
    rule = Rule(rule_id="odd", when=by_shop, then=(KeepItem(),))

    (choice,) = offered(a_portal(rules=(rule,))).items[0].choices

    assert [way.method for way in choice.return_methods] == ["drop_off_point"]


# ── until when ───────────────────────────────────────────────────────────────────────────────────


def test_an_offer_without_rules_about_time_holds_as_long_as_the_window():
    """Nothing else changes by itself."""
    told = offered()

    assert told.valid_until == told.return_until == TUESDAY + days(25)


@pytest.mark.parametrize(
    ("when", "changes"),
    [
        (DaysSinceDelivery(at_least=7), TUESDAY + days(2)),
        (DaysSinceDelivery(at_most=6), TUESDAY + days(2)),
        (DaysSinceOrder(at_least=10), TUESDAY + days(1)),
        (Not(of=DaysSinceOrder(at_least=3, at_most=11)), TUESDAY + days(3)),
    ],
)
def test_an_offer_holds_until_the_next_day_that_some_rule_counts(when, changes):
    """Up to the last instant before it; with that instant the rule says something else."""
    rule = Rule(rule_id="late", when=when, then=(LimitRefundMethods(only=("refund",)),))

    before = offered(a_portal(rules=(rule,)))
    after = offered(a_portal(rules=(rule,)), now=changes)

    assert before.valid_until == changes - timedelta(microseconds=1)
    assert before.refund_methods != after.refund_methods


def test_an_offer_holds_until_a_fact_about_carriers_turns():
    """From tomorrow DHL comes no more: what is shown today must not be promised for tomorrow."""
    ends = a_fact(method="pickup", carrier="postnl", valid_until=TUESDAY.date())
    settings = a_portal(
        return_methods=("pickup", "in_store"), carriers=(CarrierChoice(carrier="postnl"),)
    )
    portal, parcel = compiled(settings, a_registry(ends)), parcel_of(a_shipment())

    today = offer(a_find(), portal, parcel, TUESDAY)

    assert today.valid_until is not None
    last = offer(a_find(), portal, parcel, today.valid_until)
    later = offer(a_find(), portal, parcel, today.valid_until + timedelta(microseconds=1))
    assert last.return_methods == today.return_methods
    assert [w.method for w in later.return_methods] == ["in_store"]
    assert [w.why_not for w in later.withheld_methods] == ["not_today"]


def test_an_offer_for_a_parcel_of_tomorrow_holds_until_it_arrives():
    """A shop's clock may be ahead of ours."""
    told = offered(shipment=a_shipment(delivered_at=TUESDAY + days(1)))

    assert told.valid_until == TUESDAY + days(1) - timedelta(microseconds=1)
    assert [item.why_not for item in told.items] == ["not_delivered"] * 2
