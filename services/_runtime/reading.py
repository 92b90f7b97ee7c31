"""From a record's bytes to a message: one parse, every refusal with a code, never an exception."""

from __future__ import annotations

from typing import Any

from pydantic import ValidationError

from contracts.envelope import Envelope, EnvelopeError, open_envelope
from contracts.shape import Shape
from contracts.topics import Topic
from services._runtime.errors import Permanent
from services._runtime.words import Heard, Record

MOST_HEADERS = 64
LONGEST_HEADER = 4096


def read(record: Record, topic: Topic[Any]) -> Heard[Any] | Permanent:
    """The message in `record`, or why it can never be read.

    Codes: `limit` (size, depth, headers), `no_body`, `not_json`, `schema`, `key_mismatch`,
    `unknown_type` and those of `open_envelope`.
    """
    try:
        return _read(record, topic)
    except Permanent as refused:
        return refused
    except EnvelopeError as refused:
        return Permanent(refused.code, str(refused))


def _read(record: Record, topic: Topic[Any]) -> Heard[Any]:
    headers = record.headers
    if len(headers) > MOST_HEADERS:
        raise Permanent("limit", f"over {MOST_HEADERS} headers")
    for _, value in headers:
        if value is not None and len(value) > LONGEST_HEADER:
            raise Permanent("limit", f"a header over {LONGEST_HEADER} bytes")
    if topic.erasable and record.value is None:
        return _forgetting(record)
    body = record.value
    if not body:
        raise Permanent("no_body", "the value is null or empty")
    if len(body) > topic.max_bytes:
        raise Permanent("limit", f"over {topic.max_bytes} bytes")
    envelope, body = open_envelope(headers, body)
    if envelope.type != topic.name:
        raise Permanent("unknown_type", f"ce_type is not {topic.name}")
    message = _parsed(body, topic)
    key = topic.key_of(message)
    if record.key != key:
        raise Permanent("key_mismatch", f"the record's key is not the message's {topic.key}")
    return Heard(message, key.decode(), envelope, record)


def _forgetting(record: Record) -> Heard[Any]:
    """A null value needs no envelope: operators send it by hand, and compaction keeps its key."""
    if not record.key:
        raise Permanent("key_mismatch", "a null value without a key names nobody")
    try:
        envelope, _ = open_envelope(record.headers, b"{}")
    except EnvelopeError:
        place = f"{record.topic}/{record.partition}/{record.offset}"
        envelope = Envelope(place, "/kafka", record.topic)
    return Heard(None, record.key.decode(errors="replace"), envelope, record)


def _parsed(body: bytes, topic: Topic[Any]) -> Shape:
    try:
        message: Shape = topic.model.read(body)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False, include_context=False)[0]
        if first["type"] == "json_invalid":
            # The parser refuses to nest deeper than it can follow, and numbers it cannot hold.
            if "recursion limit" in first["msg"] or "out of range" in first["msg"]:
                raise Permanent("limit", "nested too deep, or a number too long") from None
            raise Permanent("not_json", "the value is not JSON") from None
        where = ".".join(str(part) for part in first["loc"]) or "the message"
        raise Permanent("schema", f"{where}: {first['type']}") from None
    return message
