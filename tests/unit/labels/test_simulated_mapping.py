"""What the simulated carrier is asked, and what its answers mean."""

from __future__ import annotations

import json
from base64 import b64encode

import pytest

from contracts.shape import Money
from services.labels.adapters.carriers.simulated import mapping
from services.labels.adapters.lines.http import Answer
from services.labels.domain import faults
from services.labels.domain.order import order_for
from services.labels.domain.sender import sender_of
from tests.support.builders import a_shipment, an_approval, an_id

REFERENCE = f"{an_id()}:1"


def an_answer(status=201, headers=None, **changes):
    """The carrier's usual answer, with changes; None leaves a field out."""
    usual = {
        "reference": REFERENCE,
        "tracking_number": "SIM12345678901234567",
        "kind": "label",
        "cost": {"minor": 449, "currency": "EUR"},
        "routing": "GB OX1 12",
        "valid_until": "2026-05-09T09:00:00Z",
    }
    said = {name: value for name, value in (usual | changes).items() if value is not None}
    return Answer(status, json.dumps(said).encode(), retry_after=headers)


def test_the_order_holds_what_a_carrier_needs_and_nothing_more():
    """Every field more is personal data given away."""
    order = order_for(an_approval(), sender_of(a_shipment()))

    asked = mapping.request(order)

    assert asked == {
        "reference": REFERENCE,
        "method": "drop_off_point",
        "sender": {
            "name": "Zoë Zonder",
            "street": "Dam",
            "house_number": "1",
            "addition": "",
            "postal_code": "1012JS",
            "town": "Amsterdam",
            "country": "NL",
        },
        "recipient": {
            "name": "Moss & Fern",
            "street": "Fern Lane",
            "house_number": "1",
            "postal_code": "OX1 1AA",
            "town": "Oxford",
            "country": "GB",
        },
    }


@pytest.mark.parametrize("status", [200, 201])
def test_a_label_is_read_whether_new_or_sold_before(status):
    """A repeat is as good as the first."""
    label = mapping.issued(an_answer(status), REFERENCE)

    assert (label.tracking_number, label.kind) == ("SIM12345678901234567", "label")
    assert label.cost == Money(minor=449, currency="EUR")
    assert (label.routing, label.valid_until.isoformat()) == (
        "GB OX1 12",
        "2026-05-09T09:00:00+00:00",
    )


def test_a_simulated_label_says_so_on_its_face():
    """Nobody shall carry it to a counter and wonder."""
    assert "no carrier will take it" in mapping.issued(an_answer(), REFERENCE).note


def test_words_we_do_not_know_are_ignored():
    """The carrier may add what it likes."""
    assert mapping.issued(an_answer(hologram=True), REFERENCE).kind == "label"


def test_the_carriers_own_document_is_kept_byte_for_byte():
    """Its barcode may say more than ours could."""
    paper = b"%PDF-1.7 bars"

    label = mapping.issued(an_answer(pdf=b64encode(paper).decode()), REFERENCE)

    assert [own.content for own in label.documents] == [paper]


@pytest.mark.parametrize(
    "lie",
    [
        {"reference": "somebody-else:1"},
        {"tracking_number": "<script>"},
        {"tracking_number": "A" * 27},
        {"tracking_number": None},
        {"kind": "hologram"},
        {"cost": {"minor": -449, "currency": "EUR"}},
        {"cost": {"minor": 4.49, "currency": "EUR"}},
        {"routing": "one\ntwo"},
        {"valid_until": "tomorrow"},
        {"pdf": b64encode(b"<html>").decode()},
        {"pdf": b64encode(b"%PDF-" + b"x" * 500_000).decode()},
        {"pdf": "not base64!"},
    ],
)
def test_an_answer_that_cannot_be_right_leaves_the_order_in_doubt(lie):
    """It may have been taken and paid for, but it never reaches a customer."""
    with pytest.raises(faults.OutcomeUnknown):
        mapping.issued(an_answer(**lie), REFERENCE)


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b"\xff", b'{"reference": '])
def test_an_unreadable_answer_leaves_the_order_in_doubt(body):
    """Half a body is what a dropped connection leaves."""
    with pytest.raises(faults.OutcomeUnknown):
        mapping.issued(Answer(201, body), REFERENCE)


@pytest.mark.parametrize(
    ("status", "fault"),
    [
        (301, faults.Unavailable),
        (400, faults.Unavailable),
        (401, faults.AuthFailed),
        (403, faults.AuthFailed),
        (404, faults.Unavailable),
        (422, faults.Rejected),
        (429, faults.RateLimited),
        (500, faults.OutcomeUnknown),
        (503, faults.OutcomeUnknown),
    ],
)
def test_every_status_becomes_the_fault_it_means(status, fault):
    """Only what certainly was not taken may be ordered again; a server's error is never certain."""
    with pytest.raises(fault) as raised:
        mapping.issued(Answer(status, b"oh no"), REFERENCE)

    assert type(raised.value) is fault


def test_a_refusal_names_fields_and_repeats_no_values():
    """What a carrier quotes back may be somebody's address."""
    said = json.dumps({"code": "order_invalid", "fields": ["sender.town"]}).encode()
    gossip = json.dumps({"code": "order_invalid", "fields": ["Zoë Zonder, Dam 1"]}).encode()

    with pytest.raises(faults.Rejected) as named:
        mapping.issued(Answer(422, said), REFERENCE)
    with pytest.raises(faults.Rejected) as quoted:
        mapping.issued(Answer(422, gossip), REFERENCE)

    assert (named.value.fields, quoted.value.fields) == (("sender.town",), ())


def test_a_method_the_carrier_does_not_offer_is_not_covered():
    """It is the capability that is missing: the parcel is fine."""
    with pytest.raises(faults.NotCovered):
        mapping.issued(Answer(422, b'{"code": "method_not_covered"}'), REFERENCE)


@pytest.mark.parametrize(
    ("asked", "seconds"),
    [("7", 7), ("0", 1), ("999999", 3600), (None, 60), ("Tue, 10 Mar 2026 09:00:00 GMT", 60)],
)
def test_patience_is_as_asked_for_within_reason(asked, seconds):
    """A carrier cannot make us wait for ever, nor make us spin."""
    with pytest.raises(faults.RateLimited) as limited:
        mapping.issued(Answer(429, b"", retry_after=asked), REFERENCE)

    assert limited.value.after_seconds == seconds


def test_absent_is_only_what_the_carrier_itself_calls_absent():
    """A 404 of some proxy on the way must not lead to a second purchase."""
    assert mapping.recovered(Answer(404, b'{"code": "label_absent"}'), REFERENCE) is None
    with pytest.raises(faults.Unavailable):
        mapping.recovered(Answer(404, b"<h1>Not found</h1>"), REFERENCE)


def test_a_label_that_was_sold_is_found():
    """And checked just as if it were new."""
    found = mapping.recovered(an_answer(200), REFERENCE)

    assert found.tracking_number == "SIM12345678901234567"
    with pytest.raises(faults.OutcomeUnknown):
        mapping.recovered(an_answer(200, reference="somebody-else:1"), REFERENCE)
