"""The envelope of every message: CloudEvents 1.0, in record headers or around the body.

Headers are the binary mode, the body is the structured one. Source: CloudEvents 1.0 and its Kafka
protocol binding. This module knows names and bytes, no broker.
"""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Sequence
from datetime import datetime
from hashlib import sha1
from typing import Final, NamedTuple
from uuid import UUID

from contracts.shape import RFC_3339
from contracts.text import TWICE, UNFIT, once_each

Headers = Sequence[tuple[str, bytes | None]]

IDENTITY: Final = UUID("6f1c6f0e-6d0c-5a7e-9d55-5a3f4d1f0b8e")
"""Namespace of every id we derive."""
_NAMESPACE: Final = IDENTITY.bytes
_HEX: Final = re.compile(r"[0-9a-f]{32}")
_TRACEPARENT: Final = re.compile(r"00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}")

JSON: Final = "application/json"
STRUCTURED: Final = "application/cloudevents"
_REQUIRED: Final = ("ce_specversion", "ce_id", "ce_source", "ce_type")
_OPTIONAL: Final = ("ce_time", "ce_subject", "ce_correlationid", "ce_causationid")
_OURS: Final = frozenset((*_REQUIRED, *_OPTIONAL, "content-type", "traceparent"))
_LONGEST: Final = 256


class EnvelopeError(ValueError):
    """The envelope cannot be read. `code` never changes: dead letters are searched by it."""

    def __init__(self, code: str, says: str) -> None:
        super().__init__(says)
        self.code = code


class Envelope(NamedTuple):
    """Which message this is, who told it, what caused it, and which story it belongs to."""

    id: str
    source: str
    type: str
    time: datetime | None = None
    subject: str | None = None
    correlation_id: str | None = None
    causation_id: str | None = None
    traceparent: str | None = None

    @property
    def story(self) -> str:
        """The id all messages of one story share: the first cause's."""
        return self.correlation_id or self.id

    def caused(
        self, kind: str, source: str, subject: str, at: datetime, discriminator: str = ""
    ) -> Envelope:
        """The envelope of the message of type `kind` that this one causes.

        Its id is derived: the same cause, kind and discriminator always give the same id, so a
        retry tells the same message and readers recognise the repeat.
        """
        return Envelope(
            id=derived_id(self.source, self.id, kind, discriminator),
            source=source,
            type=kind,
            time=at,
            subject=subject,
            correlation_id=self.story,
            causation_id=self.id,
            traceparent=self.traceparent or trace_of(self.story),
        )

    def headers(self) -> list[tuple[str, bytes]]:
        """The envelope as record headers, binary mode."""
        found = [
            ("ce_specversion", b"1.0"),
            ("ce_id", self.id.encode()),
            ("ce_source", self.source.encode()),
            ("ce_type", self.type.encode()),
            ("content-type", b"application/json"),
        ]
        if self.time is not None:
            found.append(("ce_time", self.time.isoformat().encode()))
        if self.subject is not None:
            found.append(("ce_subject", self.subject.encode()))
        if self.correlation_id is not None:
            found.append(("ce_correlationid", self.correlation_id.encode()))
        if self.causation_id is not None:
            found.append(("ce_causationid", self.causation_id.encode()))
        if self.traceparent is not None:
            found.append(("traceparent", self.traceparent.encode()))
        return found


def derived_id(*parts: str) -> str:
    """A UUID (version 5, RFC 9562) that follows from `parts` alone.

    Written out because every message takes this path: `uuid.uuid5` takes three times as long.
    """
    found = sha1(_NAMESPACE + "\n".join(parts).encode(), usedforsecurity=False).hexdigest()
    variant = "89ab"[int(found[16], 16) & 3]
    return f"{found[:8]}-{found[8:12]}-5{found[13:16]}-{variant}{found[17:20]}-{found[20:32]}"


def trace_of(story: str) -> str:
    """The trace (W3C traceparent) of a story that came without one. A retry stays in it."""
    number = story.replace("-", "")
    if not _HEX.fullmatch(number):
        number = derived_id("trace", story).replace("-", "")
    return f"00-{number}-{number[16:]}-01"


