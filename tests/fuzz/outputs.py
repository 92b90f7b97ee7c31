"""What must hold for whatever words stand in letters, on labels and in logs: only words."""

from __future__ import annotations

import io
import json
import logging
import random
import unicodedata
from contextlib import redirect_stderr
from dataclasses import replace
from datetime import UTC, date, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from html.parser import HTMLParser

import pypdfium2
import structlog

from contracts.rules import JudgedItem, Refusal
from deploy.ops.dead_letters import shown
from deploy.ops.dead_letters.choice import Found
from deploy.ops.dead_letters.letter import Letter
from services._runtime import logs
from services._runtime.dead_letters import parked
from services._runtime.errors import Permanent
from services.labels.adapters.documents import label_pdf, label_zpl
from services.labels.domain.sheet import AddressLines, Sheet
from services.notifications.adapters.mail_mime import written
from services.notifications.adapters.words_toml import words
from services.notifications.domain import letter as letters
from services.notifications.domain.address import address
from services.notifications.domain.compose import compose
from services.notifications.domain.known import Customer, Portal
from tests.documents.judged import wrong_with_commands
from tests.support.builders import a_judged_item, a_rejection
from tests.support.records import Kept
from tests.support.scanning import deeds_in

NOW = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)
WORDS = words()
SENDER = address("returns@retour.invalid")
EVIL = (
    *("<a href=https://evil.test>x</a>", "<img src=x onerror=alert(1)>", "</td></table><script>"),
    *("{{7*7}}", "${7*7}", "%s%n", "{name}", "{0.__class__}", "&lt;b&gt;", "<!--", "]]>", "'\""),
    *(
        "\r\nBcc: eve@evil.test",
        "\n.\r\n",
        "\v",
        "\f",
        "\x85",
        "\u2028",
        "\u2029",
        "\x00",
        "\x1b[2J",
    ),
    *("\u202e", "\u2066", "\u200b", "\ufeff", "\u00ad", "e" + "\u0301" * 300, "\U0001f574\u200d"),
    *("=?utf-8?q?=0ABcc=3A?=", "a@b.test, c@evil.test", "<c@evil.test>", "\\", ")", ") Tj ET BT ("),
    *(
        "^XZ^XA^JUF~JR",
        "~DG",
        "^FH_5E",
        "file:///etc/passwd",
        "=HYPERLINK(1)",
        "@SUM(1)",
        "W" * 400,
    ),
    *('{"event":"forged"}', '\r\n{"event":"forged"}', "\x9b31m", "\x07", "ﷺ" * 20, "王" * 90),
)


SIGNS = "()<>@,;:\\\".[]=?&%{}~^/' abcëЛ王"
"""Whatever means something to a mail header, a page, a printer; and letters between."""
ASCII = [*(one for one in EVIL if one.isascii()), *(one for one in SIGNS if one.isascii())]


def words_from(dice: random.Random, longest: int = 300) -> str:
    """Evil and innocent pieces, and any characters at all."""
    if dice.random() < 0.3:  # what is all ASCII takes other ways through Python's mail package
        return "".join(dice.choice(ASCII) for _ in range(dice.randrange(1, 20)))[:longest]
    parts: list[str] = []
    for _ in range(dice.randrange(1, 5)):
        match dice.randrange(5):
            case 0 | 1:
                parts.append(dice.choice(EVIL))
            case 4:
                parts.append("".join(dice.choice(SIGNS) for _ in range(dice.randrange(1, 60))))
            case 2:
                parts.append("".join(chr(dice.randrange(32, 0x2FF)) for _ in range(12)))
            case _:
                parts.append("".join(_any(dice) for _ in range(dice.randrange(1, 8))))
    return "".join(parts)[:longest]


def _any(dice: random.Random) -> str:
    while 0xD800 <= (code := dice.randrange(0x110000)) < 0xE000:
        pass  # half a character is refused at the door
    return chr(code)


# ── letters ──────────────────────────────────────────────────────────────────────────────────────


