"""The simulated carrier: a real HTTP service that sells labels no post will take."""

from __future__ import annotations

from services.labels.adapters.carriers.simulated.client import Simulated, Telling, Watched
from services.labels.adapters.lines.http import HttpLine
from services.labels.ports.carriers import Adapter, Evidence

NAME = "simulated"


def adapter(line: HttpLine | None = None) -> Adapter:
    """Tried with `deploy.local.carrier` only."""
    line = line or HttpLine()
    return Adapter(
        NAME,
        "Simulated carrier",
        Evidence("simulator"),
        Simulated(line),
        settles_seconds=0.0,  # under one reference one label is sold
        tracks=Watched(line),
        hooks=Telling(),
        close=line.close,
    )
