"""What a customer is written about waiting, keeping, cancelling, refusing and paying."""

from __future__ import annotations

import pytest

from contracts.rules import Refusal
from contracts.shape import Money
from contracts.shop import Brand, OfferedReason
from services.notifications.domain.letter import Unwanted
from tests.support.builders import (
    TUESDAY,
    a_cancellation,
    a_judged_item,
    a_label_printed,
    a_refund,
    a_wait,
    an_approval,
    days,
    pounds,
)
from tests.unit.notifications.written import (
    EVERY_LETTER,
    SHEET,
    Tags,
    a_refusal,
    nothing_to_send,
    written,
    zoe,
)

NO_BREAK = "\N{NO-BREAK SPACE}"
LOGO = "https://moss.example.com/logo.png"
LINKS = {
    "policy_url": "https://moss.example.com/returns",
    "support_url": "https://moss.example.com/help",
}


@pytest.mark.parametrize("happened", EVERY_LETTER)
def test_every_letter_links_to_policy_and_customer_service(happened):
    """Whoever has a question must not have to look for the answer (R35 to R37)."""
    letter = written(happened, **LINKS)

    assert Tags(letter.html).links == list(LINKS.values())
    labels = ("Returns policy", "Customer service")
    for label, url in zip(labels, LINKS.values(), strict=True):
        assert f"{label}: {url}" in letter.text
        assert label in Tags(letter.html).text


@pytest.mark.parametrize("happened", EVERY_LETTER)
def test_every_letter_looks_like_its_merchant(happened):
    """Name, colour and logo; a mail program that shows no pictures shows the name (R3)."""
    branded = written(happened, brand=Brand(name="Moss & Fern", colour="#2f6b3a", logo_url=LOGO))
    plain = written(happened, brand=Brand(name="Moss & Fern"))

    assert f'<img src="{LOGO}" alt="Moss &amp; Fern"' in branded.html
    assert "background:#2f6b3a;color:#ffffff" in branded.html
    assert "Kind regards,\nMoss & Fern" in branded.text
    assert LOGO not in branded.text
    assert "#2f6b3a" not in plain.html
    assert '<img src="http' not in plain.html


def test_a_return_that_waits_says_until_when_and_what_about():
    """Else the customer sends the parcel off, or writes to ask."""
    items = (a_judged_item(quantity=2), a_judged_item(line_id="2", name=None, reason="none_given"))

    letter = written(a_wait(items=items, language="en", expires_at=TUESDAY + days(7)))

    for said in (letter.text, Tags(letter.html).text):
        assert "2 × Grumpy teapot (damaged on arrival)" in said
        assert "1 × GRUMPY-TEAPOT" in said
        assert "17 March 2026" in said
        assert "do not send anything yet" in said


def test_a_wait_of_which_little_was_told_is_still_a_letter():
    """An older rules named neither items nor language."""
    assert "17 March 2026" in written(a_wait(items=(), language=None)).text


@pytest.mark.parametrize(
    ("method", "price", "says"),
    [
        ("refund", 0, "You get GBP 12.95 back."),
        ("store_credit", 0, "You get store credit worth GBP 12.95."),
        ("exchange", 0, "You get an exchange worth GBP 12.95."),
        ("by_cheque", 0, "You get GBP 12.95."),
        ("refund", 2.95, "You get GBP 10.00 back."),
        ("refund", 20, "The price of returning leaves nothing to be paid."),
    ],
)
def test_nothing_to_send_back_says_what_is_paid(method, price, says):
    """Keeping it is half the news."""
    letter = written(nothing_to_send(refund_method=method, price=pounds(price)))

    assert "please send nothing back" in letter.text
    assert says in letter.text.replace(NO_BREAK, " ")
    assert ("Price of returning" in letter.text) is (price > 0)
    assert letter.enclosures == ()


def test_an_approval_that_travels_is_told_with_its_label():
    """Two letters about one yes are one too many."""
    assert written(an_approval()) == Unwanted()


def test_a_label_says_what_stays_at_home():
    """Else the kept spoon travels after all."""
    printed = a_label_printed(documents=(SHEET,), kept=("Sad spoon", "Odd cup"))

    assert "does not belong in the parcel: Sad spoon, Odd cup" in written(printed).text
    assert "does not belong" not in written(a_label_printed(documents=(SHEET,))).text


