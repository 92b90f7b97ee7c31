"""C56 to C69: words that mean something to a mail program, a printer, a browser or a terminal."""

from __future__ import annotations

import json
import re
import time
import unicodedata
from base64 import b64decode
from email.message import EmailMessage
from html.parser import HTMLParser
from typing import Any

import pypdfium2

from contracts import topics
from contracts.shop import Customer
from tests.faults.bad_inputs import NotHere, Result, Row, parked
from tests.faults.desk import Desk, a_parcel, a_rejection, a_request, an_approval
from tests.faults.sent import Change, Sent, headed, keyed, said, swapped
from tests.support.builders import Home, a_portal
from tests.support.scanning import deeds_in, text_of_pdf

LABELS, NOTIFICATIONS, RULES = ("labels",), ("notifications",), ("rules",)
HIDDEN = {"Cf", "Cc", "Co", "Cs", "Cn"}
FORGED_LINE = b'\r\n{"event": "forged", "level": "info"}\r\n\x1b[2J\x1b]0;owned\x07'


class Tags(HTMLParser):
    """What a browser sees of a page: its tags with their attributes, and its text."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, tuple[tuple[str, str | None], ...]]] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, tuple(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


def plain_of(letter: EmailMessage) -> str:
    """Its text part."""
    return str(letter.get_body(("plain",)).get_content())  # type: ignore[union-attr]


def page_of(letter: EmailMessage) -> Tags:
    """Its HTML part."""
    return Tags(letter.get_body(("html",)).get_content())  # type: ignore[union-attr]


async def letter_to(desk: Desk, **customer: Any) -> tuple[EmailMessage, float]:
    """What this customer is written when a return is refused, and after how long."""
    usual = {"name": "Zoë Zonder", "email": "zoe@example.com", "language": "en"}
    parcel = a_parcel(customer=Customer(**usual | customer))
    await desk.tell(parcel)
    await desk.known("notifications")
    begun = time.monotonic()
    about = (await desk.tell(a_rejection(shipment_id=parcel.shipment_id, language="en"))).about
    emailed = await desk.answer(topics.CUSTOMER_EMAILED.name, about)
    return await desk.mail_about(about), emailed.at - begun


def named(id_: str, says: str, name: str, shown: str) -> Row:
    """A row about a customer's name: it is shown as `shown`, the letter is built as any other."""

    async def play(desk: Desk, _: str) -> Result:
        harmless, _delay = await letter_to(desk)
        letter, delay = await letter_to(desk, name=name)
        ours, theirs = page_of(letter), page_of(harmless)
        assert ours.tags == theirs.tags, "the page is built otherwise"
        assert [n for n, _ in letter.items()] == [n for n, _ in harmless.items()], "other headers"
        assert [p.get_content_type() for p in letter.walk()] == [
            p.get_content_type() for p in harmless.walk()
        ]
        assert shown in plain_of(letter), plain_of(letter)
        assert shown in ours.text, ours.text
        assert not hidden_in(plain_of(letter) + ours.text), "hidden characters"
        (to,) = letter["To"].addresses
        return Result("OK" if to.addr_spec == "zoe@example.com" else to.addr_spec, delay)

    return Row(id_, says, "OK", NOTIFICATIONS, play)


def hidden_in(text: str) -> set[str]:
    """Characters nobody sees. Line breaks and tabs are seen."""
    return {c for c in text if unicodedata.category(c) in HIDDEN and c not in "\r\n\t"}


async def mail_abroad(desk: Desk, _: str) -> Result:
    """A mailbox and a name beyond ASCII."""
    name = "Jörg 王 أحمد 🙂"
    letter, delay = await letter_to(desk, name=name, email="jörg@exämple.test")
    (to,) = letter["To"].addresses
    assert name in plain_of(letter)
    # Python's parser hands on the bytes of a header in UTF-8 as halves of characters.
    found = to.addr_spec.encode("utf-8", "surrogateescape").decode()
    outcome = "OK" if found == "jörg@xn--exmple-cua.test" else found
    return Result(outcome, delay)


