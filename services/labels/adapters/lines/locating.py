"""A carrier's list of points, asked while a customer looks on: soon answered, or left alone.

Nobody waits long for a list that another source can stand in for. A list that does not answer
rests, so that each customer after that is answered at once.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine, Sequence
from datetime import date
from typing import Any, TypeVar

import structlog

from services.labels.domain import faults
from services.labels.domain.connection import Connection
from services.labels.domain.point import Near, Point
from services.labels.ports.carriers import Collects, Locates

log = structlog.get_logger()

T = TypeVar("T")

PATIENCE_SECONDS = 3.0
RESTS_AFTER, RESTS_SECONDS = 3, 30.0
"""So many questions in a row without an answer, and for so long it is not asked."""


class Impatient:
    """Counts questions that were not answered in time."""

    def __init__(
        self, name: str, steady: Callable[[], float], patience_seconds: float = PATIENCE_SECONDS
    ) -> None:
        self._name, self._steady, self._patience = name, steady, patience_seconds
        self._in_vain, self._rests_until = 0, 0.0

    async def answer(self, ask: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """What `ask` answers.

        Raises:
            Resting: it was not asked.
            Unavailable: it did not answer in time.
        """
        now = self._steady()
        if now < self._rests_until:
            raise faults.Resting(self._rests_until - now)
        if self._in_vain >= RESTS_AFTER:
            self._rests_until = now + RESTS_SECONDS  # until we know better, this one asks alone
        try:
            async with asyncio.timeout(self._patience):
                found = await ask()
        except TimeoutError as slow:
            self._failed()
            raise faults.Unavailable(type(slow).__name__) from slow
        except (faults.Unavailable, faults.OutcomeUnknown) as fault:
            self._failed()
            raise faults.Unavailable(str(fault)) from fault
        except faults.CarrierFault:
            self._in_vain, self._rests_until = 0, 0.0
            raise
        self._in_vain, self._rests_until = 0, 0.0
        return found

    def _failed(self) -> None:
        self._in_vain += 1
        if self._in_vain >= RESTS_AFTER:
            self._rests_until = self._steady() + RESTS_SECONDS
            log.warning("locator_rests", carrier=self._name, seconds=RESTS_SECONDS)


class QuickLocates:
    """See `ports.carriers.Locates`."""

    def __init__(
        self, name: str, locates: Locates, steady: Callable[[], float] = time.monotonic
    ) -> None:
        self._locates, self._line = locates, Impatient(name, steady)

    async def near(self, near: Near, connection: Connection) -> Sequence[Point]:
        """See `ports.carriers.Locates`."""

        async def ask() -> Sequence[Point]:
            return await self._locates.near(near, connection)

        return await self._line.answer(ask)


class QuickCollects:
    """See `ports.carriers.Collects`."""

    def __init__(
        self, name: str, collects: Collects, steady: Callable[[], float] = time.monotonic
    ) -> None:
        self._collects, self._line = collects, Impatient(name, steady)

    async def days(self, near: Near, today: date, connection: Connection) -> Sequence[date]:
        """See `ports.carriers.Collects`."""

        async def ask() -> Sequence[date]:
            return await self._collects.days(near, today, connection)

        return await self._line.answer(ask)
