"""notifications as its neighbours see it: what goes in, which letters go out, what is told."""

from __future__ import annotations

from base64 import b64encode

import pytest

from contracts.labels import Document, LabelDelayed, LabelLapsed, LabelRefused
from contracts.notifications import CustomerEmailed, EmailBounced, MerchantAlerted
from contracts.rules import Refusal
from contracts.shop import Customer
from services._runtime.intents import State
from services.notifications import READS, TELLS
from services.notifications.adapters.facts_memory import FactsMemory
from services.notifications.adapters.mail_memory import MailMemory
from services.notifications.handlers import Handlers
from services.notifications.ports import (
    EMAIL_CUSTOMER,
    Deferred,
    InDoubt,
    Refused,
)
from services.notifications.workers import message_id_of
from tests.service.notifications.house import House
from tests.support.builders import (
    SHIPMENT,
    a_label_issued,
    a_label_printed,
    a_parcel_movement,
    a_portal,
    a_rejection,
    a_shipment,
    an_approval,
    an_id,
)

PNG = b"\x89PNG\r\n\x1a\n and a picture"
QR = Document(kind="qr_png", media_type="image/png", content=b64encode(PNG).decode())
LABEL_READY = f"{EMAIL_CUSTOMER}:{an_id()}:label_ready"
DAYS_PAST_DEADLINE = 4


class MailThatAnswers(MailMemory):
    """A mail server that gives these answers first, then takes what comes."""

    def __init__(self, *answers):
        super().__init__()
        self._answers = list(answers)

    async def send(self, letter, message_id, at):
        if self._answers:
            self.handed_in += 1
            return self._answers.pop(0)
        return await super().send(letter, message_id, at)


class FactsThatAreDown(FactsMemory):
    """The database answers from the second question on."""

    down = True

    async def customer(self, shipment_id):
        if self.down:
            self.down = False
            raise ConnectionError
        return await super().customer(shipment_id)


def a_code_printed(**changes):
    """A QR code, and no paper."""
    usual = {"kind": "qr_code", "return_method": "drop_off_labelless", "documents": (QR,)}
    return a_label_printed(**usual | changes)


def a_label_refused():
    """No carrier takes it."""
    return LabelRefused(
        return_id=an_id(), portal_id="moss-and-fern", shipment_id=SHIPMENT, code="carrier_rejected"
    )


def test_it_listens_to_what_it_says_it_reads():
    """The table of services is made of these names."""
    routes = Handlers(FactsMemory()).routes()

    assert {route.topic for route in routes} == set(READS)
    assert {topic.owner for topic in TELLS} == {"notifications"}


async def test_a_label_reaches_its_customer_once():
    """The whole point."""
    house = House()

    await house.after(a_portal(), a_shipment(), a_label_printed())

    (letter,) = house.letters()
    assert str(letter.to) == "zoe@example.com"
    assert [e.filename for e in letter.enclosures] == ["return-label-RR987654321NL.pdf"]
    (told,) = house.told(CustomerEmailed)
    assert (told.return_id, told.letter, told.language) == (an_id(), "label_ready", "nl")
    assert told.sent_at == house.clock()
    assert house.states() == {LABEL_READY: State.SUCCEEDED}


async def test_a_code_is_shown_in_the_letter_and_enclosed():
    """No printer is needed."""
    house = House()

    await house.after(a_portal(), a_shipment(), a_code_printed())

    (letter,) = house.letters()
    assert letter.shown.content == PNG
    assert [e.filename for e in letter.enclosures] == ["return-code-RR987654321NL.png"]
    (told,) = house.told(CustomerEmailed)
    assert told.letter == "qr_code_ready"


async def test_a_label_planned_twice_is_sent_once():
    """Kafka delivers at least once; customers want one letter."""
    house = House()
    await house.after(a_portal(), a_shipment())

    await house.hears(a_label_printed(), ce_id="one")
    await house.hears(a_label_printed(), ce_id="one")
    await house.after(a_label_printed())
    await house.after(a_label_printed())

    assert house.mail.handed_in == 1
    assert len(house.told(CustomerEmailed)) == 1


async def test_each_parcel_of_a_return_has_its_letter():
    """Two labels are two letters, not a repeat."""
    house = House()

    await house.after(a_portal(), a_shipment(), a_label_printed(), a_label_printed(parcel_no=2))

    assert len(house.letters()) == 2


