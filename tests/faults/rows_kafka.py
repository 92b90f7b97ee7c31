"""Rows about the broker and the lines to it."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

from contracts.topics import SERVICES
from tests.faults.matrix import Fault, Row
from tests.faults.scene import Scene
from tests.support.eventually import eventually
from tests.support.proxy import Line
from tests.support.requests import is_commit, is_produce

PAUSE_SECONDS, CUT_SECONDS, SLOW_SECONDS, RESETS = 20.0, 15.0, 20.0, 10
RED_SECONDS, IDLE_SECONDS = 25.0, 10.0
"""Sooner than a word that nobody acknowledges is given up: who asks Kafka knows before."""
IDLE_SHARE = 0.5
"""Of a processor: who waits for Kafka and takes more than that is not waiting."""
SLOW_BYTES, CRUMB_BYTES = 8_000, 64
"""A line of 64 kbit/s, and one that hands everything over in pieces of a few bytes."""


async def broker_killed(scene: Scene) -> None:
    """F8. SIGKILL for the broker, while every service works."""
    async with scene.caught(*SERVICES):
        scene.kill("kafka")
    await scene.back("kafka")


async def broker_paused(scene: Scene) -> None:
    """F10. The broker stands still for longer than a session of the groups, and goes on."""
    pid = scene.process("kafka").pid
    async with scene.caught(*SERVICES):
        os.kill(pid, signal.SIGSTOP)
    try:
        carried = sum(line.counts.carried for line in scene.stage.kafka.values())
        await scene.lasts(PAUSE_SECONDS)
        stood = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        scene.bit(f"the broker stood still for {PAUSE_SECONDS:.0f} s", stood == "T")
        asked = sum(line.counts.carried for line in scene.stage.kafka.values()) - carried
        scene.bit("bytes it was asked meanwhile", asked)
    finally:
        os.kill(pid, signal.SIGCONT)


def cut_off(service: str) -> Fault:
    """F11. Nothing gets through between this service and Kafka; everybody else works on."""

    async def fault(scene: Scene) -> None:
        line, pid = scene.stage.kafka[service], scene.process(service).pid
        async with scene.caught(service):
            line.cut()
        await scene.piles_up(service, at_least=5)

        async def red() -> bool:
            return await scene.answer(service, "/ready") == 503

        try:
            await eventually(red, f"/ready of {service} to go red", RED_SECONDS)
            scene.bit("/ready red")
        except AssertionError as green:
            scene.must(False, str(green))
        begins, burnt = time.monotonic(), _processor_seconds(pid)
        await scene.lasts(IDLE_SECONDS)
        share = (_processor_seconds(pid) - burnt) / (time.monotonic() - begins)
        scene.must(share < IDLE_SHARE, f"{service} burns {share:.0%} of a processor, waiting")
        alive = await scene.answer(service, "/live")
        scene.must(alive == 200, f"/live of {service} answers {alive} while Kafka is away")
        lost = line.mended()
        scene.bit("bytes lost", lost.requests_lost + lost.answers_lost)
        scene.bit(f"{share:.0%} of a processor")

    return fault


async def answers_lost(scene: Scene) -> None:
    """F12. Every service asks Kafka and is obeyed, and hears nothing."""
    lines = scene.stage.kafka
    async with scene.caught(*SERVICES):
        for line in lines.values():
            line.lose_answers()
    await scene.lasts(CUT_SECONDS)
    scene.bit("bytes of answers lost", sum(line.mended().answers_lost for line in lines.values()))


def lost(what: str, service: str) -> Fault:
    """F12. Kafka does it; instead of its answer comes a reset: did it land, or did it not?"""
    asks = {"produce": is_produce, "commit": is_commit}[what]

    async def fault(scene: Scene) -> None:
        await scene.loses_answers(scene.stage.kafka[service], asks, what)

    return fault


async def connections_reset(scene: Scene) -> None:
    """F13. Every connection to Kafka and to MongoDB is reset, again and again."""
    async with scene.caught(*SERVICES):
        hit = sum(line.reset() for line in _every_line(scene))
    for _ in range(RESETS):
        await scene.lasts(1.0)
        hit += sum(line.reset() for line in _every_line(scene))
    scene.bit("connections reset", hit)


def slow(**how: float) -> Fault:
    """F13. Everything arrives, late or in crumbs."""

    async def fault(scene: Scene) -> None:
        before = sum(line.counts.slowed for line in _every_line(scene))
        async with scene.caught(*SERVICES):
            for line in _every_line(scene):
                line.slow(**how)
        await scene.lasts(SLOW_SECONDS)
        pieces = sum(line.mended().slowed for line in _every_line(scene)) - before
        scene.bit("pieces", pieces)

    return fault


def _every_line(scene: Scene) -> list[Line]:
    return [*scene.stage.kafka.values(), *scene.stage.mongo.values()]


def _processor_seconds(pid: int) -> float:
    """What a process has used so far, in user code and in the kernel."""
    words = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")


ROWS = (
    Row("F8", "the broker is killed and comes back", broker_killed, quick=True),
    Row("F10", "the broker stands still for 20 s", broker_paused),
    *(
        Row("F11", "it alone is cut off from Kafka", cut_off(name), hits=(name,))
        for name in SERVICES
    ),
    Row("F12", "Kafka obeys, and no answer comes back", answers_lost),
    *(
        Row("F12", f"the answer to a {what} is lost", lost(what, name), (name,), kind=what)
        for what in ("produce", "commit")
        for name in SERVICES
        if what == "commit" or name != "analytics"  # it tells only when it is asked
    ),
    Row("F13", "connections are reset each second", connections_reset, kind="resets", returns=80),
    Row(
        "F13",
        "everything arrives in pieces of 64 bytes",
        slow(slice_bytes=CRUMB_BYTES),
        kind="slices",
    ),
    Row(
        "F13",
        "every line has 64 kbit/s",
        slow(bytes_per_second=SLOW_BYTES, slice_bytes=400),
        kind="slow",
    ),
)
