"""Letters as rows, as JSON and as files. Only `exported` and `raw` hold what is about a person."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from deploy.ops.dead_letters.choice import Found
from deploy.ops.dead_letters.letter import Letter
from deploy.ops.dead_letters.veil import veiled_body, veiled_header, veiled_key, word

COLUMNS = ("id", "code", "parked", "tries", "redrives", "from", "key", "message")


def summary(found: Found) -> dict[str, Any]:
    """What `list` says about a letter: nothing that is about a person."""
    letter, handled = found
    origin = letter.origin
    return {
        "id": str(letter.place),
        "service": letter.place.service,
        "code": letter.code,
        "message": letter.message,
        "error_class": letter.error_class,
        "attempts": letter.attempts,
        "redrives": origin.redrives,
        "first_failed_at": letter.first_failed_at.isoformat(),
        "failed_at": letter.failed_at.isoformat(),
        "service_version": letter.service_version,
        "topic": origin.topic,
        "partition": origin.partition,
        "offset": origin.offset,
        "key": veiled_key(letter.record.key, origin.topic),
        "ce_id": word(letter.ce_id),
        "trace_id": letter.trace_id,
        "handled": None if handled is None else handled.model_dump(mode="json"),
    }


def row(found: Found, now: datetime) -> tuple[str, ...]:
    """The same on one line, under `COLUMNS`."""
    said = summary(found)
    done = f"[{found.handled.action}] " if found.handled else ""
    return (
        said["id"],
        said["code"],
        age(now - found.letter.failed_at),
        str(said["attempts"]),
        str(said["redrives"]),
        f"{said['topic']} {said['partition']}:{said['offset']}",
        said["key"] or "-",
        done + said["message"],
    )


def whole(found: Found) -> dict[str, Any]:
    """What `show` says: the summary, headers and body, veiled."""
    record = found.letter.record
    return summary(found) | {
        "headers": [list(veiled_header(name, value)) for name, value in record.headers],
        "body": veiled_body(record.value, found.letter.origin.topic),
    }


def raw(letter: Letter) -> list[tuple[str, str]]:
    """Key, headers and value as they are, escaped: no byte of them steers a terminal."""
    record = letter.record
    headers = [(f"header {name!a}", _escaped(value)) for name, value in record.headers]
    return [("key", _escaped(record.key)), *headers, ("value", _escaped(record.value))]


def exported(letter: Letter) -> dict[str, Any]:
    """The record itself, its bytes in base64 (RFC 4648): enough to write it again elsewhere."""
    record = letter.record
    return {
        "id": str(letter.place),
        "topic": record.topic,
        "partition": record.partition,
        "offset": record.offset,
        "timestamp": record.timestamp,
        "key": _base64(record.key),
        "value": _base64(record.value),
        "headers": [[name, _base64(value)] for name, value in record.headers],
    }


def stats(found: Iterable[Found]) -> list[dict[str, Any]]:
    """How many letters of each service, code and topic; the most frequent first."""
    groups: dict[tuple[str, str, str], list[datetime]] = {}
    for letter, _ in found:
        which = (letter.place.service, letter.code, letter.origin.topic)
        groups.setdefault(which, []).append(letter.failed_at)
    rows = [
        {
            "service": service,
            "code": code,
            "topic": topic,
            "count": len(times),
            "oldest": min(times).isoformat(),
            "newest": max(times).isoformat(),
        }
        for (service, code, topic), times in groups.items()
    ]
    return sorted(rows, key=lambda one: (-int(str(one["count"])), str(one["oldest"])))


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """Lines with columns under one another; nothing is cut, so that grep finds everything."""
    lines = [tuple(head), *(tuple(row) for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(head))]
    return [
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    ]


def age(passed: timedelta) -> str:
    """`40s`, `12m`, `7h`, `3d`."""
    seconds = max(int(passed.total_seconds()), 0)
    for unit, length in (("d", 86_400), ("h", 3_600), ("m", 60)):
        if seconds >= 2 * length:
            return f"{seconds // length}{unit}"
    return f"{seconds}s"


def _escaped(value: bytes | None) -> str:
    return "<null>" if value is None else ascii(value)[2:-1]


def _base64(value: bytes | None) -> str | None:
    return None if value is None else b64encode(value).decode()