def open_envelope(headers: Headers, body: bytes) -> tuple[Envelope, bytes]:
    """The envelope and the message's own JSON, from headers (binary) or from the body (structured).

    Headers that are not ours are ignored, whatever they hold.

    Raises:
        EnvelopeError: `header` (missing, twice, unreadable), `version` (not CloudEvents 1.0),
            `content_type` (not JSON), `conflict` (headers contradict the body); and of a structured
            event `not_json`, `dup_key` (a name stands twice), `unicode` (half a character), `limit`
            (nested too deep, or too long a number).
    """
    found = _ours(headers)
    kind = found.get("content-type", JSON)
    if kind != JSON:
        kind = kind.strip().lower()
        if kind.startswith((STRUCTURED + "+json", STRUCTURED + ";")) or kind == STRUCTURED:
            body = _unwrapped(found, body)
        elif not kind.startswith(JSON + ";"):
            raise EnvelopeError("content_type", "neither JSON nor a structured CloudEvent")
    return _envelope(found), body


def _ours(headers: Headers) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, value in headers:
        if name not in _OURS:
            continue
        if name == "traceparent":
            _keep_trace(found, (value or b"").decode("ascii", errors="replace"))
            continue
        if value is None or name in found:
            raise EnvelopeError("header", f"{name} is empty or stands twice")
        try:
            found[name] = value.decode()
        except UnicodeDecodeError:
            raise EnvelopeError("header", f"{name} is not UTF-8") from None
    return found


def _keep_trace(found: dict[str, str], text: str) -> None:
    """A broken traceparent costs the trace, never the message (W3C Trace Context, section 3.2)."""
    if _TRACEPARENT.fullmatch(text):
        found["traceparent"] = text


def _unwrapped(found: dict[str, str], body: bytes) -> bytes:
    """The data of a structured event; `found` learns its attributes."""
    try:
        event = json.loads(body, object_pairs_hook=once_each, parse_constant=_no_number)
    except KeyError:
        raise EnvelopeError(TWICE, "one object names one field twice") from None
    except (json.JSONDecodeError, UnicodeDecodeError):
        raise EnvelopeError("not_json", "the structured event is not JSON") from None
    except (ValueError, RecursionError):
        raise EnvelopeError("limit", "nested too deep, or a number too long") from None
    if not isinstance(event, dict) or not isinstance(event.get("data"), dict):
        raise EnvelopeError("not_json", "the structured event carries no data object")
    data = event.pop("data")
    texts = {f"ce_{name}": value for name, value in event.items() if isinstance(value, str)}
    _keep_trace(found, texts.get("ce_traceparent", ""))
    attributes = {name: value for name, value in texts.items() if name in _OURS}
    for name, value in found.items():
        if name.startswith("ce_") and attributes.get(name, value) != value:
            raise EnvelopeError("conflict", "headers and body name different events")
    found |= attributes
    try:
        # As most writers put it without an envelope, so that both are known for the same message.
        return json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode()
    except UnicodeEncodeError:
        raise EnvelopeError(UNFIT, "half a character") from None


def _no_number(word: str) -> None:
    """NaN and Infinity are Python's own idea of JSON."""
    raise json.JSONDecodeError(word, "", 0)


def _envelope(found: dict[str, str]) -> Envelope:
    for name in _REQUIRED:
        if not found.get(name):
            raise EnvelopeError("header", f"{name} is missing")
    if found["ce_specversion"] != "1.0":
        raise EnvelopeError("version", "ce_specversion is not 1.0")
    if max(map(len, found.values())) > _LONGEST or not "".join(found.values()).isprintable():
        raise EnvelopeError("header", f"longer than {_LONGEST} characters, or not printable")
    at = found.get("ce_time")
    return Envelope(
        found["ce_id"],
        found["ce_source"],
        found["ce_type"],
        None if at is None else _instant(at),
        found.get("ce_subject"),
        found.get("ce_correlationid"),
        found.get("ce_causationid"),
        found.get("traceparent"),
    )


def _instant(text: str) -> datetime:
    if RFC_3339.fullmatch(text):  # Python reads more: weeks, no zone, the year 9999
        with contextlib.suppress(ValueError):  # the 30th of February
            return datetime.fromisoformat(text)
    raise EnvelopeError("header", "ce_time is not RFC 3339 with a zone, from 1900 to 2199")
