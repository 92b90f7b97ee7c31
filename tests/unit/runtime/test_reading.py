"""Reading a record: one message or one code, whatever the bytes are."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts import topics
from contracts.envelope import JSON
from contracts.rules import RequestReturn
from services._runtime.errors import Permanent
from services._runtime.reading import LONGEST_HEADER, MOST_HEADERS, read
from services._runtime.words import Heard
from tests.fuzz.decoder import CODES
from tests.support.builders import (
    SHIPMENT,
    a_find,
    a_portal,
    a_request,
    a_requested_item,
    a_shipment,
)
from tests.support.records import Kept, a_record, an_envelope

TOPIC = topics.REQUEST_RETURN
GOOD = a_request()
HEADERS = an_envelope(GOOD).headers()
STRUCTURED = [("content-type", b"application/cloudevents+json")]
MANY_DIGITS = b"9" * 10_000


def code(**changes: Any) -> str:
    """Why a record is refused that is like a good one but for these changes."""
    found = read(a_record(GOOD, **changes), TOPIC)
    assert isinstance(found, Permanent), "it was read"
    return found.code


def structured(data: bytes, **attributes: Any) -> bytes:
    """A structured CloudEvent around these bytes of JSON."""
    event = {"specversion": "1.0", "id": "click-1", "source": "/frontend", "type": TOPIC.name}
    return json.dumps(event | attributes).encode()[:-1] + b', "data": ' + data + b"}"


def test_a_good_record_is_a_message_with_its_envelope():
    """What the handler gets is what the frontend said."""
    record = a_record(GOOD)

    found = read(record, TOPIC)

    assert found == Heard(GOOD, GOOD.return_id, an_envelope(GOOD), record, GOOD.body())


def test_a_structured_event_is_the_same_message():
    """Some SDKs know no other mode."""
    record = a_record(GOOD, headers=STRUCTURED, value=structured(GOOD.body()))

    found = read(record, TOPIC)

    assert isinstance(found, Heard)
    assert (found.message, found.envelope) == (GOOD, an_envelope(GOOD))


def test_fields_from_the_future_are_left_out():
    """A younger writer must not be parked by an older reader."""
    value = GOOD.body()[:-1] + b', "mood": {"of": ["the", "customer"]}}'

    found = read(a_record(GOOD, value=value), TOPIC)

    assert isinstance(found, Heard)
    assert found.message == GOOD


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (b"", "no_body"),
        (b" " * (TOPIC.max_bytes + 1), "limit"),
        (b'{"a":' * 5_000, "limit"),
        (b"[" * 60_000, "limit"),
        (GOOD.body().replace(b'"quantity":1', b'"quantity":' + MANY_DIGITS), "limit"),
        (GOOD.body()[:-1] + b', "unheard_of": ' + MANY_DIGITS + b"}", "limit"),
        (b"\xff\xfe\x00", "not_json"),
        (b"\xef\xbb\xbf" + GOOD.body(), "not_json"),
        (GOOD.body() + b"x", "not_json"),
        (GOOD.body()[:-1], "not_json"),
        (GOOD.body()[:-1] + b', "unheard_of": NaN}', "not_json"),
        (GOOD.body()[:-1] + b', "unheard_of": "\\ud800"}', "unicode"),
        (GOOD.body()[:-1] + b', "unheard_of": "\\udc00 "}', "unicode"),
        (GOOD.body()[:-1] + b', "unheard\\u0000of": 1}', "unicode"),
        (GOOD.body()[:-1] + b', "unheard_of": "\\\\\\u001B"}', "unicode"),
        (GOOD.body()[:-1] + b', "unheard_of": "\\u009b"}', "unicode"),
        (GOOD.body()[:-1] + b', "unheard_of": "\\f"}', "unicode"),
        (GOOD.body()[:-1] + ', "unheard_of": "\x85"}'.encode(), "unicode"),
        (GOOD.body()[:-1] + b', "unheard_of": "\x7f"}', "unicode"),
        (GOOD.body()[:-1] + b', "return_id": "' + GOOD.return_id.encode() + b'"}', "dup_key"),
        (GOOD.body()[:-1] + b', "unheard_of": {"a": [{"b": 1, "b" : 2}]}}', "dup_key"),
        (GOOD.body()[:-1] + b', "unheard_of": {"a": 1, "\\u0061": 2}}', "dup_key"),
        (b"null", "schema"),
        (b"[]", "schema"),
        (b"{}", "schema"),
        (GOOD.body().replace(b'"quantity":1', b'"quantity":1.0'), "schema"),
        (GOOD.body().replace(b'"quantity":1', b'"quantity":"1"'), "schema"),
        (GOOD.body().replace(b'"quantity":1', b'"quantity":true'), "schema"),
        (GOOD.body().replace(b'"quantity":1', b'"quantity":NaN'), "schema"),
        (GOOD.body().replace(b'"quantity":1', b'"quantity":1e999'), "schema"),
        (GOOD.body().replace(b'"quantity":1', b'"quantity":0'), "schema"),
        (GOOD.body().replace(b'"reason":"', b'"comment":"a\\u0000b","reason":"'), "unicode"),
    ],
)  # fmt: skip
def test_a_body_that_cannot_be_a_message_is_refused_with_its_code(value: bytes, expected: str):
    """Nothing a stranger writes may take a process down, or be let in half."""
    assert code(value=value) == expected


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"[" * 50_000, "limit"),
        (b'{"a":' + MANY_DIGITS + b"}", "limit"),
        (b'{"a":' + b"[" * 900 + b"]" * 900 + b"}", "limit"),
        (b"\xff", "not_json"),
        (b"{", "not_json"),
        (b"7", "not_json"),
        (b'{"a": NaN}', "not_json"),
        (b'{"a": "\\ud800"}', "unicode"),
        (b'{"a": {"b": 1, "b": 2}}', "dup_key"),
    ],
)
def test_a_structured_body_is_held_to_the_same_limits(data: bytes, expected: str):
    """A bomb in an envelope is a bomb."""
    assert code(headers=STRUCTURED, value=structured(data)) == expected


@pytest.mark.parametrize(
    "comment",
    [b"two\\nlines\\r\\n\\tand a tab", b"C:\\\\u0000", b"\\u2028 \\u00e9", "Zoë 👩‍👩‍👧".encode()],
)
def test_what_a_customer_may_well_type_is_read(comment: bytes):
    """A backslash is no escape when it is escaped itself, and a comment may have two lines."""
    value = GOOD.body().replace(b'"reason":"', b'"comment":"' + comment + b'","reason":"')

    found = read(a_record(GOOD, value=value), TOPIC)

    assert isinstance(found, Heard)


@pytest.mark.parametrize("broken", ["Zoë\r\nBcc: eve@evil.example", "Zoë\n", "Zoë\u2028", "\u2029"])
@pytest.mark.parametrize("field", ["name", "order_no"])
def test_a_name_that_stands_in_a_letters_headers_is_one_line(field: str, broken: str):
    """A second line in a header is a second header."""
    given = json.loads(a_shipment().body())
    (given if field == "order_no" else given["customer"])[field] = broken

    found = read(a_record(a_shipment(), value=json.dumps(given).encode()), topics.SHIPMENT_RECORDED)

    assert isinstance(found, Permanent)
    assert (found.code, "Bcc" in str(found)) == ("unicode", False)


def test_baggage_of_the_size_w3c_allows_costs_nothing():
    """Tracers and gateways add what they like; it is none of our business."""
    baggage = ("baggage", b"k=" + b"v" * 8_190)

    found = read(a_record(GOOD, headers=[*HEADERS, baggage]), TOPIC)

    assert isinstance(found, Heard)


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ([], "header"),
        ([*HEADERS, ("ce_id", b"click-2")], "header"),
        ([*HEADERS[1:], ("ce_specversion", b"0.3")], "version"),
        ([(n, v) for n, v in HEADERS if n != "ce_id"], "header"),
        ([(n, None if n == "ce_id" else v) for n, v in HEADERS], "header"),
        ([(n, b"x" * 10_000 if n == "ce_id" else v) for n, v in HEADERS], "header"),
        ([*HEADERS, ("ce_time", b"9999-12-31T23:59:59-23:59")], "header"),
        ([*HEADERS, ("ce_time", b"2026-W11-2T09:00:00Z")], "header"),
        ([*HEADERS, ("ce_time", b"2026-02-30T09:00:00Z")], "header"),
        ([(n, b"\xed\xa0\x80" if n == "ce_source" else v) for n, v in HEADERS], "header"),
        ([(n, b"text/xml" if n == "content-type" else v) for n, v in HEADERS], "content_type"),
        ([*HEADERS, *[("x", b"1")] * MOST_HEADERS], "limit"),
        ([*HEADERS, ("x", b"1" * (LONGEST_HEADER + 1))], "limit"),
    ],
)
def test_headers_that_name_no_message_are_refused_with_their_code(headers, expected: str):
    """Without a readable envelope nobody knows what was said, or whether it was said before."""
    assert code(headers=headers) == expected


@pytest.mark.parametrize("kind", ["returns.request-return.v2", "returns.return-approved.v1", "x"])
def test_a_type_that_is_not_the_topics_is_refused(kind: str):
    """Another major version is another topic; a stray message is nobody's."""
    assert code(headers=an_envelope(GOOD, type=kind).headers()) == "unknown_type"


