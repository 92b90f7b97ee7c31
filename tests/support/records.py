"""Kafka records as the client library hands them over, without a Kafka."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from contracts import topics
from contracts.envelope import Envelope
from contracts.shape import Shape
from services._runtime.words import Heard

ARRIVED = 1_773_133_200_000
"""Milliseconds since 1970: the Tuesday of the builders."""


@dataclass(frozen=True)
class Kept:
    """A record as it lies on its partition."""

    topic: str
    key: bytes | None
    value: bytes | None
    headers: Sequence[tuple[str, bytes | None]] = ()
    partition: int = 0
    offset: int = 0
    timestamp: int = ARRIVED
    timestamp_type: int = 0


def an_envelope(message: Shape, **changes: Any) -> Envelope:
    """As a frontend would say it."""
    usual = {"id": "click-1", "source": "/frontend", "type": topics.BY_MODEL[type(message)].name}
    return Envelope(**usual | changes)


def a_record(message: Shape, **changes: Any) -> Kept:
    """`message` on its topic, under its key, in its envelope."""
    topic = topics.BY_MODEL[type(message)]
    usual = {
        "topic": topic.name,
        "key": topic.key_of(message),
        "value": message.body(),
        "headers": an_envelope(message).headers(),
    }
    return Kept(**usual | changes)


def heard(message: Shape, **envelope: Any) -> Heard[Any]:
    """`message` as a handler is given it."""
    wrapped = an_envelope(message, **envelope)
    record = a_record(message, headers=wrapped.headers())
    return Heard(message, record.key.decode(), wrapped, record, record.value or b"")