def test_a_refund_says_how_much_and_how():
    """From value and price to what is paid, so that nobody has to ask why it is less."""
    due = a_refund(
        refund_method="store_credit",
        value=Money(minor=123_950, currency="EUR"),
        price=Money(minor=500, currency="EUR"),
        amount=Money(minor=123_450, currency="EUR"),
    )

    english, german = written(due), written(due, zoe(language="de"))

    assert f"store credit worth EUR{NO_BREAK}1,234.50" in english.text
    assert f"Price of returning: EUR{NO_BREAK}5.00" in english.text
    assert f"Gutschein über 1.234,50{NO_BREAK}EUR" in german.text


def test_a_refund_that_the_letter_before_has_told_is_not_told_again():
    """Keep it, and here is your money: that was one letter."""
    assert written(a_refund(because="nothing_to_send")) == Unwanted()


def test_a_cancelled_return_warns_of_its_label():
    """It may lie on the table already."""
    assert "please do not use it any more" in written(a_cancellation()).text


def test_what_names_no_language_is_written_in_the_one_that_was_asked_for():
    """A customer who clicked on English gets no cancellation in Dutch."""
    dutch = zoe(language="nl")

    for happened in (a_cancellation(), a_refund()):
        assert written(happened, dutch, asked_in="en").language == "en"
        assert written(happened, dutch).language == "nl"


def test_a_merchants_own_words_are_quoted_and_lead_nowhere():
    """A person who refuses may be anybody: what they write is shown, and can do nothing."""
    words = "<b>Zoë</b>, see www.evil.example\tor https://evil.example/x?a=1 about 12.50 {brand}"
    refused = a_refusal(refusals=(Refusal(code="refused_by_merchant"),), because=words)

    letter = written(refused)

    quoted = "“<b>Zoë</b>, see www. evil. example or about 12.50 {brand}”"
    assert quoted in letter.text
    assert quoted in Tags(letter.html).text
    assert "b" not in Tags(letter.html).tags
    assert Tags(letter.html).links == []
    assert "evil.example" not in letter.html + letter.text


@pytest.mark.parametrize("because", [None, "", "https://evil.example"])
def test_a_refusal_without_words_quotes_nothing(because):
    """Empty quotation marks look like a mistake."""
    refused = a_refusal(refusals=(Refusal(code="refused_by_merchant"),), because=because)

    letter = written(refused)

    assert "declined it." in letter.text
    assert "“" not in letter.text


def test_only_a_persons_refusal_is_quoted():
    """What was said about another refusal must not become the reason of this one."""
    assert "call us" not in written(a_refusal(because="call us")).text


def test_a_missing_comment_names_the_reason_it_is_missing_for():
    """In the merchant's own words where it has any in this language, else in ours."""
    refusal = Refusal(code="comment_missing", line_id="1")
    own = OfferedReason(code="damaged_on_arrival", wording={"en": "Oh no, broken!"})

    def text(happened_to=None, **portal):
        return written(a_refusal(refusals=(refusal,)), happened_to, **portal).text

    assert "reason “Oh no, broken!” the shop needs a few words" in text(reasons=(own,))
    assert "reason “damaged on arrival” the shop needs" in text()
    dutch = written(a_refusal(refusals=(refusal,), language="nl"), reasons=(own,))
    assert "de reden “beschadigd aangekomen”" in dutch.text


def test_a_missing_comment_for_a_reason_nobody_has_words_for_is_still_a_sentence():
    """`“None”` means nothing to anybody."""
    item = a_judged_item(reason="spilled_tea")
    refused = a_refusal(items=(item,), refusals=(Refusal(code="comment_missing", line_id="1"),))

    text = written(refused).text

    assert "Grumpy teapot: The shop needs a few words from you about this." in text


def test_a_hostile_wording_stays_in_its_place():
    """Merchants are strangers too."""
    own = OfferedReason(code="damaged_on_arrival", wording={"en": "<b>{x}</b> www.evil.example"})

    letter = written(a_wait(language="en"), reasons=(own,))

    assert "(<b>{x}</b> www. evil. example)" in Tags(letter.html).text
    assert "b" not in Tags(letter.html).tags