async def test_a_refusal_lists_its_reasons():
    """A no without a reason is a telephone call."""
    house = House()
    refusals = (Refusal(code="window_closed"), Refusal(code="not_returnable", line_id="1"))

    await house.after(a_portal(), a_shipment(), a_rejection(refusals=refusals, language="en"))

    (letter,) = house.letters()
    assert "- The time for returning this parcel has run out (30 days)." in letter.text
    assert "- Grumpy teapot: This item is excluded from returns." in letter.text
    (told,) = house.told(CustomerEmailed)
    assert (told.letter, told.language) == ("return_refused", "en")


async def test_without_a_label_both_sides_are_told():
    """Somebody has to find another way back."""
    house = House()

    await house.after(a_portal(), a_shipment(), a_label_refused())

    assert {str(letter.to) for letter in house.letters()} == {
        "zoe@example.com",
        "desk@moss-and-fern.example.com",
    }
    assert [m.letter for m in house.told(CustomerEmailed)] == ["label_refused"]
    assert [m.occasion for m in house.told(MerchantAlerted)] == ["label_refused"]


async def test_a_merchant_follows_its_returns():
    """Announced, on its way, there: and nothing in between."""
    house = House()
    await house.after(a_portal(), a_shipment(), a_label_issued())

    phases = ("announced", "handed_over", "in_transit", "in_transit", "swallowed", "delivered")
    await house.after(*(a_parcel_movement(phase=phase) for phase in phases))

    assert [m.occasion for m in house.told(MerchantAlerted)] == [
        "return_announced",
        "handed_over",
        "delivered",
    ]
    assert all("536365" in letter.subject for letter in house.letters())


async def test_a_merchant_without_an_address_is_left_in_peace():
    """None means none: nothing is sent, nothing is told, nothing is left to do."""
    house = House()
    await house.after(a_portal(notification_email=None), a_shipment())

    await house.after(a_label_issued(), a_parcel_movement())

    assert house.letters() == []
    assert house.speaker.said == []
    assert set(house.states().values()) == {State.SUCCEEDED}


async def test_a_movement_that_overtook_its_label_waits_for_it():
    """A carrier can be faster than a topic."""
    house = House()
    await house.after(a_portal(), a_shipment(), a_parcel_movement())
    assert house.letters() == []

    await house.hears(a_label_issued())
    await house.later(seconds=5)

    assert {m.occasion for m in house.told(MerchantAlerted)} == {"return_announced", "handed_over"}


async def test_a_label_that_overtook_its_customer_and_portal_waits_for_both():
    """Topics keep no order among each other."""
    house = House()
    await house.after(a_label_printed())
    assert house.intents.all[LABEL_READY].code == "recipient_unknown"

    await house.hears(a_shipment())
    await house.later(seconds=5)
    assert house.intents.all[LABEL_READY].code == "portal_unknown"

    await house.hears(a_portal())
    await house.later(seconds=5)
    assert len(house.letters()) == 1


async def test_a_return_nobody_knows_the_customer_of_ends_as_bounced():
    """A refusal of an unknown shipment has no recipient, and must not wait for ever."""
    house = House()
    unknown = a_rejection(refusals=(Refusal(code="shipment_unknown"),))
    await house.after(a_portal(), unknown)

    await house.later(days=DAYS_PAST_DEADLINE)

    (bounced,) = house.told(EmailBounced)
    assert (bounced.letter, bounced.code) == ("return_refused", "recipient_unknown")
    assert list(house.states().values()) == [State.REJECTED]


async def test_an_alert_that_can_never_be_written_ends_as_bounced():
    """An intent that waits for ever is a secret."""
    house = House()
    await house.after(a_portal(), a_label_issued())

    await house.later(days=DAYS_PAST_DEADLINE)

    (bounced,) = house.told(EmailBounced)
    assert (bounced.letter, bounced.code) == ("return_announced", "shipment_unknown")


async def test_an_erased_customer_gets_no_letter():
    """Also not the one that was already planned."""
    house = House()
    await house.after(a_portal(), a_shipment())
    await house.hears(a_label_printed())
    await house.forgets(SHIPMENT)

    await house.works()

    assert house.letters() == []
    (bounced,) = house.told(EmailBounced)
    assert (bounced.letter, bounced.code) == ("label_ready", "recipient_erased")


