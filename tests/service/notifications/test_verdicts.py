"""notifications, when a return waits for a person, does not travel, is cancelled, or is paid."""

from __future__ import annotations

from itertools import permutations

import pytest

from contracts.notifications import CustomerEmailed, EmailBounced, MerchantAlerted
from contracts.rules import Refusal
from services._runtime.intents import State
from services.notifications.ports import EMAIL_CUSTOMER
from tests.service.notifications.house import House
from tests.support.builders import (
    SHIPMENT,
    a_cancellation,
    a_label_issued,
    a_label_printed,
    a_portal,
    a_refund,
    a_rejection,
    a_shipment,
    a_wait,
    an_approval,
    an_id,
)

CUSTOMER, DESK = "zoe@example.com", "desk@moss-and-fern.example.com"


def nothing_to_send(**changes):
    """Zoë may keep the teapot."""
    return an_approval(**{"return_method": "none", "carrier": None} | changes)


def told_letters(house):
    """Which letters were told as sent, in order."""
    return [told.letter for told in house.told(CustomerEmailed)]


async def test_a_return_that_waits_is_told_to_both_sides():
    """The customer must not send it yet, and the merchant must decide."""
    house = House()

    await house.after(a_portal(), a_shipment(), a_wait())

    assert {str(letter.to) for letter in house.letters()} == {CUSTOMER, DESK}
    assert told_letters(house) == ["return_waiting"]
    assert [told.occasion for told in house.told(MerchantAlerted)] == ["approval_needed"]


async def test_a_merchant_without_an_address_is_not_asked_and_the_customer_still_told():
    """None means none (R30): the command line shows what waits."""
    house = House()

    await house.after(a_portal(notification_email=None), a_shipment(), a_wait())

    assert [str(letter.to) for letter in house.letters()] == [CUSTOMER]
    assert house.told(MerchantAlerted) == []


async def test_a_return_that_waited_and_is_approved_gets_both_letters_once_each():
    """First: wait. Then the label, as any other. And neither again after a replay."""
    house = House()
    story = (a_wait(), an_approval(approved_by="jo"), a_label_issued(), a_label_printed())
    await house.after(a_portal(), a_shipment(), *story)

    await house.after(*story)

    assert told_letters(house) == ["return_waiting", "label_ready"]
    assert [t.occasion for t in house.told(MerchantAlerted)] == [
        "approval_needed",
        "return_announced",
    ]
    assert house.mail.handed_in == 4


@pytest.mark.parametrize("code", ["refused_by_merchant", "approval_expired"])
async def test_a_return_that_waited_and_is_refused_gets_both_letters(code):
    """A person said no, or nobody said anything."""
    house = House()

    refused = a_rejection(refusals=(Refusal(code=code),), because="Worn.", language="en")
    await house.after(a_portal(), a_shipment(), a_wait(), refused)

    assert told_letters(house) == ["return_waiting", "return_refused"]
    (letter,) = [one for one in house.letters() if "Your return request" in one.subject]
    assert ("“Worn.”" in letter.text) is (code == "refused_by_merchant")


async def test_an_approval_alone_is_no_letter():
    """Its label says it: a second letter would only be noise."""
    house = House()

    await house.after(a_portal(), a_shipment(), an_approval())

    assert (house.letters(), house.states()) == ([], {})


async def test_keeping_everything_and_being_paid_is_one_letter():
    """Rules tells both at the same moment."""
    house = House()
    due = a_refund(because="nothing_to_send")

    await house.after(a_portal(), a_shipment(), nothing_to_send(), due, nothing_to_send(), due)

    (letter,) = house.letters()
    assert (str(letter.to), letter.language) == (CUSTOMER, "nl")
    assert told_letters(house) == ["nothing_to_send_back"]
    assert house.states() == {f"{EMAIL_CUSTOMER}:{an_id()}:nothing_to_send_back": State.SUCCEEDED}


