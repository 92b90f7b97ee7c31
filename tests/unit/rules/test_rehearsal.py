"""Other settings, tried on what customers asked for: nothing is invented, nothing is missed."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from contracts.rulebook import (
    ItemPrice,
    KeepItem,
    LimitReturnMethods,
    NeedsApproval,
    NotReturnable,
    RequestReason,
    Rule,
    SetFee,
)
from contracts.rules import ReturnApproved
from contracts.shop import Fee
from services.rules.domain.decide import decide, without_comments
from services.rules.domain.explaining.rehearsal import (
    Change,
    Recorded,
    Rehearsal,
    replay,
    said_again,
)
from services.rules.domain.parcel import parcel_of
from services.rules.domain.portal import Portal, compiled
from tests.support.any_rules import METHODS, REFUNDS, amounts, portals, shipments, wishes
from tests.support.builders import (
    TUESDAY,
    a_portal,
    a_request,
    a_requested_item,
    a_shipment,
    days,
    pounds,
)
from tests.support.carriers import REGISTRY

methods = st.sampled_from((*METHODS, "none"))


def opened(settings) -> Portal:
    """Open if the merchant wants so, whatever findings say, unless there is nothing to choose."""
    return replace(
        compiled(settings, REGISTRY), open=settings.open and bool(settings.refund_methods)
    )


def recorded(request, settings, shipment=None, at=TUESDAY) -> Recorded:
    """The request, as rules keeps it after its verdict."""
    parcel = replace(parcel_of(shipment or a_shipment()), order_no="")
    told = decide(request, opened(settings), parcel, at).told
    return Recorded(without_comments(request), parcel, told, at)


def tried(one: Recorded, before, after) -> Rehearsal:
    """One request, judged by `before`, put to `after`."""
    return Rehearsal((replay(one, opened(after), opened(before)),))


def with_rules(*rules: Rule, **changes):
    """The usual portal, with a version of its own."""
    return a_portal(version=2, rules=rules, **changes)


@given(settings=portals(harsh=True), shipment=shipments, items=wishes,
       refund=st.sampled_from(REFUNDS), method=methods,
       shown=st.none() | amounts(2_000))  # fmt: skip
def test_the_same_settings_change_nothing(settings, shipment, items, refund, method, shown):
    """Whoever changes nothing must read so, whatever was asked, refused, shown or typed."""
    request = a_request(items=items, refund_method=refund, return_method=method, price_shown=shown)
    one = recorded(request, settings, shipment)

    rehearsal = tried(one, settings, settings)

    assert rehearsal.different == ()
    assert rehearsal.counts == {}
    assert rehearsal.fees.before == rehearsal.fees.after


@given(settings=portals(), shipment=shipments, items=wishes, method=methods)
def test_who_was_accepted_gets_the_very_same_verdict_again(settings, shipment, items, method):
    """Not only yes again: the same price, rules and facts, from what was kept of it."""
    portal, parcel = opened(settings), replace(parcel_of(shipment), order_no="")
    wish = a_request(items=items, return_method=method, refund_method=settings.refund_methods[0])
    price = portal.fees.free.price
    for shown in (price, *(fee.price for fee in settings.fees)):
        request = wish.model_copy(update={"price_shown": shown})
        told = decide(request, portal, parcel, TUESDAY).told
        if not isinstance(told, ReturnApproved):
            continue
        one = Recorded(without_comments(request), parcel, told, TUESDAY)

        assert said_again(one, portal).told == told


def test_a_rule_that_refuses_blocks():
    """The commonest question: how many would this have hit?"""
    before = a_portal()
    after = with_rules(Rule(rule_id="final", then=(NotReturnable(),)))

    rehearsal = tried(recorded(a_request(), before), before, after)

    (one,) = rehearsal.different
    assert one.changes == (Change.BLOCKED,)
    assert [(r.code, r.line_id, r.rule_id) for r in one.after.refusals] == [
        ("not_returnable", "1", "final")
    ]


def test_a_longer_window_frees():
    """And gives back what nobody could ask a price for: the fee that was not shown is no reason."""
    before = a_portal(window_days=3, fees=(Fee(price=pounds(3.95)),))
    after = before.model_copy(update={"version": 2, "window_days": 30})
    one = recorded(a_request(), before)
    assert {refusal.code for refusal in one.verdict.refusals} == {
        "window_closed",
        "price_not_shown",
    }

    rehearsal = tried(one, before, after)

    (freed,) = rehearsal.different
    assert freed.changes == (Change.FREED,)
    assert [refusal.code for refusal in freed.before.refusals] == ["window_closed"]
    assert freed.after.price == pounds(3.95)


def test_another_fee_refuses_nobody():
    """The price that was shown belonged to the old fee: with the new one another is shown."""
    before = a_portal(fees=(Fee(price=pounds(3.95)),))
    after = before.model_copy(update={"version": 2, "fees": (Fee(price=pounds(5)),)})

    rehearsal = tried(recorded(a_request(price_shown=pounds(3.95)), before), before, after)

    (one,) = rehearsal.different
    assert one.changes == (Change.FEE,)
    assert (one.before.price, one.after.price) == (pounds(3.95), pounds(5))
    assert rehearsal.fees.before == {"GBP": 395}
    assert rehearsal.fees.after == {"GBP": 500}


def test_who_was_refused_for_the_price_alone_stays_so_until_it_fits():
    """A frontend that shows a wrong price is no matter of these settings; that it is right, is."""
    before = a_portal(fees=(Fee(price=pounds(3.95)),))
    dearer = before.model_copy(update={"version": 2, "fees": (Fee(price=pounds(5)),)})
    one = recorded(a_request(price_shown=pounds(5)), before)

    assert tried(one, before, before).different == ()
    assert tried(one, before, dearer).counts == {Change.FREED: 1}


def test_a_person_is_asked_newly_and_no_more():
    """Waiting is neither yes nor no."""
    before, after = a_portal(), with_rules(Rule(rule_id="dear", then=(NeedsApproval(),)))
    waiting = recorded(a_request(), after)

    assert tried(recorded(a_request(), before), before, after).counts == {Change.TO_A_PERSON: 1}
    assert tried(waiting, after, before.model_copy(update={"version": 3})).counts == {
        Change.AT_ONCE: 1
    }


def test_what_is_newly_kept_is_not_refused_for_its_way_back():
    """Who may keep a thing is not asked how to send it: the old wish must not stand in the way."""
    before = a_portal(fees=(Fee(price=pounds(3.95)),))
    rule = Rule(
        rule_id="broken",
        when=RequestReason(any_of=("damaged_on_arrival",)),
        then=(KeepItem(),),
    )
    after = before.model_copy(update={"version": 2, "rules": (rule,)})

    rehearsal = tried(recorded(a_request(price_shown=pounds(3.95)), before), before, after)

    (one,) = rehearsal.different
    assert one.changes == (Change.FEE, Change.KEPT)
    assert one.after.kept == {"1"}
    assert one.after.price == pounds(0)


def test_what_is_no_longer_kept_finds_a_way_back():
    """The first that is offered stands for the wish that was never asked for."""
    before = with_rules(Rule(rule_id="broken", then=(KeepItem(),)))
    after = a_portal(version=3)
    one = recorded(a_request(return_method="none", price_shown=pounds(0)), before)

    assert tried(one, before, after).counts == {Change.TRAVELS: 1, Change.METHODS: 1}


def test_methods_are_compared_with_those_of_the_version_that_judged():
    """Also where the customer of this request had wished for another."""
    before = a_portal()
    after = with_rules(
        Rule(rule_id="counter", then=(LimitReturnMethods(only=("drop_off_point",)),)),
        refund_methods=("refund", "store_credit"),
    )

    rehearsal = tried(recorded(a_request(), before), before, after)

    (one,) = rehearsal.replayed
    assert rehearsal.different == ()
    assert one.changes == (Change.METHODS,)
    assert (one.no_longer.back, one.no_longer.refunds) == ({"in_store"}, {"exchange"})
    assert not one.newly.back
    assert not one.newly.refunds


def test_without_the_old_settings_methods_are_not_compared():
    """Better nothing than a guess."""
    before = a_portal()
    after = a_portal(version=2, return_methods=("drop_off_point",))

    one = replay(recorded(a_request(), before), opened(after), None)

    assert one.changes == ()


def test_refused_then_and_now_for_another_reason():
    """The letter to the customer would have said something else."""
    before = a_portal(window_days=3)
    after = with_rules(Rule(rule_id="final", then=(NotReturnable(),)))

    rehearsal = tried(recorded(a_request(), before), before, after)

    assert rehearsal.counts == {Change.OTHER_REASONS: 1}


def test_a_request_is_judged_at_its_own_time():
    """Last month's requests are not late only because a month has passed."""
    before = a_portal()
    one = recorded(a_request(), before, at=TUESDAY - days(4))

    assert tried(one, before, before).different == ()