@pytest.mark.parametrize("key", [None, b"", b"another", b" " + GOOD.return_id.encode(), b"\xff"])
def test_a_key_that_is_not_the_messages_own_is_refused(key: bytes | None):
    """It would lie on another partition, where its order with its neighbours is lost."""
    assert code(key=key) == "key_mismatch"


def test_size_is_asked_before_anything_is_parsed():
    """A body over the limit costs a length, not a parse."""

    class Trap(RequestReturn):
        @classmethod
        def read(cls, body: bytes):
            raise AssertionError(f"somebody looked into {len(body)} bytes")

    record = a_record(GOOD, value=b" " * (TOPIC.max_bytes + 1))

    found = read(record, replace(TOPIC, model=Trap))

    assert isinstance(found, Permanent)


@pytest.mark.parametrize("value", [b'{"comment": "Anna sat on it"', b'{"comment": ["Anna"]}'])
def test_a_refusal_never_quotes_what_it_refuses(value: bytes):
    """It goes into logs and dead letters, and what was typed may be personal."""
    found = read(a_record(GOOD, value=value), TOPIC)

    assert isinstance(found, Permanent)
    assert "Anna" not in str(found)


def test_a_refusal_never_quotes_a_name_from_a_map():
    """Anybody can write a customer's name where a weekday or a language is due."""
    offered = {"code": "other", "wording": {"Anna Müller": "she sat on it"}}
    value = json.dumps(json.loads(a_portal().body()) | {"reasons": [offered]}).encode()

    found = read(a_record(a_portal(), value=value), topics.PORTAL_CONFIGURED)

    assert str(found) == "reasons.0.wording.*.*: string_pattern_mismatch"


