"""The decision: which of a claim's parcels, if any."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest

from contracts.lookup import ShipmentFound, ShipmentNotFound
from services.lookup.domain.match import answer
from services.lookup.domain.parcel import Parcel
from services.lookup.domain.portal import Portal
from services.lookup.domain.question import Question

NOW = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)
ASKED = Question(
    lookup_id="6f1c6f0e-6d0c-4a7e-9d55-5a3f4d1f0b8e",
    portal_id="moss-and-fern",
    digest="d1" * 32,
    language="nl",
)
OPEN = Portal("moss-and-fern", 3, open=True)
TEAPOT = Parcel("teapot", "moss-and-fern", 1, "d1" * 32, "NL", NOW - timedelta(days=2))
TRAVELLING = replace(TEAPOT, shipment_id="travelling", delivered_at=None)
TOMORROWS = replace(TEAPOT, shipment_id="tomorrows", delivered_at=NOW + timedelta(days=1))


def test_one_delivered_parcel_of_an_open_portal_is_found():
    """The answer names the parcel, its country and the customer's language; nothing personal."""
    told = answer(ASKED, OPEN, [TEAPOT], NOW)

    assert told == ShipmentFound(
        lookup_id=ASKED.lookup_id,
        portal_id="moss-and-fern",
        shipment_id="teapot",
        country="NL",
        language="nl",
    )


@pytest.mark.parametrize(
    ("portal", "named"),
    [
        (OPEN, []),
        (OPEN, [TRAVELLING]),
        (OPEN, [TOMORROWS]),
        (OPEN, [TEAPOT, replace(TEAPOT, shipment_id="twin")]),
        (replace(OPEN, open=False), [TEAPOT]),
        (None, [TEAPOT]),
    ],
    ids=[
        "nothing named",
        "travelling",
        "delivered tomorrow",
        "two delivered",
        "closed portal",
        "no portal",
    ],
)
def test_every_kind_of_no_is_the_same_no(portal, named):
    """An answer that differed would tell a stranger which half of a guess was right."""
    told = answer(ASKED, portal, named, NOW)

    assert told == ShipmentNotFound(lookup_id=ASKED.lookup_id, portal_id="moss-and-fern")


def test_a_parcel_still_travelling_does_not_hide_the_one_delivered():
    """Carriers use a number again: the new parcel is not here, the old one may still go back."""
    told = answer(ASKED, OPEN, [TRAVELLING, TEAPOT, TOMORROWS], NOW)

    assert isinstance(told, ShipmentFound)
    assert told.shipment_id == "teapot"


@pytest.mark.parametrize(
    ("delivered_at", "kind"),
    [
        (NOW, ShipmentFound),
        (NOW + timedelta(microseconds=1), ShipmentNotFound),
        (NOW.astimezone(timezone(timedelta(hours=14))), ShipmentFound),
    ],
)
def test_a_parcel_is_delivered_from_the_very_instant(delivered_at, kind):
    """The edge belongs to the customer, in whatever zone the shop's clock stands."""
    told = answer(ASKED, OPEN, [replace(TEAPOT, delivered_at=delivered_at)], NOW)

    assert isinstance(told, kind)
