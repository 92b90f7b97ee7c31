"""What a run of the stack would leave behind if it did not clean up."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from deploy.local.runs import LOCAL


def folder_of(pid: int) -> Path:
    """The data folder of the stack that this process runs."""
    return LOCAL / f"run-{pid}"


def processes_of(run: Path) -> dict[int, str]:
    """Every living process that was started for this run, and its command.

    Each was given the run's folder for its temporary files, and so was whatever it started itself.
    """
    mark = b"TMPDIR=%b\0" % os.fsencode(run / "tmp")
    found = {}
    for place in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):  # it ended while we looked, or is somebody else's
            if mark in (place / "environ").read_bytes():
                command = (place / "cmdline").read_bytes().replace(b"\0", b" ")
                found[int(place.name)] = command.decode(errors="replace").strip()
    return found
