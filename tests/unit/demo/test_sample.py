"""The sample is what its README says: real where it says real, the same everywhere, well formed."""

from __future__ import annotations

import re
from collections import Counter
from datetime import UTC, datetime, timedelta
from hashlib import blake2b

import pytest

from deploy.demo import sample
from deploy.demo.tracking import check_digit

NOON = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)
POSTAL_CODES = {
    "AT": r"[1-9]\d{3}",
    "BE": r"[1-9]\d{3}",
    "CH": r"[1-9]\d{3}",
    "DE": r"\d{5}",
    "DK": r"[1-9]\d{3}",
    "ES": r"(0[1-9]|[1-4]\d|5[0-2])\d{3}",
    "FI": r"\d{5}",
    "FR": r"\d{5}",
    "GB": r"[A-Z]{1,2}\d[A-Z\d]? \d[ABD-HJLNP-UW-Z]{2}",
    "IE": r"([AC-FHKNPRTV-Y]\d\d|D6W) [\dAC-FHKNPRTV-Y]{4}",
    "IT": r"\d{5}",
    "NL": r"[1-9]\d{3} (?!SA|SD|SS)[A-Z]{2}",
    "NO": r"\d{4}",
    "PL": r"\d{2}-\d{3}",
    "PT": r"[1-9]\d{3}-\d{3}",
    "SE": r"[1-9]\d{2} \d{2}",
}


@pytest.fixture(scope="module")
def orders():
    """Every order of the sample."""
    return sample.read()


@pytest.fixture(scope="module")
def asked(orders):
    """Every return of the sample."""
    return sample.returns(orders)


def test_the_sample_is_large_and_wide_enough(orders, asked):
    """A demo of five orders of one country would prove little."""
    countries = {order.country for order in orders}
    came_back = [order for order in orders if order.real_returns]

    assert len(orders) >= 300
    assert len(countries) >= 10
    assert len(came_back) >= 170
    assert len(asked) >= 200
    assert len({order.order_no for order in orders}) == len(orders)


def test_no_more_comes_back_of_a_line_than_was_bought(orders):
    """Otherwise an honest return would be refused for its quantity."""
    for order in orders:
        back = Counter()
        for one in order.real_returns:
            back[one.line_no] += one.quantity
            assert one.sku == order.line(one.line_no).sku
            assert one.quantity > 0

        assert [line.line_no for line in order.lines] == list(range(1, len(order.lines) + 1))
        assert all(line.quantity > 0 and line.unit_price_minor > 0 for line in order.lines)
        assert all(back[line.line_no] <= line.quantity for line in order.lines)


def test_what_is_asked_is_what_came_back_but_for_the_few_that_ask_too_much(orders, asked):
    """The demo's tally speaks of real quantities, so the requests must carry them."""
    real = Counter()
    for order in orders:
        for one in order.real_returns:
            real[order.order_no, one.cancel_invoice, one.line_no] += one.quantity

    wished = {
        (one.order.order_no, one.cancel_invoice, item.line_no): item.quantity
        for one in asked
        for item in one.items
    }
    bought = {
        (order.order_no, line.line_no): line.quantity for order in orders for line in order.lines
    }
    greedy = [key for key in wished if wished[key] != real[key]]

    assert wished.keys() == real.keys()
    assert all(wished[key] == bought[key[0], key[2]] + 1 for key in greedy)
    assert 1 <= len(greedy) <= len(asked) * 0.04


def test_returns_come_in_the_order_in_which_they_really_came(asked):
    """A second return of an order must not be played before its first."""
    nth = Counter()

    for one in asked:
        nth[one.order.order_no] += 1
        assert one.ordinal == nth[one.order.order_no]
    assert [one.returned_at for one in asked] == sorted(one.returned_at for one in asked)
    assert len({one.return_id for one in asked}) == len(asked)


def test_the_post_s_own_example_has_its_check_digit():
    """The weights are the standard's; the numbers are printed in it and on carriers' pages."""
    assert check_digit("47312482") == 9
    assert check_digit("12345678") == 5


@pytest.mark.parametrize(("serial", "digit"), [("00000000", 5), ("00000009", 3), ("00000008", 0)])
def test_a_check_digit_of_ten_is_written_0_and_one_of_eleven_5(serial, digit):
    """The two exceptions of the standard: rests one and zero have no digit of their own."""
    assert check_digit(serial) == digit


