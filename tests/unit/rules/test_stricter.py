"""A rule that takes something away never gives anything."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.rulebook import Rule, SetFee
from contracts.rules import ReturnApproved, ReturnAwaitingApproval, ReturnRejected
from contracts.shape import Money
from contracts.words import Refused
from services.rules.domain.decide import decide
from services.rules.domain.hearing.case import case
from services.rules.domain.hearing.hear import hear
from services.rules.domain.parcel import parcel_of
from tests.support.any_rules import (
    asking,
    conditions,
    limiting,
    of_an_item,
    refusing,
)
from tests.support.builders import TUESDAY
from tests.unit.rules.test_promises import opened, worlds

_ALLOWS = {ReturnApproved: 2, ReturnAwaitingApproval: 1, ReturnRejected: 0}
DEARER = SetFee(price=Money(minor=5_000, currency="GBP"))
"""More than any fee or rule of these portals asks."""

STRICTER = {
    "any": refusing | limiting | asking | st.just(DEARER),
    "prices": st.just(DEARER),
    "limits": limiting,
}
"""What takes something away, by what the other rules of the portal are about."""
KIND = pytest.mark.parametrize("kind", STRICTER)


def stricter(kind):
    """One more rule."""
    return st.builds(
        lambda when, action: Rule(rule_id="stricter", when=when, then=(action,)),
        st.none() | of_an_item | conditions,
        STRICTER[kind],
    )


def with_rule(settings, rule, place):
    """The same settings, and one more rule."""
    before, after = settings.rules[:place], settings.rules[place:]
    return settings.model_copy(update={"rules": (*before, rule, *after)})


def judged(settings, shipment, request):
    """How much is allowed at the true price, what that is, and why not."""
    portal, parcel = opened(settings), parcel_of(shipment)
    price = hear(request, case(portal, parcel, TUESDAY)).price
    told = decide(request.model_copy(update={"price_shown": price}), portal, parcel, TUESDAY).told
    refusals = told.refusals if isinstance(told, ReturnRejected) else ()
    return _ALLOWS[type(told)], price.minor, {(r.code, r.line_id) for r in refusals}


@KIND
@given(data=st.data(), place=st.integers(0, 5))
def test_a_stricter_rule_never_allows_more(kind, data, place):
    """Wherever it stands and whenever it holds: who adds a rule to be safe must not be less so."""
    (settings, shipment, request), rule = data.draw(worlds(kind)), data.draw(stricter(kind))
    before, price, _ = judged(settings, shipment, request)

    after, new_price, _ = judged(with_rule(settings, rule, place), shipment, request)

    assert after <= before
    assert new_price >= price


@KIND
@given(data=st.data(), place=st.integers(0, 5))
def test_a_stricter_rule_takes_no_reason_back(kind, data, place):
    """What was refused stays refused for what it was refused for, and more may be added."""
    (settings, shipment, request), rule = data.draw(worlds(kind)), data.draw(stricter(kind))
    _, _, before = judged(settings, shipment, request)

    _, _, after = judged(with_rule(settings, rule, place), shipment, request)

    # Told of all instead of one by one, when the last item joins the others.
    of_all = {code for code, line_id in after if line_id is None}
    gone = {(code, line_id) for code, line_id in before - after if code not in of_all}
    assert gone <= {(Refused.COUNTRY_BLOCKED, None)}
