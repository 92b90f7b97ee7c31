"""The parcel as rules knows it."""

from __future__ import annotations

from dataclasses import asdict

from services.rules.domain.parcel import parcel_of
from tests.support.builders import a_requested_item, a_shipment


def test_a_fresh_parcel_has_everything_left():
    """Nothing is on its way back yet."""
    parcel = parcel_of(a_shipment())

    assert (parcel.left("1"), parcel.left("2"), parcel.revision) == (2, 1, 0)


def test_what_is_promised_back_is_no_longer_left():
    """Two teapots were sent, one comes back, one is left."""
    before = parcel_of(a_shipment())

    after = before.without([a_requested_item(line_id="1", quantity=1)])

    assert (after.left("1"), after.left("2")) == (1, 1)
    assert after.revision == before.revision + 1
    assert before.left("1") == 2


def test_promises_add_up():
    """The second teapot is promised too, and then there is none."""
    one = [a_requested_item(line_id="1", quantity=1)]

    assert parcel_of(a_shipment()).without(one).without(one).left("1") == 0


def test_nobodys_name_is_in_it():
    """Verdicts need items, dates and a country; whose they are is nobody's business here."""
    known = repr(asdict(parcel_of(a_shipment())))

    for personal in ("Zoë", "zoe@example.com", "Dam", "1012JS", "Amsterdam", "RR123456785GB"):
        assert personal not in known
