"""What holds for every portal, rule, parcel and wish, not only for teapots."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import assume, given
from hypothesis import settings as example_settings
from hypothesis import strategies as st

from contracts.rules import ReturnApproved, ReturnAwaitingApproval, ReturnRejected
from contracts.shape import Money
from services.rules.domain.decide import decide
from services.rules.domain.hearing.case import case
from services.rules.domain.hearing.hear import hear
from services.rules.domain.offer import offer
from services.rules.domain.parcel import parcel_of
from services.rules.domain.portal import Portal, compiled
from tests.support.any_rules import (
    KINDS,
    LINES,
    METHODS,
    REASONS,
    REFUNDS,
    portals,
    sensible,
    shipments,
    wishes,
)
from tests.support.builders import TUESDAY, a_find, a_portal, a_request, a_requested_item, an_id
from tests.support.carriers import REGISTRY

methods = st.sampled_from((*METHODS, "none"))


def opened(settings) -> Portal:
    """Open if the merchant wants so: what is promised hangs on no finding about settings."""
    return replace(compiled(settings, REGISTRY), open=settings.open)


def asked(data, item, choice):
    """Any wish out of one of an item's choices."""
    return a_requested_item(
        line_id=item.line_id,
        quantity=data.draw(st.integers(choice.units_from, choice.units_to)),
        reason=data.draw(st.sampled_from(choice.reasons)),
        comment="It rattles.",
    )


def in_common(offered_by_each):
    """What all of these have, in the order of the first."""
    first, *rest = offered_by_each
    return [word for word in first if all(word in other for other in rest)]


def said_price(options, chosen, request, method):
    """What a frontend works out: the dearest way back, and which of them are free for so much."""
    prices = {item.line_id: item.unit_price for item, _ in chosen}
    worth: Counter[str] = Counter()
    for wanted in request:
        price = prices[wanted.line_id]
        worth[price.currency] += wanted.quantity * price.minor
    due = [
        0
        if way.free_above and worth[way.free_above.currency] > way.free_above.minor
        else way.price.minor
        for _, choice in chosen
        for way in choice.return_methods
        if way.method == method
    ]
    return Money(minor=max(due, default=0), currency="GBP")


@pytest.mark.parametrize("kind", KINDS)
@example_settings(max_examples=200)
@given(data=st.data())
def test_whatever_is_offered_is_accepted_in_time_at_the_price_it_says(kind, data):
    """A customer who chooses from what was shown, before the deadline, is never refused."""
    settings, shipment = data.draw(portals(KINDS[kind])), data.draw(shipments)
    portal, parcel = opened(settings), parcel_of(shipment)
    options = offer(a_find(), portal, parcel, TUESDAY)
    returnable = [item for item in options.items if item.choices]
    assume(returnable)

    some = st.lists(st.sampled_from(returnable), min_size=1, unique=True)
    chosen = [
        (item, data.draw(st.sampled_from(item.choices)))
        for item in data.draw(st.just(returnable) | some)
    ]
    refunds = in_common([choice.refund_methods for _, choice in chosen])
    travelling = [
        ways
        for _, choice in chosen
        if (ways := [way.method for way in choice.return_methods]) != ["none"]
    ]
    ways = in_common(travelling) if travelling else ["none"]
    assume(refunds and ways)
    method = data.draw(st.sampled_from(ways))
    items = tuple(asked(data, item, choice) for item, choice in chosen)
    price = said_price(options, chosen, items, method)
    last = min([options.valid_until, *(item.return_until for item, _ in chosen)])
    left = (last - TUESDAY) // timedelta(microseconds=1)
    when = data.draw(st.sampled_from([0, left]) | st.integers(0, left))
    request = a_request(
        items=items,
        refund_method=data.draw(st.sampled_from(refunds)),
        return_method=method,
        price_shown=price,
    )

    verdict = decide(request, portal, parcel, TUESDAY + timedelta(microseconds=when))

    waits = any(choice.needs_approval for _, choice in chosen)
    assert isinstance(verdict.told, ReturnAwaitingApproval if waits else ReturnApproved)
    assert verdict.granted is not None
    assert verdict.granted.price == price
    carriers = {way.method: way.carrier for way in options.return_methods}
    assert verdict.granted.carrier == carriers[method]


