"""Children of this process: started, watched, ended, and never left behind.

Each child leads its own session, so a Ctrl-C in the terminal reaches only us and we stop the
children in order; each is tethered to us (tether.py), so it dies if we are killed. Linux only.
"""

from __future__ import annotations

import asyncio
import os
import secrets
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from deploy.local import ending, tether
from deploy.local.faults import CannotStart, NotReady

LOOPBACK = "127.0.0.1"
FIRST_PORT, PORTS = 15_000, 17_000  # below Linux's range for outgoing connections (32768 and up)

_given: set[int] = set()


def free_port() -> int:
    """A loopback port nobody listens on, never given twice by this process.

    It lies below the range from which the kernel draws ports for outgoing connections, so that
    no connection can take it between this answer and the listener's start.
    """
    for _ in range(1_000):
        port = FIRST_PORT + secrets.randbelow(PORTS)
        if port not in _given and is_free(port):
            _given.add(port)
            return port
    raise CannotStart(
        "no-free-port",
        f"No free port between {FIRST_PORT} and {FIRST_PORT + PORTS}: stop something",
    )


def is_free(port: int) -> bool:
    """Whether a listener could take this loopback port now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # listeners do the same
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True


class Process:
    """One program: a name, a command, a log file, and at most one running child at a time.

    Everything the child writes is appended to `log`. It gets `environment` and nothing else.
    Start it from the main thread: the kernel ends a tethered child with the *thread* it came from.
    """

    def __init__(
        self,
        name: str,
        command: Sequence[str | Path],
        *,
        log: Path,
        environment: Mapping[str, str],
        folder: Path,
    ) -> None:
        self.name = name
        self.log = log
        self.environment = dict(environment)
        self._command = [str(word) for word in command]
        self.folder = folder
        self._child: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """The child exists and is becoming its command when this returns; ready it is not yet."""
        if threading.current_thread() is not threading.main_thread():
            raise RuntimeError(f"{self.name}: start it from the main thread")
        if self.alive:
            raise RuntimeError(f"{self.name}: already running as {self.pid}")
        tied = [sys.executable, "-I", "-S", tether.__file__, str(os.getpid()), *self._command]
        with ending.held(), self.log.open("ab") as log:
            self._child = subprocess.Popen(
                tied,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=self.environment,
                cwd=self.folder,
                start_new_session=True,
            )

    @property
    def pid(self) -> int:
        """The child's process id; of the last child, if it has ended. RuntimeError before that."""
        if self._child is None:
            raise RuntimeError(f"{self.name}: never started")
        return self._child.pid

    @property
    def alive(self) -> bool:
        """Whether the child runs. Finding it ended also ends whatever it left in its session."""
        child = self._child
        if child is None or child.returncode is not None:
            return False
        options = os.WEXITED | os.WNOHANG | os.WNOWAIT  # look, but leave its pid to us
        if os.waitid(os.P_PID, child.pid, options) is None:
            return True
        self._bury(child)
        return False

    @property
    def exit_code(self) -> int | None:
        """What the last child ended with, negative for a signal; None while it runs."""
        return None if self.alive or self._child is None else self._child.returncode

    def ask_to_stop(self) -> None:
        """Send SIGTERM and return at once."""
        if self.alive:
            os.kill(self.pid, signal.SIGTERM)

    def stop(self, deadline_seconds: float = 10.0) -> None:
        """Nothing of the child is left: SIGTERM, a wait up to the deadline, then SIGKILL."""
        self.ask_to_stop()
        deadline = time.monotonic() + deadline_seconds
        while self.alive and time.monotonic() < deadline:
            time.sleep(0.01)
        self.kill()

    def kill(self) -> None:
        """Nothing of the child is left, and it was not asked: SIGKILL for all its session."""
        if self._child is not None and self.alive:
            self._bury(self._child)

    def restart(self, deadline_seconds: float = 10.0) -> None:
        """The same command runs anew, with a new pid and the same log; ready it is not yet."""
        self.stop(deadline_seconds)
        self.start()

    def tail(self, lines: int = 15) -> str:
        """The last lines of the log, empty if there is none."""
        with suppress(FileNotFoundError):
            return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])
        return ""

    @staticmethod
    def _bury(child: subprocess.Popen[bytes]) -> None:
        # Its pid is not reaped yet, so the group of that number is certainly still its own.
        with suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)
        child.wait()


async def until(
    condition: Callable[[], Awaitable[bool]],
    deadline_seconds: float,
    what: str,
    *,
    process: Process | None = None,
) -> None:
    """Return as soon as the condition is true; ask again every 30 milliseconds.

    With a process, do not wait for a dead one, and show the end of its log in the fault.

    Raises:
        NotReady: the deadline passed, or the process ended.
    """
    with_tail = process.tail if process else str
    try:
        async with asyncio.timeout(deadline_seconds):
            while not await condition():
                if process and not process.alive:
                    ended = (
                        f"{what}: {process.name} ended with {process.exit_code}, see {process.log}"
                    )
                    raise NotReady(ended, with_tail())
                await asyncio.sleep(0.03)
    except TimeoutError:
        late = f"{what}: not within {deadline_seconds:g} s"
        raise NotReady(f"{late}, see {process.log}" if process else late, with_tail()) from None


async def together(work: Iterable[Coroutine[Any, Any, None]]) -> None:
    """All of it side by side; the first fault ends the rest and is raised as itself."""
    try:
        async with asyncio.TaskGroup() as group:
            for each in work:
                group.create_task(each)
    except BaseExceptionGroup as faults:
        raise faults.exceptions[0] from None


def stop_all(processes: Iterable[Process], grace_seconds: float) -> None:
    """All are asked at once and share the grace; whoever outstays it is killed."""
    deadline = time.monotonic() + grace_seconds
    asked = list(processes)
    for process in asked:
        process.ask_to_stop()
    for process in asked:
        process.stop(max(0.0, deadline - time.monotonic()))
