"""A portal's settings, compiled into what decisions ask of them."""

from __future__ import annotations

from datetime import date

import pytest

from contracts.rulebook import Rule, UnknownAction
from contracts.shop import CarrierChoice, OfferedReason
from contracts.words import NotOffered, Reason, ReturnMethod
from services.rules.domain.capability import OWN_LABEL, Way
from services.rules.domain.portal import Portal, compiled
from tests.support.builders import TUESDAY, a_portal, a_return_address, days
from tests.support.carriers import REGISTRY

A_DAY = date(2026, 3, 10)


def portal(**changes) -> Portal:
    """The usual portal, changed and compiled."""
    return compiled(a_portal(**changes), REGISTRY)


def test_the_first_carrier_that_can_do_it_carries():
    """In the merchant's order; one for outbound parcels only is of no use here."""
    choices = (
        CarrierChoice(carrier="postnl", covers_returns=False),
        CarrierChoice(carrier="dhl"),
        CarrierChoice(carrier="postnl"),
    )

    ways = portal(carriers=choices).ways("NL", A_DAY)

    assert (ways["drop_off_point"].carrier, ways["in_store"].carrier) == ("dhl", None)


def test_without_a_carrier_customers_post_the_parcel_themselves():
    """An address label needs no contract with anybody."""
    assert portal(carriers=()).ways("NL", A_DAY)["drop_off_point"].carrier == OWN_LABEL


def test_a_way_back_that_leads_nowhere_says_why():
    """Pickup wants a direct contract with GLS, from the Netherlands to the Netherlands."""
    at_home = (a_return_address(country="NL"),)
    platform, direct = (
        (CarrierChoice(carrier="gls", contract=contract),) for contract in ("platform", "direct")
    )
    methods = ("pickup", "in_store")

    def pickup(country: str, **changes) -> Way:
        settings = {"return_methods": methods, "return_addresses": at_home} | changes
        return portal(**settings).ways(country, A_DAY)["pickup"]

    assert pickup("NL", carriers=direct).offered
    assert pickup("NL", carriers=platform).why_not == NotOffered.DIRECT_CONTRACT_NEEDED
    assert pickup("DE", carriers=direct).why_not == NotOffered.NOT_ON_THIS_ROUTE
    assert pickup("NL", carriers=()).why_not == NotOffered.NO_CARRIER


@pytest.mark.parametrize("method", [m.value for m in ReturnMethod])
def test_a_method_that_is_switched_off_is_no_way_back(method: str):
    """The merchant decides; and keeping an item is none of the ways a merchant switches on."""
    others = tuple(m.value for m in ReturnMethod if m.value != method)

    assert method not in portal(return_methods=others).ways("NL", A_DAY)
    assert (method in portal(return_methods=(method,)).ways("NL", A_DAY)) is (method != "none")


def test_without_a_return_address_there_is_no_way_back():
    """Nobody knows where to."""
    assert portal(return_addresses=(), return_address_id=None).ways("NL", A_DAY) == {}


def test_a_rule_nobody_here_can_read_closes_the_portal():
    """Whatever it would forbid must not happen meanwhile."""
    rule = Rule(rule_id="strange", then=(UnknownAction(kind="send_flowers"),))

    assert not portal(rules=(rule,)).open


def test_the_window_counts_from_where_the_merchant_says():
    """Thirty days from delivery are not thirty days from the order."""
    ordered, delivered = TUESDAY - days(9), TUESDAY - days(5)
    by_delivery = portal(window_days=30, window_starts="delivered")
    by_order = portal(window_days=30, window_starts="ordered")

    assert by_delivery.return_until(ordered, delivered) == TUESDAY + days(25)
    assert by_order.return_until(ordered, delivered) == TUESDAY + days(21)


def test_no_reasons_of_its_own_means_every_reason_we_know():
    """A merchant who says nothing loses no answer."""
    assert set(portal(reasons=()).reasons) == {reason.value for reason in Reason}


def test_a_merchants_own_reasons_are_the_only_ones():
    """What is not on its list is not asked."""
    mine = OfferedReason(code="haunted", wording={"en": "It is haunted"})

    assert portal(reasons=(mine,)).reasons == {"haunted": mine}


def test_the_chosen_address_is_where_parcels_go():
    """The choice is by id, not by place in the list."""
    addresses = (a_return_address(), a_return_address(address_id="attic", town="Bath"))
    chosen = portal(return_addresses=addresses, return_address_id="attic")

    assert chosen.return_to == addresses[1]


def test_a_portal_that_may_not_go_live_is_closed():
    """Readiness and the verdict read the same settings the same way."""
    assert portal().open
    assert not portal(return_methods=()).open