def test_a_parcel_nobody_knew_stays_unknown():
    """What was refused because it overtook its parcel is refused again, and nothing breaks."""
    before, after = a_portal(), with_rules(Rule(rule_id="final", then=(NotReturnable(),)))
    told = decide(a_request(), opened(before), None, TUESDAY).told

    rehearsal = tried(Recorded(a_request(), None, told, TUESDAY), before, after)

    assert rehearsal.different == ()


def test_sums_add_up_over_many():
    """Per return and in all; what would be refused pays nothing."""
    before = a_portal(fees=(Fee(price=pounds(3.95)),))
    cheap = Rule(
        rule_id="cheap", when=ItemPrice(at_most=pounds(3)), then=(SetFee(price=pounds(1)),)
    )
    dear = Rule(rule_id="dear", when=ItemPrice(at_least=pounds(10)), then=(NotReturnable(),))
    after = before.model_copy(update={"version": 2, "rules": (cheap, dear)})
    items = [a_requested_item(line_id="1"), a_requested_item(line_id="2")]
    records = [
        recorded(a_request(items=(item,), price_shown=pounds(3.95)), before) for item in items
    ]

    rehearsal = Rehearsal(tuple(replay(one, opened(after), opened(before)) for one in records))

    assert rehearsal.counts == {Change.BLOCKED: 1, Change.FEE: 1}
    assert rehearsal.fees.before == {"GBP": 790}
    assert rehearsal.fees.after == {"GBP": 100}
