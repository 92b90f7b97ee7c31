"""One round: services die at their points and live again, then everything comes to rest."""

from __future__ import annotations

import asyncio
import signal
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from contracts.topics import SERVICES, redriven_to
from deploy.local.processes import Process, stop_all
from deploy.local.stack import SERVICE_GRACE_SECONDS, Stack
from deploy.ops.lag import until_caught_up
from tests.support.eventually import eventually
from tests.support.killing import Watch
from tests.sweep.crash_points import CrashPoint, Round
from tests.sweep.traffic import TRAFFIC, Traffic

ARMED: Final = "RETOUR_FAILPOINT"
DEATH_SECONDS, REST_SECONDS = 60.0, 120.0

SWIFT: Final[Mapping[str, Mapping[str, str]]] = {
    service: {"RETOUR_SESSION_SECONDS": "6", "RETOUR_LEASE_SECONDS": "4"}
    | ({"RETOUR_PATIENCE_SECONDS": "3"} if service == "lookup" else {})
    for service in SERVICES
}
"""What a sweep need not wait for: shorter sessions and leases, the same guarantees."""


@dataclass(frozen=True)
class Run:
    """A service was to die at a point, and what became of it."""

    point: CrashPoint
    ended: tuple[int | None, ...]
    """With what its lives ended; None where it lived on."""

    @property
    def died_there(self) -> bool:
        """Whether the process was ended by SIGKILL, each time it was to be."""
        return self.ended == (-signal.SIGKILL,) * len(self.point.armed)


@dataclass
class Struck:
    """What a round did."""

    runs: list[Run] = field(default_factory=list)
    seconds: float = 0.0
    """Until everything was at rest again."""


async def struck(stack: Stack, watch: Watch, traffic: Traffic, points: Round) -> Struck:
    """Every point was struck, every service runs unarmed, and nothing moves any more.

    Raises:
        AssertionError: something still moves after two minutes; says what.
    """
    begun = time.monotonic()
    chains = _chains(points)
    _begin(stack, chains)
    done = Struck()
    async with asyncio.TaskGroup() as group:
        tasks = [
            group.create_task(_lives(stack.services[service], chain, traffic))
            for service, chain in chains.items()
        ]
    for task in tasks:
        done.runs += task.result()
    await traffic.returns("everybody", asyncio.Event())  # whoever came back to life can work
    await at_rest(stack, watch)
    done.seconds = time.monotonic() - begun
    return done


def _chains(points: Iterable[CrashPoint]) -> dict[str, list[CrashPoint]]:
    chains: dict[str, list[CrashPoint]] = {}
    for point in points:
        chains.setdefault(point.service, []).append(point)
    return chains


def _begin(stack: Stack, chains: Mapping[str, Sequence[CrashPoint]]) -> None:
    """Each service of the round lives its first life, armed."""
    stop_all((stack.services[name] for name in chains), SERVICE_GRACE_SECONDS)
    for name, chain in chains.items():
        _live(stack.services[name], chain[0].armed[0])


def _live(process: Process, failpoint: str | None) -> None:
    process.environment.pop(ARMED, None)
    if failpoint is not None:
        process.environment[ARMED] = failpoint
    process.start()


async def _lives(process: Process, chain: Sequence[CrashPoint], traffic: Traffic) -> list[Run]:
    """One life after the other, each ended by its point, and at last one that is not.

    Nobody waits for an answer before the last life has begun: it may need a neighbour who waits.
    """
    runs, sending = [], []
    names = [name for point in chain for name in point.armed]
    for point in chain:
        ended: list[int | None] = []
        died = asyncio.Event()
        # What is in doubt from the first of its lives brings the next one there by itself.
        sending.append(asyncio.create_task(TRAFFIC[point.by](traffic, process.name, died)))
        for _ in point.armed:
            ended.append(await _death(process))
            died.set()
            names.pop(0)
            if ended[-1] is None:
                process.kill()
            _live(process, names[0] if names else None)
        runs.append(Run(point, tuple(ended)))
    await asyncio.gather(*sending)
    return runs


async def _death(process: Process) -> int | None:
    """What the process ended with, or None if it lives on."""
    try:
        await eventually(lambda: not process.alive, "its death", DEATH_SECONDS)
    except AssertionError:
        return None
    return process.exit_code


async def at_rest(stack: Stack, watch: Watch) -> None:
    """Every service is ready, has heard everything, and has no intent awake.

    Raises:
        AssertionError: something still moves; says what.
    """
    for service in SERVICES:
        await stack.ready(service)
        await until_caught_up(stack.kafka, [service], [redriven_to(service)], REST_SECONDS)
    quiet = 0

    async def nothing_moves() -> bool:
        nonlocal quiet
        hands = {service: await watch.in_hand(service) for service in SERVICES}
        quiet = 0 if any(hand.busy for hand in hands.values()) else quiet + 1
        return quiet > 1  # between two looks nothing was on its way from one to the other

    await eventually(nothing_moves, "everything to come to rest", REST_SECONDS)
