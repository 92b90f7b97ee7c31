"""Rows about the processes of the services: killed, asked to stop, paused, crowded."""

from __future__ import annotations

import os
import signal
from pathlib import Path

from contracts.topics import SERVICES
from tests.faults.matrix import Fault, Row
from tests.faults.scene import Scene
from tests.support.eventually import eventually
from tests.support.killing import frozen
from tests.support.proxy import Line
from tests.support.requests import HEARTBEAT, is_commit, is_produce, is_settled, kafka_asks

STOPS_SECONDS, TAKES_OVER_SECONDS = 60.0, 90.0
STALL_SECONDS = 14.0
"""Longer than a session of the group: who does not say a word for ten seconds is out."""
COMINGS = 3
TELLERS = ("lookup", "rules", "labels", "notifications")
"""Services that tell of every return. Analytics speaks when it is asked."""
EFFECTS = ("labels", "notifications")
"""Services that do things outside: their zombies are caught before they write down a deed."""


def one_of_two_killed(service: str) -> Fault:
    """F2. A second process is there; the first is killed while it works, and stays dead."""

    async def fault(scene: Scene) -> None:
        await scene.stage.stack.join(service)
        async with scene.caught(service):
            scene.kill(service)
        dead = scene.process(service)
        await eventually(lambda: not dead.alive, f"{service} to end")
        scene.bit(f"one of two ended with {dead.exit_code}")

    return fault


async def all_killed(scene: Scene) -> None:
    """F3. SIGKILL for all of them at once; then they are started again.

    Whoever tells dies with a word on its lips: decided, kept, and not on Kafka yet.
    """
    lines = scene.stage.kafka
    lips = {service: lines[service].hold(is_produce) for service in TELLERS}

    def everybody_speaks() -> bool:
        return all(word.caught.is_set() for word in lips.values())

    await _while_customers_come(scene, everybody_speaks, "everybody to say something")
    async with scene.caught(*SERVICES):
        for service in SERVICES:
            scene.kill(service)
    for service in TELLERS:
        lines[service].reset()  # what is held dies with who said it
        lines[service].mended()
    scene.bit("words that were never out", len(lips))
    await scene.back(*SERVICES)


def asked_to_stop(service: str) -> Fault:
    """F4. SIGTERM while it works: what it began is finished or handed back, and it ends with 0."""

    async def fault(scene: Scene) -> None:
        process = scene.process(service)
        async with scene.caught(service):
            process.ask_to_stop()
        await eventually(lambda: not process.alive, f"{service} to end", STOPS_SECONDS)
        scene.bit(f"ended with {process.exit_code}")
        scene.must(process.exit_code == 0, f"SIGTERM: {service} ended with {process.exit_code}")
        scene.stage.stack.restart(service)
        await scene.stage.stack.ready(service)

    return fault


def zombie(service: str) -> Fault:
    """F5. A process stands still with a word on its lips, another takes over; then it goes on.

    The word is the commit of a batch that is decided and told, or that a deed is done. It reaches
    Kafka or MongoDB only after the other has done the same work, and must be refused.
    """
    acts = service in EFFECTS

    async def fault(scene: Scene) -> None:
        line = (scene.stage.mongo if acts else scene.stage.kafka)[service]
        late = line.hold(is_settled if acts else is_commit)
        pid = scene.process(service).pid
        await _while_customers_come(scene, late.caught.is_set, f"{service} to say it")
        async with frozen(pid):
            scene.in_flight = await scene.in_hand(service)
            other = await scene.stage.stack.join(service)

            async def taken_over() -> bool:
                return await scene.in_hand(service) == 0 and scene.frontend.on_their_way == 0

            await eventually(taken_over, f"{other} to take over", TAKES_OVER_SECONDS)
            line.mended()
        refused = "intent_lost_to_another_owner" if acts else "commit_failed"
        await eventually(lambda: scene.says(service, refused), "the zombie to be refused", 60)
        scene.bit(f"refused ({refused})", scene.says(service, refused))

    return fault


async def drawing_stalls(scene: Scene) -> None:
    """F6. Drawing takes longer than a session of the group, and labels keeps its place in it."""
    line, beats = scene.stage.kafka["labels"], _Beats()
    labels = scene.process("labels")

    async with scene.caught("labels"):
        dealt = scene.says("labels", "partitions_assigned")
        stalled = _children_of(labels.pid)
        for child in stalled:
            os.kill(child, signal.SIGSTOP)
    try:
        beats.on(line)
        await scene.lasts(STALL_SECONDS)
        scene.must(await scene.answer("labels", "/live") == 200, "/live is red while it draws")
    finally:
        for child in stalled:
            os.kill(child, signal.SIGCONT)
    scene.bit("processes that draw stood still", len(stalled))
    scene.bit("heartbeats meanwhile", beats.heard)
    same = scene.says("labels", "partitions_assigned") == dealt
    scene.must(same, "labels lost its partitions while it drew")


def storm(service: str) -> Fault:
    """F7. A second process comes and goes, in order and by SIGKILL; each time all is dealt anew."""

    async def fault(scene: Scene) -> None:
        stack = scene.stage.stack
        before = scene.says(service, "partitions_assigned")
        for coming in range(COMINGS):
            async with scene.caught(service):
                pass
            other = await stack.join(service)
            async with scene.caught(service):
                if coming == 0:
                    scene.kill(other)
            killed = coming == 0
            code = stack.leave(other)
            scene.must(killed or code == 0, f"{other} ended with {code}")
        dealt = scene.says(service, "partitions_assigned") - before
        scene.bit("times its partitions were dealt anew", dealt)

    return fault


class _Beats:
    """Counts heartbeats that pass a line."""

    def __init__(self) -> None:
        self.heard = 0

    def on(self, line: Line) -> None:
        line.hold(self._never)

    def _never(self, request: bytes) -> bool:
        self.heard += kafka_asks(request) == HEARTBEAT
        return False


async def _while_customers_come(scene: Scene, condition, what: str) -> None:
    def holds() -> bool:
        scene.admit_up_to()
        return condition()

    await eventually(holds, what, TAKES_OVER_SECONDS)


def _children_of(pid: int) -> list[int]:
    """The processes it started, and theirs: all that share its session."""
    found = []
    for place in Path("/proc").glob("[0-9]*"):
        try:
            session = int((place / "stat").read_text().rpartition(")")[2].split()[3])
        except OSError:  # it has ended
            continue
        if session == pid and int(place.name) != pid:
            found.append(int(place.name))
    return found


ROWS = (
    *(
        Row("F2", "one of two processes is killed", one_of_two_killed(name), hits=(name,))
        for name in SERVICES
    ),
    Row("F3", "all services are killed at once", all_killed, returns=80),
    *(
        Row("F4", "it is asked to stop while it works", asked_to_stop(name), hits=(name,))
        for name in SERVICES
    ),
    *(
        Row("F5", "it stands still until another has taken over", zombie(name), hits=(name,))
        for name in SERVICES
    ),
    Row("F6", "drawing takes longer than a session", drawing_stalls, hits=("labels",)),
    *(
        Row("F7", "a second process comes and goes", storm(name), hits=(name,), returns=100)
        for name in SERVICES
    ),
)
