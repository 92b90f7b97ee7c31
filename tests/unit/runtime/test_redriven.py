"""Put back: the same record, its own past beside it, and nothing a stranger claims believed."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from services._runtime.dead_letters import Redriven, marks, parked, put_back, redriven
from services._runtime.errors import Permanent
from services._runtime.words import Tell
from tests.support.builders import TUESDAY, a_request
from tests.support.records import Kept, a_record

LATER = TUESDAY + timedelta(hours=3)
ODD = [("odd", b"\xff\xfe"), ("null", None), ("twice", b"1"), ("twice", b"2")]


def lying(tell: Tell, **changes: object) -> Kept:
    """What was told, as it lies on its topic."""
    usual = {"partition": 1, "offset": 99, "timestamp": 5}
    return Kept(tell.topic, tell.key, tell.body, tell.headers, **usual | changes)


def a_letter(record: Kept) -> Kept:
    """The record as rules parked it on Tuesday."""
    return lying(parked(record, Permanent("unknown_portal"), "rules", 2, TUESDAY))


@pytest.mark.parametrize(
    "record",
    [
        a_record(a_request(), partition=3, offset=14, timestamp_type=1),
        Kept("returns.request-return.v1", None, None, ODD, 2, 7),
        Kept("returns.request-return.v1", b"\x00", b"\xff", [], 2, 8),
    ],
    ids=["whole", "nothing but headers", "garbage"],
)
def test_what_is_put_back_is_the_record_that_came(record):
    """Byte for byte, header for header, place for place: else it would be another message."""
    told = redriven(a_letter(record), "rules", "jo", "mended", LATER)

    back = put_back(lying(told))

    assert told.topic == "returns.redriven.rules"
    assert back == Redriven(
        record.topic,
        record.partition,
        record.offset,
        record.timestamp,
        record.timestamp_type,
        record.key,
        record.value,
        list(record.headers),
        redrives=1,
        first_failed_at=TUESDAY.isoformat(),
    )


def test_what_is_put_back_says_who_and_why_and_no_longer_why_it_failed():
    """The audit travels with it; the old failure does not, for there may be a new one."""
    told = redriven(a_letter(a_record(a_request())), "rules", "jo", "portal configured", LATER)

    said = marks(told.headers)
    assert said["redriven_by"] == "jo"
    assert said["redriven_why"] == "portal configured"
    assert said["redriven_at"] == LATER.isoformat()
    assert not {"error_code", "error_message", "attempts", "failed_at"} & said.keys()


def test_a_record_that_fails_again_remembers_its_first_failure_and_counts():
    """Otherwise nobody would notice a loop."""
    letter = a_letter(a_record(a_request(), partition=3, offset=14))
    for count in (1, 2, 3):
        back = put_back(lying(redriven(letter, "rules", "jo", "", LATER)))
        letter = lying(parked(back, Permanent("schema"), "rules", 1, LATER))

        said = marks(letter.headers)
        assert said["redrive_count"] == str(count)
        assert (said["original_partition"], said["original_offset"]) == ("3", "14")
        assert said["first_failed_at"] == TUESDAY.isoformat()
        assert said["failed_at"] == LATER.isoformat()
        assert len(letter.headers) == len(dict(letter.headers))


@pytest.mark.parametrize("wrong", [b"", b"x", b"\xff", b"9" * 5000, b"-", b"1e3", None])
def test_marks_nobody_can_read_fall_back_on_the_record_itself(wrong):
    """Whoever can write to the topic must not be able to stop the service."""
    names = ("original_partition", "original_offset", "original_timestamp", "redrive_count")
    record = Kept("returns.redriven.rules", b"k", b"v", [(f"dlq_{n}", wrong) for n in names], 2, 6)

    back = put_back(record)

    assert (back.topic, back.partition, back.offset) == ("returns.redriven.rules", 2, 6)
    assert (back.timestamp, back.redrives, back.headers) == (record.timestamp, 1, [])


def test_a_letter_without_marks_is_put_back_as_coming_from_where_it_lies():
    """Somebody wrote it there by hand; the service will say that it does not listen there."""
    by_hand = Kept("returns.dead-letters.rules", b"k", b"v", [], 1, 2)

    back = put_back(lying(redriven(by_hand, "rules", "jo", "", LATER)))

    assert (back.topic, back.partition, back.offset) == (by_hand.topic, 1, 2)


def test_the_kind_of_error_is_named_even_where_the_code_is_unexpected():
    """A new kind is what an operator is woken for."""
    stumbled = Permanent("unexpected", "KeyError")
    stumbled.__cause__ = KeyError("secret")

    letter = parked(a_record(a_request()), stumbled, "rules", 3, TUESDAY)

    assert marks(letter.headers)["error_class"] == "KeyError"
    assert "secret" not in str(letter.headers)


def test_claims_on_a_shared_topic_are_not_carried_along():
    """Only on the redrive topic are they ours."""
    forged = replace(a_record(a_request()), headers=[("dlq_redrive_count", b"4"), ("x", b"1")])

    said = marks(a_letter(forged).headers)

    assert said["redrive_count"] == "0"
