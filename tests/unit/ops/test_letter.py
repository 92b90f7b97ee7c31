"""Letters read, chosen and told apart, without a Kafka."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from contracts.dead_letters import LetterHandled
from deploy.ops.dead_letters.choice import Choice, chosen, moment
from deploy.ops.dead_letters.handling import looping
from deploy.ops.dead_letters.letter import Letter, Place, origin_of
from deploy.ops.dead_letters.refused import Refused
from deploy.ops.dead_letters.shown import age, exported, raw, stats, table
from services._runtime.dead_letters import parked, put_back, redriven
from services._runtime.errors import Permanent
from tests.support.builders import TUESDAY, a_request
from tests.support.records import Kept, a_record

HOUR = timedelta(hours=1)


def a_letter(number: int = 0, code: str = "schema", at: datetime = TUESDAY, **place: int) -> Letter:
    """The letter of the request at offset `number`, itself at that offset unless told otherwise."""
    told = parked(a_record(a_request(), offset=number), Permanent(code, "x"), "rules", 1, at)
    usual = {"partition": 0, "offset": number}
    return Letter.of(Kept(told.topic, told.key, told.body, told.headers, **usual | place), "rules")


def audit(*letters: Letter) -> dict:
    """Somebody discarded these."""
    return {(one.place.service, one.origin): discarded(one) for one in letters}


def discarded(letter: Letter) -> LetterHandled:
    """What the audit says of it."""
    return letter.handled("discarded", "jo", "of no use", TUESDAY)


def places(found) -> list[str]:
    """Where they lie."""
    return [str(letter.place) for letter, _ in found]


def test_a_letter_says_what_was_parked_and_why():
    """All of it from the headers; the body is not looked at."""
    letter = a_letter(7, "unknown_portal", TUESDAY, partition=3, offset=40)

    assert str(letter.place) == "rules/3:40"
    assert letter.place.key == b"rules/3/40"
    assert letter.origin[:3] == ("returns.request-return.v1", 0, 7)
    assert (letter.code, letter.attempts, letter.failed_at) == ("unknown_portal", 1, TUESDAY)
    assert letter.ce_id == "click-1"
    assert len(letter.trace_id or "") == 32


@pytest.mark.parametrize(
    "headers",
    [
        [],
        [("dlq_failed_at", b"yesterday"), ("dlq_attempts", b"\xff"), ("traceparent", b"x")],
        [("dlq_failed_at", b"2026-03-10T09:00:00"), ("dlq_original_offset", b"--1")],
        [("dlq_error_code", None), ("ce_id", None)],
    ],
)
def test_a_letter_nobody_of_ours_wrote_can_still_be_listed(headers):
    """One bad letter must not hide the others."""
    record = Kept("returns.dead-letters.rules", None, None, headers, 1, 2)

    letter = Letter.of(record, "rules")

    assert letter.origin[:3] == ("returns.dead-letters.rules", 1, 2)
    assert letter.failed_at == datetime.fromtimestamp(record.timestamp / 1000, UTC)
    assert discarded(letter).action == "discarded"


def test_what_could_steer_a_terminal_is_taken_out():
    """Whoever writes a letter does not write on the operator's screen."""
    record = Kept("t", b"k", b"v", [("dlq_error_message", b"a\x1b[2Jb\nc\xe2\x80\xae")])

    assert Letter.of(record, "rules").message == "a\ufffd[2Jb\ufffdc\ufffd"


def test_a_record_parked_twice_is_one_letter():
    """A process that died between telling and committing parks again."""
    first, again = a_letter(7, offset=40), a_letter(7, at=TUESDAY + HOUR, offset=41)

    for read in ([first, again, a_letter(8)], [again, a_letter(8), first]):
        assert places(chosen(read, {}, Choice())) == ["rules/0:8", "rules/0:40"]
    assert chosen([first, again], audit(first), Choice()) == []


def test_a_record_that_came_back_is_another_letter():
    """It failed again after it was put back: there is something new to see."""
    first = a_letter(7)
    put = redriven(first.record, "rules", "jo", "", TUESDAY)
    back = put_back(Kept(put.topic, put.key, put.body, put.headers))
    told = parked(back, Permanent("schema"), "rules", 1, TUESDAY + HOUR)
    second = Letter.of(Kept(told.topic, told.key, told.body, told.headers, offset=50), "rules")

    found = chosen([first, second], audit(first), Choice())

    assert places(found) == ["rules/0:50"]
    assert found[0].letter.first_failed_at == TUESDAY


def test_the_audit_of_a_topic_deleted_since_hides_no_new_letter():
    """Offsets begin anew when a topic is made anew."""
    old = a_letter(7)
    told = parked(a_record(a_request(), offset=7, timestamp=1), Permanent("x"), "rules", 1, TUESDAY)
    new = Letter.of(Kept(told.topic, told.key, told.body, told.headers, offset=7), "rules")

    assert places(chosen([new], audit(old), Choice())) == ["rules/0:7"]


