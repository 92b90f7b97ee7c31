"""When DHL Parcel DE comes for a parcel, and which collection is whose."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date

import pytest

from services.labels.adapters.carriers.dhl_parcel_de import days, pickup
from services.labels.adapters.lines.http import Answer
from services.labels.domain import faults
from services.labels.domain.connection import Connection
from services.labels.domain.order import order_for
from services.labels.domain.sender import sender_of
from tests.support.builders import a_return_address, a_shipment, an_approval

ORDER = replace(
    order_for(
        an_approval(return_method="pickup", return_to=a_return_address(country="DE")),
        sender_of(a_shipment()),
    ),
    sender=replace(sender_of(a_shipment()), country="DE", postal_code="53113", town="Bonn"),
)
BILLED = Connection("*", "dhl_parcel_de", options={"billing_number": "22222222220801"})


def test_a_collection_is_ordered_for_one_parcel_at_one_door():
    """On the day that was chosen, while somebody is told to be at home."""
    assert pickup.body(ORDER, BILLED, date(2026, 3, 11)) == {
        "customerDetails": {"billingNumber": "22222222220801"},
        "pickupLocation": {
            "type": "Address",
            "pickupAddress": {
                "name1": "Zoë Zonder",
                "addressStreet": "Dam",
                "addressHouse": "1",
                "postalCode": "53113",
                "city": "Bonn",
                "country": "DE",
            },
        },
        "businessHours": [{"timeFrom": "08:00", "timeUntil": "18:00"}],
        "pickupDetails": {"pickupDate": {"type": "Date", "value": "2026-03-11"}},
        "shipmentDetails": {
            "shipments": [
                {
                    "transportationType": "PAKET",
                    "customerReference": pickup.reference_of(ORDER),
                }
            ]
        },
    }


@pytest.mark.parametrize("number", [None, "", "2222222222080", "22222222220801x"])
def test_nobody_comes_whom_nobody_pays(number):
    """The contract says who does."""
    options = {} if number is None else {"billing_number": number}

    with pytest.raises(faults.NotCovered):
        pickup.body(ORDER, replace(BILLED, options=options), None)


@pytest.mark.parametrize(
    "said",
    [
        b"<html>",
        b"{}",
        b'{"confirmation": {"value": {"orderID": "short", "pickupDate": "2026-03-11"}}}',
        b'{"confirmation": {"value": {"orderID": "' + b"a" * 32 + b'", "pickupDate": "soon"}}}',
    ],
)
def test_what_is_no_agreement_is_none(said):
    """Somebody may come all the same: it is looked for the next time."""
    with pytest.raises(faults.OutcomeUnknown):
        pickup.agreed(Answer(200, said))


def test_the_reference_of_a_collection_follows_from_the_order():
    """Twenty characters fit. Under it a collection is found again."""
    ours = pickup.reference_of(ORDER)

    assert ours == pickup.reference_of(replace(ORDER, order_no="other"))
    assert ours != pickup.reference_of(replace(ORDER, reference="another:1"))
    assert len(ours) <= 20


def standing(**changes):
    """One collection, as DHL tells it."""
    reference = changes.pop("reference", pickup.reference_of(ORDER))
    details = {"orderID": "a" * 32, "orderState": "ANGENOMMEN"} | changes
    return {
        "orderDetails": details,
        "shipmentDetails": {"shipments": [{"shipment": {"customerReference": reference}}]},
    }


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({}, "a" * 32),
        ({"orderState": "IN_PRUEFUNG"}, "a" * 32),
        ({"orderState": "STORNIERT"}, None),
        ({"orderState": "ABGELEHNT"}, None),
        ({"reference": "somebody-else"}, None),
    ],
)
def test_only_a_collection_that_stands_and_is_ours_is_used(changes, found):
    """Another customer of the same street would wait in vain."""
    answer = Answer(200, json.dumps([standing(**changes)]).encode())

    assert pickup.known(answer, ORDER) == found


@pytest.mark.parametrize(
    ("day", "begins"),
    [
        (date(2026, 3, 28), "2026-03-28T07:00:00+00:00"),
        (date(2026, 3, 29), "2026-03-29T06:00:00+00:00"),
        (date(2026, 10, 24), "2026-10-24T06:00:00+00:00"),
        (date(2026, 10, 25), "2026-10-25T07:00:00+00:00"),
    ],
)
def test_somebody_comes_by_the_clocks_of_germany(day, begins):
    """Eight in the morning, before and after they are set."""
    assert pickup.window(day)[0].isoformat() == begins


@pytest.mark.parametrize(
    ("year", "month", "day"),
    [(2000, 4, 23), (2024, 3, 31), (2025, 4, 20), (2026, 4, 5), (2038, 4, 25)],
)
def test_easter_is_when_it_is(year, month, day):
    """Four holidays hang on it."""
    assert days.easter(year) == date(year, month, day)


def test_nobody_comes_on_a_holiday():
    """Good Friday to Easter Monday of 2026."""
    coming = list(days.coming(date(2026, 4, 1)))

    assert coming[:3] == [date(2026, 4, 2), date(2026, 4, 7), date(2026, 4, 8)]
    assert len(coming) == 10
