"""PostNL's scans in our words."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from contracts.words import Phase
from services.labels.adapters.carriers.postnl.statuses import EVENTS, STATUSES, scans
from services.labels.adapters.lines.http import Answer
from services.labels.domain import faults

NUMBER = "3SDEVC123456789"


def parcel(*statuses, events=(), **changes):
    """One parcel as PostNL writes it: what is empty is an object without names."""
    listed = [{"StatusCode": code, "TimeStamp": at} for code, at in statuses]
    return {
        "Barcode": NUMBER,
        "Reference": {},
        "Address": [{"LastName": "Zonder", "Building": {}}],
        "Event": [{"Code": code, "TimeStamp": at} for code, at in events],
        "OldStatus": listed,
        "Status": listed[0] if listed else {},
    } | changes


def read(shipment, whole="CompleteStatus"):
    """The scans in an answer with this shipment."""
    return scans(Answer(200, json.dumps({whole: {"Shipment": shipment}}).encode()), NUMBER)


def told(*found):
    """Phase and code of each."""
    return [(scan.phase, scan.code) for scan in found]


@pytest.mark.parametrize("listed", [True, False], ids=["as the file says", "as its examples say"])
@pytest.mark.parametrize("whole", ["CompleteStatus", "CurrentStatus"])
def test_one_parcel_is_read_with_and_without_a_list_around_it(listed, whole):
    """PostNL's file says list, and its own examples have none."""
    one = parcel(("7", "08-11-2022 10:13:20"), ("2", "08-11-2022 00:08:39"))

    found = read([one] if listed else one, whole)

    assert told(*found) == [("handed_over", "2"), ("out_for_delivery", "7")]


@pytest.mark.parametrize(
    ("stamp", "utc"),
    [
        ("08-11-2022 00:10:11.081", datetime(2022, 11, 7, 23, 10, 11, tzinfo=UTC)),
        ("08-07-2022 00:10:11", datetime(2022, 7, 7, 22, 10, 11, tzinfo=UTC)),
        ("30-10-2022 02:30:00", datetime(2022, 10, 30, 0, 30, tzinfo=UTC)),
    ],
    ids=["winter", "summer", "the hour that comes twice"],
)
def test_times_are_those_of_postnls_clocks(stamp, utc):
    """An hour off, and a parcel is delivered before it is handed over."""
    (scan,) = read([parcel(("2", stamp))])

    assert scan.happened_at.astimezone(UTC) == utc


def test_every_status_we_know_has_a_phase_and_a_stranger_has_one_too():
    """PostNL adds codes without asking us."""
    assert set(map(str, STATUSES.values())) <= set(Phase)
    for code in [*STATUSES, "77"]:
        (scan,) = read([parcel((code, "08-11-2022 10:00:00"))])
        assert (scan.phase, scan.code) == (STATUSES.get(code, Phase.UNKNOWN), code)


def test_a_status_may_be_a_number():
    """The file says string, and PostNL's services disagree about numbers."""
    assert told(*read([parcel((7, "08-11-2022 10:00:00"))])) == [("out_for_delivery", "7")]


def test_notes_between_two_statuses_move_nothing():
    """99 is said of more than half of PostNL's events."""
    assert read([parcel(("99", "08-11-2022 10:00:00"))]) == []


def test_an_event_that_says_more_takes_its_statuss_place():
    """Not delivered is one thing, on its way back to the customer another."""
    at = "08-11-2022 10:00:00"

    found = read([parcel(("8", at), events=[("H01", at), ("J01", "08-11-2022 09:00:00")])])

    assert told(*found) == [("returned_to_sender", "H01")]


@pytest.mark.parametrize(
    ("code", "phase"), [("H20", "returned_to_sender"), ("K92", "lost"), ("H30", "cancelled")]
)
def test_events_are_looked_at_where_no_status_says_it(code, phase):
    """PostNL files some of the worst news under `not applicable`."""
    assert told(*read([parcel(events=[(code, "08-11-2022 10:00:00")])])) == [(phase, code)]
    assert EVENTS[code] == phase


@pytest.mark.parametrize(
    "said",
    [
        {"CompleteStatus": {}, "Warnings": [{"Message": "No shipment found", "Code": "2"}]},
        {"CompleteStatus": {"Shipment": []}},
        {"CompleteStatus": {"Shipment": {}}},
    ],
)
def test_a_parcel_nobody_has_seen_has_no_scans(said):
    """It is not lost: it was never handed over."""
    assert scans(Answer(200, json.dumps(said).encode()), NUMBER) == []


@pytest.mark.parametrize(
    "body",
    [
        b"<html>",
        b"",
        b"[]",
        b"{}",
        b'{"CompleteStatus": {"Shipment": [{"Barcode": "3SDEVC000000000"}]}}',
        b'{"CompleteStatus": {"Shipment": "none"}}',
        b'{"CompleteStatus": {"Shipment": [{"Barcode": "' + b"x" * 100 + b'"}]}}',
        b'{"CompleteStatus": {"Shipment": [',
    ],
)
def test_an_answer_that_makes_no_sense_moves_no_parcel(body):
    """Somebody else's parcel was delivered, not this one."""
    with pytest.raises(faults.Unavailable):
        scans(Answer(200, body), NUMBER)


@pytest.mark.parametrize("stamp", ["", {}, "2022-11-08T10:00:00", "32-11-2022 10:00:00", "x" * 40])
def test_a_scan_without_a_time_is_left_out(stamp):
    """Without a time nobody can say what came first."""
    assert read([parcel(("2", stamp))]) == []


@pytest.mark.parametrize("code", ["", "Zoë Zonder", "7\n", "x" * 10_000, True, {"a": 1}, None])
def test_what_is_no_code_is_no_scan_and_its_neighbours_stay(code):
    """Codes are told to others, and logged."""
    found = read([parcel((code, "08-11-2022 11:00:00"), ("2", "08-11-2022 10:00:00"))])

    assert told(*found) == [("handed_over", "2")]


def test_a_flood_of_scans_is_bounded():
    """An answer may be a megabyte long."""
    many = [
        ("5", f"{1 + n // 1440:02d}-01-2022 {n // 60 % 24:02d}:{n % 60:02d}:00") for n in range(900)
    ]

    found = read([parcel(*many)])

    assert len(found) == 500
    assert found[-1].happened_at == max(one.happened_at for one in read([parcel(many[-1])]))
