"""The eye that looks for personal data sees it through everything it may be wrapped in."""

from __future__ import annotations

import base64
import gzip
import json
import quopri

import pytest
from bson import BSON

from services.labels.adapters.documents import label_pdf
from services.labels.domain.sheet import AddressLines, Sheet
from tests.support.canaries import Eye, canary

EYE = Eye((1, 2))
SECRET = canary(1, "name")


def a_label() -> bytes:
    """A label with the canary in its sender's name, as labels draws it."""
    home = AddressLines(f"Zoë {SECRET}", ("Dam 1",), "1012JS", "Amsterdam", "NL")
    shop = AddressLines("Moss & Fern", ("Fern Lane 1",), "OX1 1AA", "Oxford", "GB")
    return label_pdf(Sheet("Own label", (), home, shop, "RT0000000000000000", "R-1"))


@pytest.mark.parametrize(
    "wrapped",
    [
        SECRET.encode(),
        f"zoe.{SECRET.lower()}@example.com".encode(),
        SECRET.encode("utf-16-le"),
        b"x" + SECRET.encode("utf-16-be"),
        SECRET.encode().hex().encode(),
        base64.b64encode(SECRET.encode()),
        base64.b64encode(b"a" + SECRET.encode() + b"bc"),
        base64.b64encode(b"ab" + SECRET.encode() + b"c"),
        base64.urlsafe_b64encode(b"abc" + SECRET.encode()),
        b"%" + b"%".join(b"%02X" % letter for letter in SECRET.encode()),
        json.dumps({"a": [f"Zoë {SECRET}"]}).encode(),
        b'{"a": "' + b"".join(b"\\u%04x" % letter for letter in SECRET.encode()) + b'"}',
        gzip.compress(json.dumps({"a": SECRET}).encode()),
        gzip.compress(gzip.compress(SECRET.encode())),
        quopri.encodestring(f"Zoë {SECRET}".encode()),
        BSON.encode({"a": {"b": [SECRET]}}),
    ],
    ids=range(16),
)
def test_a_canary_is_seen_in_whatever_it_is_wrapped(wrapped: bytes):
    """A scan that is blind to one spelling finds nothing there, and says that all is well."""
    assert EYE.sees(b"before " + wrapped) | EYE.sees(wrapped) == {1}


def test_a_canary_is_seen_on_a_document_in_a_message():
    """In the PDF it is drawn with letters of its own, compressed, and the PDF travels in base64."""
    drawn = a_label()
    message = json.dumps({"documents": [{"content": base64.b64encode(drawn).decode()}]}).encode()

    assert SECRET.encode() not in drawn
    assert EYE.sees(message) == EYE.sees(drawn) == {1}


def test_a_document_too_deep_to_be_opened_is_known_by_its_own_bytes():
    """On a raw disk nobody can tell where a document begins."""
    stretch = base64.b64encode(a_label())[400:460]

    assert Eye((1,), {1: {stretch}}).sees_raw(b"\0\1" + stretch + b"\2") == {1}


def test_nobody_is_seen_who_is_not_there():
    """Else every file would be guilty."""
    assert EYE.sees(b"QZXKVJ WPYQ1 " + bytes(range(256))) == set()
    assert EYE.sees(canary(3, "name").encode()) == set()
    assert Eye((1,)).sees(canary(2, "name").encode()) == set()
