"""Answers that take equally long: who measures how long one took must not learn why it is a no.

An answer with a floor is due so long after its question reached us, plus a little at random, and is
told then, neither when it was decided nor when its batch was. Holding it costs no throughput: how
long a question lay there while we were busy with others is taken off, so whoever is behind does not
wait at all. Nobody's clock can take off more than we were busy.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from random import SystemRandom
from typing import TYPE_CHECKING, Any

from services._runtime.words import Floor, Record, Route, Tell

if TYPE_CHECKING:
    from services._runtime.speaker import Speaker

TICK_SECONDS = 0.005
"""What is due within one tick is told together."""
PAUSE_SECONDS = 0.05
"""A longer gap between two batches means that nothing was waiting for us."""


class Pace:
    """When the answers of one batch may be told."""

    def __init__(
        self,
        routes: Mapping[str, Route[Any]],
        steady: Callable[[], float] = time.monotonic,
        wall: Callable[[], float] = time.time,
    ) -> None:
        self._floors: Mapping[str, Floor] = {
            topic: route.floor for topic, route in routes.items() if route.floor is not None
        }
        self._steady, self._wall, self._dice = steady, wall, SystemRandom()
        self._began = self._ended = float("-inf")
        self._read_at = self._busy = 0.0
        self._due: dict[bytes | None, float] = {}

    def begin(self) -> None:
        """A batch is in hand."""
        now = self._steady()
        self._busy = now - self._began if now - self._ended < PAUSE_SECONDS else 0.0
        self._began, self._read_at = now, self._wall()
        self._due.clear()

    def end(self) -> None:
        """The batch is finished."""
        self._ended = self._steady()

    def heard(self, record: Record) -> None:
        """What is told under this record's key waits until it is due, if its topic has a floor."""
        floor = self._floors.get(record.topic)
        if floor is None:
            return
        lay = min(max(self._read_at - record.timestamp / 1000, 0.0), self._busy)
        extra = self._dice.uniform(0.0, floor.jitter_seconds)
        self._due[record.key] = self._began - lay + floor.seconds + extra

    async def tell(self, speaker: Speaker, tells: Sequence[Tell]) -> None:
        """Everything is told: at once what has no floor, and each of the others when it is due.

        Raises:
            KafkaError, TimeoutError: see `Speaker.tell`.
        """
        if not self._due:
            await speaker.tell(tells)
            return
        at_once = [tell for tell in tells if tell.key not in self._due]
        held = [tell for tell in tells if tell.key in self._due]
        held.sort(key=lambda tell: self._due[tell.key])  # stable: in order under each key
        if at_once:
            await speaker.tell(at_once)
        while held:
            first = self._due[held[0].key] + TICK_SECONDS
            await asyncio.sleep(max(0.0, first - self._steady()))
            now = self._steady()
            ready = [tell for tell in held if self._due[tell.key] <= now]
            held = held[len(ready) :]
            await speaker.tell(ready)
