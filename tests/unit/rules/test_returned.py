"""Whatever is ordered and happens to a return, in whatever order: what must hold at every step."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.rules import (
    ApproveReturn,
    CancelReturn,
    RefundDue,
    RefuseReturn,
    ReleaseRefund,
    ReturnApproved,
    ReturnRejected,
    ReturnUnchanged,
)
from contracts.words import Phase, ReturnMethod, Unchanged
from services.rules.domain.orders import obeyed
from services.rules.domain.returned import (
    HANDED_OVER,
    Returned,
    State,
    Step,
    expired,
    moved,
    opened,
)
from tests.support.builders import (
    ORDER,
    PORTAL,
    TUESDAY,
    a_parcel_movement,
    a_request,
    a_wait,
    an_approval,
    an_id,
    days,
    pounds,
)

WEEK = days(7)
BY = {"return_id": an_id(), "by": "jo"}
ORDERS = st.builds(
    lambda model, portal: model(**BY, portal_id=portal),
    st.sampled_from([ApproveReturn, RefuseReturn, CancelReturn, ReleaseRefund]),
    st.sampled_from([PORTAL, PORTAL, PORTAL, "another-portal"]),
)
RELEASES = st.builds(
    lambda amount: ReleaseRefund(**BY, portal_id=PORTAL, amount=amount),
    st.one_of(st.none(), st.builds(pounds, st.integers(0, 40))),
)
MOVEMENTS = st.builds(
    lambda phase: a_parcel_movement(phase=phase), st.sampled_from([str(phase) for phase in Phase])
)
EVENTS = st.lists(st.one_of(ORDERS, RELEASES, MOVEMENTS, st.just("time passes")), max_size=12)


@st.composite
def beginnings(draw) -> Step:
    """A return that was approved at once, or waits."""
    granted = an_approval(
        price=pounds(draw(st.integers(0, 20))),
        return_method=draw(st.sampled_from(["drop_off_point", "in_store", ReturnMethod.NONE])),
    )
    waits = draw(st.booleans())
    refund_when = draw(st.sampled_from(["handed_over", "delivered", "manually"]))
    return opened(
        a_request(), a_wait() if waits else granted, granted, refund_when, granted.decided_at
    )


def steps(begin: Step, events) -> list[tuple[Returned, Step]]:
    """Every step, with the return as it was before it."""
    assert begin.after is not None
    held, now = begin.after, TUESDAY
    walked = []
    for event in events:
        now += WEEK if event == "time passes" else timedelta(days=1)
        if event == "time passes":
            step = expired(held, now)
        elif isinstance(event, type(a_parcel_movement())):
            step = moved(held, event, now)
        else:
            step = obeyed(held, event, now, ORDER)
        walked.append((held, step))
        held = step.after or held
    return walked


@given(beginnings(), EVENTS)
def test_a_refund_is_due_at_most_once_and_never_more_than_was_granted(begin, events):
    """Whatever is repeated, disordered or replayed."""
    walked = steps(begin, events)

    due = [m for s in (begin, *(s for _, s in walked)) for m in s.tell if isinstance(m, RefundDue)]
    assert len(due) <= 1
    granted = begin.after.granted
    assert all(
        0 <= one.amount.minor <= max(granted.value.minor - granted.price.minor, 0) for one in due
    )


@given(beginnings(), EVENTS)
def test_units_are_freed_at_most_once_and_exactly_by_a_return_that_comes_to_nothing(begin, events):
    """Freed twice, and more would come back than was delivered."""
    walked = steps(begin, events)

    freed = [step for _, step in walked if step.frees]
    last = next((s.after for _, s in reversed(walked) if s.after), begin.after)
    assert len(freed) == (last.state in (State.REFUSED, State.CANCELLED))


@given(beginnings(), EVENTS)
def test_a_return_gets_one_final_verdict_and_what_is_over_stays_over(begin, events):
    """No labels for what was refused, no refusal of what was approved."""
    walked = steps(begin, events)

    told = [type(m) for s in (begin, *(s for _, s in walked)) for m in s.tell]
    assert Counter(told)[ReturnApproved] + Counter(told)[ReturnRejected] <= 1
    for before, step in walked:
        if before.state in (State.REFUSED, State.CANCELLED):
            assert step.after is None


@given(beginnings(), EVENTS)
def test_a_return_moves_only_along_known_ways_and_its_revision_with_it(begin, events):
    """The revision is what two processes are told apart by."""
    ways = {
        (State.WAITING, State.APPROVED),
        (State.WAITING, State.REFUSED),
        (State.WAITING, State.CANCELLED),
        (State.APPROVED, State.CANCELLED),
    }
    for before, step in steps(begin, events):
        if step.after is None:
            assert all(isinstance(told, ReturnUnchanged) for told in step.tell)
            continue
        assert step.after.revision > before.revision
        assert (before.state, step.after.state) in ways or before.state is step.after.state


@given(beginnings(), EVENTS)
def test_nothing_is_cancelled_after_hand_over_or_once_the_refund_is_due(begin, events):
    """Goods and money, that would be."""
    for before, step in steps(begin, events):
        if step.after is not None and step.after.state is State.CANCELLED:
            assert before.handed_over_at is None
            assert before.refund is None


@given(beginnings(), EVENTS)
def test_every_order_is_answered_and_a_late_one_with_a_word_of_the_contract(begin, events):
    """Nobody waits for an answer in vain."""
    for (_, step), event in zip(steps(begin, events), events, strict=True):
        if hasattr(event, "by"):
            assert len(step.tell) >= 1
        for told in step.tell:
            if isinstance(told, ReturnUnchanged):
                assert told.because in set(Unchanged)


@given(beginnings())
def test_the_orders_number_is_told_and_not_remembered(begin):
    """Of a forgotten parcel, rules keeps nothing that leads back to the order."""
    assert begin.after.granted.order_no == ""
    approve = ApproveReturn(**BY, portal_id=PORTAL)

    for step in (begin, obeyed(begin.after, approve, TUESDAY, ORDER)):
        for told in step.tell:
            if isinstance(told, ReturnApproved):
                assert told.order_no == ORDER
        assert step.after is None or step.after.granted.order_no == ""


@pytest.mark.parametrize("phase", [str(phase) for phase in Phase])
def test_every_phase_is_one_or_the_other(phase):
    """A new phase must be thought about: is the parcel in the customer's hands?"""
    with_customer = {Phase.ANNOUNCED, Phase.CANCELLED, Phase.UNKNOWN}

    assert (phase in HANDED_OVER) is (phase not in with_customer)


def test_a_movement_of_another_merchants_return_is_nobodys():
    """Ids are random, and portals are what keeps merchants apart."""
    begin = opened(a_request(), an_approval(), an_approval(), "delivered", TUESDAY)

    step = moved(begin.after, a_parcel_movement(portal_id="another", phase="delivered"), TUESDAY)

    assert step == Step()


def test_a_price_in_another_currency_is_not_taken_off():
    """Amounts that cannot be compared are not subtracted either."""
    euros = pounds(4).model_copy(update={"currency": "EUR"})
    granted = an_approval(price=euros)
    begin = opened(a_request(), granted, granted, "delivered", TUESDAY)

    step = obeyed(begin.after, ReleaseRefund(**BY, portal_id=PORTAL), TUESDAY)

    (due,) = step.tell
    assert due.amount == granted.value
