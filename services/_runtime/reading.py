"""From a record's bytes to a message: one parse, every refusal with a code, never an exception."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

import jiter
from pydantic import ValidationError

from contracts.envelope import Envelope, EnvelopeError, open_envelope
from contracts.shape import Shape
from contracts.text import TWICE, UNFIT, unfit
from contracts.topics import Topic
from services._runtime.errors import Permanent
from services._runtime.words import Heard, Record

MOST_HEADERS = 64
LONGEST_HEADER = 16 * 1024
"""Twice what W3C Baggage may be. Whatever an envelope holds itself is far shorter."""
_NAMES = re.compile(rb"[A-Za-z0-9][A-Za-z0-9._:/-]{0,63}")
"""What a key may be: a name or an id, as every contract has it."""
_NO_CONTROLS = "a control character other than tab and line break"


def read(record: Record, topic: Topic[Any]) -> Heard[Any] | Permanent:
    """The message in `record`, or why it can never be read.

    Codes: `limit` (size, depth, headers), `no_body`, `not_json`, `dup_key`, `unicode`, `schema`,
    `key_mismatch`, `unknown_type` and those of `open_envelope`.
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
    return Heard(message, key.decode(), envelope, record, body)


def _forgetting(record: Record) -> Heard[Any]:
    """A null value needs no envelope: operators send it by hand, and compaction keeps its key."""
    if not record.key or not _NAMES.fullmatch(record.key):
        raise Permanent("key_mismatch", "a null value under what is no key names nobody")
    try:
        envelope, _ = open_envelope(record.headers, b"{}")
    except EnvelopeError:
        place = f"{record.topic}/{record.partition}/{record.offset}"
        envelope = Envelope(place, "/kafka", record.topic)
    return Heard(None, record.key.decode(), envelope, record)


def _parsed(body: bytes, topic: Topic[Any]) -> Shape:
    try:
        message: Shape = topic.model.read(body)
    except ValidationError as error:
        raise _refusal(error, body, topic.model) from None
    if unfit(body):
        raise Permanent(UNFIT, _NO_CONTROLS)
    try:
        # The model keeps the last of two fields with one name. This parser does nothing but look:
        # half the time of the model's own reading, and a third of what Python's would take.
        jiter.from_json(body, catch_duplicate_keys=True, allow_inf_nan=False, cache_mode="keys")
    except ValueError as error:
        if "duplicate key" in str(error):
            raise Permanent(TWICE, "one object names one field twice") from None
        raise Permanent("not_json", "the value is not JSON") from None
    return message


def _refusal(error: ValidationError, body: bytes, model: type[Shape]) -> Permanent:
    """Why this body is not the message: where, and of what kind, never what stood there."""
    first = error.errors(include_input=False, include_url=False, include_context=False)[0]
    kind, says = first["type"], first["msg"]
    where = ".".join(_named(part, model) for part in first["loc"]) or "the message"
    if kind == "json_invalid":
        # The parser refuses to nest deeper than it can follow, and numbers it cannot hold.
        if "recursion limit" in says or "out of range" in says:
            return Permanent("limit", "nested too deep, or a number too long")
        if "hex escape" in says:  # half a pair of surrogates
            return Permanent(UNFIT, "half a character")
        return Permanent("not_json", "the value is not JSON")
    if kind == UNFIT:
        return Permanent(UNFIT, f"{where}: a line break where one line is due")
    if unfit(body):
        return Permanent(UNFIT, _NO_CONTROLS)
    return Permanent("schema", f"{where}: {kind}")


def _named(part: int | str, model: type[Shape]) -> str:
    """A step on the way to what is wrong. The names in a map are data: nobody may quote them."""
    return str(part) if isinstance(part, int) or part in _fields_of(model) else "*"


@cache
def _fields_of(model: type[Shape]) -> frozenset[str]:
    """The names of all fields of the message and of whatever it holds."""
    schema = model.model_json_schema()
    parts = (schema, *schema.get("$defs", {}).values())
    return frozenset(name for part in parts for name in part.get("properties", ()))