async def test_a_letter_in_doubt_lets_go_of_whom_it_was_for():
    """A person may decide about it for months, and the label lies in it."""
    house = House(MailThatAnswers(InDoubt()))
    await house.after(a_portal(), a_shipment(), a_label_printed())
    assert b"JVBERi0x" in house.intents.all[LABEL_READY].order

    await house.forgets(SHIPMENT)

    found = house.intents.all[LABEL_READY]
    assert (found.state, found.order) == (State.UNKNOWN, b"")


async def test_a_null_value_on_the_labels_topic_is_no_letter_and_not_parked():
    """It is there to have the documents erased. Nobody is written to."""
    house = House()
    await house.after(a_portal(), a_shipment())

    await house.hears_bytes("returns.label-printed.v1", an_id().encode(), None, {})
    await house.works()

    assert (house.letters(), house.told_kinds(), house.states()) == ([], [], {})


async def test_a_repeated_shipment_does_not_bring_an_erased_customer_back():
    """Redelivery must not undo a right."""
    house = House()
    await house.after(a_portal(), a_shipment())
    await house.forgets(SHIPMENT)

    await house.after(a_shipment(), a_label_printed())

    assert house.letters() == []


async def test_an_erased_order_is_not_named_to_the_merchant():
    """The parcel still comes, so the alert still goes out."""
    house = House()
    await house.after(a_portal(), a_shipment())
    await house.forgets(SHIPMENT)

    await house.after(a_label_issued())

    (letter,) = house.letters()
    assert "536365" not in letter.subject + letter.text


async def test_no_letter_carries_one_merchants_name_to_anothers_customer():
    """Whoever guesses a shipment's name must not be able to write to its customer."""
    house = House()
    await house.after(a_portal(), a_portal(portal_id="mallory"), a_shipment())

    await house.after(a_rejection(portal_id="mallory"))

    assert house.letters() == []
    (bounced,) = house.told(EmailBounced)
    assert bounced.code == "recipient_unknown"


async def test_an_older_version_changes_nothing():
    """A replay must not write to an old address."""
    house = House()
    new = Customer(name="Zoë Zonder", email="new@example.com", language="nl")
    await house.after(
        a_portal(version=2, notification_email=None), a_shipment(version=2, customer=new)
    )

    await house.after(a_portal(), a_shipment(), a_label_printed(), a_label_issued())

    assert [str(letter.to) for letter in house.letters()] == ["new@example.com"]


@pytest.mark.parametrize(
    "name", ["<a href=https://evil.example>Refund</a>", "Zoë\tBcc: c@evil.example", "{{7*7}}"]
)
async def test_a_hostile_name_is_only_a_name(name):
    """It is shown, escaped, and goes to nobody else."""
    house = House()
    customer = Customer(name=name, email="zoe@example.com", language="en")

    await house.after(a_portal(), a_shipment(customer=customer), a_rejection())

    (letter,) = house.letters()
    assert str(letter.to) == "zoe@example.com"
    assert "<a href=" not in letter.html
    assert "\r" not in letter.text
    assert "49" not in letter.text


@pytest.mark.parametrize("code", ["smtp_451", "smtp_unreachable"])
async def test_what_the_server_cannot_take_now_is_sent_later(code):
    """Greylisting is everyday life."""
    house = House(MailThatAnswers(Deferred(code)))
    await house.after(a_portal(), a_shipment(), a_label_printed())
    assert (house.letters(), house.intents.all[LABEL_READY].code) == ([], code)

    await house.later(seconds=5)

    assert house.mail.handed_in == 2
    assert len(house.told(CustomerEmailed)) == 1


async def test_a_server_that_never_takes_it_is_given_up_on_after_the_deadline():
    """Three days of greylisting are a no."""
    house = House(MailThatAnswers(*[Deferred("smtp_451")] * 9))
    await house.after(a_portal(), a_shipment(), a_label_printed())

    await house.later(days=DAYS_PAST_DEADLINE)

    (bounced,) = house.told(EmailBounced)
    assert bounced.code == "smtp_451"


async def test_what_the_server_refuses_is_bounced():
    """A mailbox that does not exist will not exist tomorrow."""
    house = House(MailThatAnswers(Refused("smtp_550"), Refused("smtp_550")))

    await house.after(a_portal(), a_shipment(), a_label_printed(), a_label_issued())

    assert {(b.letter, b.code) for b in house.told(EmailBounced)} == {
        ("label_ready", "smtp_550"),
        ("return_announced", "smtp_550"),
    }
    assert house.letters() == []


