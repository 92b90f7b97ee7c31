"""A letter on the wire: one recipient, our headers only, and its enclosures where they belong."""

from __future__ import annotations

from email import message_from_bytes, policy

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.shop import Brand, Customer
from services.notifications.adapters.mail_mime import written
from services.notifications.adapters.words_toml import words
from services.notifications.domain.address import address
from services.notifications.domain.compose import compose
from services.notifications.domain.known import customer_of, portal_of
from services.notifications.domain.letter import Enclosure, Letter
from tests.support.builders import TUESDAY, a_portal, a_rejection, a_shipment

WORDS = words()
MESSAGE_ID = "<0123456789abcdef@retour.invalid>"
CODE = Enclosure("return-code-RR1.png", "image/png", b"\x89PNG\r\n\x1a\n" + bytes(300))
SHEET = Enclosure("return-label-RR1.pdf", "application/pdf", b"%PDF-1.4" + bytes(300))
OURS = {
    "Date",
    "Message-ID",
    "From",
    "To",
    "Subject",
    "Auto-Submitted",
    "X-Retour-Return",
    "Content-Language",
    "Content-Type",
    "Content-Transfer-Encoding",
    "MIME-Version",
}


def a_letter(**changes):
    """A letter to Zoë."""
    usual = {
        "about": "0f1c6f0e-6d0c-4a7e-9d55-5a3f4d1f0b8e",
        "to": address("zoe@example.com"),
        "sender": address("returns@moss.example.com"),
        "sender_name": "Moss & Fern, Oxford",
        "language": "nl",
        "subject": "Je retour — 536365",
        "text": "Hallo Zoë",
        "html": '<p>Hallo Zoë</p><img src="cid:shown">',
    }
    return Letter(**usual | changes)


def on_the_wire(letter):
    """The letter as its receiver parses it."""
    return message_from_bytes(written(letter, MESSAGE_ID, TUESDAY), policy=policy.default)


def test_a_letter_says_who_writes_to_whom_and_that_a_machine_did():
    """`Auto-Submitted` keeps out-of-office notes from answering it."""
    message = on_the_wire(a_letter())

    assert message["Message-ID"] == MESSAGE_ID
    assert message["To"] == "zoe@example.com"
    assert message["From"].addresses[0].display_name == "Moss & Fern, Oxford"
    assert message["From"].addresses[0].addr_spec == "returns@moss.example.com"
    assert message["Subject"] == "Je retour — 536365"
    assert message["Date"].datetime == TUESDAY
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Content-Language"] == "nl"


def test_a_letter_travels_over_servers_that_know_only_ascii():
    """Eight-bit mail is an extension; a label must not depend on it."""
    raw = written(a_letter(enclosures=(SHEET,)), MESSAGE_ID, TUESDAY)

    assert raw.isascii()
    assert max(map(len, raw.split(b"\r\n"))) <= 998


def test_a_code_is_shown_in_the_page_and_enclosed():
    """Some mail programs hide what is shown, others do not show what is enclosed."""
    message = on_the_wire(a_letter(enclosures=(CODE,), shown=CODE))

    page = message.get_body(("html",))
    (shown,) = (p for p in message.walk() if p["Content-ID"])
    (enclosed,) = message.iter_attachments()
    assert 'src="cid:shown"' in page.get_content()
    assert shown["Content-ID"] == "<shown>"
    assert shown.get_content_disposition() == "inline"
    assert enclosed.get_content_disposition() == "attachment"
    assert enclosed.get_filename() == "return-code-RR1.png"
    assert shown.get_content() == enclosed.get_content() == CODE.content


def test_text_and_page_are_alternatives_and_the_label_is_not():
    """A receiver without HTML reads the text and still finds the label."""
    message = on_the_wire(a_letter(enclosures=(SHEET,)))

    assert message.get_body(("plain",)).get_content() == "Hallo Zoë\r\n"
    (enclosed,) = message.iter_attachments()
    assert enclosed.get_content() == SHEET.content
    assert message.get_content_type() == "multipart/mixed"


def test_an_alert_is_one_plain_text():
    """Merchants' machines read these too."""
    message = on_the_wire(a_letter(html=None))

    assert message.get_content_type() == "text/plain"
    assert message.get_content() == "Hallo Zoë\r\n"


def test_an_international_address_is_written_as_it_is():
    """It cannot be spelt in ASCII: only its domain can."""
    raw = written(a_letter(to=address("jörg@exämple.test")), MESSAGE_ID, TUESDAY)

    assert "\r\nTo: jörg@xn--exmple-cua.test\r\n".encode() in raw


@pytest.mark.parametrize("field", ["subject", "sender_name"])
def test_a_line_break_cannot_reach_a_header(field):
    """The last of three doors: composing has already taken them out."""
    with pytest.raises(ValueError, match=r"linefeed|CR or LF"):
        written(a_letter(**{field: "x\r\nBcc: c@evil.example"}), MESSAGE_ID, TUESDAY)


wild = st.text(st.characters(exclude_categories=("Cs",)), max_size=60).filter(
    lambda text: (
        not set(text) & {*map(chr, range(9)), "\x0b", "\x0c", *map(chr, range(14, 32)), "\x7f"}
    )
)
"""Whatever the contract lets pass as a line of text."""


@settings(deadline=None)
@given(name=wild, brand=wild, order_no=wild)
def test_no_name_becomes_a_header_or_a_recipient(name, brand, order_no):
    """Whatever strangers type: eleven headers, one recipient, and the brand as it is shown."""
    customer = customer_of(
        a_shipment(order_no=order_no, customer=Customer(name=name, email="zoe@example.com"))
    )
    portal = portal_of(a_portal(brand=Brand(name=brand)))

    letter = compose(a_rejection(), customer, portal, WORDS, address("returns@retour.invalid"))
    message = on_the_wire(letter)

    assert set(message.keys()) <= OURS
    assert [a.addr_spec for a in message["To"].addresses] == ["zoe@example.com"]
    assert len(message["From"].addresses) == 1
    # Python folds a long subject into encoded words and loses a space between two of them.
    assert "".join(message["Subject"].split()) == "".join(letter.subject.split())


@pytest.mark.parametrize(
    "name",
    [
        "<img src=x onerror=alert(1)> Bcc: eve@evil.test and so on, for long enough to be folded",
        "eve@evil.test, " * 5,
        "=?utf-8?q?Moss=0D=0ABcc=3A_eve=40evil.test?=",
        '"Moss" <eve@evil.test> ' * 3,
    ],
)
def test_a_merchants_name_is_never_an_address(name):
    """Python loses quotes where it folds, and passes on what looks encoded: neither may matter."""
    letter = a_letter(sender_name=name, subject=name)

    found = on_the_wire(letter)

    (sender,) = found["From"].addresses
    assert sender.addr_spec == "returns@moss.example.com"
    assert "\n" not in sender.display_name + found["Subject"]
    assert found.keys() == on_the_wire(a_letter()).keys()


def test_a_short_name_keeps_its_comma():
    """What can be quoted on one line is shown as the merchant wrote it."""
    (sender,) = on_the_wire(a_letter())["From"].addresses

    assert sender.display_name == "Moss & Fern, Oxford"
