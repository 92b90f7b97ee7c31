"""What holds for every portal, parcel and wish, not only for teapots."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

from hypothesis import assume, given
from hypothesis import strategies as st

from contracts.rules import ReturnApproved
from contracts.shape import Money
from contracts.shop import CarrierChoice, Fee, OfferedReason
from contracts.words import RefundMethod, ReturnMethod
from services.rules.domain.decide import decide
from services.rules.domain.offer import offer
from services.rules.domain.parcel import parcel_of
from services.rules.domain.portal import compiled
from tests.support.builders import (
    TUESDAY,
    a_find,
    a_portal,
    a_request,
    a_requested_item,
    a_shipment,
    a_shipped_item,
    an_id,
    days,
)

LINES = ("1", "2", "3")
SKUS = ("TEAPOT", "SPOON", "CLOCK")
COUNTRIES = ("NL", "NO", "GB")
REASONS = ("other", "gift", "haunted")


def some(values, least=0):
    """Some of these, in any order, each at most once."""
    return st.lists(st.sampled_from(list(values)), unique=True, min_size=least).map(tuple)


def amounts(most: int):
    """From nothing to this many pence."""
    return st.integers(0, most).map(lambda minor: Money(minor=minor, currency="GBP"))


fees = st.builds(
    Fee,
    price=amounts(2_000),
    return_method=st.none() | st.sampled_from(list(ReturnMethod)),
    country=st.none() | st.sampled_from(COUNTRIES),
    free_above=st.none() | amounts(20_000),
)
generous = st.builds(
    a_portal,
    window_days=st.integers(60, 90),
    window_starts=st.sampled_from(["delivered", "ordered"]),
    fees=st.lists(fees, max_size=4).map(tuple),
    return_methods=some(ReturnMethod, least=2),
    refund_methods=some(RefundMethod, least=1),
    reasons=some(REASONS).map(lambda codes: tuple(OfferedReason(code=code) for code in codes)),
    carriers=some(["postnl", "dhl"]).map(lambda cs: tuple(CarrierChoice(carrier=c) for c in cs)),
    non_returnable_skus=some(SKUS[1:]),
)
harsh = st.builds(
    lambda portal, changes: portal.model_copy(update=changes),
    generous,
    st.fixed_dictionaries(
        {},
        optional={
            "open": st.just(value=False),
            "window_days": st.integers(0, 30),
            "return_methods": some(ReturnMethod),
            "refund_methods": some(RefundMethod),
            "blocked_countries": some(COUNTRIES),
            "non_returnable_skus": some(SKUS),
        },
    ),
)
portals = generous | harsh
items = st.lists(
    st.builds(
        a_shipped_item,
        line_id=st.sampled_from(LINES),
        sku=st.sampled_from(SKUS),
        quantity=st.integers(1, 5),
        unit_price=amounts(10_000),
        final_sale=st.sampled_from([False, False, True]),
    ),
    min_size=1,
    max_size=3,
    unique_by=lambda item: item.line_id,
).map(tuple)
ages = st.integers(0, 70 * 24 * 3600).map(lambda seconds: timedelta(seconds=seconds))
shipments = st.builds(
    lambda items, travelled, age, country: a_shipment(
        items=items,
        ordered_at=TUESDAY - age - travelled,
        delivered_at=TUESDAY - age,
        deliver_to=a_shipment().deliver_to.model_copy(update={"country": country}),
    ),
    items,
    st.integers(0, 20).map(days),
    ages,
    st.sampled_from(COUNTRIES),
)
wishes = st.lists(
    st.builds(
        a_requested_item,
        line_id=st.sampled_from((*LINES, "9")),
        quantity=st.integers(1, 4),
        reason=st.sampled_from(REASONS),
    ),
    min_size=1,
    max_size=4,
)


@given(portal=generous, shipment=shipments, data=st.data())
def test_whatever_is_offered_is_accepted_in_time(portal, shipment, data):
    """A customer who chooses from what was shown, before the deadline, is never refused."""
    rules, parcel = compiled(portal), parcel_of(shipment)
    options = offer(a_find(), rules, parcel, TUESDAY)
    returnable = [item for item in options.items if item.returnable_units]
    assume(not options.refusals and returnable and options.return_methods)

    chosen = data.draw(st.lists(st.sampled_from(returnable), min_size=1, unique=True))
    way = data.draw(st.sampled_from(options.return_methods))
    left = int((options.return_until - TUESDAY).total_seconds())
    request = a_request(
        items=tuple(
            a_requested_item(
                line_id=item.line_id,
                quantity=data.draw(st.integers(1, item.returnable_units)),
                reason=data.draw(st.sampled_from(options.reasons)).code,
            )
            for item in chosen
        ),
        refund_method=data.draw(st.sampled_from(options.refund_methods)),
        return_method=way.method,
        price_shown=way.price,
    )
    when = TUESDAY + timedelta(seconds=data.draw(st.integers(0, left)))

    told = decide(request, rules, parcel, when)

    assert isinstance(told, ReturnApproved)
    assert told.price.minor <= way.price.minor
    assert (told.carrier, told.send_back_by) == (way.carrier, options.return_until)


@given(portal=portals, shipment=shipments, item=wishes.map(lambda wished: wished[0]))
def test_what_is_not_offered_is_refused(portal, shipment, item):
    """The other half: nothing comes back behind the form's back."""
    rules, parcel = compiled(portal), parcel_of(shipment)
    options = offer(a_find(), rules, parcel, TUESDAY)
    units = {line.line_id: line.returnable_units for line in options.items}
    request = a_request(items=(item,))

    told = decide(request, rules, parcel, TUESDAY)

    may = (
        not options.refusals
        and item.quantity <= units.get(item.line_id, 0)
        and item.reason in {reason.code for reason in options.reasons}
        and request.refund_method in options.refund_methods
        and request.return_method in {way.method for way in options.return_methods}
    )
    assert isinstance(told, ReturnApproved) is may


@given(portal=portals, shipment=shipments, asked=wishes, data=st.data())
def test_the_order_of_the_items_never_changes_a_verdict(portal, shipment, asked, data):
    """A frontend may list them as it likes."""
    rules, parcel = compiled(portal), parcel_of(shipment)
    shuffled = data.draw(st.permutations(asked))

    usual = decide(a_request(items=tuple(asked)), rules, parcel, TUESDAY)
    other = decide(a_request(items=tuple(shuffled)), rules, parcel, TUESDAY)

    assert type(usual) is type(other)
    if isinstance(usual, ReturnApproved):
        assert (usual.price, usual.value) == (other.price, other.value)
    else:
        # Which of two equal lines is the second depends on the order; that one is, does not.
        assert {(r.code, r.line_id) for r in usual.refusals} == {
            (r.code, r.line_id) for r in other.refusals
        }


pieces = st.builds(
    a_requested_item,
    line_id=st.sampled_from(LINES),
    quantity=st.integers(1, 2),
    reason=st.just("other"),
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
    rules, parcel = compiled(a_portal(window_days=90)), parcel_of(shipment)
    approved: Counter[str] = Counter()
    for number, asked in enumerate(requests):
        request = a_request(return_id=an_id(number), items=tuple(asked))

        told = decide(request, rules, parcel, TUESDAY)

        if isinstance(told, ReturnApproved):
            parcel = parcel.without(request.items)
            for item in told.items:
                approved[item.line_id] += item.quantity
    delivered = {item.line_id: item.quantity for item in shipment.items}
    assert all(units <= delivered[line] for line, units in approved.items())
    assert {line: delivered[line] - parcel.left(line) for line in delivered} == {
        line: approved[line] for line in delivered
    }