async def test_what_the_merchant_pays_is_told_once():
    """However often it is heard, and in the language the return was asked for in."""
    house = House()
    await house.after(a_portal(), a_shipment(), an_approval(language="en"))

    await house.after(a_refund(), a_refund(because="released"))

    (letter,) = house.letters()
    assert letter.language == "en"
    assert told_letters(house) == ["refund_due"]


async def test_a_refund_that_overtook_its_return_waits_for_it():
    """It names a return, and nobody yet knows whose."""
    house = House()
    await house.after(a_portal(), a_shipment(), a_refund())
    (intent,) = house.intents.all.values()
    assert intent.code == "recipient_unknown"

    await house.hears(an_approval())
    await house.later(seconds=5)

    assert told_letters(house) == ["refund_due"]


async def test_a_cancellation_is_told_once_in_the_language_that_was_asked_for():
    """Zoë's account is Dutch; she asked in English."""
    house = House()
    await house.after(a_portal(), a_shipment(), a_wait(language="en"))

    await house.after(a_cancellation(), a_cancellation())

    assert told_letters(house) == ["return_waiting", "return_cancelled"]
    assert {told.language for told in house.told(CustomerEmailed)} == {"en"}


async def test_the_same_letters_go_out_in_whatever_order_the_topics_arrive():
    """A replay reads one topic after the other."""
    story = (a_wait(), nothing_to_send(), a_cancellation(), a_refund(because="released"))
    due = {"return_waiting", "nothing_to_send_back", "return_cancelled", "refund_due"}

    for place, told in enumerate(permutations(story)):
        house = House()
        told = list(told)  # noqa: PLW2901  -- who it is for is learnt somewhere in between
        told.insert(place % 5, a_portal())
        told.insert(place % 6, a_shipment())
        await house.after(*told)
        await house.later(seconds=30)

        assert set(told_letters(house)) == due
        assert len(house.letters()) == len(due) + 1


@pytest.mark.parametrize(
    ("happened", "letter"),
    [
        (a_wait(), "return_waiting"),
        (nothing_to_send(), "nothing_to_send_back"),
        (a_cancellation(), "return_cancelled"),
        (a_refund(), "refund_due"),
    ],
)
async def test_an_erased_customer_gets_none_of_these_letters(happened, letter):
    """Also not the one that was already planned."""
    house = House()
    await house.after(a_portal(notification_email=None), a_shipment(), an_approval())
    await house.hears(happened)
    await house.forgets(SHIPMENT)

    await house.works()

    assert house.letters() == []
    (bounced,) = house.told(EmailBounced)
    assert (bounced.letter, bounced.code) == (letter, "recipient_erased")


@pytest.mark.parametrize("happened", [a_wait(), nothing_to_send(), a_cancellation()])
async def test_none_of_these_letters_goes_to_anothers_customer(happened):
    """Whoever guesses a shipment's name must not be able to write to its customer."""
    house = House()
    theirs = happened.model_copy(update={"portal_id": "mallory"})

    await house.after(a_portal(portal_id="mallory", notification_email=None), a_shipment(), theirs)

    assert house.letters() == []
    assert [told.code for told in house.told(EmailBounced)] == ["recipient_unknown"]


async def test_what_is_told_of_these_letters_names_nobody():
    """These messages are kept for years."""
    house = House()
    refused = a_rejection(
        refusals=(Refusal(code="refused_by_merchant"),), because="Zonder, no.", return_id=an_id(8)
    )

    story = (a_wait(), nothing_to_send(), a_cancellation(), a_refund(), refused)
    await house.after(a_portal(), a_shipment(), *story)

    said = b"".join(t.body + b"".join(v for _, v in t.headers) for t in house.speaker.said)
    assert len(house.speaker.said) == 6
    for canary in (b"zoe", "Zoë".encode(), b"Zonder", b"@"):
        assert canary not in said
