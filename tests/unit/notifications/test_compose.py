"""What a customer is written."""

from __future__ import annotations

from dataclasses import replace

import pytest

from contracts.labels import Document
from contracts.rules import Refusal
from contracts.shop import Brand
from contracts.words import Letter as Kind
from contracts.words import Refused
from services.notifications.domain.compose import compose
from services.notifications.domain.happened import letter_about
from services.notifications.domain.known import Erased, portal_of
from services.notifications.domain.language import SPOKEN
from services.notifications.domain.letter import Missing, Unsendable
from services.notifications.domain.page import ink_on
from tests.support.builders import INBOUND, ORDER, a_judged_item, a_label_printed, a_portal
from tests.unit.notifications.written import (
    EVERY_LETTER,
    PDF,
    PNG,
    QR,
    RETOUR,
    SHEET,
    WORDS,
    Tags,
    a_code_printed,
    a_label_refused,
    a_refusal,
    written,
    zoe,
)


def test_a_label_is_enclosed_under_its_tracking_number():
    """A customer with three returns must know which file is which."""
    letter = written(a_label_printed(documents=(SHEET,)))

    assert [(e.filename, e.media_type, e.content) for e in letter.enclosures] == [
        (f"return-label-{INBOUND}.pdf", "application/pdf", PDF)
    ]
    assert letter.shown is None
    assert "cid:" not in letter.html


def test_a_customer_gets_what_a_customer_can_print():
    """Every PDF under a name that says what it is for; ZPL is for the printers of warehouses."""
    papers = (
        SHEET,
        SHEET.model_copy(update={"kind": "label_a4_pdf"}),
        SHEET.model_copy(update={"kind": "label_zpl", "media_type": "application/zpl"}),
        SHEET.model_copy(update={"kind": "customs_pdf"}),
    )

    letter = written(a_label_printed(documents=papers))

    assert [one.filename for one in letter.enclosures] == [
        f"return-label-{INBOUND}.pdf",
        f"return-label-a4-{INBOUND}.pdf",
        f"customs-declaration-{INBOUND}.pdf",
    ]


def test_papers_for_customs_alone_are_no_label():
    """A letter that says the label is enclosed must have one."""
    form = SHEET.model_copy(update={"kind": "customs_pdf"})

    assert written(a_label_printed(documents=(form,))) == Unsendable("document_unreadable")


def test_a_code_stands_in_the_letter_and_is_enclosed():
    """It is shown at a counter, on a telephone, perhaps without a network."""
    letter = written(a_code_printed())

    assert letter.shown in letter.enclosures
    assert letter.shown.content == PNG
    assert 'src="cid:shown"' in letter.html


def test_a_letter_says_what_to_do_until_when():
    """Without a printer, a date and a place a label is just a picture."""
    letter = written(a_label_printed(documents=(SHEET,)))

    for said in (letter.text, Tags(letter.html).text):
        assert "Hello Zoë Zonder" in said
        assert ORDER in said
        assert INBOUND in said
        assert "PostNL drop-off point by 4 April 2026" in said
        assert "Moss & Fern" in said


@pytest.mark.parametrize(
    ("method", "kind", "carrier", "says"),
    [
        ("drop_off_point", "label", "gls", "Hand the parcel in at a GLS drop-off point"),
        ("drop_off_labelless", "qr_code", "dhl", "The label is printed for you"),
        ("in_store", "qr_code", "in_store", "one of our stores"),
        ("in_store", "label", "in_store", "Print the attached slip"),
        ("pickup", "label", "gls", "GLS collects it from you"),
        ("pickup", "qr_code", "gls", "Show the QR code to the driver"),
        ("drop_off_point", "label", "own_label", "a carrier of your choice"),
        ("by_pigeon", "label", "a_new_carrier", "A New Carrier drop-off point"),
    ],
)
def test_every_way_back_has_its_own_steps(method, kind, carrier, says):
    """A way back or a carrier from the future is explained as a drop-off."""
    printed = a_label_printed(
        return_method=method, kind=kind, carrier=carrier, documents=(SHEET, QR)
    )

    assert says in written(printed).text


