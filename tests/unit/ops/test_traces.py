"""What names a customer in a record: theirs is found however it is spelt, and nobody else's."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from contracts.shape import Home
from contracts.shop import Customer
from deploy.ops.erasing.traces import traces_of
from tests.support.builders import SHIPMENT, a_shipment
from tests.support.records import Kept

ZOE = a_shipment(
    customer=Customer(name="Zoë Zonder", email="Zoe@Example.com", phone="+31 20 555 0100"),
    tracking_number="RR 123456785 GB",
)
TRACES = traces_of(SHIPMENT, [ZOE], ["0b5c7a52-7f0e-4c39-9d0e-6b6a4f6f0e11"])


def a_letter(value: str | bytes, key: bytes = b"k", headers=()) -> Kept:
    """Something that was parked."""
    return Kept("t", key, value.encode() if isinstance(value, str) else value, headers)


@pytest.mark.parametrize(
    "record",
    [
        a_letter('{"oh": "zoe@example.com'),
        a_letter("ZOE@EXAMPLE.COM wrote"),
        a_letter('{"tracking_number": "rr123456785gb"}'),
        a_letter('{"tracking_number": "RR-1234 5678.5GB"}'),
        a_letter("call +31-20-555-01.00"),
        a_letter(f'{{"shipment_id" :\n"{SHIPMENT}"}}'),
        a_letter('{"return_id": "0b5c7a52-7f0e-4c39-9d0e-6b6a4f6f0e11"}'),
        a_letter(json.dumps({"who": "Zoë Zonder", "where": "1012JS"})),
        a_letter("zoë zonder, Dam 1".encode()),
        a_letter("", key=b"zoe@example.com"),
        a_letter("", headers=[("x", b"zoe@example.com"), ("null", None)]),
    ],
    ids=range(11),
)
def test_a_record_about_the_customer_is_theirs(record):
    """However it is spelt, and wherever in the record it stands."""
    assert TRACES.are_in(record)


@pytest.mark.parametrize(
    "record",
    [
        a_letter('{"name": "Zoë Zonder"}'),
        a_letter('{"postal_code": "1012JS", "street": "Dam"}'),
        a_letter(f'{{"shipment_id": "{SHIPMENT}1"}}'),
        a_letter(f'{{"line_id": "{SHIPMENT}"}}'),
        a_letter('{"email": "zo@example.com"}'),
        a_letter(b"\xff\x00"),
        a_letter(""),
    ],
    ids=["name", "code", "longer id", "another field", "another address", "garbage", "nothing"],
)
def test_a_record_about_somebody_else_is_not(record):
    """A letter erased by mistake is lost work, and nobody would know."""
    assert not TRACES.are_in(record)


def test_short_words_name_nobody():
    """A shop that numbers its parcels from one must not have everything erased with the first."""
    short = a_shipment(tracking_number="17", customer=Customer(name="X", email="a@b"))

    traces = traces_of("1", [short])

    assert not traces.are_in(a_letter('{"line_id": "1", "quantity": 17, "of": "a@b"}'))
    assert traces.are_in(a_letter('{"shipment_id": "1"}'))


def test_without_a_record_the_ids_are_enough():
    """The shipment was erased already; what names it or its returns is found all the same."""
    bare = replace(TRACES, alone=frozenset(), together=frozenset())

    assert bare.are_in(a_letter(f'{{"shipment_id":"{SHIPMENT}"}}'))
    assert not bare.are_in(a_letter("zoe@example.com"))


def test_what_names_somebody_is_in_no_repr():
    """An error that prints it would put it where it was just looked for."""
    for word in ("zoe", "Zonder", "1012JS", "RR"):
        assert word not in repr(TRACES)


def test_every_version_of_the_shipment_is_known_by():
    """They moved, and the letter speaks of where they lived before."""
    before = Home(street="Rokin", house_number="7", postal_code="1012KK", town="A", country="NL")

    traces = traces_of(SHIPMENT, [ZOE, a_shipment(version=2, deliver_to=before)])

    assert traces.are_in(a_letter("Zoë Zonder, 1012KK"))
    assert traces.are_in(a_letter("Zoë Zonder, 1012JS"))
