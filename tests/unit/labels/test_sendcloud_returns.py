"""What a return is at Sendcloud, alone and in the list, and when it can be taken back."""

from __future__ import annotations

import json

import pytest

from contracts.shape import Money
from contracts.words import Cancelled
from services.labels.adapters.carriers.sendcloud import listing, mapping, returns
from services.labels.adapters.carriers.sendcloud.returns import Bought, Never, NotYet
from services.labels.adapters.lines.http import Answer
from services.labels.domain import faults
from tests.support.builders import an_id

REFERENCE = f"{an_id()}:1"
MADE = mapping.Announced(42, 43)


def a_return(**changes):
    """A return as Sendcloud shows it, with changes; `...` leaves a field out."""
    usual = {
        "id": 42,
        "order_number": REFERENCE,
        "tracking_number": "3SSEND0000000042",
        "collo_count": 1,
        "delivery_option": "drop_off_point",
        "status": "open",
        "status_history": [
            {
                "parent_status": "announced",
                "carrier_update_timestamp": "2026-03-10T10:00:00.1+01:00",
            }
        ],
        "label": {"label_printer": "https://panel.sendcloud.sc/api/v3/parcels/43/documents/label"},
        "label_cost": {"value": 6.15, "currency": "EUR"},
        "shipping_option": {"code": "postnl:return"},
        "from_address": {"name": "Zoë Zonder", "country_code": "NL"},
        "to_address": {"name": "Moss & Fern", "country_code": "NL"},
    }
    return {name: said for name, said in (usual | changes).items() if said is not ...}


def told(said, status=200):
    """Sendcloud answers this."""
    return Answer(status, json.dumps(said).encode())


def state(**changes):
    """What such a return is."""
    return returns.detail(told(a_return(**changes)), REFERENCE)


def at(status, when):
    """One step of a return's history."""
    return {"parent_status": status, "carrier_update_timestamp": when}


# What a return is


def test_a_return_with_a_label_was_bought():
    """For what it cost, to the cent."""
    assert state() == Bought(
        return_id=42,
        parcel_id=43,
        tracking_number="3SSEND0000000042",
        cost=Money(minor=615, currency="EUR"),
        product="postnl:return",
        labelless=False,
        declared=False,
    )


@pytest.mark.parametrize(
    "changes",
    [
        {"tracking_number": None},
        {"tracking_number": ""},
        {"tracking_number": ...},
        {"status": "requested"},
        {"status": "awaiting_payment"},
        {"tracking_number": None, "status_history": []},
    ],
    ids=["null", "empty", "absent", "requested", "unpaid", "no-history"],
)
def test_a_return_without_a_label_has_none_yet(changes):
    """It stands, and is not ordered anew."""
    assert state(**changes) == NotYet()


@pytest.mark.parametrize(
    "changes",
    [
        {"status_history": [at("announcement-failed", "2026-03-10T10:00:00Z")]},
        {"status_history": [{"parent_status": "Announcement failed"}]},
        {"status": "request_rejected"},
        {"status": "payment_failed"},
    ],
    ids=["failed", "in-words", "rejected", "unpayable"],
)
def test_a_return_that_came_to_nothing_bought_nothing(changes):
    """And says which fields are to blame."""
    errors = [{"code": "invalid", "source": {"pointer": "/to_address"}}]

    assert state(tracking_number=None, errors=errors, **changes) == Never(("to_address",))


@pytest.mark.parametrize(
    "lie",
    [
        {"order_number": "somebody-else:1"},
        {"order_number": ...},
        {"tracking_number": "<script>"},
        {"tracking_number": "A" * 41},
        {"tracking_number": "3s send 42"},
        {"collo_count": 2},
        {"label_cost": {"value": 6.15, "currency": "ZWL"}},
        {"label_cost": {"value": -6.15, "currency": "EUR"}},
        {"label_cost": {"value": 1e9, "currency": "EUR"}},
        {"label_cost": {"value": "6,15", "currency": "EUR"}},
        {"from_address": {"country_code": "Netherlands"}},
        {"from_address": ...},
        {"status_history": [at("delivered", "yesterday")]},
        {"status_history": [at("x" * 101, "2026-03-10T10:00:00Z")]},
        {"status_history": [at("announcement-failed", "2026-03-10T10:00:00Z")]},
        {"status_history": [at("cancelled", "2026-03-10T10:00:00Z")]},
        {"status_history": [at("cancelling-upstream", "2026-03-10T10:00:00Z")]},
        {"label_url": "https://panel.sendcloud.sc/" + "x" * 5_000},
    ],
    ids=str,
)
def test_a_return_that_cannot_be_right_leaves_the_order_in_doubt(lie):
    """It may have been paid for, but it never reaches a customer."""
    with pytest.raises(faults.OutcomeUnknown):
        state(**lie)