@pytest.mark.parametrize("carrier", ["in_store", "own_label"])
def test_only_a_parcel_that_a_carrier_moves_can_be_followed(carrier):
    """A number over the counter leads nowhere on the web."""
    assert "follow your parcel" in written(a_label_printed()).text
    assert "follow your parcel" not in written(a_label_printed(carrier=carrier)).text


def test_a_refusal_names_every_reason_in_plain_words():
    """`refund_method_not_offered` means nothing to anybody outside this house."""
    codes = [*Refused, "a_reason_from_the_future"]
    rejected = a_refusal(
        refusals=tuple(Refusal(code=code) for code in codes), settings_version=9, language="en"
    )

    letter = written(rejected, support_url="https://moss.example.com/help")

    phrases = WORDS.phrases["en"].refused
    for code in Refused:
        assert phrases[code] in letter.text
        assert phrases[code] in Tags(letter.html).text
        assert code not in letter.text
    assert phrases["other"].format(brand="Moss & Fern") in letter.text
    assert "https://moss.example.com/help" in letter.text
    assert Tags(letter.html).links == ["https://moss.example.com/help"]


def test_a_refusal_of_one_item_names_the_item_and_says_so_once():
    """Three units of one teapot are refused for one reason."""
    refusal = Refusal(code="not_returnable", line_id="1")
    rejected = a_refusal(items=(a_judged_item(),), refusals=(refusal, refusal))

    text = written(rejected).text

    assert text.count("Grumpy teapot: This item is excluded from returns.") == 1


def test_the_days_of_the_window_are_named_only_if_the_return_was_judged_by_them():
    """Settings change; a letter must not argue with numbers that were not in force."""
    rejected = a_refusal(settings_version=1)

    assert "(30 days)" in written(rejected, version=1).text
    assert "(30 days)" not in written(rejected, version=2).text


def test_a_return_without_label_says_whom_to_ask():
    """The worst letter is the one that does not come."""
    letter = written(a_label_refused())

    assert "do not send anything yet" in letter.text
    assert "contact customer service" in letter.text


@pytest.mark.parametrize("language", SPOKEN)
@pytest.mark.parametrize("happened", EVERY_LETTER)
def test_every_letter_can_be_written_in_every_language(happened, language):
    """No brace survives, no name is missing, the subject is one line."""
    letter = written(happened, zoe(language=language))

    assert letter.language == language
    assert f'lang="{language}"' in letter.html
    for said in (letter.subject, letter.text, Tags(letter.html).text):
        assert "{" not in said
        assert ORDER in said
    assert "\n" not in letter.subject


@pytest.mark.parametrize(
    ("name", "literal"),
    [
        ("<a href=https://evil.example>Refund</a>", "<a href=>Refund</a>"),
        ("<img src=x onerror=alert(1)>", "<img src=x onerror=alert(1)>"),
        ("{{7*7}}", "{{7*7}}"),
        ("{order_no} {brand.__class__}", "{order_no} {brand. __class__}"),
        ("Zoë\tBcc: c@evil.example", "Zoë Bcc: c@evil. example"),
    ],
)
def test_a_hostile_name_is_only_a_name(name, literal):
    """What a stranger types is shown as it is, and does nothing."""
    tame, hostile = written(a_refusal()), written(a_refusal(), zoe(name=name))

    assert f"Hello {literal}," in hostile.text
    assert f"Hello {literal}," in Tags(hostile.html).text
    assert Tags(hostile.html).tags == Tags(tame.html).tags


def test_a_name_of_nothing_but_links_is_left_out():
    """`Hello ,` looks like a mistake."""
    assert written(a_refusal(), zoe(name="https://evil.example")).text.startswith("Hello,")


