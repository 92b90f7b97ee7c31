"""A portal's settings, compiled into what decisions ask of them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.shape import Money
from contracts.shop import CarrierChoice, Fee, OfferedReason
from contracts.words import Reason, ReturnMethod
from services.rules.domain.portal import OWN_LABEL, compiled
from tests.support.builders import TUESDAY, a_portal, a_return_address, days, pounds


def test_the_first_fee_that_fits_is_due():
    """Fees are read from the top, as a merchant wrote them."""
    portal = compiled(a_portal(fees=(Fee(price=pounds(5)), Fee(price=pounds(1)))))

    assert portal.price("in_store", "NL", pounds(20)) == pounds(5)


def test_a_fee_for_a_method_leaves_the_others_free():
    """A drop-off costs, a visit to the shop does not."""
    portal = compiled(a_portal(fees=(Fee(price=pounds(5), return_method="drop_off_point"),)))

    assert portal.price("drop_off_point", "NL", pounds(20)) == pounds(5)
    assert portal.price("in_store", "NL", pounds(20)) == pounds(0)


def test_a_fee_for_a_country_leaves_the_others_to_the_next_fee():
    """The way back from Norway is dearer than from anywhere else."""
    fees = (Fee(price=pounds(20), country="NO"), Fee(price=pounds(5)))
    portal = compiled(a_portal(fees=fees))

    assert portal.price("drop_off_point", "NO", pounds(20)) == pounds(20)
    assert portal.price("drop_off_point", "NL", pounds(20)) == pounds(5)


def test_a_fee_for_a_method_and_a_country_wants_both():
    """Half a match is none."""
    portal = compiled(a_portal(fees=(Fee(price=pounds(9), country="NO", return_method="pickup"),)))

    assert portal.price("pickup", "NL", pounds(20)) == pounds(0)
    assert portal.price("in_store", "NO", pounds(20)) == pounds(0)
    assert portal.price("pickup", "NO", pounds(20)) == pounds(9)


@pytest.mark.parametrize(("value", "price"), [(49.99, 5), (50, 5), (50.01, 0)])
def test_a_fee_is_waived_above_its_limit_and_not_at_it(value: float, price: float):
    """`free_above` is a threshold, and 50.00 is not above 50.00."""
    portal = compiled(a_portal(fees=(Fee(price=pounds(5), free_above=pounds(50)),)))

    assert portal.price("in_store", "NL", pounds(value)) == pounds(price)


def test_a_waived_fee_does_not_fall_through_to_the_next():
    """The fee that fits decides, even if it decides that nothing is due."""
    fees = (Fee(price=pounds(5), free_above=pounds(50)), Fee(price=pounds(1)))

    assert compiled(a_portal(fees=fees)).price("in_store", "NL", pounds(60)) == pounds(0)


def test_a_limit_in_another_currency_waives_nothing():
    """60 pounds are not more than 50 euros, and not less: they are not compared."""
    fee = Fee(price=pounds(5), free_above=Money(minor=5000, currency="EUR"))

    assert compiled(a_portal(fees=(fee,))).price("in_store", "NL", pounds(60)) == pounds(5)


def test_a_portal_without_fees_is_free_in_its_own_currency():
    """Nothing is due, and nothing has a currency too."""
    portal = compiled(a_portal(currency="SEK", fees=()))

    assert portal.price("in_store", "SE", portal.free) == Money(minor=0, currency="SEK")


def test_the_first_carrier_whose_contract_covers_returns_carries():
    """A carrier for outbound parcels only is of no use here."""
    choices = (
        CarrierChoice(carrier="outward", covers_returns=False),
        CarrierChoice(carrier="postnl"),
        CarrierChoice(carrier="dhl"),
    )
    portal = compiled(a_portal(carriers=choices))

    assert portal.carrier_for("drop_off_point") == "postnl"


def test_nobody_carries_to_the_shop():
    """The customer walks."""
    portal = compiled(a_portal(carriers=(CarrierChoice(carrier="postnl"),)))

    assert portal.carrier_for("in_store") is None


def test_without_a_carrier_customers_post_the_parcel_themselves():
    """An address label needs no contract with anybody."""
    assert compiled(a_portal(carriers=())).carrier_for("drop_off_point") == OWN_LABEL


@pytest.mark.parametrize("method", [m.value for m in ReturnMethod])
def test_a_method_that_is_switched_off_is_not_offered(method: str):
    """The merchant decides."""
    others = tuple(m.value for m in ReturnMethod if m.value != method)
    carriers = (CarrierChoice(carrier="postnl"),)

    assert not compiled(a_portal(return_methods=others, carriers=carriers)).offers(method)
    assert compiled(a_portal(return_methods=(method,), carriers=carriers)).offers(method)


@pytest.mark.parametrize(
    ("method", "offered"),
    [
        ("in_store", True),
        ("drop_off_point", True),
        ("drop_off_labelless", False),
        ("pickup", False),
    ],
)
def test_what_needs_a_carrier_is_not_offered_without_one(method: str, *, offered: bool):
    """A promise nobody can keep is not made."""
    everything = tuple(m.value for m in ReturnMethod)

    assert compiled(a_portal(return_methods=everything, carriers=())).offers(method) is offered


def test_the_window_counts_from_where_the_merchant_says():
    """Thirty days from delivery are not thirty days from the order."""
    ordered, delivered = TUESDAY - days(9), TUESDAY - days(5)
    by_delivery = compiled(a_portal(window_days=30, window_starts="delivered"))
    by_order = compiled(a_portal(window_days=30, window_starts="ordered"))

    assert by_delivery.return_until(ordered, delivered) == TUESDAY + days(25)
    assert by_order.return_until(ordered, delivered) == TUESDAY + days(21)


def test_no_reasons_of_its_own_means_every_reason_we_know():
    """A merchant who says nothing loses no answer."""
    assert set(compiled(a_portal(reasons=())).reasons) == {reason.value for reason in Reason}


def test_a_merchants_own_reasons_are_the_only_ones():
    """What is not on its list is not asked."""
    mine = OfferedReason(code="haunted", wording={"en": "It is haunted"})

    assert compiled(a_portal(reasons=(mine,))).reasons == {"haunted": mine}


def test_the_chosen_address_is_where_parcels_go():
    """The choice is by id, not by place in the list."""
    addresses = (a_return_address(), a_return_address(address_id="attic", town="Bath"))
    portal = compiled(a_portal(return_addresses=addresses, return_address_id="attic"))

    assert portal.return_to == addresses[1]


def test_a_portal_that_may_not_go_live_is_closed():
    """Readiness and the verdict read the same settings the same way."""
    assert compiled(a_portal()).open
    assert not compiled(a_portal(return_methods=())).open


@given(
    fees=st.lists(
        st.builds(
            Fee,
            price=st.integers(0, 2000).map(lambda minor: Money(minor=minor, currency="GBP")),
            return_method=st.sampled_from([None, "in_store", "pickup"]),
            country=st.sampled_from([None, "NL", "NO"]),
            free_above=st.none()
            | st.integers(0, 9000).map(lambda minor: Money(minor=minor, currency="GBP")),
        ),
        max_size=5,
    ),
    method=st.sampled_from(["in_store", "pickup"]),
    country=st.sampled_from(["NL", "NO"]),
    values=st.tuples(st.integers(0, 10_000), st.integers(0, 10_000)),
)
def test_a_dearer_basket_never_makes_the_way_back_dearer(fees, method, country, values):
    """Which is why the price without items is the most a customer can be asked for."""
    portal = compiled(a_portal(fees=tuple(fees)))
    small, large = (Money(minor=minor, currency="GBP") for minor in sorted(values))

    assert portal.price(method, country, large).minor <= portal.price(method, country, small).minor
