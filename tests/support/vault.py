"""A stack whose disks can be read byte by byte, and whose time for erasing is seconds, not days.

Nothing is packed: MongoDB writes without compression, and our topics hold records as they are. The
broker looks for what to clean a few times a second, and its operation log is a few megabytes.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from confluent_kafka.admin import (
    AdminClient,
    AlterConfigOpType,
    ConfigEntry,
    ConfigResource,
    ResourceType,
)
from pymongo import AsyncMongoClient
from pymongo.errors import OperationFailure

from contracts import topics
from deploy.local import mongod
from deploy.local.processes import LOOPBACK, Process, free_port
from deploy.local.stack import Stack, create_topics
from tests.support.eventually import eventually

OPLOG_MB = 8
POSITION_LOST = 136
"""What MongoDB says when what one reads in a capped collection is pushed out meanwhile."""
QUICK_CLEANING = """
log.cleaner.backoff.ms=200
log.retention.check.interval.ms=300
log.initial.task.delay.ms=200
log.segment.delete.delay.ms=100
"""
ERASABLE = [topic.name for topic in topics.ALL if topic.erasable] + [
    of(service)
    for service in topics.SERVICES
    for of in (topics.dead_letters_of, topics.redriven_to)
]


def unpacked_mongod(folder: Path) -> Path:
    """A program like mongod that compresses nothing and forgets its operations soon."""
    program = folder / "mongod"
    program.write_text(
        "#!/bin/sh\n"
        f'for word; do shift; [ "$word" = 256 ] && word={OPLOG_MB}; set -- "$@" "$word"; done\n'
        f'exec {mongod.binary({"PATH": ""})} "$@"'
        " --wiredTigerCollectionBlockCompressor none --wiredTigerJournalCompressor none\n"
    )
    program.chmod(0o700)
    return program


def quick_to_clean(stack: Callable[[], Stack]) -> Callable[[str], Awaitable[None]]:
    """What to do before services start: the broker begins anew with an eager cleaner."""

    async def prepare(kafka: str) -> None:
        settings = stack()._data / "kafka" / "server.properties"
        settings.write_text(settings.read_text() + QUICK_CLEANING)
        stack().restart("kafka")
        await stack().ready("kafka")
        await create_topics(kafka)

    return prepare


async def let_days_pass(kafka: str) -> None:
    """What may go after days may go now: as if days had passed on Kafka."""
    erasable = {
        "segment.ms": "200",
        "min.cleanable.dirty.ratio": "0",
        "min.compaction.lag.ms": "0",
        "max.compaction.lag.ms": "1000",
    }
    wanted = dict.fromkeys(ERASABLE, erasable)
    wanted[topics.FIND_SHIPMENT.name] = {"segment.ms": "200", "retention.ms": "1"}
    resources = [
        ConfigResource(
            ResourceType.TOPIC,
            name,
            incremental_configs=[
                ConfigEntry(key, value, incremental_operation=AlterConfigOpType.SET)
                for key, value in settings.items()
            ],
        )
        for name, settings in wanted.items()
    ]
    admin = AdminClient({"bootstrap.servers": kafka})
    for future in admin.incremental_alter_configs(resources).values():
        await asyncio.to_thread(future.result, 30)


async def roll_oplog(client: AsyncMongoClient[dict[str, Any]]) -> None:
    """Every operation from before is out of MongoDB's operation log: others pushed it out."""
    oplog = client["local"]["oplog.rs"]
    before = (await oplog.find().sort("$natural", -1).limit(1).to_list())[0]["ts"]

    async def rolled() -> bool:
        await client["filler"]["filler"].insert_many([{"x": b"-" * 100_000} for _ in range(30)])
        try:
            (oldest,) = await oplog.find().sort("$natural", 1).limit(1).to_list()
        except OperationFailure as lost:
            if lost.code != POSITION_LOST:
                raise
            return False  # it rolled away under our eyes: looked at again
        return oldest["ts"] > before

    await eventually(rolled, "the operation log to roll", deadline_seconds=60)
    await client.drop_database("filler")


async def rebuilt(stack: Stack, client: AsyncMongoClient[dict[str, Any]], folder: Path) -> Path:
    """The files of a member that joined just now, and copied what there is: nothing older."""
    port = free_port()
    folder.mkdir()
    member: Process = mongod.server(
        mongod.binary(), folder, port, stack._basics, folder / "member.log"
    )
    member.start()
    try:
        config = (await client.admin.command("replSetGetConfig"))["config"]
        founder = config["members"][0]
        joining = {"_id": 1, "host": f"{LOOPBACK}:{port}", "priority": 0, "votes": 0}
        version = config["version"] + 1
        await eventually(lambda: _listens(port), "the new member to listen", 60)
        await client.admin.command(
            "replSetReconfig", {**config, "version": version, "members": [founder, joining]}
        )
        await eventually(lambda: _is_secondary(port), "the new member to have copied all", 60)
        left = {**config, "version": version + 1, "members": [founder]}
        await client.admin.command("replSetReconfig", left)
    finally:
        member.stop()
    return folder / "data"


async def _listens(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection(LOOPBACK, port)
    except OSError:
        return False
    writer.close()
    return True


async def _is_secondary(port: int) -> bool:
    async with AsyncMongoClient(LOOPBACK, port, directConnection=True) as client:
        return bool((await client.admin.command("hello")).get("secondary"))
