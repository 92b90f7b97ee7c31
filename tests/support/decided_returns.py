"""Decided returns and questions about them, drawn by hypothesis: few words, many coincidences."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from contracts.rules import Refusal
from contracts.shape import Money
from tests.support.builders import (
    SPOON,
    TEAPOT,
    TUESDAY,
    a_cancellation,
    a_judged_item,
    a_question,
    a_rejection,
    a_wait,
    an_approval,
    an_id,
)

patiently = settings(
    deadline=None,
    max_examples=60,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
"""A busy machine is no fault of what is tested."""

portals = st.sampled_from(["moss-and-fern", "grey-gull"])
countries = st.sampled_from(["NL", "DE"])
skus = st.sampled_from([TEAPOT, SPOON])
instants = st.builds(
    lambda day, hours, micros: TUESDAY + timedelta(days=day, hours=hours, microseconds=micros),
    st.sampled_from([0, 0, 0, 1, 6, 40, -70]),
    st.integers(0, 3),
    st.sampled_from([0, 400, 999, 1000, 1600, 999_999]),
)
"""Mostly close together, and around the edges of a millisecond; some weeks and months apart."""

prices = st.builds(
    Money,
    minor=st.one_of(st.integers(-1, 2000), st.sampled_from([10**15, 10**15 - 1, -(10**15)])),
    currency=st.sampled_from(["GBP", "GBP", "EUR"]),
)
items = st.builds(
    a_judged_item,
    line_id=st.sampled_from(["1", "2"]),
    reason=st.sampled_from(["too_large", "too_small", "gift", "spilled_tea"]),
    quantity=st.one_of(st.integers(1, 3), st.just(100_000)),
    sku=st.none() | skus,
    unit_price=st.none() | prices,
    kept=st.booleans(),
)
_told_alike = {
    "portal_id": portals,
    "items": st.lists(items, min_size=1, max_size=3).map(tuple),
    "decided_at": instants,
}
refusals = st.builds(
    Refusal,
    code=st.sampled_from(["window_closed", "quantity_exceeded"]),
    line_id=st.none() | st.sampled_from(["1", "2"]),
)
approvals = st.builds(an_approval, country=countries, **_told_alike)
rejections = st.builds(
    a_rejection,
    country=st.none() | countries,
    refusals=st.lists(refusals, min_size=1, max_size=3).map(tuple),
    **_told_alike,
)


@st.composite
def decided_returns(draw: st.DrawFn, most: int = 8) -> list:
    """Returns as rules tells them, each decided once."""
    drawn = draw(st.lists(approvals | rejections, max_size=most))
    return [one.model_copy(update={"return_id": an_id(n)}) for n, one in enumerate(drawn)]


@st.composite
def stories(draw: st.DrawFn, most: int = 5) -> list:
    """Everything rules tells of some returns: some waited first, some were cancelled after all.

    Some still wait, and a return that was cancelled while it waited never gets a verdict.
    """
    told = []
    for one in draw(decided_returns(most)):
        same = {name: getattr(one, name) for name in ("return_id", "portal_id", "items", "country")}
        waited = a_wait(**same, decided_at=one.decided_at - timedelta(days=draw(st.integers(0, 9))))
        chapters = draw(st.sampled_from([(one,), (waited, one), (waited,)]))
        told += chapters
        if draw(st.booleans()) and getattr(chapters[-1], "refusals", ()) == ():
            told.append(a_cancellation(return_id=one.return_id, portal_id=one.portal_id))
    return told


@st.composite
def retold(draw: st.DrawFn, told: list) -> list:
    """All of `told`, in any order, any of them again."""
    again = draw(st.lists(st.sampled_from(told), max_size=len(told))) if told else []
    return draw(st.permutations([*told, *again]))


questions = st.builds(
    a_question,
    portal_id=portals,
    since=st.none() | instants,
    until=st.none() | instants,
    country=st.none() | countries,
    sku=st.none() | skus,
    verdict=st.none() | st.sampled_from(["approved", "rejected", "awaiting", "undecided"]),
    cancelled=st.none() | st.booleans(),
    limit=st.integers(1, 5),
    by=st.none() | st.sampled_from(["day", "week", "month", "fortnight"]),
    periods=st.integers(1, 13),
)