@pytest.mark.parametrize("lie", [{"id": 7}, {"label": {"label_printer": "/parcels/7/documents/"}}])
def test_a_label_of_another_return_or_parcel_is_not_taken(lie):
    """Its documents would carry another customer's address."""
    with pytest.raises(faults.OutcomeUnknown):
        returns.with_ids(state(**lie), MADE)


def test_ids_that_are_not_repeated_are_those_of_the_announcement():
    """Sendcloud's file does not say that a return shows its own id."""
    found = returns.with_ids(state(id=..., label=...), MADE)

    assert (found.return_id, found.parcel_id) == (42, 43)


def test_the_state_that_counts_is_the_latest_whatever_the_order():
    """Sendcloud's examples list the youngest first, its words say oldest first."""
    steps = [
        at("announced", "2026-03-10T10:00:00Z"),
        at("announcement-failed", "2026-03-10 09:00:00.5+00:00"),
        {"parent_status": "announcing"},
    ]

    assert isinstance(state(status_history=steps), Bought)


@pytest.mark.parametrize(
    ("value", "minor"), [(6, 600), (6.15, 615), (0.285, 29), (1.005, 101), (0, 0)]
)
def test_money_is_counted_in_cents(value, minor):
    """Not in floats: 6.15 * 100 is not 615 to a computer."""
    assert state(label_cost={"value": value, "currency": "GBP"}).cost == Money(
        minor=minor, currency="GBP"
    )


def test_a_cost_that_is_not_said_is_not_known():
    """Then the connection's prices count."""
    assert (state(label_cost=...).cost, state(label_cost={"value": None}).cost) == (None, None)


# The list


def listed(*data, following=None, **changes):
    """A page of the list with these returns in it."""
    said = {"data": list(data), "next": following} | changes
    return listing.page(told({key: v for key, v in said.items() if v is not ...}), REFERENCE)


def test_only_our_own_return_is_looked_at():
    """Somebody else's may be as broken as it likes."""
    page = listed({"order_number": "else"}, {"order_number": 5}, a_return())

    assert [type(one) for one in page.found] == [Bought]


@pytest.mark.parametrize("body", [b"{}", b"<html>", b"[]", b'{"data": [{', b'{"data": 7}'])
def test_what_is_no_list_does_not_say_that_there_is_nothing(body):
    """An empty page must not lead to a second purchase."""
    with pytest.raises(faults.Unavailable):
        listing.page(Answer(200, body), REFERENCE)


@pytest.mark.parametrize(
    ("following", "cursor"),
    [
        (None, None),
        ("", None),
        ("https://panel.sendcloud.sc/api/v3/returns?cursor=cD0z&page_size=1", "cD0z"),
        ("https://evil.example/?cursor=cD0z", "cD0z"),
        ("?cursor=cj0xJnA9MzAw%3D", "cj0xJnA9MzAw="),
    ],
)
def test_a_list_goes_on_at_its_cursor_and_at_no_other_address(following, cursor):
    """The address it gives is never followed."""
    assert listed(following=following).cursor == cursor


@pytest.mark.parametrize("following", ["https://x/?page=2", "?cursor=<script>", "http://[", "?"])
def test_a_list_that_goes_on_nowhere_has_not_ended(following):
    """What we look for may be on the page that we cannot find."""
    with pytest.raises(faults.Unavailable):
        listed(following=following)


def test_two_that_cost_money_are_for_a_person_and_those_that_came_to_nothing_do_not_count():
    """Unless somebody has found out which number is meant."""
    one = state()
    other = state(tracking_number="3SOTHER42")

    assert listing.only([Never(), one]) == one
    assert listing.only([Never(("weight",))]) == Never(("weight",))
    assert listing.only([]) is None
    assert listing.only([one, other], "3SOTHER42") == other
    for found, number in (([one, other], None), ([one, other], "3SNONE"), ([one, NotYet()], None)):
        with pytest.raises(faults.OutcomeUnknown):
            listing.only(found, number)


# Taking back


@pytest.mark.parametrize(
    ("latest", "outcome"),
    [
        ("cancelled", Cancelled.CANCELLED),
        ("cancelled-upstream", Cancelled.CANCELLED),
        ("cancelling", Cancelled.REQUESTED),
        ("cancelling-upstream", Cancelled.REQUESTED),
        ("announced", Cancelled.TOO_LATE),
        ("delivered", Cancelled.TOO_LATE),
    ],
)
def test_a_conflict_is_explained_by_the_return(latest, outcome):
    """409 says "not cancellable", to whoever wishes a second time, too."""
    answer = told(a_return(status_history=[at(latest, "2026-03-10T10:00:00Z")]))

    assert mapping.cancelled(Answer(409, b"")) is None
    assert returns.after_conflict(answer) == outcome