def test_half_a_character_in_a_structured_events_trace_costs_the_trace_only():
    """Everything an envelope holds may be broken; one exception here would stop a partition."""
    value = structured(GOOD.body(), traceparent="\ud800", odd="\ud800" * 300)

    found = read(a_record(GOOD, headers=STRUCTURED, value=value), TOPIC)

    assert isinstance(found, Heard)
    assert found.message == GOOD


def test_a_schema_refusal_names_the_field():
    """Whoever mends a frontend must know where to look."""
    value = GOOD.body().replace(b'"quantity":1', b'"quantity":0')

    found = read(a_record(GOOD, value=value), TOPIC)

    assert str(found) == "items.0.quantity: greater_than_equal"


# ── forgetting ───────────────────────────────────────────────────────────────────────────────────


def test_a_null_value_asks_to_forget_and_needs_no_envelope():
    """An operator sends it with any Kafka tool; which record it was is identity enough."""
    record = Kept(topics.SHIPMENT_RECORDED.name, SHIPMENT.encode(), None, partition=3, offset=14)

    found = read(record, topics.SHIPMENT_RECORDED)

    assert isinstance(found, Heard)
    assert (found.message, found.key) == (None, SHIPMENT)
    assert found.envelope.id == "returns.shipment-recorded.v1/3/14"


