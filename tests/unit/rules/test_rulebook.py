"""Which rules hold, found without looking at those that cannot."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.rulebook import (
    CONDITION_KINDS,
    All,
    Any_,
    BlockCountry,
    DaysSinceDelivery,
    DaysSinceOrder,
    ItemCategory,
    ItemFinalSale,
    ItemPrice,
    ItemSku,
    ItemTag,
    Not,
    NotReturnable,
    ParcelValue,
    RequestQuantity,
    ReturnsSoFar,
    Rule,
    UnknownAction,
    UnknownCondition,
)
from services.rules.domain.parcel import parcel_of
from services.rules.domain.rulebook import known
from services.rules.domain.rulebook.book import Rulebook
from services.rules.domain.rulebook.condition import leaves
from services.rules.domain.rulebook.index import Index
from tests.support.any_rules import (
    METHODS,
    REASONS,
    REFUNDS,
    any_action,
    conditions,
    of_facts,
    rules,
    shipments,
)
from tests.support.builders import TUESDAY, a_shipment, pounds
from tests.support.no_match import none_hold

POSSIBLE = {
    "request_reason": REASONS,
    "request_refund_method": REFUNDS,
    "request_return_method": (*METHODS, "none"),
    "request_quantity": (1, 3),
}
branching = st.lists(of_facts, min_size=2, max_size=3).map(lambda of: Any_(of=tuple(of)))
many_rules = rules(any_action, most=8, when=st.none() | conditions | branching)
asked = st.builds(
    known.asked,
    reason=st.sampled_from(REASONS),
    refund_method=st.sampled_from(REFUNDS),
    return_method=st.sampled_from((*METHODS, "none")),
    units=st.integers(1, 3),
)


def facts_of(shipment, line_id="1", to="GB", returns=0):
    """All that is known before the customer asks."""
    parcel = parcel_of(shipment)
    parcel = parcel.resumed({}, 0, returns)
    line = parcel.lines.get(line_id) or next(iter(parcel.lines.values()))
    return {**known.of_parcel(parcel, to, "GBP", TUESDAY), **known.of_line(line)}


def holds(condition, facts):
    """What the condition says, word for word: another reading than the one that is tested."""
    match condition:
        case None:
            return True
        case All():
            return all(holds(one, facts) for one in condition.of)
        case Any_():
            return any(holds(one, facts) for one in condition.of)
        case Not():
            return not holds(condition.of, facts)
    return _is_so(condition, facts[condition.kind])


def _is_so(condition, fact):
    match condition:
        case ItemFinalSale():
            return fact
        case ItemTag():
            return bool(set(fact) & set(condition.any_of))
        case ItemPrice() | ParcelValue():
            ends = [(condition.at_least, 1), (condition.at_most, -1)]
            return all(
                fact.currency == end.currency and sign * (fact.minor - end.minor) >= 0
                for end, sign in ends
                if end is not None
            )
        case DaysSinceDelivery() | DaysSinceOrder() | RequestQuantity() | ReturnsSoFar():
            low, high = condition.at_least or 0, condition.at_most
            return fact is not None and low <= fact and (high is None or fact <= high)
    return fact in condition.any_of


@settings(max_examples=400)
@given(rules=many_rules, shipment=shipments, wish=asked, returns=st.integers(0, 3),
       to=st.sampled_from(["NL", "GB"]))  # fmt: skip
def test_an_index_finds_what_a_walk_through_all_rules_finds(rules, shipment, wish, returns, to):
    """A rule that holds and is passed over is a promise the merchant never made."""
    facts = {**facts_of(shipment, to=to, returns=returns), **wish}

    found = Rulebook(rules).holding(facts)

    assert [one.rule_id for one in found] == [r.rule_id for r in rules if holds(r.when, facts)]


@settings(max_examples=200)
@given(rules=many_rules, shipment=shipments, wish=asked, returns=st.integers(0, 3))
def test_what_is_sure_before_the_wish_stays_so_and_the_rest_is_open(rules, shipment, wish, returns):
    """An offer asks again only the rules that hang on the wish: it must not miss one."""
    facts = facts_of(shipment, returns=returns)

    partly = Rulebook(rules).partly(facts, POSSIBLE)

    held = {rule.rule_id for rule in rules if holds(rule.when, {**facts, **wish})}
    sure = {one.rule_id for one in partly.sure}
    hanging = {one.rule_id for one in partly.open}
    assert sure <= held <= sure | hanging
    assert all(one.asks for one in partly.open)


def test_rules_that_cannot_hold_are_not_looked_at():
    """A thousand rules about other things cost what none cost: that is counted, not timed."""
    conditions = none_hold(1000)
    facts = facts_of(a_shipment())
    wish = known.asked("gift", "refund", "in_store", 1)
    index = Index(conditions)

    assert not [c for c in conditions if holds(c, {**facts, **wish})]
    assert index.candidates({**facts, **wish}, {}) == []
    assert index.candidates(facts, POSSIBLE) == []


def test_every_kind_of_condition_is_among_those_that_are_not_looked_at():
    """A kind without a place in the index would be looked at every time."""
    kinds = {leaf.kind for condition in none_hold(19) for leaf in leaves(condition)}

    assert kinds == CONDITION_KINDS - {"all", "any", "not"}


def test_of_several_conditions_the_rarest_is_where_a_rule_is_found():
    """Five hundred rules about kitchens, each for one price: only that price is looked at."""
    narrow = [
        All(
            of=(
                ItemCategory(any_of=("kitchen",)),
                ItemPrice(at_least=pounds(price), at_most=pounds(price + 0.5)),
            )
        )
        for price in range(500)
    ]

    assert Index(narrow).candidates(facts_of(a_shipment()), POSSIBLE) == []
    assert Index(narrow).candidates(facts_of(a_shipment(), line_id="2"), POSSIBLE) == [3]


def test_every_fact_a_condition_can_ask_for_is_known():
    """A kind nobody fills in would never hold, or for ever hang."""
    asked_for = known.asked("gift", "refund", "in_store", 1)

    assert {*facts_of(a_shipment()), *asked_for} == CONDITION_KINDS - {"all", "any", "not"}


def test_a_rule_nobody_here_can_read_is_not_passed_over():
    """Whoever wrote it meant something: with such a rule nothing may be decided."""
    strange = UnknownCondition(kind="item_colour")
    deep = Not(of=Any_(of=(strange, ItemSku(any_of=("TEAPOT",)))))
    of_condition = Rule(rule_id="r", when=deep, then=(NotReturnable(),))
    of_action = Rule(rule_id="r", then=(BlockCountry(), UnknownAction(kind="send_flowers")))

    assert not Rulebook([of_condition]).understood
    assert not Rulebook([of_action]).understood
    assert Rulebook([Rule(rule_id="r", then=(NotReturnable(),))]).understood


def test_the_days_on_which_rules_turn_are_known():
    """At least five days holds from the fifth on; at most nine ceases with the tenth."""
    when = Any_(of=(DaysSinceDelivery(at_least=5), Not(of=DaysSinceDelivery(at_most=9))))
    rules = [
        Rule(rule_id="a", when=when, then=(NotReturnable(),)),
        Rule(rule_id="b", when=DaysSinceOrder(at_least=3, at_most=3), then=(NotReturnable(),)),
    ]

    assert Rulebook(rules).delivery_days == (5, 10)
    assert Rulebook(rules).order_days == (3, 4)