async def no_mailbox(desk: Desk, _: str) -> Result:
    """The address is one of a machine: nothing is sent, and that is told."""
    parcel = a_parcel(customer=Customer(name="Zoë", email="zoe@[127.0.0.1]", language="en"))
    await desk.tell(parcel)
    await desk.known("notifications")
    begun, before = time.monotonic(), len(desk.mailbox.submissions())
    about = (await desk.tell(a_rejection(shipment_id=parcel.shipment_id))).about
    bounced = await desk.answer(topics.EMAIL_BOUNCED.name, about)
    sent = [one for one in desk.mailbox.submissions()[before:] if one.recipients != 1]
    assert not sent, "a letter with several recipients"
    assert not desk.letters_about(about)
    return Result(f"NEG {bounced.said.code}", bounced.at - begun)


def printed(
    id_: str, says: str, home: dict[str, str], *shown: str, name: str = "Zoë Zonder"
) -> Row:
    """A row about what is printed: these words stand on the one sheet, and nothing else changed."""

    async def play(desk: Desk, _: str) -> Result:
        usual = {"street": "Dam", "house_number": "1", "postal_code": "1012JS", "town": "Amsterdam"}
        where = Home(**usual | home, country="NL")
        parcel = a_parcel(deliver_to=where, customer=Customer(name=name, email="zoe@example.com"))
        await desk.tell(parcel)
        await desk.known("labels")
        begun = time.monotonic()
        order = an_approval(shipment_id=parcel.shipment_id, return_method="drop_off_point")
        about = (await desk.tell(order)).about
        told = await desk.answer(topics.LABEL_PRINTED.name, about)
        document, *_ = told.said.documents
        pdf = b64decode(document.content, validate=True)
        assert len(pypdfium2.PdfDocument(pdf)) == 1, "one sheet"
        assert not deeds_in(pdf), deeds_in(pdf)
        text = _squeezed(text_of_pdf(pdf))
        missing = [word for word in shown if _squeezed(word) not in text]
        assert not hidden_in(text), hidden_in(text)
        return Result("OK" if not missing else f"not printed: {missing}", told.at - begun)

    return Row(id_, says, "OK", LABELS, play)


def _squeezed(text: str) -> str:
    """Without the white space and line breaks that setting in lines adds."""
    return re.sub(r"[\s\ufffe\u00ad-]", "", text)


async def one_line_each(desk: Desk, service: str) -> Result:
    """A forged line in the key, a header, a comment and where a word is due: none is written."""
    request = said(a_request())
    delay = 0.0
    for bad in (
        keyed(FORGED_LINE)(request),
        headed((FORGED_LINE.decode(), FORGED_LINE), ("traceparent", FORGED_LINE))(
            swapped(b'"in_store"', json.dumps(FORGED_LINE.decode()[:40]).encode())(request)
        ),
    ):
        (place,) = await desk.hand_in(bad)
        begun = time.monotonic()
        after = said(a_request())
        await desk.hand_in(after, partition=place.partition)
        delay = max(delay, (await desk.answer(topics.RETURN_APPROVED.name, after.about)).at - begun)
        await desk.letter(service, place)
    lines = [json.loads(line) for line in desk.log_of(service)]
    forged = [line for line in lines if line["event"] == "forged" or "\x1b" in str(line)]
    parked_ = [line for line in lines if line["event"] == "message_parked"]
    assert parked_, "what was parked is in the log"
    return Result("one line each" if not forged else f"{len(forged)} forged", delay)


def parcel(*changes: Change) -> Change:
    """A parcel instead, changed so."""

    def change(_: Sent) -> Sent:
        record = said(a_parcel())
        for one in changes:
            record = one(record)
        return record

    return change


def called(name: str) -> Change:
    """A parcel whose customer is called so, whatever a contract says."""
    return parcel(swapped('"Zoë Zonder"'.encode(), json.dumps(name).encode()))


def reached(email: str) -> Change:
    """A parcel whose customer has this address."""
    return parcel(swapped(b'"zoe@example.com"', json.dumps(email).encode()))


