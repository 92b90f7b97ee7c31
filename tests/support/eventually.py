"""Waiting for something to become true, with a deadline and never with a guess."""

from __future__ import annotations

import asyncio
import inspect
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

T = TypeVar("T")


async def eventually(
    ask: Callable[[], T | Awaitable[T]], what: str, deadline_seconds: float = 30.0
) -> T:
    """What `ask` answers as soon as that is true.

    Raises:
        AssertionError: it did not become true in time; says what was awaited and the last answer.
    """
    ends = time.monotonic() + deadline_seconds
    while True:
        answer = ask()
        found = await answer if inspect.isawaitable(answer) else answer
        if found:
            return found
        if time.monotonic() > ends:
            raise AssertionError(f"{what}: not within {deadline_seconds} s, last answer {found!r}")
        await asyncio.sleep(0.02)
