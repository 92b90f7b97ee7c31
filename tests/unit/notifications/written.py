"""Letters to Zoë, and how a mail program sees them."""

from __future__ import annotations

from base64 import b64encode
from html.parser import HTMLParser

from contracts.labels import Document, LabelDelayed, LabelLapsed, LabelRefused, ServicePoint
from contracts.shop import Customer
from services.notifications.adapters.words_toml import words
from services.notifications.domain.address import address
from services.notifications.domain.compose import compose
from services.notifications.domain.known import customer_of, portal_of
from tests.support.builders import (
    INBOUND,
    TUESDAY,
    a_cancellation,
    a_label_printed,
    a_portal,
    a_refund,
    a_rejection,
    a_shipment,
    a_wait,
    an_approval,
    an_id,
)

WORDS = words()
RETOUR = address("returns@retour.invalid")
PNG = b"\x89PNG\r\n\x1a\n and a picture"
PDF = b"%PDF-1.4 and a page"
QR = Document(kind="qr_png", media_type="image/png", content=b64encode(PNG).decode())
SHEET = Document(kind="label_pdf", media_type="application/pdf", content=b64encode(PDF).decode())


def a_code_printed(**changes):
    """A QR code, and no paper."""
    usual = {"kind": "qr_code", "return_method": "drop_off_labelless", "documents": (QR,)}
    return a_label_printed(**usual | changes)


def a_refusal(**changes):
    """Zoë asked in English, and the window has closed."""
    return a_rejection(**{"language": "en"} | changes)


def a_label_refused(**changes):
    """No carrier takes it."""
    usual = {
        "return_id": an_id(),
        "portal_id": "moss-and-fern",
        "shipment_id": "MF-1001",
        "code": "carrier_rejected",
    }
    return LabelRefused(**usual | changes)


def nothing_to_send(**changes):
    """Zoë may keep the teapot, and gets her money."""
    return an_approval(**{"return_method": "none", "carrier": None, "language": "en"} | changes)


def a_label_delayed(**changes):
    """The carrier does not answer."""
    usual = {
        "return_id": an_id(),
        "portal_id": "moss-and-fern",
        "shipment_id": "MF-1001",
        "code": "carrier_unavailable",
        "retry_at": TUESDAY,
    }
    return LabelDelayed(**usual | changes)


def a_label_lapsed(**changes):
    """Zoë never went."""
    usual = {
        "return_id": an_id(),
        "portal_id": "moss-and-fern",
        "shipment_id": "MF-1001",
        "carrier": "postnl",
        "tracking_number": INBOUND,
        "because": "never_handed_over",
        "lapsed_at": TUESDAY,
    }
    return LabelLapsed(**usual | changes)


def a_point(**changes):
    """The corner shop."""
    usual = {
        "point_id": "corner",
        "carrier": "postnl",
        "name": "Bakery Crumb",
        "street": "Long Lane 5",
        "postal_code": "1234 AB",
        "town": "Utrecht",
        "country": "NL",
        "latitude": 52.1,
        "longitude": 5.1,
        "distance_metres": 300,
    }
    return ServicePoint(**usual | changes)


EVERY_LETTER = [
    a_label_printed(),
    a_code_printed(),
    a_refusal(language=None),
    a_label_refused(),
    a_label_delayed(),
    a_label_lapsed(),
    a_wait(language=None),
    nothing_to_send(language=None),
    a_cancellation(),
    a_refund(),
]


def zoe(**changes):
    """Zoë, who reads English today."""
    person = {"name": "Zoë Zonder", "email": "zoe@example.com", "language": "en"}
    return customer_of(a_shipment(customer=Customer(**person | changes)))


def written(happened, customer=None, asked_in=None, **portal):
    """The letter about what happened."""
    settings = portal_of(a_portal(**portal))
    return compose(happened, customer or zoe(), settings, WORDS, RETOUR, asked_in)


class Tags(HTMLParser):
    """The tags and the text of a page, as a mail program sees them."""

    def __init__(self, page):
        super().__init__()
        self.tags, self.links, self.text = [], [], ""
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        if tag == "a":
            self.links.append(dict(attrs)["href"])

    def handle_data(self, data):
        self.text += data