def test_a_hostile_brand_stays_in_its_place():
    """Merchants are strangers too."""
    brand = Brand(name='Moss"><script>\tBcc: c@evil.example', logo_url='https://x.example/"><b>')

    letter = written(a_refusal(), brand=brand)

    assert letter.sender_name == 'Moss"><script> Bcc: c@evil.example'
    assert "script" not in Tags(letter.html).tags
    assert "b" not in Tags(letter.html).tags


def test_the_letter_comes_from_the_merchant_if_it_named_an_address():
    """Customers know the shop, not us."""
    assert str(written(a_refusal()).sender) == "returns@moss-and-fern.example.com"
    assert written(a_refusal(), sender_email=None).sender == RETOUR
    assert written(a_refusal(), sender_email="no.where@localhost").sender == RETOUR


def test_the_language_asked_for_wins():
    """Zoë clicked on English, whatever her account says."""
    assert written(a_refusal(language="en"), zoe(language="nl")).language == "en"


def test_a_letter_waits_for_its_customer_and_its_portal():
    """Topics keep no order among each other."""
    portal = portal_of(a_portal())

    assert compose(a_refusal(), None, portal, WORDS, RETOUR) == Missing("recipient_unknown")
    assert compose(a_refusal(), zoe(), None, WORDS, RETOUR) == Missing("portal_unknown")


def test_an_erased_customer_is_not_written_to():
    """Forgotten is forgotten, also by letters that were planned before."""
    portal = portal_of(a_portal())

    letter = compose(a_refusal(), Erased("MF-1001"), portal, WORDS, RETOUR)

    assert letter == Unsendable("recipient_erased")


def test_no_letter_mixes_two_merchants():
    """A request that names another merchant's parcel must not reach that merchant's customer."""
    stranger = replace(zoe(), portal_id="someone-else")

    assert written(a_refusal(), stranger) == Unsendable("recipient_unknown")


@pytest.mark.parametrize("email", ["a@[127.0.0.1]", '"a"@b.test', "a\u202e@b.test", "a@localhost"])
def test_a_letter_goes_to_one_mailbox_or_nowhere(email):
    """The contract lets more pass than a letter may."""
    assert written(a_refusal(), zoe(email=email)) == Unsendable("email_invalid")


@pytest.mark.parametrize(
    "document",
    [
        Document(kind="label_pdf", media_type="application/pdf", content="PGh0bWw+"),
        Document(kind="label_pdf", media_type="application/pdf", content="JVBER"),
        Document(kind="label_zpl", media_type="text/plain", content="JVBERi0xLjQK"),
    ],
    ids=["a web page", "no whole base64", "for printers only"],
)
def test_a_document_that_is_not_what_it_claims_is_not_passed_on(document):
    """A carrier's answer is hostile input too."""
    assert written(a_label_printed(documents=(document,))) == Unsendable("document_unreadable")


def test_each_kind_of_event_leads_to_its_own_letter():
    """The letter's name is part of its intent's key: it may never change."""
    assert [letter_about(one) for one in EVERY_LETTER] == [
        Kind.LABEL_READY,
        Kind.QR_CODE_READY,
        Kind.RETURN_REFUSED,
        Kind.LABEL_REFUSED,
        Kind.LABEL_DELAYED,
        Kind.LABEL_LAPSED,
        Kind.RETURN_WAITING,
        Kind.NOTHING_TO_SEND_BACK,
        Kind.RETURN_CANCELLED,
        Kind.REFUND_DUE,
    ]
    assert {letter_about(one) for one in EVERY_LETTER} == set(Kind)


@pytest.mark.parametrize(
    ("colour", "ink"), [("#000000", "#ffffff"), ("#ffffff", "#000000"), ("#ffdd00", "#000000")]
)
def test_the_brand_is_legible_on_its_own_colour(colour, ink):
    """White on yellow is a merchant's favourite mistake."""
    assert ink_on(colour) == ink
    assert (
        f"background:{colour};color:{ink}"
        in written(a_refusal(), brand=Brand(name="Moss", colour=colour)).html
    )