def test_a_null_value_with_an_envelope_keeps_it():
    """Who asked to forget, and in which story, is worth keeping."""
    wrapped = an_envelope(a_shipment(), id="forget-7", correlation_id="story-1")
    record = a_record(a_shipment(), value=None, headers=wrapped.headers())

    found = read(record, topics.SHIPMENT_RECORDED)

    assert isinstance(found, Heard)
    assert found.envelope == wrapped


@pytest.mark.parametrize("key", [None, b"", b"\xff", b"two\nlines", b"x" * 65, "Zoë".encode()])
def test_a_null_value_under_no_key_names_nobody(key: bytes | None):
    """Forgetting must never hit by chance."""
    found = read(Kept(topics.SHIPMENT_RECORDED.name, key, None), topics.SHIPMENT_RECORDED)

    assert isinstance(found, Permanent)
    assert found.code == "key_mismatch"


def test_a_null_value_asks_nothing_where_nothing_can_be_forgotten():
    """Only what may be about a person knows erasure."""
    record = a_record(a_find(), value=None)

    found = read(record, topics.SHIPMENT_FOUND)

    assert isinstance(found, Permanent)
    assert found.code == "no_body"


@pytest.mark.parametrize("topic", [t for t in topics.ALL if t.erasable], ids=lambda t: t.name)
def test_a_null_value_is_read_wherever_something_can_be_erased(topic):
    """An erased record is no poisoned one: it is not parked, and says whose it was."""
    found = read(Kept(topic.name, b"somebody-7", None), topic)

    assert isinstance(found, Heard)
    assert (found.message, found.key) == (None, "somebody-7")


# ── whatever comes ───────────────────────────────────────────────────────────────────────────────


def test_every_code_is_explained_to_operators():
    """They search dead letters by it."""
    page = (Path(__file__).parents[3] / "deploy" / "README.md").read_text(encoding="utf-8")

    assert {one for one in CODES if f"| `{one}` |" not in page} == set()


@given(
    key=st.none() | st.binary(max_size=40),
    value=st.none() | st.binary(max_size=200) | st.just(GOOD.body()),
    headers=st.lists(
        st.tuples(
            st.sampled_from([name for name, _ in HEADERS] + ["x", "traceparent", "ce_time"]),
            st.none() | st.binary(max_size=40) | st.sampled_from([value for _, value in HEADERS]),
        ),
        max_size=12,
    ),
    topic=st.sampled_from([TOPIC, topics.SHIPMENT_RECORDED]),
)
def test_no_bytes_raise(key, value, headers, topic):
    """One exception in reading would stop a partition for everybody."""
    found = read(Kept(topic.name, key, value, headers), topic)

    assert isinstance(found, Heard) or found.code in CODES


@given(
    cut=st.integers(0, len(GOOD.body())),
    put=st.binary(max_size=6),
    mode=st.sampled_from([JSON, "application/cloudevents+json"]),
)
def test_no_broken_message_raises(cut: int, put: bytes, mode: str):
    """A good message with a wound is still somebody's mistake, not ours."""
    body = GOOD.body()[:cut] + put + GOOD.body()[cut + len(put) :]
    headers = [(n, mode.encode() if n == "content-type" else v) for n, v in HEADERS]

    found = read(a_record(GOOD, value=body, headers=headers), TOPIC)

    assert isinstance(found, Heard) or found.code in CODES


def test_a_comment_of_two_thousand_characters_in_every_language_is_read():
    """The limits are for bombs, not for people."""
    message = a_request(items=(a_requested_item(comment="ß漢🫖" * 500),))

    found = read(a_record(message), TOPIC)

    assert isinstance(found, Heard)
    assert found.message == message
