"""Parking: what can never be handled, byte for byte, where an operator can put it back."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from contracts.topics import dead_letters_of
from services._runtime.errors import Permanent
from services._runtime.words import Record, Tell

MARK: Final = "dlq_"
"""Every header we add begins so. On an incoming record it is somebody else's claim, and dropped."""


def parked(record: Record, refused: Permanent, service: str, attempts: int, at: datetime) -> Tell:
    """`record` as the dead letters of `service` keep it: key, value, headers unchanged, and why.

    A null value stays null. The same record parked twice carries the same origin, so a reader sees
    one.
    """
    why = {
        "original_topic": record.topic,
        "original_partition": str(record.partition),
        "original_offset": str(record.offset),
        "original_timestamp": str(record.timestamp),
        "consumer_group": service,
        "error_code": refused.code,
        "error_message": str(refused)[:500],
        "attempts": str(attempts),
        "failed_at": at.isoformat(),
    }
    theirs = [(name, value) for name, value in record.headers if not name.startswith(MARK)]
    ours = [(MARK + name, value.encode()) for name, value in why.items()]
    return Tell(dead_letters_of(service), record.key, [*theirs, *ours], record.value)