def test_every_tracking_number_is_a_valid_s10_and_nobody_else_has_it(orders):
    """Two parcels under one number could not be told apart by lookup."""
    numbers = [order.tracking_number for order in orders]

    assert len(set(numbers)) == len(numbers)
    for number in numbers:
        assert re.fullmatch(r"(CX|RR)\d{9}GB", number)
        weighed = sum(
            int(digit) * weight
            for digit, weight in zip(number[2:10], (8, 6, 4, 2, 3, 5, 9, 7), strict=True)
        )
        assert int(number[10]) == {10: 0, 11: 5}.get(11 - weighed % 11, 11 - weighed % 11)


def test_every_postal_code_has_the_form_of_its_country(orders):
    """Lookup compares postal codes; one in no country's form would prove nothing."""
    for order in orders:
        assert order.recipient.country == order.country
        assert re.fullmatch(POSTAL_CODES[order.country], order.recipient.postal_code)


def test_a_customer_is_one_person_in_all_their_orders(orders):
    """Real customers bought again; their address did not change with every parcel."""
    people = {}

    for order in orders:
        assert people.setdefault(order.customer_no, order.recipient) == order.recipient
    emails = [person.email for person in people.values()]
    assert len(set(emails)) == len(people) < len(orders)
    assert all(re.fullmatch(r"[a-z]+\.[a-z]+\.\d+@example\.com", email) for email in emails)
    assert any(not person.name.isascii() for person in people.values())


def test_an_order_is_as_old_as_it_was_when_its_first_return_came(orders):
    """The service judges the window by its own clock, so the order moves, not the clock."""
    for order in orders:
        told = sample.story(order, NOON)

        age = NOON - told.delivered_at
        assert age.days == told.days_since_delivery
        assert timedelta(hours=2) <= age - timedelta(days=age.days) < timedelta(hours=10)
        assert told.delivered_at - told.ordered_at == timedelta(days=order.transit_days)
        assert 2 <= order.transit_days <= 6
        if order.real_returns:
            first = min(one.days for one in order.real_returns)
            assert told.days_since_delivery == max(0, first - order.transit_days)


def test_every_kind_of_refusal_has_returns_it_can_happen_to(asked):
    """A rule nobody runs into is a rule the demo does not show."""
    late = [one for one in asked if sample.story(one.order, NOON).days_since_delivery > 30]
    blocked = [one for one in asked if one.order.country in sample.BLOCKED_COUNTRIES]
    kept = [
        one
        for one in asked
        if any(one.order.line(item.line_no).sku in sample.NON_RETURNABLE_SKUS for item in one.items)
    ]

    assert len(late) >= 20
    assert len(blocked) >= 5
    assert len(kept) >= 5
    for portal_id in sample.PORTALS:
        here = [one for one in asked if one.order.portal_id == portal_id]
        assert len(here) >= 50
        assert len({one.refund_method for one in here}) == 3
        assert len({one.return_method for one in here}) == 4


def test_products_come_back_for_reasons_of_their_own(asked):
    """Top reasons that are alike for every product would tell a merchant nothing."""
    reasons = {}
    for one in asked:
        for item in one.items:
            reasons.setdefault(one.order.line(item.line_no).sku, Counter())[item.reason] += 1
    often = {sku: said for sku, said in reasons.items() if said.total() >= 5}

    tops = {said.most_common(1)[0][0] for said in often.values()}

    assert len(often) >= 10
    assert len(tops) >= 5


def test_a_country_of_no_portal_is_an_error():
    """An order that silently belonged nowhere would silently not be played."""
    with pytest.raises(KeyError):
        sample.portal_of("AQ")


def test_the_sample_is_the_same_on_every_machine(orders, asked):
    """Ids, reasons and wishes are derived: a change of this digest changes every demo's story."""
    made = blake2b(digest_size=16)

    for order in orders:
        person = order.recipient
        made.update(f"{order.order_no} {order.tracking_number} {order.transit_days}".encode())
        made.update(f"{person.name} {person.email} {person.language} {person.street}".encode())
        made.update(f"{person.house_number} {person.postal_code} {person.town}".encode())
    for one in asked:
        made.update(f"{one.return_id} {one.refund_method} {one.return_method}".encode())
        for item in one.items:
            made.update(f"{item.line_no} {item.quantity} {item.reason}".encode())

    assert made.hexdigest() == "9b51148dc7c7e0e72f5e224d1e38fdc9"
