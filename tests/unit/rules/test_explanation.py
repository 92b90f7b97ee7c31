"""`retour explain`, before it is printed: the rules, facts, price and history of one return."""

from __future__ import annotations

from dataclasses import replace

import pytest

from contracts.rulebook import (
    ItemCategory,
    KeepItem,
    LimitReturnMethods,
    NeedsApproval,
    NotReturnable,
    RequestReason,
    Rule,
    SetFee,
    WaiveFee,
)
from contracts.rules import ApproveReturn, CancelReturn, RefuseReturn, ReleaseRefund
from contracts.shop import Fee
from services.rules.domain.decide import decide, without_comments
from services.rules.domain.explaining.explanation import Explanation, explained
from services.rules.domain.orders import obeyed
from services.rules.domain.parcel import parcel_of
from services.rules.domain.portal import compiled
from services.rules.domain.returned import opened
from tests.support.builders import (
    PORTAL,
    TUESDAY,
    a_portal,
    a_request,
    a_requested_item,
    a_shipment,
    an_id,
    days,
    pounds,
)
from tests.support.carriers import REGISTRY

DAMAGED = RequestReason(any_of=("damaged_on_arrival",))


def why(settings, *orders, request=None, known=True) -> Explanation:
    """A request is judged by these settings, the orders are obeyed, and somebody asks why."""
    portal = compiled(settings, REGISTRY)
    asked, parcel = request or a_request(), parcel_of(a_shipment())
    verdict = decide(asked, portal, parcel, TUESDAY)
    held = opened(
        without_comments(asked),
        verdict.told,
        verdict.granted,
        settings.refund_when,
        TUESDAY,
    ).after
    for number, order in enumerate(orders, start=1):
        held = obeyed(held, order, TUESDAY + days(number), "536365").after or held
    seen = replace(parcel, order_no="")
    return explained(held, verdict.told, seen, portal if known else None)


def with_rules(*rules, **changes):
    """The usual portal with these rules."""
    return a_portal(rules=rules, **changes)


def an_order(kind, **changes):
    """Anna says so."""
    return kind(**{"return_id": an_id(), "portal_id": PORTAL, "by": "anna"} | changes)


def test_a_refusal_names_the_rule_its_words_and_its_note():
    """The first question of every angry customer."""
    rule = Rule(
        rule_id="kitchen-stays",
        note="Opened boxes cannot be sold.",
        when=ItemCategory(any_of=("kitchen",)),
        then=(NotReturnable(),),
    )

    found = why(with_rules(rule))

    assert (found.verdict, found.state) == ("refused", "refused")
    (item,) = found.items
    ((code, sentence),) = [(one.code, one.sentence) for one in item.refused]
    assert (code, sentence) == ("not_returnable", "the item does not come back")
    assert item.refused[0].rule_id == "kitchen-stays"
    (held,) = item.rules
    assert held.when == "the category is kitchen"
    assert held.then == ("does not come back",)
    assert held.note == "Opened boxes cannot be sold."
    assert item.facts["item_category"] == "kitchen"


def test_what_is_so_for_the_whole_request_stands_there():
    """And not with an item."""
    found = why(a_portal(window_days=2))

    assert [one.code for one in found.refused] == ["window_closed"]
    assert found.items[0].refused == ()
    assert found.facts["return_until"] == "2026-03-07T09:00:00Z"


