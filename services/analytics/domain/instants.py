"""Instants as analytics compares them: UTC, whole milliseconds."""

from __future__ import annotations

from datetime import UTC, datetime


def whole(instant: datetime) -> datetime:
    """`instant` in UTC, rounded down to the millisecond, which is all that MongoDB keeps."""
    instant = instant.astimezone(UTC)
    return instant.replace(microsecond=instant.microsecond // 1000 * 1000)
