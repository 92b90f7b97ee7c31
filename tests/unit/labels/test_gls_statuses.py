"""Where a parcel is, in GLS's words and in ours."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path
from typing import Any

import pytest

from contracts.words import Phase
from services.labels.adapters.carriers.gls.statuses import EVENTS, STATUSES, path, scans
from services.labels.adapters.lines.http import Answer
from services.labels.domain import faults

NUMBER = "938353680251"
CODES = Path(__file__).parents[4] / "shared/data/carrier-status-codes/carrier-codes.csv"

OTHERS_SAY = {
    "pending": {Phase.ANNOUNCED},
    "in_transit": {Phase.IN_TRANSIT},
    "out_for_delivery": {Phase.OUT_FOR_DELIVERY},
    "delivered": {Phase.DELIVERED},
    "delivery_failed": {Phase.DELIVERY_FAILED},
    "cancelled": {Phase.CANCELLED},
    "ready_for_pickup": {Phase.IN_TRANSIT},
}
WE_DIFFER = {"NOTPICKEDUP", "DELIVEREDPS", "FINAL"}
"""A return that waits in a shop, is still at the customer's, or whose history is closed: no end."""


def an_event(code: str = "INTIAL.NORMAL", at: object = "2026-03-10T10:46:14+0100", **more: Any):
    """One event."""
    return {"code": code, "eventDateTime": at, "country": "NL", **more}


def told(*events: Any, **more: Any):
    """The scans in an answer about one parcel."""
    parcel = {"requested": NUMBER, "unitno": NUMBER[:-1], "events": list(events), **more}
    return scans(Answer(200, json.dumps({"parcels": [parcel]}).encode()), [NUMBER])


@pytest.mark.parametrize("code", EVENTS)
def test_every_event_we_know_has_its_phase(code):
    """GLS's own word is kept beside ours."""
    (scan,) = told(an_event(code))

    assert (scan.phase, scan.code, scan.country) == (EVENTS[code], code, "NL")
    assert scan.happened_at.isoformat() == "2026-03-10T10:46:14+01:00"
    assert scan.tracking_number == NUMBER


def test_an_event_we_do_not_know_is_unknown_and_keeps_its_word():
    """GLS has many more events than it names."""
    (scan,) = told(an_event("NOTDEL.DOG_BITES"))

    assert (scan.phase, scan.code) == (Phase.UNKNOWN, "NOTDEL.DOG_BITES")


def test_a_return_in_a_shop_has_not_arrived():
    """Money goes back when the merchant has it."""
    assert EVENTS["DELIVD.PARCELSHOP"] is STATUSES["DELIVEREDPS"] is Phase.IN_TRANSIT


def test_the_status_speaks_where_no_event_does():
    """What GLS means by events we do not know, it says once more in a word that we do."""
    now = {"status": "NOTDELIVERED", "statusDateTime": "2026-03-11T09:00:00+0100"}

    said = told(an_event("OUTDEL.NORMAL"), an_event("NOTDEL.DOG_BITES"), **now)
    same = told(
        an_event("OUTDEL.NORMAL"), status="INDELIVERY", statusDateTime=now["statusDateTime"]
    )

    assert [scan.phase for scan in said] == [
        Phase.OUT_FOR_DELIVERY,
        Phase.UNKNOWN,
        Phase.DELIVERY_FAILED,
    ]
    assert [scan.phase for scan in same] == [Phase.OUT_FOR_DELIVERY]


@pytest.mark.parametrize(
    "nonsense",
    [
        an_event(at="yesterday"),
        an_event(at="2026-03-10T10:46:14"),
        an_event(at="0001-01-01T00:00:00Z"),
        an_event(at=1773136000),
        an_event(code="TWO WORDS"),
        an_event(code="C" * 65),
        an_event(code=7),
        an_event(country="N" * 101),
        {"code": "INTIAL.NORMAL"},
        "INTIAL.NORMAL",
        None,
    ],
)
def test_an_event_that_cannot_be_read_is_left_out_and_its_neighbours_are_told(nonsense):
    """One torn line must not hide where the parcel is."""
    assert [scan.code for scan in told(nonsense, an_event("DELIVD.NORMAL"))] == ["DELIVD.NORMAL"]


@pytest.mark.parametrize("country", ["", "Nederland", "nl", "N1", None])
def test_a_country_is_two_capitals_or_nothing(country):
    """It goes on the wire as ISO 3166."""
    (scan,) = told(an_event(country=country))

    assert scan.country is None


def test_parcels_nobody_asked_about_are_left_out():
    """Another merchant's parcel is none of our business."""
    other = {"requested": "111111111111", "events": [an_event()]}
    nobody = {"requested": NUMBER, "errorCode": "E_404_01", "errorMessage": "Resource Not Found"}
    body = json.dumps({"parcels": [other, nobody, {"events": [an_event()]}]}).encode()

    assert scans(Answer(200, body), [NUMBER]) == ()


@pytest.mark.parametrize(
    ("answer", "fault"),
    [
        (Answer(200, b"<html>"), faults.Unavailable),
        (Answer(200, b'{"parcels": [{"reque'), faults.Unavailable),
        (Answer(200, b'{"parcels": 7}'), faults.Unavailable),
        (Answer(200, json.dumps({"parcels": [{}] * 101}).encode()), faults.Unavailable),
        (Answer(400, b"{}"), faults.Unavailable),
        (Answer(401, b"{}"), faults.AuthFailed),
        (Answer(404, b"{}"), faults.Unavailable),
        (Answer(429, b"{}", retry_after="30"), faults.RateLimited),
        (Answer(500, b""), faults.Unavailable),
    ],
)
def test_an_answer_that_says_nothing_is_asked_for_again(answer, fault):
    """Silence is no news."""
    with pytest.raises(fault):
        scans(answer, [NUMBER])


def test_a_history_without_end_is_not_read():
    """Bounded, whatever it says."""
    assert told(*[an_event()] * 501) == ()


def test_numbers_stand_in_one_address():
    """Ten at most; that is for the caller to count."""
    assert path(["1", "2"]).endswith("/tracking/simple/trackids/1,2")


def test_the_file_and_we_know_the_same_statuses():
    """Every word the carrier may say has been thought about."""
    file = CODES.parents[1] / "carrier-specs/no-licence-stated/gls-tt.yaml"
    if not file.exists():
        pytest.skip("GLS's file is not ours to keep")
    enum = re.search(r"enum:\n((?: +- \"[A-Z]+\"\n)+) +statusDateTime", file.read_text())

    assert enum is not None
    assert set(re.findall(r"[A-Z]+", enum[1])) == set(STATUSES)


def test_others_who_know_gls_agree():
    """An independent table: where we differ we say why."""
    if not CODES.exists():
        pytest.skip("the table of others' codes is not here")
    rows = [row for row in csv.DictReader(CODES.open()) if row["connector"] == "gls"]
    odd = {
        row["carrier_code"]
        for row in rows
        if STATUSES[row["carrier_code"]] not in OTHERS_SAY[row["normalised"]]
    }

    assert len(rows) > 10
    assert odd == WE_DIFFER
