"""Rows about the machine: disks that fill up, clocks that jump, memory and descriptors that end."""

from __future__ import annotations

import os
import re
import resource
import signal
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path

from contracts.topics import SERVICES
from services._runtime.memory import OUT_OF_MEMORY
from tests.faults.matrix import Fault, Row
from tests.faults.peace import until_quiet
from tests.faults.pouring import nobodys, recorded_by_the_shop
from tests.faults.scene import Scene
from tests.support import clocks
from tests.support.disks import fill, is_full, make_room, no_disks
from tests.support.eventually import eventually
from tests.support.snapshots import address_space_mib

MIB = 2**20
PATIENCE_SECONDS = 120.0
POURED = 2_000
"""Parcels told at once to who may take no more memory: some four megabytes."""
STARVED = (OUT_OF_MEMORY, -signal.SIGABRT)
"""What Rust and C do where Python would say MemoryError is the second."""

# ── disks ────────────────────────────────────────────────────────────────────────────────────────


def full(part: str) -> Fault:
    """F17, F18. The disk of the database or broker fills up amid work, until space comes back.

    Both end themselves rather than lie, and whoever runs them starts them again.
    """

    async def fault(scene: Scene) -> None:
        disk = _folder(scene) / part
        try:
            async with scene.caught(*SERVICES):
                scene.bit("bytes were left and taken", fill(disk))
            scene.admit_up_to()
            await eventually(
                lambda: not scene.process(part).alive, f"{part} to give up", PATIENCE_SECONDS
            )
            parked = sum(scene.says(name, "message_parked") for name in SERVICES)
            scene.must(not parked, f"a full disk made {parked} messages dead letters")
        finally:
            make_room(disk)
            if not scene.process(part).alive:
                await scene.back(part)

    return fault


async def scratch_full(scene: Scene) -> None:
    """F19. Nothing can be written beside the stores, and those who draw die over sold labels.

    What was bought is known, and is drawn again; nothing is bought again.
    """
    disk = _folder(scene) / "tmp"
    scene.bit("bytes of scratch disk taken", fill(disk))
    scene.afterwards.append(lambda: make_room(disk))
    dead = 0
    while dead < 3:
        async with scene.caught("labels"):
            for drawing in _children(scene.process("labels").pid):
                os.kill(drawing, signal.SIGKILL)
                dead += 1
        await until_drawing(scene)
    scene.bit("drawing processes killed", dead)
    scene.must(is_full(disk), "somebody made room on the scratch disk")


async def until_drawing(scene: Scene) -> None:
    """A drawing process lives again, because there is something to draw."""

    def drawing() -> list[int]:
        scene.admit_up_to()
        return _children(scene.process("labels").pid)

    await eventually(drawing, "somebody to draw", PATIENCE_SECONDS)


async def logs_full(scene: Scene) -> None:
    """F19. Not a line can be written to any log: the work goes on all the same."""
    disk = _folder(scene) / "logs"
    try:
        async with scene.caught(*SERVICES):
            fill(disk)
        scene.admit_up_to()
        waiting = scene.frontend.on_their_way
        await eventually(lambda: not scene.frontend.on_their_way, "customers to be served", 90)
        await until_quiet(scene)
        scene.must(is_full(disk), "somebody made room for logs")
        scene.bit("customers served while nothing could be logged", waiting)
    finally:
        make_room(disk)


# ── clocks ───────────────────────────────────────────────────────────────────────────────────────

JUMPS = (timedelta(hours=1), timedelta(hours=-1), timedelta(days=400), timedelta(0))
OFF = timedelta(minutes=30)


async def clocks_jump(scene: Scene) -> None:
    """F29. Every machine's clock jumps, each its own way, and again, and back, amid work.

    Nothing waits for it, either: neither the database nor the broker goes by those clocks.
    """
    held_up = ("intent_left_to_its_lease", "batch_turned_back")
    before = {name: scene.says(name, *held_up) for name in SERVICES}
    for turn in range(len(JUMPS)):
        async with scene.caught(*SERVICES):
            for place, name in enumerate(SERVICES):
                clocks.put(name, JUMPS[(turn + place) % len(JUMPS)])
        await scene.lasts(3, at_once=3)  # some must be left for the next blow
    off = sum(_lines_off(scene.process(name).log) for name in SERVICES)
    scene.bit("lines logged half an hour or more off", off)
    for name in SERVICES:
        clocks.put(name, timedelta(0))
        times = scene.says(name, *held_up) - before[name]
        scene.must(not times, f"{name} was held up {times} times by its own clock")