async def test_a_letter_in_doubt_is_left_to_a_person():
    """It went out and no answer came: sending again might be the second letter."""
    house = House(MailThatAnswers(InDoubt()))
    await house.after(a_portal(), a_shipment(), a_label_printed())

    await house.later(hours=1)

    assert house.states() == {LABEL_READY: State.UNKNOWN}
    assert house.intents.all[LABEL_READY].code == "mail_outcome_unknown"
    assert (house.mail.handed_in, house.speaker.said) == (1, [])


async def test_a_letter_in_doubt_is_repeated_where_repeats_are_dropped():
    """The same Message-ID, and a server that promised to know it again."""
    house = House(MailThatAnswers(InDoubt()), drops_repeats=True)
    await house.after(a_portal(), a_shipment(), a_label_printed())

    await house.later(seconds=5)

    assert list(house.mail.letters) == [message_id_of(house.intents.all[LABEL_READY])]
    assert len(house.told(CustomerEmailed)) == 1


@pytest.mark.parametrize("message", [a_label_printed(), a_label_issued()])
async def test_a_letter_interrupted_by_a_crash_is_left_to_a_person(message):
    """Nobody knows how far it came."""
    house = House()
    await house.after(a_portal(), a_shipment())
    await house.hears(message)
    (intent,) = house.intents.all
    house.interrupt(intent)

    await house.works()

    assert house.states() == {intent: State.UNKNOWN}
    assert house.letters() == []


@pytest.mark.parametrize("message", [a_label_printed(), a_label_issued()])
async def test_a_letter_interrupted_by_a_crash_is_repeated_where_repeats_are_dropped(message):
    """The first attempt may have arrived: the second has the same Message-ID, and is dropped."""
    house = House(drops_repeats=True)
    await house.after(a_portal(), a_shipment(), message)
    (intent,) = house.intents.all
    house.interrupt(intent)

    await house.works()

    assert house.mail.handed_in == 2
    assert len(house.letters()) == 1
    assert house.states() == {intent: State.SUCCEEDED}


async def test_a_letter_that_was_not_even_composed_is_not_in_doubt():
    """The database was away for a moment: nothing has left the house."""
    house = House(facts=FactsThatAreDown())
    await house.after(a_portal(), a_shipment(), a_label_printed())
    assert house.intents.all[LABEL_READY].code == "not_composed"

    await house.later(seconds=5)

    assert len(house.letters()) == 1


async def test_what_is_told_names_nobody():
    """These messages are kept for years."""
    house = House()

    await house.after(a_portal(), a_shipment(), a_label_printed(), a_label_issued(), a_rejection())

    said = b"".join(t.body + b"".join(v for _, v in t.headers) for t in house.speaker.said)
    assert len(house.speaker.said) == 3
    for canary in (b"zoe", "Zoë".encode(), b"Zonder", b"@"):
        assert canary not in said


async def test_a_label_that_takes_longer_is_said_once_in_the_language_of_the_request():
    """A customer who hears nothing asks again, or sends the parcel without it."""
    house = House()
    delayed = LabelDelayed(
        return_id=an_id(),
        portal_id="moss-and-fern",
        shipment_id=SHIPMENT,
        code="carrier_unavailable",
        retry_at=house.clock(),
    )

    portal = a_portal(languages=("en", "fr"))
    await house.after(portal, a_shipment(), an_approval(language="fr"), delayed, delayed)

    (letter,) = house.letters()
    assert letter.language == "fr"
    assert [told.letter for told in house.told(CustomerEmailed)] == ["label_delayed"]


async def test_a_label_that_ran_out_is_told_to_both_sides():
    """One waits for a parcel that will not come, the other thinks there is still time."""
    house = House()
    lapsed = LabelLapsed(
        return_id=an_id(),
        portal_id="moss-and-fern",
        shipment_id=SHIPMENT,
        carrier="postnl",
        tracking_number="RR987654321NL",
        because="never_handed_over",
        lapsed_at=house.clock(),
        language="en",
    )

    await house.after(a_portal(), a_shipment(), lapsed, lapsed)

    assert [m.letter for m in house.told(CustomerEmailed)] == ["label_lapsed"]
    assert [m.occasion for m in house.told(MerchantAlerted)] == ["label_lapsed"]
    (alert,) = [one for one in house.letters() if "desk@" in str(one.to)]
    assert "RR987654321NL" in alert.text
    assert "Zo" not in alert.text
