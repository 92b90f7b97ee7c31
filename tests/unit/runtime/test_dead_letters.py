"""Parking: nothing is changed, nothing is lost, and the reason is written beside it."""

from __future__ import annotations

from services._runtime.dead_letters import parked
from services._runtime.errors import Permanent
from services._runtime.words import Tell
from tests.support.builders import TUESDAY, a_request
from tests.support.records import Kept, a_record


def why(letter: Tell) -> dict[str, str]:
    """What we wrote beside it."""
    return {name: (value or b"").decode() for name, value in letter.headers if "dlq_" in name}


def test_a_parked_record_is_what_came_and_why_it_went():
    """An operator finds it by code, reads it, and can put it back where it came from."""
    record = a_record(a_request(), partition=3, offset=14)

    letter = parked(record, Permanent("schema", "items: missing"), "rules", 2, TUESDAY)

    assert (letter.topic, letter.key, letter.body) == (
        "returns.dead-letters.rules",
        record.key,
        record.value,
    )
    assert letter.headers[: len(record.headers)] == record.headers
    beside = {
        "dlq_original_topic": "returns.request-return.v1",
        "dlq_original_partition": "3",
        "dlq_original_offset": "14",
        "dlq_original_timestamp": str(record.timestamp),
        "dlq_consumer_group": "rules",
        "dlq_error_code": "schema",
        "dlq_error_message": "items: missing",
        "dlq_attempts": "2",
        "dlq_failed_at": "2026-03-10T09:00:00+00:00",
    }
    assert beside.items() <= why(letter).items()


def test_bytes_and_nulls_stay_as_they_are():
    """Whatever was wrong with them is what somebody wants to see."""
    headers = [("odd", b"\xff\xfe"), ("null", None), ("twice", b"1"), ("twice", b"2")]

    letter = parked(Kept("t", None, None, headers), Permanent("header"), "rules", 1, TUESDAY)

    assert (letter.key, letter.body, letter.headers[:4]) == (None, None, headers)


def test_a_strangers_claim_to_have_been_parked_is_dropped():
    """Nobody may forge where a letter came from."""
    forged = [("dlq_original_topic", b"returns.return-approved.v1"), ("x", b"1")]

    letter = parked(Kept("t", b"k", b"v", forged), Permanent("header"), "rules", 1, TUESDAY)

    assert [value for name, value in letter.headers if name == "dlq_original_topic"] == [b"t"]
    assert letter.headers[0] == ("x", b"1")


def test_a_long_story_is_cut():
    """A header is not the place for a novel."""
    letter = parked(Kept("t", b"k", b"v"), Permanent("x", "n" * 5000), "rules", 1, TUESDAY)

    assert len(why(letter)["dlq_error_message"]) == 500
