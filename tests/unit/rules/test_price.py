"""What a return costs: the portal's table of fees, and what rules make of it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.rulebook import SetFee, WaiveFee
from contracts.shape import Money
from contracts.shop import Fee
from services.rules.domain.price import Fees, Tariff
from services.rules.domain.rulebook.effect import NONE, Effect
from tests.support.any_rules import COUNTRIES, METHODS, amounts, fees
from tests.support.builders import pounds


def due(table, method="in_store", country="NL", value=20.0, effect=NONE):
    """What one item makes the return cost."""
    return Fees(table, "GBP").tariff(effect, method, country).due(pounds(value))


def test_the_first_fee_that_fits_is_due():
    """Fees are read from the top, as a merchant wrote them."""
    assert due([Fee(price=pounds(5)), Fee(price=pounds(1))]) == pounds(5)


def test_a_fee_for_a_method_leaves_the_others_free():
    """A drop-off costs, a visit to the shop does not."""
    table = [Fee(price=pounds(5), return_method="drop_off_point")]

    assert due(table, "drop_off_point") == pounds(5)
    assert due(table, "in_store") == pounds(0)


def test_a_fee_for_a_country_leaves_the_others_to_the_next_fee():
    """The way back from Norway is dearer than from anywhere else."""
    table = [Fee(price=pounds(20), country="NO"), Fee(price=pounds(5))]

    assert due(table, country="NO") == pounds(20)
    assert due(table, country="NL") == pounds(5)


def test_a_fee_for_a_method_and_a_country_wants_both():
    """Half a match is none."""
    table = [Fee(price=pounds(9), country="NO", return_method="pickup")]

    assert due(table, "pickup", "NL") == pounds(0)
    assert due(table, "in_store", "NO") == pounds(0)
    assert due(table, "pickup", "NO") == pounds(9)


@given(table=st.lists(fees, max_size=8), method=st.sampled_from(METHODS),
       country=st.sampled_from(COUNTRIES), value=amounts(30_000))  # fmt: skip
def test_a_long_table_says_what_reading_it_from_the_top_says(table, method, country, value):
    """However many fees there are, only four are looked at: they must be the right ones."""
    fitting = [
        fee
        for fee in table
        if fee.return_method in (None, method) and fee.country in (None, country)
    ]
    first = fitting[0] if fitting else Fee(price=pounds(0))

    tariff = Fees(table, "GBP").tariff(NONE, method, country)

    assert tariff == Tariff(first.price, first.free_above)


@pytest.mark.parametrize(("value", "price"), [(49.99, 5), (50, 5), (50.01, 0)])
def test_a_fee_is_waived_above_its_limit_and_not_at_it(value: float, price: float):
    """`free_above` is a threshold, and 50.00 is not above 50.00."""
    assert due([Fee(price=pounds(5), free_above=pounds(50))], value=value) == pounds(price)


def test_a_waived_fee_does_not_fall_through_to_the_next():
    """The fee that fits decides, even if it decides that nothing is due."""
    table = [Fee(price=pounds(5), free_above=pounds(50)), Fee(price=pounds(1))]

    assert due(table, value=60) == pounds(0)


def test_a_limit_in_another_currency_waives_nothing():
    """60 pounds are not more than 50 euros, and not less: they are not compared."""
    table = [Fee(price=pounds(5), free_above=Money(minor=5000, currency="EUR"))]

    assert due(table, value=60) == pounds(5)


def test_a_portal_without_fees_is_free_in_its_own_currency():
    """Nothing is due, and nothing has a currency too."""
    assert Fees([], "SEK").tariff(NONE, "in_store", "SE").price == Money(minor=0, currency="SEK")


@given(table=st.lists(fees, max_size=5), method=st.sampled_from(METHODS),
       values=st.tuples(amounts(10_000), amounts(10_000)))  # fmt: skip
def test_a_dearer_basket_never_makes_the_way_back_dearer(table, method, values):
    """Which is why the price without items is the most a customer can be asked for."""
    small, large = sorted(values, key=lambda value: value.minor)
    tariff = Fees(table, "GBP").tariff(NONE, method, "NL")

    assert tariff.due(large).minor <= tariff.due(small).minor


def test_a_rule_comes_before_the_table():
    """A merchant writes a rule because the table does not say it."""
    table = [Fee(price=pounds(5))]

    assert due(table, effect=Effect(fee=SetFee(price=pounds(8)))) == pounds(8)
    assert due(table, effect=Effect(fee=WaiveFee())) == pounds(0)


def test_what_a_rule_asks_may_be_free_for_much_too():
    """A rule's fee knows `free_above` as the table's do."""
    effect = Effect(fee=SetFee(price=pounds(8), free_above=pounds(50)))

    assert due([], effect=effect, value=50) == pounds(8)
    assert due([], effect=effect, value=50.01) == pounds(0)


def test_what_is_kept_costs_nothing():
    """Nobody carries it, whatever a rule about its fee says."""
    effect = Effect(fee=SetFee(price=pounds(8)), kept=True)

    assert due([Fee(price=pounds(5))], effect=effect) == pounds(0)


def test_the_dearest_item_is_the_price_of_the_return():
    """One parcel goes back, not three: fees are not added up."""
    table = Fees([], "GBP")
    tariffs = [Tariff(pounds(3)), Tariff(pounds(8), pounds(50)), Tariff(pounds(5))]

    assert table.dearest(tariffs, pounds(50)) == pounds(8)
    assert table.dearest(tariffs, pounds(51)) == pounds(5)
    assert table.dearest([], pounds(51)) == pounds(0)
