"""Parking: nothing is changed, nothing is lost, and the reason is written beside it."""

from __future__ import annotations

from services._runtime.dead_letters import is_erasure, original, parked, put_back, redriven
from services._runtime.errors import Permanent
from services._runtime.words import Record, Tell
from tests.support.builders import TUESDAY, a_request
from tests.support.records import Kept, a_record


def why(letter: Tell) -> dict[str, str]:
    """What we wrote beside it."""
    return {name: (value or b"").decode() for name, value in letter.headers if "dlq_" in name}


def _parked(record: Record) -> Tell:
    return parked(record, Permanent("schema"), "rules", 1, TUESDAY)


def _lying(tell: Tell) -> Kept:
    return Kept(tell.topic, tell.key, tell.body, tell.headers)


def test_a_parked_record_is_what_came_and_why_it_went():
    """An operator finds it by code, reads it, and can put it back where it came from."""
    record = a_record(a_request(), partition=3, offset=14)
    place = f"returns.request-return.v1/3/14/{record.timestamp}/0".encode()

    letter = parked(record, Permanent("schema", "items: missing"), "rules", 2, TUESDAY)

    assert (letter.topic, letter.key, letter.body) == (
        "returns.dead-letters.rules",
        place,
        record.value,
    )
    assert letter.headers[: len(record.headers)] == record.headers
    beside = {
        "dlq_original_topic": "returns.request-return.v1",
        "dlq_original_partition": "3",
        "dlq_original_offset": "14",
        "dlq_original_timestamp": str(record.timestamp),
        "dlq_original_key": record.key.decode(),
        "dlq_original_value": "bytes",
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

    record = Kept("t", None, None, headers, 2, 7)
    letter = parked(record, Permanent("header"), "rules", 1, TUESDAY)

    lies = original(Kept(letter.topic, letter.key, letter.body, letter.headers))
    assert (lies.key, lies.value, lies.headers[:4]) == (None, None, headers)


def test_a_letter_without_a_value_is_no_erasure_to_kafka():
    """Compaction takes away what a null value follows, and the null value with it."""
    letter = parked(Kept("t", b"k", None), Permanent("no_body"), "rules", 1, TUESDAY)

    assert letter.body == b""
    assert not is_erasure(Kept(letter.topic, letter.key, letter.body, letter.headers))
    assert is_erasure(Kept(letter.topic, letter.key, None))


def test_two_letters_about_one_customer_lie_under_keys_of_their_own():
    """Or compaction would keep the last of them, and the others would vanish unseen."""
    records = [Kept("t", b"zoe@example.com", b"v", (), 0, offset) for offset in (1, 2)]
    again = put_back(_lying(redriven(_lying(_parked(records[0])), "rules", "jo", "", TUESDAY)))

    keys = [_parked(record).key for record in (*records, again)]

    assert len(set(keys)) == 3
    assert not any(b"zoe" in key for key in keys)


def test_a_letter_parked_before_it_had_a_key_of_its_own_is_what_it_was():
    """Thirty days of letters are there when a new version starts."""
    headers = [("dlq_original_topic", b"t"), ("dlq_original_partition", b"0")]
    record = Kept("returns.dead-letters.rules", b"k", None, headers, 1, 2)

    lies = original(record)

    assert (lies.key, lies.value, is_erasure(record)) == (b"k", None, False)


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
