"""Customers on a stage, and the hands that strike it: what a row of the matrix works with."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from random import Random

from httpx import AsyncClient, HTTPError

from contracts.topics import SERVICES
from deploy.local.processes import Process
from tests.faults.stage import Stage
from tests.support.eventually import eventually
from tests.support.killing import Watch, frozen
from tests.support.paced import PacedFrontend
from tests.support.proxy import Line

AT_ONCE, CUE_SECONDS, LOOK_SECONDS = 12, 0.2, 120.0
"""How many customers are on their way while a fault looks for its moment, how long each look waits
for a word, and how long the moment is looked for."""

HEALTH_SECONDS, HIT_SECONDS, LOST_ANSWERS = 15.0, 60.0, 3


class Void(AssertionError):
    """The fault hit nothing, so the row proves nothing."""


@dataclass
class Scene:
    """One row's customers, and everything its fault may touch."""

    stage: Stage
    frontend: PacedFrontend
    watch: Watch
    dice: Random
    """The only chance there is; its seed is printed."""
    in_flight: int = 0
    """What the struck services had in hand when they were struck: most of all times."""
    proofs: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    """What the fault itself saw go wrong: each is a violation."""
    afterwards: list[Callable[[], object]] = field(default_factory=list)
    """What is done once everybody is served, so that the next row finds the stage as it was."""

    def process(self, name: str) -> Process:
        """The process of this service or part."""
        stack = self.stage.stack
        return stack.services.get(name) or stack.parts[name]

    def instances(self, service: str) -> list[str]:
        """Every process of this service."""
        return [n for n in self.stage.stack.services if n == service or n.startswith(f"{service}-")]

    def bit(self, what: str, times: int = 1) -> None:
        """Proof that the fault bit, so many times.

        Raises:
            Void: it did not.
        """
        if not times:
            raise Void(f"the fault did not bite: no {what}")
        self.proofs.append(what if times == 1 else f"{times} {what}")

    def must(self, holds: object, says: str) -> None:
        """A violation, in these words, unless it holds."""
        if not holds:
            self.complaints.append(says)

    def admit_up_to(self, at_once: int = AT_ONCE) -> None:
        """So many customers are on their way, if there are enough left."""
        if (missing := at_once - self.frontend.on_their_way) > 0:
            self.frontend.admit(missing)

    @asynccontextmanager
    async def caught(self, *services: str, at_least: int = 1) -> AsyncIterator[int]:
        """Inside, these services are frozen with so much in hand that none of them can finish.

        Strike inside: the work is certainly in flight. Whoever is alive afterwards is thawed.

        Raises:
            Void: they were never found with that much in hand.
        """
        ends = time.monotonic() + LOOK_SECONDS
        while time.monotonic() < ends:
            self.admit_up_to()
            await self.frontend.word_from(services[0], CUE_SECONDS)
            async with self._frozen(services):
                if await self.in_hand(*services) < at_least:
                    continue
                # Its last words may still have been on their way to the broker.
                found = await self.in_hand(*services)
                if found >= at_least:
                    self.in_flight = max(self.in_flight, found)
                    yield found
                    return
        raise Void(f"{', '.join(services)}: never found with {at_least} in hand")

    async def in_hand(self, *services: str) -> int:
        """Records these services have not committed, and intents of theirs that are not over."""
        found = [await self.watch.in_hand(service) for service in services]
        return sum(each.lag + each.intents for each in found)

    async def piles_up(self, *services: str, at_least: int = 1) -> int:
        """They cannot work: customers come in until so much waits for them. Says how much."""

        async def waiting() -> int:
            self.admit_up_to()
            found = await self.in_hand(*services)
            return found if found >= at_least else 0

        try:
            found = await eventually(waiting, f"work to pile up at {', '.join(services)}")
        except AssertionError as late:
            raise Void(str(late)) from None
        self.in_flight = max(self.in_flight, found)
        return found

    async def lasts(self, seconds: float, at_once: int = AT_ONCE) -> None:
        """The fault goes on for so long: nothing to wait for, the time is the fault."""
        ends = time.monotonic() + seconds
        while (left := ends - time.monotonic()) > 0:
            self.admit_up_to(at_once)
            await asyncio.sleep(min(left, 0.5))

    async def loses_answers(
        self, line: Line, asks: Callable[[bytes], bool], what: str, times: int = LOST_ANSWERS
    ) -> None:
        """So many requests are obeyed, and instead of the answer comes a reset.

        Each of them is work in flight: it is done, and who asked for it cannot know.
        """
        before = line.counts.trapped
        line.lose_answers_to(asks, times)

        def all_hit() -> bool:
            self.admit_up_to()
            return line.counts.trapped - before >= times

        try:
            await eventually(all_hit, f"{times} answers to {what} to be lost", HIT_SECONDS)
        finally:
            self.in_flight = line.mended().trapped - before
        self.bit(f"answers to {what} lost", self.in_flight)

    def kill(self, name: str) -> None:
        """SIGKILL, where it stands."""
        os.kill(self.process(name).pid, signal.SIGKILL)

    async def back(self, *names: str) -> None:
        """What was killed runs again and is ready."""
        for name in names:
            ended = await eventually(lambda n=name: not self.process(n).alive, f"{name} to end")
            self.bit(f"{name} ended with {self.process(name).exit_code}", int(ended))
        for name in names:
            self.stage.stack.restart(name)
        for name in names:
            await self.stage.stack.ready(name)

    async def quiet(self) -> bool:
        """Whether no service has anything left to do."""
        return not await self.in_hand(*SERVICES)

    async def tidy(self) -> None:
        """Each service has one process again, as before."""
        stack = self.stage.stack
        for name in SERVICES:
            if not stack.services[name].alive:
                stack.restart(name)
                await stack.ready(name)
            for extra in self.instances(name)[1:]:
                stack.leave(extra)

    def says(self, name: str, *events: str) -> int:
        """How often one of these events stands in the log of this service."""
        log = self.process(name).log.read_text(errors="replace")
        return sum(log.count(f'"event": "{event}"') for event in events)

    async def answer(self, name: str, path: str) -> int:
        """The HTTP status of this service's health on `/live` or `/ready`; 0 if it is silent."""
        try:
            async with AsyncClient(timeout=HEALTH_SECONDS) as client:
                return (await client.get(self.stage.stack.health[name] + path)).status_code
        except HTTPError:
            return 0

    @asynccontextmanager
    async def _frozen(self, services: Sequence[str]) -> AsyncIterator[None]:
        async with AsyncExitStack() as held:
            for service in services:
                for instance in self.instances(service):
                    await held.enter_async_context(_frozen(self.process(instance).pid))
            yield


@asynccontextmanager
async def _frozen(pid: int) -> AsyncIterator[None]:
    with suppress(ProcessLookupError):  # struck inside, and gone
        async with frozen(pid):
            yield
