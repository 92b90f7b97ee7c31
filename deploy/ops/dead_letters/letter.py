"""A dead letter: where it lies, which record it was, why it was parked. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, NamedTuple, Self

from contracts.dead_letters import LetterHandled
from contracts.envelope import trace_of
from contracts.topics import SERVICES
from deploy.ops.dead_letters.refused import Refused
from services._runtime.dead_letters import Lying, marks, number, original
from services._runtime.words import Record

UNKNOWN: Final = "?"
"""What stands where a letter does not say."""

_PLACE: Final = re.compile(r"(?:([a-z]+)/)?([0-9]{1,9}):([0-9]{1,19})")
_TRACE: Final = re.compile(r"00-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}")
_LONGEST: Final = 200


class Place(NamedTuple):
    """Where a letter lies: a partition and offset of its service's dead letters."""

    service: str
    partition: int
    offset: int

    def __str__(self) -> str:
        return f"{self.service}/{self.partition}:{self.offset}"

    @property
    def key(self) -> bytes:
        """Under which the audit speaks of it."""
        return f"{self.service}/{self.partition}/{self.offset}".encode()

    @classmethod
    def of(cls, text: str, services: tuple[str, ...] = ()) -> Self:
        """`rules/0:3`, or `0:3` where one service is meant anyway.

        Raises:
            Refused: `not-an-id`.
        """
        found = _PLACE.fullmatch(text)
        service = found[1] or (services[0] if len(services) == 1 else None) if found else None
        if found is None or service not in SERVICES:
            raise Refused(
                "not-an-id", f"{text!r} is no letter: write service/partition:offset, as in list"
            )
        return cls(service, int(found[2]), int(found[3]))


class Origin(NamedTuple):
    """Which record was parked, and after how many redrives: what two copies of a letter share.

    The timestamp (milliseconds since 1970) tells the records of a topic from those of one of the
    same name that was deleted before.
    """

    topic: str
    partition: int
    offset: int
    timestamp: int
    redrives: int


@dataclass(frozen=True, slots=True)
class Letter:
    """One record of the dead letters, and what stands beside it."""

    place: Place
    record: Lying
    """With the key and the value it came with."""
    origin: Origin
    code: str
    message: str
    error_class: str
    attempts: int
    first_failed_at: datetime
    failed_at: datetime
    service_version: str

    @classmethod
    def of(cls, record: Record, service: str) -> Self:
        """The letter in a record of `service`'s dead letters. Never raises.

        Without an origin the letter itself is taken for the record; other marks are `?` then.
        """
        said = {name: plain(text) for name, text in marks(record.headers).items()}
        arrived = datetime.fromtimestamp(max(record.timestamp, 0) / 1000, UTC)
        failed_at = _instant(said.get("failed_at"), arrived)
        return cls(
            place=Place(service, record.partition, record.offset),
            record=original(record),
            origin=Origin(
                said.get("original_topic", record.topic),
                number(said.get("original_partition"), record.partition),
                number(said.get("original_offset"), record.offset),
                number(said.get("original_timestamp"), record.timestamp),
                number(said.get("redrive_count"), 0),
            ),
            code=said.get("error_code", UNKNOWN),
            message=said.get("error_message", ""),
            error_class=said.get("error_class", UNKNOWN),
            attempts=number(said.get("attempts"), 0),
            first_failed_at=_instant(said.get("first_failed_at"), failed_at),
            failed_at=failed_at,
            service_version=said.get("service_version", UNKNOWN),
        )

    @property
    def trace_id(self) -> str | None:
        """Its trace, given or, as services do for a story that came without, derived."""
        headers = {name: (value or b"").decode(errors="replace") for name, value in self._headers}
        story = headers.get("ce_correlationid") or headers.get("ce_id")
        derived = trace_of(story) if story else ""
        found = _TRACE.fullmatch(headers.get("traceparent", "")) or _TRACE.fullmatch(derived)
        return found[1] if found else None

    @property
    def ce_id(self) -> str | None:
        """Which message it was, as whoever told it said."""
        found = dict(self._headers).get("ce_id")
        return None if found is None else found.decode(errors="replace")

    @property
    def _headers(self) -> list[tuple[str, bytes | None]]:
        return list(self.record.headers)

    def handled(self, action: str, by: str, why: str, at: datetime) -> LetterHandled:
        """What the audit says of it."""
        return LetterHandled.model_validate(
            {
                "action": action,
                "by": plain(by),
                "why": plain(why),
                "at": at,
                "original_topic": self.origin.topic,
                "original_partition": self.origin.partition,
                "original_offset": self.origin.offset,
                "original_timestamp": self.origin.timestamp,
                "redrive_count": self.origin.redrives,
                "error_code": self.code,
            }
        )


def origin_of(handled: LetterHandled) -> Origin:
    """Which record the audit speaks of."""
    return Origin(
        handled.original_topic,
        handled.original_partition,
        handled.original_offset,
        handled.original_timestamp,
        handled.redrive_count,
    )


def plain(text: str) -> str:
    """`text` on one line and without what could steer a terminal, at most 200 characters."""
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text[:_LONGEST])


def _instant(text: str | None, otherwise: datetime) -> datetime:
    try:
        found = datetime.fromisoformat(text or "")
    except ValueError:
        return otherwise
    return found if found.tzinfo else otherwise
