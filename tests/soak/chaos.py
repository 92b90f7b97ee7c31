"""What befalls the system, in an order that follows from the seed: the rows of the fault matrix.

Two hands strike at once. One goes for processes, broker, database and the lines between them, the
other for whom we deal with outside. A fault counts only if it proved that it bit.
"""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from random import Random

from aiokafka.errors import KafkaError
from pymongo.errors import PyMongoError

from contracts.topics import SERVICES
from deploy.local.faults import NotReady
from deploy.local.mischief import Trick
from tests.faults import rows
from tests.faults.matrix import Row
from tests.faults.rows_outside import carrier_that, server_that
from tests.faults.scene import Scene
from tests.faults.stage import Stage
from tests.soak.crowd import Crowd
from tests.soak.watch import LeanWatch

INSIDE = "F2 F3 F5 F7 F8 F10 F11 F12 F13 F14 F15 F16".split()  # noqa: SIM905  # reads better
"""Ids of the rows that may be combined. The others need settings, or the stage, for themselves."""
PAUSE_SECONDS = 4.0, 12.0
"""Between one fault's end and the next, for each hand."""
LONGEST_SECONDS = 240.0
"""A fault that takes longer is ended, and what it left is mended."""


def _outside(id_: str, says: str, service: str, trick: Trick) -> Row:
    """As a row of the matrix, but without `forgets` behind it.

    Zombies may be about, and against those nothing helps but a provider that keeps its promise.
    """
    strike = carrier_that if service == "labels" else server_that
    return Row(id_, says, strike(trick), (service,), kind=trick.kind)


def _once(kind: str, step: str = "", **more: float) -> Trick:
    return Trick.model_validate({"kind": kind, "step": step, "once_each": True, **more})


OUTSIDE = (
    _outside("F20", "the carrier sells and never answers", "labels", _once("silent", "order")),
    _outside("F21", "500 before the sale", "labels", _once("error_before", "order")),
    _outside("F21", "500 after the sale", "labels", _once("error_after", "order")),
    _outside("F21", "429 with Retry-After", "labels", _once("busy", "order", seconds=3)),
    _outside("F21", "half an answer", "labels", _once("cut_short", "order")),
    _outside("F21", "a web page", "labels", _once("html", "order")),
    _outside("F23", "hangs up after the letter", "notifications", _once("hangs_up", "letter")),
    _outside("F23", "loses the letter", "notifications", _once("loses", "letter")),
    _outside("F24", "421 and hangs up", "notifications", _once("says", "letter", code=421)),
    _outside("F24", "450 at first", "notifications", _once("says", "recipient", code=450)),
)


def inside() -> list[Row]:
    """Rows of the matrix that strike machines and lines, and leave the stage as it was."""
    return [
        row
        for row in rows.every()
        if row.id in INSIDE
        and not (row.environment or row.disks or row.breaks_stage or row.lacks())
    ]


def chosen(candidates: Sequence[Row], names: Sequence[str]) -> list[Row]:
    """Those of these ids or names; all if none is named."""
    return [row for row in candidates if not names or {row.id, row.name} & set(names)]


@dataclass
class Struck:
    """What happened so far."""

    bit: Counter[str] = field(default_factory=Counter)
    """Faults that proved they bit, by the id and sentence of their row."""
    void: Counter[str] = field(default_factory=Counter)
    """Faults that hit nothing."""
    in_flight: int = 0
    """Work in hand at all blows together."""
    complaints: list[str] = field(default_factory=list)
    now: dict[str, str] = field(default_factory=dict)
    """What each hand is doing."""


class Hand:
    """Draws a row, strikes, waits a while, and draws again, until it is told to stop."""

    def __init__(
        self, name: str, candidates: Sequence[Row], seed: int, stage: Stage, crowd: Crowd
    ) -> None:
        self.name, self._candidates = name, candidates
        self._dice = Random(f"{seed} {name}")
        self._stage, self._crowd = stage, crowd

    def schedule(self) -> Iterator[Row]:
        """Each row once in a drawn order, then each once in another, and so on."""
        while True:
            yield from self._dice.sample(self._candidates, len(self._candidates))

    async def strike(self, struck: Struck, over: Callable[[], bool], tell: Callable[[str], None]):
        """Strikes until it is over; a fault once begun is healed before this returns."""
        if not self._candidates:
            return
        for row in self.schedule():
            await asyncio.sleep(self._dice.uniform(*PAUSE_SECONDS))
            if over():
                return
            struck.now[self.name] = row.name
            tell(f"{self.name}: {row.name}, {row.says}")
            await self._one(row, struck, tell)
            struck.now.pop(self.name)

    async def _one(self, row: Row, struck: Struck, tell: Callable[[str], None]) -> None:
        called, begun = f"{row.id} {row.says}", time.monotonic()
        try:
            async with asyncio.timeout(LONGEST_SECONDS):
                scene = await self._played(row)
        except (AssertionError, NotReady, KafkaError, PyMongoError, OSError) as why:
            # With two hands at work one may take away what the other was aiming at.
            struck.void[called] += 1
            tell(f"{self.name}: {row.name} void: {type(why).__name__} {str(why)[:100]}")
        else:
            bit = bool(scene.proofs and scene.in_flight)
            (struck.bit if bit else struck.void)[called] += 1
            struck.in_flight += scene.in_flight
            struck.complaints += [f"{row.name}: {said}" for said in scene.complaints]
        finally:
            if self.name == "inside":
                await heal(self._stage)
        tell(f"{self.name}: {row.name} over after {time.monotonic() - begun:.0f} s")

    async def _played(self, row: Row) -> Scene:
        async with LeanWatch(self._stage.stack) as watch:
            scene = Scene(self._stage, self._crowd, watch, Random(self._dice.random()))
            try:
                await row.fault(scene)
            finally:
                for undo in scene.afterwards:
                    undo()
        return scene


async def heal(stage: Stage) -> None:
    """Every process runs, every line is mended, nobody has joined who was not there at first."""
    stack = stage.stack
    for line in (*stage.kafka.values(), *stage.mongo.values()):
        line.mended()
    for process in (*stack.parts.values(), *stack.services.values()):
        with suppress(ProcessLookupError):
            os.kill(process.pid, signal.SIGCONT)
    for extra in [name for name in stack.services if name not in SERVICES]:
        stack.leave(extra)
    dead = [process.name for process in stack.ended()]
    for name in dead:
        stack.restart(name)
    for name in dead:
        await stack.ready(name)