def brand(name: str) -> Change:
    """A portal whose merchant is called so."""
    return lambda _: swapped(b'"Moss & Fern"', json.dumps(name).encode())(
        said(a_portal(portal_id="evil-brand"))
    )


TEMPLATES = "{{7*7}} ${7*7} %s%n {name}"
FRAME = "<iframe src=file:///etc/passwd>"
ACCENTS = "e" + "\u0301" * 60
ROWS = (
    named("C56 link", "a link for a name", "<a href=https://evil.test>Refund</a>", "<a href="),
    named("C56 image", "an image for a name", "<img src=x onerror=alert(1)>",
          "<img src=x onerror=alert(1)>"),
    named("C57", "templates for a name", TEMPLATES, TEMPLATES),
    parked("C58 CRLF", "a name with a line break and Bcc:", "unicode",
           called("Zoë\r\nBcc: eve@evil.test"), NOTIFICATIONS),
    parked("C58 VT", "a name with a vertical tab", "unicode", called("Zoë\vBcc: eve@evil.test"),
           NOTIFICATIONS),
    parked("C58 U+2028", "a name with a line separator", "unicode",
           called("Zoë\u2028Bcc: eve@evil.test"), NOTIFICATIONS),
    parked("C58 order", "an order number with a line break", "unicode",
           parcel(swapped(b'"order_no":"536365"', b'"order_no":"5\\r\\nBcc: eve@evil.test"')),
           NOTIFICATIONS),
    parked("C58 brand", "a brand with a line break", "unicode", brand("Moss\nBcc: eve@evil.test"),
           NOTIFICATIONS),
    parked("C59 two", "two addresses for one", "schema", reached("zoe@example.com, eve@evil.test"),
           NOTIFICATIONS),
    parked("C59 shown", "a display name", "schema", reached("zoe@example.com <eve@evil.test>"),
           NOTIFICATIONS),
    Row("C59 machine", "the address of a machine", "NEG email_invalid", NOTIFICATIONS, no_mailbox,
        "the parcel is good for everybody else; only the letter cannot go"),
    Row("C60 mail", "a mailbox and a name beyond ASCII", "OK", NOTIFICATIONS, mail_abroad),
    printed("C60 label", "names in Latin, Greek, Cyrillic and Arabic", {"street": "Οδός Ερμού"},
            "Jörg Łukasz Пётр", "Οδός Ερμού", name="Jörg Łukasz Пётр"),
    named("C61", "bidi override, zero width, sixty accents",
          f"Zo\u202e\u200b\u2066ë {ACCENTS}d", "Zoë"),
    printed("C61 label", "bidi override and zero width on a label",
            {"street": "D\u202ea\u200bm\u2069 " + ACCENTS}, "Dam"),
    printed("C62 PDF", "printer commands for a street", {"street": "^XZ^XA^JUF~JR ~DG ^FH_5E"},
            "^XZ^XA^JUF~JR", "~DG", "^FH_5E"),
    printed("C63", "PDF operators for a street", {"street": ") Tj ET (\\) BT /F1"},
            ") Tj ET (\\) BT"),
    printed("C63 long", "two hundred characters for a town", {"town": "W" * 200}, "WWWW"),
    parked("C63 longer", "five thousand characters for a town", "schema",
           parcel(swapped(b'"Amsterdam"', b'"' + b"W" * 5_000 + b'"')), LABELS),
    printed("C64", "a frame with a file for a street", {"street": FRAME}, FRAME),
    Row("C67", "forged log lines in key, headers, values", "one line each", RULES, one_line_each),
)  # fmt: skip

NOT_HERE = (
    NotHere("C62 ZPL", "printer commands in ZPL", "not yet: issue 5, nothing is told in ZPL"),
    NotHere("C66", "formulas in CSV", "not yet: nothing is written as CSV"),
    NotHere(
        "C68", "addresses of our own network for a webhook", "not yet: issue 5, nobody is called"
    ),
    NotHere("C69", "hostile answers of a carrier", "the fault matrix has them: F21"),
)