def test_what_was_handled_is_shown_on_request_with_what_was_done():
    """The audit is there to be read."""
    letter = a_letter()

    ((shown, handled),) = chosen([letter], audit(letter), Choice(handled_too=True))

    assert shown == letter
    assert origin_of(handled) == letter.origin
    assert (handled.by, handled.why) == ("jo", "of no use")


@pytest.mark.parametrize(
    ("choice", "expected"),
    [
        (Choice(), [1, 2, 3]),
        (Choice(codes=("limit",)), [2]),
        (Choice(codes=("limit", "header")), [2, 3]),
        (Choice(services=("labels",)), []),
        (Choice(topics=("returns.request-return.v1",)), [1, 2, 3]),
        (Choice(topics=("returns.label-issued.v1",)), []),
        (Choice(since=TUESDAY + HOUR), [2, 3]),
        (Choice(until=TUESDAY + HOUR), [1]),
        (Choice(since=TUESDAY + HOUR, codes=("schema",)), []),
        (Choice(places=(Place("rules", 0, 3),)), [3]),
    ],
    ids=str,
)
def test_filters_must_all_be_met(choice, expected):
    """Oldest first, wherever they lie."""
    letters = [
        a_letter(3, "header", TUESDAY + 2 * HOUR),
        a_letter(1, "schema", TUESDAY),
        a_letter(2, "limit", TUESDAY + HOUR),
    ]

    assert places(chosen(letters, {}, choice)) == [f"rules/0:{number}" for number in expected]


def test_only_the_topics_that_are_meant_are_read():
    """A letter's id names its service."""
    assert Choice(places=(Place("labels", 0, 1),)).meant == ("labels",)
    assert Choice(services=("rules", "lookup")).meant == ("lookup", "rules")
    assert len(Choice().meant) == 5
    assert not Choice(handled_too=True).narrows


@pytest.mark.parametrize(
    "text", ["", "rules", "0:1", "rules/0", "nobody/0:1", "rules/0:1x", "-1:2"]
)
def test_what_is_no_id_is_refused(text):
    """Before anything is read."""
    with pytest.raises(Refused) as refused:
        Place.of(text)
    assert refused.value.code == "not-an-id"


def test_an_id_needs_no_service_where_there_is_one():
    """`--service rules 0:3` is what `rules/0:3` is."""
    assert Place.of("0:3", ("rules",)) == Place.of("rules/0:3") == Place("rules", 0, 3)


def test_times_are_said_in_two_ways():
    """A clock's or so long ago; never without a zone."""
    assert moment("90m", TUESDAY) == TUESDAY - timedelta(minutes=90)
    assert moment("2026-03-10T10:00:00+01:00", TUESDAY) == TUESDAY
    for wrong in ("2026-03-10T09:00:00", "soon", "3w", ""):
        with pytest.raises(Refused, match="zone"):
            moment(wrong, TUESDAY)


def test_a_letter_that_came_back_five_times_is_looping():
    """The sixth redrive needs somebody who means it."""
    marked = [("dlq_redrive_count", b"4")], [("dlq_redrive_count", b"5")]

    assert [looping(Letter.of(Kept("t", None, None, h), "rules")) for h in marked] == [False, True]


def test_letters_are_counted_by_service_code_and_topic():
    """Most first: that is where to look."""
    letters = [a_letter(1), a_letter(2, at=TUESDAY + HOUR), a_letter(3, "limit")]

    first, second = stats(chosen(letters, {}, Choice()))

    assert (first["code"], first["count"], second["code"], second["count"]) == (
        "schema",
        2,
        "limit",
        1,
    )
    assert (first["oldest"], first["newest"]) == (
        TUESDAY.isoformat(),
        (TUESDAY + HOUR).isoformat(),
    )


def test_raw_bytes_are_escaped_and_nothing_is_left_out():
    """An operator who asks for the bytes gets them, and only them."""
    record = Kept("t", b"k\x1b", None, [("odd\n", b"it's \xff"), ("null", None)])

    assert raw(Letter.of(record, "rules")) == [
        ("key", r"k\x1b"),
        (r"header 'odd\n'", r"it's \xff"),
        ("header 'null'", "<null>"),
        ("value", "<null>"),
    ]


def test_null_stays_null_in_a_file():
    """An empty value and none are not the same."""
    said = exported(Letter.of(Kept("t", None, b"", [("n", None), ("e", b"")]), "rules"))

    assert (said["key"], said["value"], said["headers"]) == (None, "", [["n", None], ["e", ""]])


def test_a_table_cuts_nothing():
    """So that grep finds everything."""
    assert table(("a", "b"), [("long one", "x"), ("y", "z" * 300)]) == [
        "a         b",
        "long one  x",
        "y         " + "z" * 300,
    ]
    assert [age(timedelta(seconds=s)) for s in (0, 119, 120, 7200, 200_000, -5)] == [
        *("0s", "119s", "2m", "2h", "2d", "0s"),
    ]
