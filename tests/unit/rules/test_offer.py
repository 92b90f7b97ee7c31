"""What a customer may choose from: the same questions the verdict will ask."""

from __future__ import annotations

import pytest

from contracts.shop import CarrierChoice, Fee, OfferedReason
from contracts.words import Reason
from services.rules.domain.offer import offer
from services.rules.domain.parcel import parcel_of
from services.rules.domain.portal import OWN_LABEL, compiled
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


def offered(portal=None, shipment=None, found=None, now=TUESDAY):
    """What is offered, of the usual things where none are named."""
    parcel = parcel_of(shipment or a_shipment())
    return offer(found or a_find(), compiled(portal or a_portal()), parcel, now)


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

    told = offer(a_find(), compiled(a_portal()), parcel, TUESDAY)

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
    told = offer(a_find(), compiled(a_portal()), None, TUESDAY)

    assert (told.items, told.return_until) == ((), None)
    assert [refusal.code for refusal in told.refusals] == ["shipment_unknown"]


def test_another_portals_parcel_is_as_good_as_unknown():
    """One merchant's customers never see what another merchant sent."""
    told = offered(shipment=a_shipment(portal_id="another"))

    assert told == offer(a_find(), compiled(a_portal()), None, TUESDAY)


def test_the_price_is_that_of_our_own_country():
    """The country the parcel went to counts, whatever the message says."""
    fees = (Fee(price=pounds(20), country="NO"), Fee(price=pounds(5)))

    told = offered(a_portal(fees=fees), found=a_find(country="NO"))

    assert [m.price for m in told.return_methods] == [pounds(5)] * 2


def test_a_waiver_that_depends_on_the_items_is_not_promised():
    """Without items nothing is above any limit; the verdict may be cheaper, never dearer."""
    fee = Fee(price=pounds(5), free_above=pounds(20))

    assert {m.price.minor for m in offered(a_portal(fees=(fee,))).return_methods} == {500}


def test_a_way_back_nobody_can_carry_is_not_offered():
    """Pickup needs a carrier; with one it is there, under its name."""
    methods = ("pickup", "in_store")
    carriers = (CarrierChoice(carrier="postnl"),)

    without = offered(a_portal(return_methods=methods))
    with_one = offered(a_portal(return_methods=methods, carriers=carriers))

    assert [m.method for m in without.return_methods] == ["in_store"]
    assert [(m.method, m.carrier) for m in with_one.return_methods] == [
        ("pickup", "postnl"),
        ("in_store", None),
    ]


def test_a_reason_listed_twice_is_offered_once():
    """A list with two equal lines confuses everybody."""
    twice = (OfferedReason(code="haunted"), OfferedReason(code="haunted", needs_comment=True))

    assert [r.code for r in offered(a_portal(reasons=twice)).reasons] == ["haunted"]
