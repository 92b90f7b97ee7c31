"""Pigeons: they carry labels, and want to be asked over HTTP."""

from __future__ import annotations

from services.labels.adapters.carriers.pigeon.client import Pigeon
from services.labels.adapters.lines.http import HttpLine
from services.labels.ports.carriers import Adapter, Evidence


def adapter(line: HttpLine | None = None) -> Adapter:
    """Tried with its own desk only."""
    line = line or HttpLine()
    return Adapter(
        "pigeon",
        "Pigeon post",
        Evidence("simulator"),
        Pigeon(line),
        settles_seconds=0.0,
        secrets=frozenset({"seed"}),
        close=line.close,
    )