def no_clocks() -> str:
    """See `clocks.no_clocks`."""
    return clocks.no_clocks(SERVICES)


def _lines_off(log: Path) -> int:
    found = re.findall(r'"timestamp": "([^"]+)"', log.read_text(errors="replace"))
    now = datetime.now(UTC)
    return sum(abs(datetime.fromisoformat(each) - now) > OFF for each in found)


# ── memory and descriptors ───────────────────────────────────────────────────────────────────────


def starved_of_memory(service: str) -> Fault:
    """F30. It may take no more memory, and more to do comes in than it has room for.

    It dies of it, by its own code or the abort of a library. What it had begun is begun anew.
    """

    async def fault(scene: Scene) -> None:
        # Who has worked for long has room to spare, which no limit takes away again.
        scene.stage.stack.restart(service)
        await scene.stage.stack.ready(service)
        process = scene.process(service)
        async with scene.caught(service):
            most = int(address_space_mib(process.pid) * MIB)
            resource.prlimit(process.pid, resource.RLIMIT_AS, (most, resource.RLIM_INFINITY))
        orders, poured = nobodys(scene), 0

        async def dead() -> bool:
            nonlocal poured
            scene.admit_up_to()
            if process.alive and await scene.in_hand(service) < POURED:
                await recorded_by_the_shop(scene.stage.stack.kafka, islice(orders, POURED))
                poured += POURED
            return not process.alive

        try:
            await eventually(dead, f"{service} to die of it", PATIENCE_SECONDS)
            scene.bit("records poured in", poured)
            code = process.exit_code
            scene.must(code in STARVED, f"{service} ended with {code}, not one of {STARVED}")
        finally:
            process.kill()
            await scene.back(service)

    return fault


def starved_of_descriptors(service: str, code: str) -> Fault:
    """F31. It may open nothing more: what needs a connection waits, and says so, until it may."""

    def said(scene: Scene) -> int:
        return scene.process(service).log.read_text(errors="replace").count(f'"code": "{code}"')

    async def fault(scene: Scene) -> None:
        pid = scene.process(service).pid
        before = said(scene)
        few, most = resource.prlimit(pid, resource.RLIMIT_NOFILE)
        async with scene.caught(service):
            held = len(list(Path(f"/proc/{pid}/fd").iterdir()))
            resource.prlimit(pid, resource.RLIMIT_NOFILE, (held, most))

        def told() -> int:
            scene.admit_up_to()
            return said(scene) - before

        try:
            times = await eventually(told, f"{service} to say {code}", PATIENCE_SECONDS)
            scene.bit(f"lines that say {code}", times)
            scene.in_flight = max(scene.in_flight, await scene.in_hand(service))
        finally:
            resource.prlimit(pid, resource.RLIMIT_NOFILE, (few, most))

    return fault


def _folder(scene: Scene) -> Path:
    folder = scene.stage.folder
    assert folder is not None, "the row wants a disk and has none"
    return folder


def _children(pid: int) -> list[int]:
    """The drawing processes: multiprocessing names them in their command line."""
    found = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [int(child) for child in found if b"spawn_main" in _command(child)]


def _command(pid: str) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except FileNotFoundError:
        return b""


ROWS = (
    Row(
        "F17",
        "the database's disk is full, and has room again",
        full("mongod"),
        disks={"mongod": 192},
        lacks=no_disks,
        breaks_stage=True,
    ),
    Row(
        "F18",
        "the broker's disk is full, and has room again",
        full("kafka"),
        disks={"kafka": 96},
        lacks=no_disks,
        breaks_stage=True,
    ),
    Row(
        "F19",
        "the scratch disk is full, and drawing dies",
        scratch_full,
        ("labels",),
        disks={"tmp": 1},
        lacks=no_disks,
    ),
    Row(
        "F19",
        "the disk of the logs is full",
        logs_full,
        disks={"logs": 4},
        lacks=no_disks,
        kind="logs",
    ),
    Row(
        "F29",
        "every clock jumps: an hour ahead, an hour back, 400 days ahead",
        clocks_jump,
        returns=240,
        environment=clocks.by_own_clocks(SERVICES),
        lacks=no_clocks,
    ),
    *(Row("F30", "no more memory", starved_of_memory(name), (name,)) for name in SERVICES),
    Row(
        "F31",
        "no more descriptors",
        starved_of_descriptors("notifications", "smtp_unreachable"),
        ("notifications",),
    ),
    Row(
        "F31",
        "no more descriptors",
        starved_of_descriptors("labels", "carrier_unavailable"),
        ("labels",),
    ),
)
