"""Parking and putting back: what can never be handled waits, byte for byte, for an operator.

A letter lies under a key of its own, the place its record came from, so that a null value under
that key erases this letter and no other. The record's own key, which may be null or say anything,
stands beside it. All of it is read here again when an operator has put the record back.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
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

_KEY: Final = MARK + "original_key"
"""The record's own key, its bytes. Absent where it had none."""
_VALUE: Final = "original_value"
"""`null`, `bytes` or `left`. Without this mark the letter is older than these rules: key and value
lie there as they came."""
LARGEST: Final = 1664 * 1024
"""Bytes of a record that a letter holds: more than any topic takes since its limits stand. What is
larger came before them: value and headers are left where they lie, and the letter says where."""

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
class Lying:
    """A letter on its topic, with the key and the value its record came with."""

    topic: str
    partition: int
    offset: int
    timestamp: int
    timestamp_type: int
    key: bytes | None
    value: bytes | None
    headers: Headers


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

    The same record parked twice carries the same origin and the same count of redrives, and so
    lies under the same key: a reader sees one, and compaction leaves one.
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
    return _letter(dead_letters_of(service), record, why)


def redriven(letter: Record, service: str, by: str, why: str, at: datetime) -> Tell:
    """A parked record as it is put back for `service`, the one that parked it, and by whom.

    Key, value and the headers it came with are unchanged, and so is its identity: what was
    decided about it before is told again. The count of attempts begins anew. A letter that does not
    say where it came from came from where it lies.
    """
    letter = original(letter)
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
    return _letter(redriven_to(service), letter, kept | added)


def put_back(record: Record) -> Redriven:
    """A record of the redrive topic as it was before it was parked. Never raises.

    What its marks do not say, the record itself says: without an original topic it stays where it
    was found, to which no route listens.
    """
    record = original(record)
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


def original(letter: Record) -> Lying:
    """The letter with the key and the value its record came with. Twice is harmless."""
    lying = Lying(
        letter.topic,
        letter.partition,
        letter.offset,
        letter.timestamp,
        letter.timestamp_type,
        letter.key,
        letter.value,
        letter.headers,
    )
    how = marks(letter.headers).get(_VALUE)
    if how is None:
        return lying
    key = next((value for name, value in letter.headers if name == _KEY), None)
    return replace(lying, key=key, value=None if how == "null" else letter.value)


def is_erasure(record: Record) -> bool:
    """Whether this is no letter, but a null value that erases one under the same key."""
    return record.value is None and not marks(record.headers)


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


def _letter(topic: str, record: Record, said: Mapping[str, str]) -> Tell:
    """`record` on a topic of letters, under the place it came from."""
    names = (*_ORIGIN[:4], "redrive_count")
    key = "/".join(said[name] for name in names).encode()
    fits = _size(record) <= LARGEST
    how = ("null" if record.value is None else "bytes") if fits else "left"
    ours = {**said, _VALUE: how}
    headers: list[tuple[str, bytes | None]] = [*_theirs(record)] if fits else []
    headers += [(MARK + name, text.encode()) for name, text in ours.items()]
    if record.key is not None and len(record.key) <= LARGEST:
        headers.append((_KEY, record.key))
    # To Kafka a null value is no letter: compaction would take it away.
    return Tell(topic, key, headers, (record.value or b"") if fits else b"")


def _size(record: Record) -> int:
    """What a record takes: key, value and headers."""
    held = sum(len(name) + len(value or b"") for name, value in record.headers)
    return held + len(record.key or b"") + len(record.value or b"")


def _theirs(record: Record) -> list[tuple[str, bytes | None]]:
    return [(name, value) for name, value in record.headers if not name.startswith(MARK)]