@given(settings=portals(harsh=True), shipment=shipments, item=wishes.map(lambda some: some[0]),
       refund=st.sampled_from(REFUNDS), method=methods)  # fmt: skip
def test_what_is_not_offered_is_refused(settings, shipment, item, refund, method):
    """The other half: nothing comes back behind the form's back."""
    assume(not any(_keeps_by_way(rule) for rule in settings.rules))
    portal, parcel = opened(settings), parcel_of(shipment)
    item = item.model_copy(update={"comment": "It rattles."})
    options = offer(a_find(), portal, parcel, TUESDAY)
    fitting = [
        way
        for line in options.items
        for choice in line.choices
        for way in choice.return_methods
        if line.line_id == item.line_id
        and item.reason in choice.reasons
        and choice.units_from <= item.quantity <= choice.units_to
        and refund in choice.refund_methods
        and way.method == method
    ]
    request = a_request(items=(item,), refund_method=refund, return_method=method)

    told = decide(request, portal, parcel, TUESDAY).told

    assert len(fitting) <= 1, "two choices say different things of one wish"
    priced = isinstance(told, ReturnRejected) and {r.code for r in told.refusals} == {
        "price_not_shown"
    }
    assert bool(fitting) is (not isinstance(told, ReturnRejected) or priced)


def _keeps_by_way(rule) -> bool:
    """Whether it may be kept by one way back only: accepted alone, and never offered."""
    keeps = any(action.kind == "keep_item" for action in rule.then)
    return keeps and rule.when is not None and "request_return_method" in repr(rule.when)


def worlds(kind):
    """Settings, a parcel and a request: any, or one that may well be accepted."""
    return sensible(KINDS[kind]) | st.tuples(
        portals(KINDS[kind], harsh=True),
        shipments,
        st.builds(
            a_request, items=wishes, refund_method=st.sampled_from(REFUNDS), return_method=methods
        ),
    )


@pytest.mark.parametrize("kind", ["any", "prices"])
@given(data=st.data())
def test_the_order_of_the_items_never_changes_a_verdict(kind, data):
    """A frontend may list them as it likes."""
    settings, shipment, request = data.draw(worlds(kind))
    portal, parcel = opened(settings), parcel_of(shipment)
    places = data.draw(st.permutations(range(len(request.items))))
    price = hear(request, case(portal, parcel, TUESDAY)).price
    usual = request.model_copy(update={"price_shown": price})
    other = usual.model_copy(update={"items": tuple(request.items[place] for place in places)})

    first, second = (decide(request, portal, parcel, TUESDAY).told for request in (usual, other))

    back = tuple(first.items[place] for place in places)
    assert second == first.model_copy(update={"items": back})


@given(world=worlds("any"))
def test_the_same_settings_and_facts_give_the_same_verdict_again(world):
    """From the version a verdict names and the facts it keeps, anybody can work it out again."""
    settings, shipment, request = world
    again = type(settings).read(settings.body())

    told = decide(request, opened(settings), parcel_of(shipment), TUESDAY)
    once_more = decide(request, opened(again), parcel_of(shipment), TUESDAY)

    assert once_more == told
    assert once_more.told.body() == told.told.body()


pieces = st.builds(
    a_requested_item,
    line_id=st.sampled_from(LINES),
    quantity=st.integers(1, 2),
    reason=st.sampled_from(REASONS),
)


@given(
    shipment=shipments,
    requests=st.lists(
        st.lists(pieces, min_size=1, max_size=2, unique_by=lambda piece: piece.line_id),
        min_size=3,
        max_size=12,
    ),
)
def test_no_more_units_come_back_than_were_delivered(shipment, requests):
    """However many returns are asked for."""
    portal, parcel = opened(a_portal(window_days=90)), parcel_of(shipment)
    granted: Counter[str] = Counter()
    for number, items in enumerate(requests):
        request = a_request(return_id=an_id(number), items=tuple(items))

        verdict = decide(request, portal, parcel, TUESDAY)

        if verdict.granted is not None:
            parcel = parcel.without(request.items)
            for item in verdict.granted.items:
                granted[item.line_id] += item.quantity
    delivered = {item.line_id: item.quantity for item in shipment.items}
    assert all(units <= delivered[line] for line, units in granted.items())
    assert {line: delivered[line] - parcel.left(line) for line in delivered} == {
        line: granted[line] for line in delivered
    }
