"""What a merchant is alerted about."""

from __future__ import annotations

from dataclasses import replace

import pytest

from contracts.words import Phase
from services.notifications.adapters.words_toml import words
from services.notifications.domain.address import address
from services.notifications.domain.alert import alert, occasion_of
from services.notifications.domain.known import Erased, customer_of, portal_of
from services.notifications.domain.language import SPOKEN
from services.notifications.domain.letter import Missing, Unsendable, Unwanted
from tests.support.builders import (
    INBOUND,
    ORDER,
    a_label_issued,
    a_parcel_movement,
    a_portal,
    a_shipment,
    a_wait,
    an_id,
)
from tests.unit.notifications.written import a_label_lapsed

WORDS = words()
RETOUR = address("returns@retour.invalid")
ZOE = customer_of(a_shipment())


def alerted(happened, customer=ZOE, **portal):
    """The alert about what happened."""
    return alert(happened, customer, portal_of(a_portal(**portal)), WORDS, RETOUR)


def test_a_merchant_hears_what_it_must_act_on_and_no_more():
    """Six letters about one parcel on its way are five too many."""
    told = {p for p in (*Phase, "swallowed") if occasion_of(a_parcel_movement(phase=p))}

    assert told == {"handed_over", "delivered", "delivery_failed", "returned_to_sender", "lost"}
    assert occasion_of(a_label_issued()) == "return_announced"
    assert occasion_of(a_wait()) == "approval_needed"
    assert occasion_of(a_label_lapsed()) == "label_lapsed"


def test_an_alert_names_the_return_and_nobody():
    """A merchant's inbox is read by many people."""
    letter = alerted(a_parcel_movement())

    assert str(letter.to) == "desk@moss-and-fern.example.com"
    assert letter.sender == RETOUR
    assert letter.subject == f"Return on its way ({ORDER})"
    for named in (an_id(), ORDER, INBOUND, "11 March 2026"):
        assert named in letter.text
    assert "Zo" not in letter.text + letter.subject
    assert letter.html is None


def test_a_return_that_waits_says_for_whose_rule_and_until_when():
    """The desk must act, and knows its rules by these names."""
    letter = alerted(a_wait(rules=("dear-things", "late")))

    assert letter.subject == f"A return waits for you ({ORDER})"
    for named in (an_id(), "dear-things, late", "Answer by: 17 March 2026"):
        assert named in letter.text
    assert "Zo" not in letter.text + letter.subject
    assert "Rules" not in alerted(a_wait()).text


@pytest.mark.parametrize("language", SPOKEN)
def test_an_alert_is_in_the_portals_first_language(language):
    """The desk reads what the shop speaks, not what the customer speaks."""
    assert alerted(a_label_issued(), languages=("pl", language)).language == language


def test_none_means_none():
    """A merchant that named no address is left in peace, whatever else is missing."""
    assert alerted(a_label_issued(), notification_email=None) == Unwanted()
    assert alerted(a_label_issued(), None, notification_email=None) == Unwanted()
    assert alerted(a_wait(), notification_email=None) == Unwanted()


def test_an_alert_waits_for_what_it_names():
    """Topics keep no order among each other."""
    assert alerted(a_label_issued(), None) == Missing("shipment_unknown")
    assert alert(a_label_issued(), ZOE, None, WORDS, RETOUR) == Missing("portal_unknown")


@pytest.mark.parametrize("customer", [Erased("MF-1001"), replace(ZOE, portal_id="someone-else")])
def test_an_order_that_is_not_ours_to_name_is_left_out(customer):
    """The merchant still hears that a parcel is coming."""
    letter = alerted(a_label_issued(), customer)

    assert letter.subject == "Return announced"
    assert ORDER not in letter.text


def test_an_alert_goes_to_one_mailbox_or_nowhere():
    """As every letter."""
    assert alerted(a_label_issued(), notification_email="a@localhost") == Unsendable(
        "email_invalid"
    )
