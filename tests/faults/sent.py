"""Records as somebody might send them, right or wrong, and small changes that make them wrong."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from contracts import topics
from contracts.envelope import Envelope
from contracts.shape import Shape


@dataclass(frozen=True)
class Sent:
    """One record before it is sent. `about` is the id its answer will carry as a key."""

    topic: str
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes | None], ...] = ()
    about: str = ""
    codec: str | None = None


Change = Callable[[Sent], Sent]


def said(message: Shape, **envelope: Any) -> Sent:
    """`message` as a careful frontend would send it, under an id of its own."""
    topic = topics.BY_MODEL[type(message)]
    key = topic.key_of(message)
    usual = {"id": str(uuid4()), "source": "/bad-input", "type": topic.name}
    told = Envelope(**usual | {"time": datetime.now(UTC), "subject": key.decode()} | envelope)
    return Sent(topic.name, key, message.body(), tuple(told.headers()), key.decode())


def valued(value: bytes | None) -> Change:
    """With this value instead."""
    return lambda sent: replace(sent, value=value)


def swapped(old: bytes, new: bytes) -> Change:
    """With one part of its value replaced, which must be there."""

    def change(sent: Sent) -> Sent:
        assert old in (sent.value or b""), (old, sent.value)
        return replace(sent, value=(sent.value or b"").replace(old, new, 1))

    return change


def ended(more: bytes) -> Change:
    """With more fields before the last brace."""
    return lambda sent: replace(sent, value=(sent.value or b"")[:-1] + b", " + more + b"}")


def begun(more: bytes) -> Change:
    """With bytes before the first one."""
    return lambda sent: replace(sent, value=more + (sent.value or b""))


def cut(count: int) -> Change:
    """Without its last bytes."""
    return lambda sent: replace(sent, value=(sent.value or b"")[:-count])


def filled(**fields: Any) -> Change:
    """With these fields of its JSON set."""

    def change(sent: Sent) -> Sent:
        return replace(sent, value=json.dumps(json.loads(sent.value or b"") | fields).encode())

    return change


def headed(*more: tuple[str, bytes | None]) -> Change:
    """With more headers."""
    return lambda sent: replace(sent, headers=(*sent.headers, *more))


def reheaded(name: str, value: bytes | None) -> Change:
    """With another value of one header."""
    return lambda sent: replace(
        sent, headers=tuple((n, value if n == name else v) for n, v in sent.headers)
    )


def beheaded(name: str) -> Change:
    """Without one header."""
    return lambda sent: replace(sent, headers=tuple(h for h in sent.headers if h[0] != name))


def keyed(key: bytes | None) -> Change:
    """Under another key."""
    return lambda sent: replace(sent, key=key)


def packed(codec: str) -> Change:
    """In a batch compressed so."""
    return lambda sent: replace(sent, codec=codec)


def structured(content_type: bytes, **attributes: Any) -> Change:
    """As a structured CloudEvent with these attributes changed."""

    def change(sent: Sent) -> Sent:
        ours = [(n.removeprefix("ce_"), v) for n, v in sent.headers if n.startswith("ce_")]
        own = {name: (value or b"").decode() for name, value in ours}
        event = json.dumps(own | attributes).encode()
        value = event[:-1] + b', "data": ' + (sent.value or b"") + b"}"
        return replace(sent, value=value, headers=(("content-type", content_type),))

    return change


def both(*changes: Change) -> Change:
    """One change after the other."""

    def change(sent: Sent) -> Sent:
        for one in changes:
            sent = one(sent)
        return sent

    return change
