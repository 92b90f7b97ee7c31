"""The verdict: one test for each reason to refuse, and what stands in between."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from contracts.rules import ReturnApproved, ReturnRejected
from contracts.shape import Money
from contracts.shop import CarrierChoice, Fee, OfferedReason
from contracts.words import Refused
from services.rules.domain.decide import decide, without_comments
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

A_TICK = timedelta(microseconds=1)
BROKEN = OfferedReason(code="damaged_on_arrival", needs_comment=True)


def verdict(request=None, portal=None, shipment=None, now=TUESDAY):
    """What is decided, of the usual things where none are named."""
    parcel = parcel_of(shipment or a_shipment())
    settings = compiled(portal or a_portal(), REGISTRY)
    return decide(request or a_request(), settings, parcel, now).told


def codes(told: ReturnApproved | ReturnRejected) -> list[str]:
    """Why it was refused, item reasons with their line."""
    assert isinstance(told, ReturnRejected)
    return [f"{r.code}:{r.line_id}" if r.line_id else r.code for r in told.refusals]


def test_a_teapot_within_its_window_may_come_back():
    """Default is allow, and the verdict carries everything a label and a letter need."""
    request = a_request(language="nl", service_point_id="point-7", price_shown=pounds(4.5))
    portal = a_portal(
        version=3, fees=(Fee(price=pounds(4.5)),), carriers=(CarrierChoice(carrier="postnl"),)
    )

    told = verdict(request, portal)

    assert isinstance(told, ReturnApproved)
    assert (told.return_id, told.shipment_id, told.order_no) == (
        request.return_id,
        request.shipment_id,
        "536365",
    )
    assert (told.settings_version, told.country, told.language) == (3, "NL", "nl")
    assert (told.price, told.value) == (pounds(4.5), pounds(12.95))
    assert (told.carrier, told.service_point_id) == ("postnl", "point-7")
    assert told.return_to.address_id == "warehouse"
    assert (told.send_back_by, told.decided_at) == (TUESDAY + days(25), TUESDAY)
    (item,) = told.items
    assert (item.sku, item.name, item.unit_price) == (TEAPOT, "Grumpy teapot", pounds(12.95))


def test_what_the_customer_typed_stays_where_it_was_typed():
    """A comment is personal; the verdict goes to everybody."""
    request = a_request(items=(a_requested_item(comment="My neighbour Anna sat on it"),))

    assert b"Anna" not in verdict(request).body()


# ── one test per reason ──────────────────────────────────────────────────────────────────────────

COLLECTED: dict[str, Any] = {"return_method": "pickup"}
COLLECTS: dict[str, Any] = {
    "return_methods": ("drop_off_point", "pickup"),
    "carriers": (CarrierChoice(carrier="dhl"),),
}
"""A wish that somebody comes, and a portal where somebody does."""

REFUSALS: dict[Refused, tuple[dict[str, Any], dict[str, Any], dict[str, Any]]] = {
    # code: changes to the request, the portal, the shipment
    Refused.PORTAL_CLOSED: ({}, {"open": False}, {}),
    Refused.NOT_DELIVERED: ({}, {}, {"delivered_at": None}),
    Refused.WINDOW_CLOSED: ({}, {"window_days": 4}, {}),
    Refused.COUNTRY_BLOCKED: ({}, {"blocked_countries": ("NL",)}, {}),
    Refused.ITEM_UNKNOWN: ({"items": (a_requested_item(line_id="9"),)}, {}, {}),
    Refused.ITEM_TWICE: ({"items": (a_requested_item(), a_requested_item())}, {}, {}),
    Refused.NOT_RETURNABLE: ({}, {"non_returnable_skus": (TEAPOT,)}, {}),
    Refused.QUANTITY_EXCEEDED: ({"items": (a_requested_item(quantity=3),)}, {}, {}),
    Refused.REASON_NOT_OFFERED: ({}, {"reasons": (OfferedReason(code="haunted"),)}, {}),
    Refused.REFUND_METHOD_NOT_OFFERED: ({"refund_method": "gold"}, {}, {}),
    Refused.RETURN_METHOD_NOT_OFFERED: ({"return_method": "pickup"}, {}, {}),
    Refused.PRICE_CHANGED: ({"price_shown": pounds(0)}, {"fees": (Fee(price=pounds(5)),)}, {}),
    Refused.PRICE_NOT_SHOWN: ({}, {"fees": (Fee(price=pounds(5)),)}, {}),
    Refused.COMMENT_MISSING: ({}, {"reasons": (BROKEN,)}, {}),
    Refused.COLLECT_ON_IMPOSSIBLE: (COLLECTED | {"collect_on": date(2026, 3, 9)}, COLLECTS, {}),
    Refused.SHIPMENT_UNKNOWN: ({}, {}, {"portal_id": "another"}),
}
ABOUT_AN_ITEM = {
    Refused.ITEM_UNKNOWN,
    Refused.ITEM_TWICE,
    Refused.NOT_RETURNABLE,
    Refused.QUANTITY_EXCEEDED,
    Refused.REASON_NOT_OFFERED,
    Refused.COMMENT_MISSING,
}
SAID_LATER = {Refused.REFUSED_BY_MERCHANT, Refused.APPROVAL_EXPIRED}
"""What a person says, or nobody in time: see `test_returned.py`."""


@pytest.mark.parametrize("code", sorted(set(Refused) - SAID_LATER))
def test_each_reason_alone_refuses_and_is_named(code: Refused):
    """A customer is told why, and the reason names the item where it is about one."""
    request, portal, shipment = REFUSALS[code]

    told = verdict(a_request(**request), a_portal(**portal), a_shipment(**shipment))

    assert isinstance(told, ReturnRejected)
    (refusal,) = told.refusals
    assert refusal.code == code
    assert (refusal.line_id is not None) is (code in ABOUT_AN_ITEM)


def test_every_reason_at_once_is_named_at_once():
    """Whoever mends a request should not have to guess what else is wrong with it."""
    request = a_request(
        items=(
            a_requested_item(line_id="9"),
            a_requested_item(line_id="2"),
            a_requested_item(line_id="1", quantity=3),
            a_requested_item(line_id="1", quantity=1, reason="haunted"),
        ),
        refund_method="gold",
        price_shown=pounds(0),
    )
    portal = a_portal(
        open=False,
        window_days=1,
        blocked_countries=("NL",),
        non_returnable_skus=(SPOON,),
        fees=(Fee(price=pounds(5)),),
        reasons=(BROKEN,),
    )

    told = verdict(request, portal)

    assert codes(told) == [
        "portal_closed",
        "window_closed",
        "country_blocked",
        "refund_method_not_offered",
        "price_changed",
        "item_twice:1",
        "quantity_exceeded:1",
        "reason_not_offered:1",
        "comment_missing:1",
        "not_returnable:2",
        "comment_missing:2",
        "item_unknown:9",
    ]


def test_what_is_not_offered_has_no_price():
    """Whether pickup would have cost what was shown is no question where nobody picks up."""
    request = a_request(return_method="pickup", price_shown=pounds(0))

    told = verdict(request, a_portal(fees=(Fee(price=pounds(5)),)))

    assert codes(told) == ["return_method_not_offered"]


@pytest.mark.parametrize("comment", [None, "", "  \n"])
def test_a_comment_of_nothing_but_blanks_is_missing(comment: str | None):
    """A merchant who asks what broke cannot use three spaces."""
    request = a_request(items=(a_requested_item(comment=comment),))

    assert codes(verdict(request, a_portal(reasons=(BROKEN,)))) == ["comment_missing:1"]


def test_that_there_was_a_comment_is_kept_and_what_it_said_is_not():
    """A request may have to wait in the store; what a customer typed may not."""
    items = (a_requested_item(comment="Anna sat on it"), a_requested_item(line_id="2", comment=" "))

    kept = without_comments(a_request(items=items))

    assert b"Anna" not in kept.body()
    assert codes(verdict(kept, a_portal(reasons=(BROKEN,)))) == ["comment_missing:2"]


# ── the window ───────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("start", ["delivered", "ordered"])
def test_the_window_includes_its_last_instant(start: str):
    """A customer who sends the form at the very end is in time; a moment later is too late."""
    portal = a_portal(window_days=30, window_starts=start)
    shipment = a_shipment()
    begins = shipment.delivered_at if start == "delivered" else shipment.ordered_at
    last = begins + days(30)

    assert isinstance(verdict(portal=portal, shipment=shipment, now=last), ReturnApproved)
    assert codes(verdict(portal=portal, shipment=shipment, now=last + A_TICK)) == ["window_closed"]


def test_a_parcel_delivered_this_instant_may_come_back():
    """The window begins with the delivery, not after it."""
    shipment = a_shipment(delivered_at=TUESDAY)

    assert isinstance(verdict(a_request(), a_portal(window_days=0), shipment), ReturnApproved)


def test_a_parcel_delivered_tomorrow_is_not_delivered():
    """A shop's clock may be ahead of ours."""
    assert codes(verdict(shipment=a_shipment(delivered_at=TUESDAY + A_TICK))) == ["not_delivered"]


