"""Parking and putting back: what can never be handled waits, byte for byte, for an operator.

What is written beside a parked record is read here again when an operator has put it back.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import PackageNotFoundError, version
from typing import Final

from contracts.envelope import Headers
from contracts.topics import dead_letters_of, redriven_to
from services._runtime.errors import Permanent
from services._runtime.words import Record, Tell

MARK: Final = "dlq_"
"""Every header we add begins so. On a shared topic it is somebody else's claim, and dropped."""
LONGEST_MARK: Final = 500
NOT_LISTENED_TO: Final = "not_listened_to"
"""Code of a record that was put back for a service that does not listen to its topic."""

_TIMESTAMP_TYPES: Final = {0: "CreateTime", 1: "LogAppendTime"}
_ORIGIN: Final = (
    *("original_topic", "original_partition", "original_offset"),
    *("original_timestamp", "original_timestamp_type", "first_failed_at"),
)
"""What stays with a record however often it is parked and put back."""


def _our_version() -> str:
    try:
        return version("retour")
    except PackageNotFoundError:  # run from a tree that was never installed
        return "unknown"


OUR_VERSION: Final = _our_version()


@dataclass(slots=True)
class Redriven:
    """A record that was put back, as it first came: a `Record` on the topic it was parked from.

    Its headers are those it came with; the limits on headers count no others.
    """

    topic: str
    partition: int
    offset: int
    timestamp: int
    timestamp_type: int
    key: bytes | None
    value: bytes | None
    headers: Headers
    redrives: int
    """How often it was put back: at least 1."""
    first_failed_at: str | None
    """RFC 3339, as it was written when it was parked first."""


def parked(record: Record, refused: Permanent, service: str, attempts: int, at: datetime) -> Tell:
    """`record` as the dead letters of `service` keep it: key, value, headers unchanged, and why.

    A null value stays null. The same record parked twice carries the same origin and the same
    count of redrives, so a reader sees one.
    """
    redrives, first_failed_at = 0, None
    if isinstance(record, Redriven):
        redrives, first_failed_at = record.redrives, record.first_failed_at
    why = {
        "original_topic": record.topic,
        "original_partition": str(record.partition),
        "original_offset": str(record.offset),
        "original_timestamp": str(record.timestamp),
        "original_timestamp_type": _TIMESTAMP_TYPES.get(record.timestamp_type, "unknown"),
        "consumer_group": service,
        "error_code": refused.code,
        "error_class": type(refused.__cause__ or refused).__name__,
        "error_message": str(refused)[:LONGEST_MARK],
        "attempts": str(attempts),
        "first_failed_at": first_failed_at or at.isoformat(),
        "failed_at": at.isoformat(),
        "redrive_count": str(redrives),
        "service_version": OUR_VERSION,
    }
    return Tell(dead_letters_of(service), record.key, _marked(record, why), record.value)


def redriven(letter: Record, service: str, by: str, why: str, at: datetime) -> Tell:
    """A parked record as it is put back for `service`, the one that parked it, and by whom.

    Key, value and the headers it came with are unchanged, and so is its identity: what was
    decided about it before is told again. The count of attempts begins anew. A letter that does not
    say where it came from came from where it lies.
    """
    said = marks(letter.headers)
    itself = {
        "original_topic": letter.topic,
        "original_partition": str(letter.partition),
        "original_offset": str(letter.offset),
        "original_timestamp": str(letter.timestamp),
    }
    kept = itself | {name: said[name] for name in _ORIGIN if name in said}
    added = {
        "redrive_count": str(number(said.get("redrive_count"), 0) + 1),
        "redriven_by": by[:LONGEST_MARK],
        "redriven_at": at.isoformat(),
        "redriven_why": why[:LONGEST_MARK],
    }
    return Tell(redriven_to(service), letter.key, _marked(letter, kept | added), letter.value)


def put_back(record: Record) -> Redriven:
    """A record of the redrive topic as it was before it was parked. Never raises.

    What its marks do not say, the record itself says: without an original topic it stays where it
    was found, to which no route listens.
    """
    said = marks(record.headers)
    types = {name: number for number, name in _TIMESTAMP_TYPES.items()}
    return Redriven(
        said.get("original_topic", record.topic),
        number(said.get("original_partition"), record.partition),
        number(said.get("original_offset"), record.offset),
        number(said.get("original_timestamp"), record.timestamp),
        types.get(said.get("original_timestamp_type", ""), record.timestamp_type),
        record.key,
        record.value,
        _theirs(record),
        max(number(said.get("redrive_count"), 1), 1),
        said.get("first_failed_at"),
    )


def marks(headers: Headers) -> Mapping[str, str]:
    """What we wrote beside a record, by name without the prefix. Never raises."""
    return {
        name.removeprefix(MARK): (value or b"").decode(errors="replace")
        for name, value in headers
        if name.startswith(MARK)
    }


def number(text: str | None, otherwise: int) -> int:
    """The whole number in a mark, or `otherwise` where there is none."""
    if text is None or len(text) > len(str(-(2**63))):
        return otherwise
    digits = text.removeprefix("-")
    return int(text) if digits.isascii() and digits.isdecimal() else otherwise


def _theirs(record: Record) -> list[tuple[str, bytes | None]]:
    return [(name, value) for name, value in record.headers if not name.startswith(MARK)]


def _marked(record: Record, said: Mapping[str, str]) -> list[tuple[str, bytes | None]]:
    return [*_theirs(record), *((MARK + name, text.encode()) for name, text in said.items())]