@pytest.mark.parametrize(
    ("settings", "costs", "priced_by"),
    [
        (a_portal(), 0, "no fee is set"),
        (a_portal(fees=(Fee(price=pounds(3)),)), 300, "fees[0]: 3.00 GBP"),
        (
            a_portal(fees=(Fee(price=pounds(9), country="DE"), Fee(price=pounds(3)))),
            300,
            "fees[1]: 3.00 GBP",
        ),
        (
            a_portal(fees=(Fee(price=pounds(3), free_above=pounds(10)),)),
            0,
            "fees[0]: 3.00 GBP, nothing above 10.00 GBP",
        ),
        (
            with_rules(
                Rule(rule_id="none", when=ItemCategory(any_of=("tea",)), then=(WaiveFee(),)),
                Rule(rule_id="first", when=DAMAGED, then=(SetFee(price=pounds(4)),)),
                Rule(rule_id="second", then=(WaiveFee(),)),
                fees=(Fee(price=pounds(3)),),
            ),
            400,
            "rule first: costs 4.00 GBP",
        ),
        (
            a_portal(fees=(Fee(price=pounds(3)), Fee(price=pounds(9)))),
            300,
            "fees[0]: 3.00 GBP",
        ),
        (
            with_rules(
                Rule(rule_id="ours", when=DAMAGED, then=(WaiveFee(),)), fees=(Fee(price=pounds(3)),)
            ),
            0,
            "rule ours: costs nothing",
        ),
    ],
)
def test_the_price_names_what_made_it(settings, costs, priced_by):
    """And it is the price that was due: what explains it must not be another sum."""
    found = why(settings, request=a_request(price_shown=pounds(costs / 100)))

    (item,) = found.items
    assert (item.costs, item.priced_by) == (pounds(costs / 100), priced_by)
    assert found.price == item.costs


def test_what_is_kept_costs_nothing_and_says_so():
    """Nothing travels, and the refund is due at once."""
    settings = with_rules(Rule(rule_id="trifle", then=(KeepItem(),)), fees=(Fee(price=pounds(3)),))

    found = why(settings, request=a_request(return_method="none", price_shown=pounds(0)))

    assert found.items[0].kept
    assert found.items[0].priced_by == "kept items cost nothing"
    assert found.method_fact is None
    assert [(event.what, event.amount) for event in found.history] == [
        ("approved by the rules", None),
        ("refund due: nothing_to_send", pounds(12.95)),
    ]


def test_the_way_back_names_the_fact_it_rests_on():
    """Why this carrier, and why not that method."""
    offered = why(a_portal())
    refused = why(
        a_portal(return_methods=("in_store", "pickup")), request=a_request(return_method="pickup")
    )

    assert offered.method_fact == "any post will do"
    assert offered.carrier == "own_label"
    assert refused.method_fact == "none of the merchant's carriers does it"


def test_history_tells_who_did_what_and_when():
    """From the wait to the money."""
    settings = with_rules(Rule(rule_id="dear", then=(NeedsApproval(),)))

    found = why(settings, an_order(ApproveReturn), an_order(ReleaseRefund))

    assert (found.verdict, found.state) == ("waiting", "approved")
    assert [rule.rule_id for rule in found.asked_by_rules] == ["dear"]
    assert found.expires_at == TUESDAY + days(7)
    assert [(event.what, event.at, event.by) for event in found.history] == [
        ("waiting by the rules", TUESDAY, None),
        ("approved", TUESDAY + days(1), "anna"),
        ("refund released", TUESDAY + days(2), "anna"),
        ("refund due: released", TUESDAY + days(2), None),
    ]


@pytest.mark.parametrize(
    ("order", "state", "what"),
    [
        (an_order(RefuseReturn), "refused", "refused"),
        (an_order(CancelReturn, by="customer"), "cancelled", "cancelled"),
    ],
)
def test_an_end_by_a_person_is_told(order, state, what):
    """The verdict stays what it was: what came after stands in the history."""
    settings = with_rules(Rule(rule_id="dear", then=(NeedsApproval(),)))

    found = why(settings, order)

    assert (found.verdict, found.state) == ("waiting", state)
    assert found.history[-1].what == what
    assert found.history[-1].by == order.by


def test_without_its_settings_rules_have_names_only():
    """Settings from before versions were kept: better a name than a guess."""
    rule = Rule(
        rule_id="counter", note="Glass.", then=(LimitReturnMethods(only=("drop_off_point",)),)
    )

    found = why(with_rules(rule), known=False)

    assert not found.settings_known
    (held,) = found.items[0].rules
    assert (held.rule_id, held.when, held.note) == ("counter", None, None)
    assert found.items[0].costs is None


def test_an_item_nobody_knew_is_shown_as_it_was_asked_for():
    """Nothing is known of it, and nothing breaks."""
    found = why(a_portal(), request=a_request(items=(a_requested_item(line_id="99"),)))

    (item,) = found.items
    assert (item.line_id, item.sku, item.rules) == ("99", None, ())
    assert [one.code for one in item.refused] == ["item_unknown"]