def test_a_parcel_that_never_arrived_has_no_window_to_miss():
    """One reason, not two."""
    shipment = a_shipment(ordered_at=TUESDAY - days(400), delivered_at=None)

    assert codes(verdict(portal=a_portal(window_starts="ordered"), shipment=shipment)) == [
        "not_delivered"
    ]


# ── the parcel ───────────────────────────────────────────────────────────────────────────────────


def test_a_parcel_nobody_recorded_is_unknown():
    """And so is everything that was in it."""
    told = decide(a_request(), compiled(a_portal(), REGISTRY), None, TUESDAY).told

    assert codes(told) == ["shipment_unknown"]
    assert told.country is None
    assert told.items[0].sku is None


def test_another_portals_parcel_is_as_good_as_unknown():
    """Nothing of it is told: not its country, not what was in it, not whether it exists."""
    told = verdict(shipment=a_shipment(portal_id="another"))
    never = decide(a_request(), compiled(a_portal(), REGISTRY), None, TUESDAY).told

    assert told == never


def test_a_closed_portal_and_an_unknown_parcel_are_both_said():
    """Neither hides the other."""
    told = decide(a_request(), compiled(a_portal(open=False), REGISTRY), None, TUESDAY).told

    assert codes(told) == ["portal_closed", "shipment_unknown"]