class Tags(HTMLParser):
    """The tags of a page, with their attributes."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[object] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, [n for n, _ in attrs], [v for n, v in attrs if n != "alt"]))

    def handle_comment(self, data: str) -> None:
        self.found.append(("comment", data))

    def handle_decl(self, decl: str) -> None:
        self.found.append(("declaration", decl))


def letter(said: list[str], language: str) -> EmailMessage:
    """A letter about a refused return, these words in all places a stranger writes."""
    name, brand, order_no, item, sku, because = said
    customer = Customer("s-1", "moss", 1, order_no, "NL", name, "zoe@example.com", language)
    links_and_days = (None, None, None, None, 30)
    portal = Portal(*("moss", 1, brand, "#24435c", None, (language,), *links_and_days), wordings={})
    items: list[JudgedItem] = [a_judged_item().model_copy(update={"name": item, "sku": sku})]
    about = a_rejection(
        refusals=(
            Refusal(code="not_returnable", line_id="1"),
            Refusal(code="reason_not_offered", line_id="1"),
            Refusal(code="refused_by_merchant"),
        )
    )
    told = about.model_copy(
        update={"portal_id": "moss", "items": tuple(items), "because": because, "refused_by": "zoe"}
    )
    assert SENDER is not None
    found = compose(told, customer, portal, WORDS, SENDER)
    assert isinstance(found, letters.Letter), found
    sent = written(found, "<0123456789abcdef@retour.invalid>", NOW)
    assert b"\n" not in sent.replace(b"\r\n", b""), "a bare line feed"
    return message_from_bytes(sent, policy=policy.default)


def bones(of: EmailMessage) -> object:
    """What no word may change: headers, parts, recipients, and how the page is built."""
    page = of.get_body(("html",))
    assert page is not None
    return (
        [name for name, _ in of.items()],
        [(part.get_content_type(), part.is_multipart()) for part in of.walk()],
        [str(one) for one in of["To"].addresses],
        len(of["From"].addresses),
        of["From"].addresses[0].addr_spec,
        Tags(page.get_content()).found,
    )


INNOCENT = ["Zoë Zonder", "Moss & Fern", "536365", "Grumpy teapot", "GRUMPY-TEAPOT"]
INNOCENT += ["The lid was gone."]
LANGUAGES = ("en", "fr", "de", "nl", "es", "it")
HARMLESS = {language: bones(letter(INNOCENT, language)) for language in LANGUAGES}


def letters_hold(dice: random.Random, count: int) -> int:
    """So many letters have the bones of a harmless one; how many strings that were."""
    for _ in range(count):
        said = [words_from(dice) for _ in INNOCENT]
        language = dice.choice(LANGUAGES)
        found = letter(said, language)
        assert bones(found) == HARMLESS[language], said
        text = found.get_body(("plain",)).get_content()  # type: ignore[union-attr]
        assert not _hidden(text + str(found["Subject"])), said
    return count * len(INNOCENT)


def _hidden(text: str) -> set[str]:
    return {c for c in text if unicodedata.category(c)[0] == "C" and c not in "\r\n"}


# ── labels ───────────────────────────────────────────────────────────────────────────────────────

SHEET = Sheet(
    carrier="Moss Post",
    titles=("Return parcel", "Drop off"),
    sender=AddressLines("Zoë", ("Dam 1",), "1012JS", "Amsterdam", "NL"),
    recipient=AddressLines("Moss & Fern", ("Fern Lane 1",), "OX1 1AA", "Oxford", "GB"),
    tracking_number="RR123456785GB",
    return_number="R-7F3K-22QX",
    order_no="536365",
    items=((1, "Grumpy teapot"),),
    return_by=date(2026, 3, 31),
)


def labels_hold(dice: random.Random, count: int) -> int:
    """So many labels are a page that does nothing, and our ZPL only; how many strings that was."""
    for _ in range(count):
        said = [words_from(dice, 200) for _ in range(8)]
        name, street, more, code, town, order_no, item, note = said
        where = AddressLines(name, (street, more), code, town, "NL")
        sheet = replace(SHEET, sender=where, order_no=order_no, items=((1, item),), note=note)
        pdf = label_pdf(sheet)
        assert not deeds_in(pdf), said
        document = pypdfium2.PdfDocument(pdf)
        assert len(document) == 1, said
        assert [round(side) for side in document[0].get_size()] == [298, 420], said  # A6, points
        page = document[0].get_textpage()
        assert SHEET.tracking_number in page.get_text_range(), said
        page.close()
        document.close()
        assert not list(wrong_with_commands(label_zpl(sheet))), said
    return count * 8


# ── logs, and what operators see of dead letters ─────────────────────────────────────────────────


def lines_hold(dice: random.Random, count: int) -> int:
    """So many lines of the log are one line of JSON each; how many strings that were."""
    out, root = io.StringIO(), logging.getLogger()
    before, handlers, level = structlog.get_config(), root.handlers[:], root.level
    try:
        with redirect_stderr(out):
            logs.configure("rules", "json")
            log = structlog.get_logger()
            said = [[words_from(dice) for _ in range(4)] for _ in range(count)]
            for one, other, third, fourth in said:
                log.info("heard", a=one, b=other, c=Permanent(third, fourth))
                log.warning("stumbled", d=fourth, exc_info=Permanent(third, fourth))
    finally:
        structlog.configure(**before)
        structlog.contextvars.clear_contextvars()
        root.handlers[:] = handlers
        root.setLevel(level)
    lines = out.getvalue().encode().splitlines()
    assert len(lines) == 2 * count, "a line too many"
    assert {json.loads(line)["event"] for line in lines} == {"heard", "stumbled"}
    return count * 4


def listings_hold(dice: random.Random, count: int) -> int:
    """So many dead letters are one row each, and steer no terminal; how many strings that were."""
    for _ in range(count):
        key, value, header, name = (words_from(dice).encode() for _ in range(4))
        came = Kept("returns.find-shipment.v1", key, value, [("ce_id", header), ("x", name)])
        told = parked(came, Permanent("schema", header.decode()), "lookup", 1, NOW)
        lies = Kept(told.topic, told.key, told.body, told.headers)
        found = Found(Letter.of(lies, "lookup"), None)
        text = "".join(
            (*shown.row(found, NOW), *(v for pair in shown.raw(found.letter) for v in pair))
        )
        assert text.isprintable(), text
        json.dumps(shown.whole(found))
    return count * 4


ALL = (letters_hold, labels_hold, lines_hold, listings_hold)
