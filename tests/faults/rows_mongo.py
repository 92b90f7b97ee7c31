"""Rows about MongoDB: the server, and the lines to it."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pymongo import AsyncMongoClient, WriteConcern
from pymongo.errors import AutoReconnect, OperationFailure, PyMongoError

from contracts.topics import SERVICES
from tests.faults.matrix import Fault, Row
from tests.faults.scene import Scene
from tests.support.eventually import eventually
from tests.support.requests import is_kept_at_once, is_transaction_kept

PAUSE_SECONDS, STEPS_DOWN_SECONDS, AWAY_SECONDS = 20.0, 8, 8.0


async def killed(scene: Scene) -> None:
    """F14. SIGKILL for mongod, while every service works, and while somebody else writes, too.

    What mongod acknowledged to that other writer must be there afterwards: a platform that loses
    it would have us blame the services.
    """
    before = sum(scene.says(service, "batch_turned_back") for service in SERVICES)
    async with _written(scene.stage.stack.mongo) as acknowledged:
        await eventually(lambda: len(acknowledged.numbers) >= 20, "the platform to take writes")
        async with scene.caught(*SERVICES):
            scene.kill("mongod")
        # Longer than a driver waits for a server: short outages never reach our own code.
        await scene.lasts(AWAY_SECONDS)
        await scene.back("mongod")
    turned_back = sum(scene.says(service, "batch_turned_back") for service in SERVICES)
    scene.bit("batches turned back", turned_back - before)
    scene.bit("writes acknowledged to somebody else", len(acknowledged.numbers))
    missing = acknowledged.numbers - acknowledged.there
    scene.must(not missing, f"the platform lost {len(missing)} writes it had acknowledged")


async def stepped_down(scene: Scene) -> None:
    """F15. The primary is told to be none; it stands for election again a few seconds later."""
    client = _direct(scene)
    try:
        async with scene.caught(*SERVICES):
            try:
                order = {
                    "replSetStepDown": STEPS_DOWN_SECONDS,
                    "secondaryCatchUpPeriodSecs": 0,
                    "force": True,
                }
                await client.admin.command(order)
            except AutoReconnect:
                pass  # some versions hang up after they have obeyed
        hello = await client.admin.command("hello")
        scene.bit("the only member is no primary any more", not hello["isWritablePrimary"])

        async def primary_again() -> bool:
            return bool((await client.admin.command("hello"))["isWritablePrimary"])

        await eventually(primary_again, "an election", 60)
    finally:
        await client.close()


async def paused(scene: Scene) -> None:
    """F15. The primary stands still: connections stay open, and nobody answers."""
    pid = scene.process("mongod").pid
    async with scene.caught(*SERVICES):
        os.kill(pid, signal.SIGSTOP)
    try:
        # Nobody can come in: who is on the way is counted from Kafka alone.
        await asyncio.sleep(PAUSE_SECONDS)  # the time is the fault
        stood = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        scene.bit(f"mongod stood still for {PAUSE_SECONDS:.0f} s", stood == "T")
    finally:
        os.kill(pid, signal.SIGCONT)


def answer_lost(service: str) -> Fault:
    """F16. MongoDB keeps it, in a transaction or without; instead of its answer comes a reset."""

    async def fault(scene: Scene) -> None:
        await scene.loses_answers(scene.stage.mongo[service], _keeps, "commits and lone writes")

    return fault


def _keeps(request: bytes) -> bool:
    return is_transaction_kept(request) or is_kept_at_once(request)


@dataclass
class Acknowledged:
    """What MongoDB said it keeps: by a majority, in the journal."""

    numbers: set[int] = field(default_factory=set)
    there: set[int] = field(default_factory=set)
    """What was there afterwards."""


@asynccontextmanager
async def _written(uri: str) -> AsyncIterator[Acknowledged]:
    """Inside, somebody writes one document after the other; afterwards what is there was read."""
    client: AsyncMongoClient[dict[str, Any]] = AsyncMongoClient(
        uri, serverSelectionTimeoutMS=60_000
    )
    sure = WriteConcern("majority", j=True)
    place = client["platform"].get_collection("writes", write_concern=sure)
    found, stopping = Acknowledged(), asyncio.Event()

    async def write() -> None:
        begin = await place.count_documents({})
        number = begin
        while not stopping.is_set():
            number += 1
            try:
                await place.insert_one({"_id": number})
            except (PyMongoError, OperationFailure):
                await asyncio.sleep(0.05)  # nobody said that this one is kept
                continue
            found.numbers.add(number)

    writing = asyncio.create_task(write())
    try:
        yield found
    finally:
        stopping.set()
        await writing
        found.there = {one["_id"] async for one in place.find({})}
        await client.close()


def _direct(scene: Scene) -> AsyncMongoClient[dict[str, Any]]:
    return AsyncMongoClient("127.0.0.1", scene.stage.stack.mongo_port, directConnection=True)


ROWS = (
    Row("F14", "mongod is killed and comes back", killed, quick=True),
    Row("F15", "the primary steps down", stepped_down, kind="steps down"),
    Row("F15", "the primary stands still for 20 s", paused, kind="stands still"),
    *(
        Row(
            "F16",
            "the answer to what keeps something is lost",
            answer_lost(name),
            (name,),
            quick=name == "rules",
        )
        for name in SERVICES
    ),
)