def test_a_portal_without_an_address_approves_nothing():
    """There is nowhere to send it."""
    settings = a_portal(return_addresses=(), return_address_id=None)

    assert codes(verdict(portal=settings)) == ["portal_closed"]


def test_a_final_sale_never_comes_back():
    """Whatever the portal says about its SKU."""
    shipment = a_shipment(items=(a_shipped_item(final_sale=True),))

    assert codes(verdict(shipment=shipment)) == ["not_returnable:1"]


def test_units_already_on_their_way_back_are_not_left():
    """Two were sent and one is promised: a second return takes the other, a third takes none."""
    parcel = parcel_of(a_shipment()).without([a_requested_item(quantity=1)])
    portal = compiled(a_portal(), REGISTRY)
    one, two = (a_request(items=(a_requested_item(quantity=n),)) for n in (1, 2))

    assert isinstance(decide(one, portal, parcel, TUESDAY).told, ReturnApproved)
    assert codes(decide(two, portal, parcel, TUESDAY).told) == ["quantity_exceeded:1"]


# ── the price ────────────────────────────────────────────────────────────────────────────────────


def test_a_customer_who_was_shown_no_price_was_told_it_is_free():
    """Nobody pays what they have not seen; a frontend of a free portal need not say so."""
    assert codes(verdict(portal=a_portal(fees=(Fee(price=pounds(5)),)))) == ["price_not_shown"]
    assert isinstance(verdict(a_request(price_shown=None)), ReturnApproved)
    assert isinstance(verdict(a_request(price_shown=pounds(0))), ReturnApproved)


@pytest.mark.parametrize("shown", [4.99, 5.01, 0])
def test_a_penny_more_or_less_is_another_price(shown: float):
    """What was shown is what is due: cheaper is another price too."""
    fee = Fee(price=pounds(5), free_above=pounds(20))

    assert codes(verdict(a_request(price_shown=pounds(shown)), a_portal(fees=(fee,)))) == [
        "price_changed"
    ]


def test_a_fee_is_waived_for_what_is_asked_for_together():
    """Two teapots are worth enough, one is not."""
    fee = Fee(price=pounds(5), free_above=pounds(20))
    request = a_request(price_shown=pounds(0), items=(a_requested_item(quantity=2),))

    told = verdict(request, a_portal(fees=(fee,)))

    assert isinstance(told, ReturnApproved)
    assert (told.value, told.price) == (pounds(25.9), pounds(0))


def test_a_price_shown_in_another_currency_was_not_this_price():
    """5 euros are not 5 pounds."""
    shown = Money(minor=500, currency="EUR")

    told = verdict(a_request(price_shown=shown), a_portal(fees=(Fee(price=pounds(5)),)))

    assert codes(told) == ["price_changed"]


def test_the_value_is_what_the_approved_units_cost():
    """The most a refund can be."""
    items = (a_requested_item(line_id="1", quantity=2), a_requested_item(line_id="2"))

    told = verdict(a_request(items=items))

    assert isinstance(told, ReturnApproved)
    assert told.value == pounds(2 * 12.95 + 3)


def test_units_in_another_currency_are_not_added_up():
    """12.95 pounds and 3 euros are no sum; the item comes back all the same."""
    euros = Money(minor=300, currency="EUR")
    shipment = a_shipment(items=(a_shipped_item(), a_shipped_item(line_id="2", unit_price=euros)))

    told = verdict(
        a_request(items=(a_requested_item(), a_requested_item(line_id="2"))), shipment=shipment
    )

    assert isinstance(told, ReturnApproved)
    assert told.value == pounds(12.95)
    assert [item.unit_price for item in told.items] == [pounds(12.95), euros]


@pytest.mark.parametrize(
    ("day", "answer"),
    [
        (None, []),
        (date(2026, 3, 9), ["collect_on_impossible"]),
        (date(2026, 3, 10), []),
        (date(2026, 4, 4), []),
        (date(2026, 4, 5), ["collect_on_impossible"]),
    ],
)
def test_somebody_comes_on_a_day_between_today_and_the_last(day: date | None, answer: list[str]):
    """Both ends count. Nobody can come yesterday, nor may the parcel leave too late."""
    told = verdict(a_request(**COLLECTED, collect_on=day), a_portal(**COLLECTS))

    assert (codes(told) if answer else []) == answer
    if isinstance(told, ReturnApproved):
        assert told.collect_on == day
        assert told.send_back_by.date() == date(2026, 4, 4)


def test_a_day_means_nothing_where_nobody_comes():
    """A frontend may leave it in when the customer changes their mind."""
    told = verdict(a_request(collect_on=date(2020, 1, 1)))

    assert isinstance(told, ReturnApproved)
    assert told.collect_on is None
