"""The folder of one run of the stack: its own, locked while it lives, swept when it was killed.

`.local/` holds the broker's jars, one folder `run-<pid>` for each running stack, and the logs of
the last runs, which outlive their data. Nothing in it is of value to git.
"""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from deploy.local.faults import CannotStart

ROOT = Path(__file__).resolve().parents[2]
LOCAL = ROOT / ".local"
KEPT_LOGS = 10


class Run:
    """A data folder in use by this process, and the folder of its logs.

    Without a name of its own it is temporary: its data goes when the run ends, its logs stay.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self.temporary = folder is None
        LOCAL.mkdir(exist_ok=True)
        with _alone():
            self.folder, self._lock = _named(folder) if folder else _new()
            if self.temporary:
                _sweep()
        self.logs = LOCAL / "logs" / self.folder.name if self.temporary else self.folder / "logs"
        if self.temporary:
            shutil.rmtree(self.logs, ignore_errors=True)
        self.logs.mkdir(parents=True, exist_ok=True)

    def end(self) -> None:
        """The folder is free again; a temporary one is gone. Once is enough, twice is harmless."""
        if self._lock.closed:
            return
        with _alone():
            if self.temporary:
                shutil.rmtree(self.folder)
            self._lock.close()


def _named(folder: Path) -> tuple[Path, IO[str]]:
    folder = folder.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    lock = _lock(folder)
    if lock is None:
        raise CannotStart(
            "folder-in-use", f"Another stack runs in {folder}: stop it, or name another folder"
        )
    return folder, lock


def _new() -> tuple[Path, IO[str]]:
    """A folder named after this process; numbered when it runs several stacks."""
    number = 1
    while True:
        folder = LOCAL / (f"run-{os.getpid()}" + (f"-{number}" if number > 1 else ""))
        folder.mkdir(exist_ok=True)
        lock = _lock(folder)
        if lock is not None:
            return folder, lock
        number += 1


def _sweep() -> None:
    """Folders whose process was killed are gone, and of the logs only the last runs are kept."""
    live = set()
    for folder in LOCAL.glob("run-*"):
        lock = _lock(folder)
        if lock is None:
            live.add(folder.name)
            continue
        shutil.rmtree(folder, ignore_errors=True)
        lock.close()
    logs = sorted(LOCAL.glob("logs/run-*"), key=lambda folder: folder.stat().st_mtime)
    for old in [folder for folder in logs if folder.name not in live][:-KEPT_LOGS]:
        shutil.rmtree(old, ignore_errors=True)


def _lock(folder: Path) -> IO[str] | None:
    """Held until it is closed or this process ends, however it ends; None if another has it."""
    lock = (folder / "lock").open("w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.close()
        return None
    return lock


@contextmanager
def _alone() -> Iterator[None]:
    """Making and sweeping folders is done by one process at a time; each takes milliseconds."""
    with (LOCAL / "runs.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
