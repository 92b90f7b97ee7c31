"""The floor's own vocabulary: what is heard, what follows from it, what is told."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, NamedTuple, Protocol, TypeVar

from contracts import topics
from contracts.envelope import Envelope
from contracts.shape import Shape
from contracts.topics import Topic
from services._runtime.errors import Permanent

M = TypeVar("M", bound=Shape)
Clock = Callable[[], datetime]


class Record(Protocol):
    """A Kafka record as the client library hands it over."""

    topic: str
    partition: int
    offset: int
    timestamp: int
    timestamp_type: int
    key: bytes | None
    value: bytes | None
    headers: Sequence[tuple[str, bytes | None]]


class Heard(NamedTuple, Generic[M]):
    """A message that could be read. `message` is absent where a null value asks to forget."""

    message: M | None
    key: str
    envelope: Envelope
    record: Record
    data: bytes = b""
    """The message's own JSON as it came, without an envelope around it."""

    @property
    def said(self) -> M:
        """The message, on topics that know no forgetting.

        Raises:
            Permanent: `no_body`, there is none.
        """
        if self.message is None:
            raise Permanent("no_body", "a message is due here, not a null value")
        return self.message

    def __repr__(self) -> str:
        # Without the record: its bytes may be about a person, and only `message` knows which.
        return f"Heard({self.message!r}, {self.key!r}, {self.envelope!r})"


class Tell(NamedTuple):
    """A record ready for the wire. Key and body are null only on a parked record that came so."""

    topic: str
    key: bytes | None
    headers: list[tuple[str, bytes | None]]
    body: bytes | None

    def __repr__(self) -> str:
        # Without the body, which may be about a person.
        return f"Tell({self.topic!r}, {self.key!r}, {self.headers!r})"


class Change(NamedTuple):
    """One write to a service's own store.

    `write` is whatever the ledger of the same technology can apply: a PyMongo operation, or a
    function for the ledger in memory. With `guarded`, a write that finds nothing to change means
    that somebody was faster, and the whole decision is taken again.
    """

    place: str
    write: Any
    guarded: bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    """Something to be done outside, once, under its business key, however often it is planned."""

    kind: str
    key: str
    order: Shape
    """What the performer needs to know; kept until it is done."""
    wait_seconds: float = 0.0
    deadline_seconds: float = 3 * 24 * 3600.0
    about: str = ""
    """Whose it is, such as a shipment: what must be dropped when that is forgotten."""
    cause: Envelope | None = None
    """Whose story it belongs to, if not to that of whatever it is planned with."""


class Outcome(NamedTuple):
    """What follows from one message: what to tell, what to keep, what to do outside."""

    tell: tuple[Shape, ...] = ()
    keep: tuple[Change, ...] = ()
    plan: tuple[Plan, ...] = ()
    forget: tuple[str, ...] = ()
    """Of intents about these that are over, nothing about a person stays. Only where nothing is
    told: on routes that are not decided once."""


Handler = Callable[[Sequence[Heard[M]]], Awaitable[Sequence[Outcome | Permanent]]]
"""Takes messages of one topic in order and answers one outcome each, in the same order."""


def by_message(heard: Heard[Any]) -> str:
    """Decided once per message: its source and id (CloudEvents, section 3.1.1)."""
    return f"{heard.envelope.source} {heard.envelope.id}"


def by_key(heard: Heard[Any]) -> str:
    """Decided once per business key, such as a return: a second order for it changes nothing."""
    return heard.key


@dataclass(frozen=True, slots=True)
class Floor:
    """How long an answer takes at least, and at most how much longer, at random.

    Whoever measures how long an answer took must not learn from it why it is what it is.
    """

    seconds: float
    jitter_seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Route(Generic[M]):
    """One topic a service listens to, and what it does then.

    With `once`, the outcome is kept under that identity and told again, never decided again.
    Without, the handler's writes must come out the same when repeated, and it must tell nothing.
    """

    topic: Topic[M]
    handle: Handler[M]
    once: Callable[[Heard[Any]], str] | None = None
    floor: Floor | None = None


class Decision(NamedTuple):
    """What was decided under `identity`, and the very messages that tell it."""

    identity: str
    digest: bytes
    tells: tuple[Tell, ...]
    at: datetime


def worded(
    message: Shape, cause: Envelope, service: str, at: datetime, discriminator: str = ""
) -> Tell:
    """`message` as `service` tells it because of `cause`.

    Raises:
        Permanent: `not_ours`, the message is somebody else's to tell; `too_large_to_tell`.
    """
    topic = topics.BY_MODEL[type(message)]
    if topic.owner != service or topic.kind != "event":
        raise Permanent("not_ours", f"{service} may not tell {topic.name}")
    key, body = topic.key_of(message), message.body()
    if len(body) > topic.max_bytes:
        raise Permanent("too_large_to_tell", f"{topic.name} holds at most {topic.max_bytes} bytes")
    envelope = cause.caused(topic.name, f"/retour/{service}", key.decode(), at, discriminator)
    return Tell(topic.name, key, [*envelope.headers()], body)
