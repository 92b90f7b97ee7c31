"""What analytics remembers of a decided return."""

from __future__ import annotations

from datetime import timedelta, timezone

from contracts.rules import Refusal
from contracts.shape import Money
from services.analytics.domain.record import cancellation, record
from tests.support.builders import (
    PORTAL,
    SHIPMENT,
    SPOON,
    TEAPOT,
    TUESDAY,
    a_cancellation,
    a_judged_item,
    a_rejection,
    a_wait,
    an_approval,
    an_id,
    pounds,
)


def test_an_approved_teapot_is_remembered_with_everything_one_may_ask_about():
    """A column that is not kept can never be asked for."""
    approved = an_approval(items=(a_judged_item(quantity=2, reason="gift"),), settings_version=4)

    (kept,) = record(approved)

    assert (kept.return_id, kept.line_id, kept.position) == (an_id(), "1", 0)
    assert (kept.portal_id, kept.shipment_id, kept.settings_version) == (PORTAL, SHIPMENT, 4)
    assert (kept.sku, kept.name, kept.country) == (TEAPOT, "Grumpy teapot", "NL")
    assert (kept.reason, kept.quantity, kept.value) == ("gift", 2, pounds(25.90))
    assert (kept.verdict, kept.refusals) == ("approved", ())
    assert (kept.refund_method, kept.return_method) == ("refund", "drop_off_point")
    assert kept.decided_at == TUESDAY


def test_every_line_of_a_return_is_a_record():
    """Customers give a reason per item, and merchants mend items."""
    approved = an_approval(items=(a_judged_item(), a_judged_item(line_id="2", sku=SPOON)))

    assert [(kept.id, kept.sku) for kept in record(approved)] == [
        (f"{an_id()}:1:0", TEAPOT),
        (f"{an_id()}:2:1", SPOON),
    ]


def test_a_line_named_twice_is_two_records():
    """A refused return may name a line twice: that is why it is refused."""
    twice = a_rejection(items=(a_judged_item(), a_judged_item(reason="too_large")))

    assert [kept.id for kept in record(twice)] == [f"{an_id()}:1:0", f"{an_id()}:1:1"]


def test_a_refused_line_knows_the_refusals_that_concern_it():
    """The spoon was not refused for what is wrong with the teapot."""
    refused = a_rejection(
        items=(a_judged_item(), a_judged_item(line_id="2", sku=SPOON)),
        refusals=(
            Refusal(code="country_blocked"),
            Refusal(code="quantity_exceeded", line_id="1"),
            Refusal(code="country_blocked", line_id="1"),
        ),
    )

    teapot, spoon = record(refused)

    assert teapot.refusals == ("country_blocked", "quantity_exceeded")
    assert spoon.refusals == ("country_blocked",)
    assert {teapot.verdict, spoon.verdict} == {"rejected"}


def test_a_return_that_waits_has_the_records_of_its_verdict():
    """Its last word takes the place of its first, so they must stand under one id."""
    items = (a_judged_item(), a_judged_item(line_id="2", sku=SPOON))

    waiting, approved = record(a_wait(items=items)), record(an_approval(items=items))

    assert {kept.verdict for kept in waiting} == {"awaiting"}
    assert [kept.id for kept in waiting] == [kept.id for kept in approved]


def test_a_wait_that_names_no_items_is_no_reason():
    """An older rules tells nothing of the lines: they come with the verdict."""
    assert record(a_wait(items=(), refund_method=None, return_method=None)) == ()


def test_an_item_that_stays_with_the_customer_is_remembered_as_kept():
    """It costs the merchant the item, and no label."""
    approved = an_approval(items=(a_judged_item(kept=True), a_judged_item(line_id="2")))

    assert [kept.kept for kept in record(approved)] == [True, False]


def test_a_cancellation_is_a_mark_on_its_return():
    """It says who wanted it and when, and nobody's name."""
    mark = cancellation(a_cancellation())

    assert (mark.return_id, mark.portal_id, mark.by) == (an_id(), PORTAL, "customer")
    assert mark.cancelled_at == TUESDAY + timedelta(days=2)


def test_an_item_that_rules_did_not_know_has_no_product_and_no_value():
    """A made-up line is still a reason given."""
    unknown = a_judged_item(sku=None, name=None, unit_price=None)

    (kept,) = record(a_rejection(items=(unknown,), country=None))

    assert (kept.sku, kept.name, kept.value, kept.country) == (None, None, None, None)
    assert kept.reason == "damaged_on_arrival"


def test_a_line_dearer_than_the_contract_can_say_has_no_value():
    """A customer may ask for a hundred thousand yachts; that must not park the message."""
    yacht = a_judged_item(quantity=100_000, unit_price=Money(minor=10**15, currency="GBP"))

    (kept,) = record(a_rejection(items=(yacht,)))

    assert kept.value is None
    assert kept.quantity == 100_000


def test_an_instant_is_kept_in_utc_to_the_millisecond():
    """What the store cannot keep must not decide who belongs to which period."""
    in_amsterdam = (TUESDAY + timedelta(microseconds=1999)).astimezone(timezone(timedelta(hours=1)))

    (kept,) = record(an_approval(decided_at=in_amsterdam))

    assert kept.decided_at.isoformat() == "2026-03-10T09:00:00.001000+00:00"
