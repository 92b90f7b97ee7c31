"""SIGINT and SIGTERM end a program by unwinding it, so that every `with` does its work.

The first signal counts, later ones change nothing: some senders signal twice, and an unwinding
must not be torn. Nor must starting a child or stopping the stack: they run inside `held()`, where
the signal waits until they are done. Inside `run` it cancels the work, which ends at an `await`.
"""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType
from typing import Any, TypeVar

T = TypeVar("T")


@dataclass
class _Ending:
    """Signals belong to the process, and so does this."""

    signal: int | None = None
    raised: bool = False
    holds: int = 0
    cancel: Callable[[], object] | None = None

    def receive(self, number: int, _frame: FrameType | None) -> None:
        if self.signal is not None:
            return
        self.signal = number
        if self.cancel is not None:
            self.cancel()
        self.end_unless_held()

    def end_unless_held(self) -> None:
        if self.signal is not None and not self.raised and self.holds == 0:
            self.raised = True
            raise SystemExit(128 + self.signal)


_ending = _Ending()


@contextmanager
def ending_on_signals() -> Iterator[None]:
    """Inside, SIGINT and SIGTERM raise SystemExit(128 + signal) in the main thread, once."""
    _ending.signal, _ending.raised = None, False
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    for number in before:
        signal.signal(number, _ending.receive)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def held() -> Iterator[None]:
    """Inside, a signal is remembered; it ends the program when the outermost hold is over."""
    _ending.holds += 1
    try:
        yield
    finally:
        _ending.holds -= 1
        _ending.end_unless_held()


def run(work: Coroutine[Any, Any, T]) -> T:
    """As `asyncio.run`; a signal cancels the work and raises SystemExit when it has unwound."""

    async def cancellable() -> T:
        task, loop = asyncio.current_task(), asyncio.get_running_loop()
        if task is not None:
            _ending.cancel = lambda: loop.call_soon_threadsafe(task.cancel)  # wakes the loop, too
        try:
            return await work
        finally:
            _ending.cancel = None

    with held():
        return asyncio.run(cancellable())
