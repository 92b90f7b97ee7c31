"""The envelope: derived ids, traces, binary and structured mode, and every way it can be wrong."""

from __future__ import annotations

import json
from uuid import uuid5

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.envelope import (
    IDENTITY,
    Envelope,
    EnvelopeError,
    derived_id,
    open_envelope,
    trace_of,
)

GOOD = Envelope("1", "/shop", "returns.request-return.v1")


@given(st.lists(st.text(), min_size=1, max_size=4))
def test_a_derived_id_is_a_uuid_5(parts: list[str]):
    """Anyone can recompute our ids with their own library."""
    parts = [part.encode("utf-8", "replace").decode() for part in parts]

    assert derived_id(*parts) == str(uuid5(IDENTITY, "\n".join(parts)))


def test_what_a_message_causes_repeats_its_id_and_keeps_its_story():
    """A retry tells the same message again."""
    first = GOOD.caused("returns.return-approved.v1", "/retour/rules", "r", None)
    again = GOOD.caused("returns.return-approved.v1", "/retour/rules", "r", None)

    assert first == again
    assert (first.story, first.causation_id) == ("1", "1")
    assert first.traceparent == trace_of("1")


@pytest.mark.parametrize(
    "kind", ["application/cloudevents+json", "Application/CloudEvents+JSON; charset=utf-8"]
)
def test_structured_mode_is_read_too(kind: str):
    """Some SDKs know no other."""
    event = {"specversion": "1.0", "id": "1", "source": "/shop", "type": "t", "data": {"a": 1}}

    envelope, body = open_envelope([("content-type", kind.encode())], json.dumps(event).encode())

    assert (envelope.id, envelope.source, json.loads(body)) == ("1", "/shop", {"a": 1})


@pytest.mark.parametrize(
    ("code", "changes"),
    [
        ("header", [("ce_id", None)]),
        ("header", [("ce_id", b"")]),
        ("header", [("ce_id", b"\xff")]),
        ("header", [("ce_id", b"a\nb")]),
        ("header", [("ce_id", b"x" * 300)]),
        ("header", [("ce_id", b"1"), ("ce_id", b"2")]),
        ("header", [("ce_time", b"yesterday")]),
        ("header", [("ce_time", b"2026-03-10T09:00:00")]),
        ("version", [("ce_specversion", b"2.0")]),
        ("content_type", [("content-type", b"text/plain")]),
    ],
)
def test_a_broken_envelope_is_refused_with_its_code(code: str, changes: list[tuple[str, bytes]]):
    """Operators search dead letters by these codes."""
    names = {name for name, _ in changes}
    headers = [(name, value) for name, value in GOOD.headers() if name not in names]

    with pytest.raises(EnvelopeError) as refused:
        open_envelope([*headers, *changes], b"{}")

    assert refused.value.code == code


@pytest.mark.parametrize("name", ["ce_id", "ce_source", "ce_type", "ce_specversion"])
def test_nothing_required_may_be_missing(name: str):
    """Without these four nobody can tell which message it is."""
    headers = [header for header in GOOD.headers() if header[0] != name]

    with pytest.raises(EnvelopeError, match=name):
        open_envelope(headers, b"{}")


def test_foreign_headers_and_a_broken_trace_cost_nothing():
    """A null or binary header of somebody else's must never lose a message."""
    odd = [("x", None), ("y", b"\xff"), ("traceparent", b"garbage"), ("reply_to", b"evil")]

    envelope, _ = open_envelope([*GOOD.headers(), *odd], b"{}")

    assert envelope == GOOD


def test_headers_that_contradict_a_structured_body_are_refused():
    """Two ids are no id."""
    event = {"specversion": "1.0", "id": "1", "source": "/shop", "type": "t", "data": {}}
    headers = [("content-type", b"application/cloudevents+json"), ("ce_id", b"2")]

    with pytest.raises(EnvelopeError) as refused:
        open_envelope(headers, json.dumps(event).encode())

    assert refused.value.code == "conflict"


def test_a_structured_event_holds_the_same_bytes_as_a_bare_message():
    """A repeat in the other mode is a repeat: it is known by these bytes."""
    bare = '{"name":"Zoë","items":[1,-2.5,true,null]}'.encode()
    event = {"specversion": "1.0", "id": "1", "source": "/shop", "type": "t"}
    wrapped = json.dumps(event | {"data": json.loads(bare)}, indent=2).encode()

    _, body = open_envelope([("content-type", b"application/cloudevents+json")], wrapped)

    assert body == bare
