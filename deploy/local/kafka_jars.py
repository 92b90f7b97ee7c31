"""Apache Kafka's own jars, brought by Maven once and kept."""

from __future__ import annotations

import asyncio
import fcntl
import hashlib
import os
import shutil
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from xml.etree import ElementTree as ET

from deploy.local import needs
from deploy.local.faults import CannotStart
from deploy.local.processes import Process, until

POM = Path(__file__).with_name("pom.xml")
BRINGING_SECONDS = 900.0  # some 43 MB and Maven's own plugins, over a slow line


def version() -> str:
    """The version of Apache Kafka that the pom names."""
    found = ET.parse(POM).findtext("{*}properties/{*}kafka.version")  # noqa: S314  # ours
    if found is None:
        raise ValueError("pom.xml names no kafka.version")
    return found


def folder(local: Path) -> Path:
    """Where the jars of this version are kept."""
    return local / f"kafka-libs-{version()}"


def are_here(local: Path) -> bool:
    """Whether the jars are here and come from the pom as it is now."""
    stamp = folder(local) / "stamp"
    return stamp.exists() and stamp.read_text() == _stamp()


async def bring(local: Path, logs: Path, tell: Callable[[str], None]) -> Path:
    """The folder with the jars; brought first if need be, by one stack while others wait.

    Raises:
        CannotStart: Maven is missing, or could not bring them.
    """
    async with alone(local / "kafka-libs.lock"):
        if not are_here(local):
            tell(f"Bringing Apache Kafka {version()} with Maven (once)")
            await _bring(folder(local), needs.maven(), logs / "maven.log")
    return folder(local)


async def _bring(target: Path, maven: Path, log: Path) -> None:
    coming = target.with_name(f"{target.name}.coming")
    shutil.rmtree(coming, ignore_errors=True)
    command = (maven, "--batch-mode", "--quiet", "--strict-checksums", "--file", POM)
    goal = ("dependency:copy-dependencies", f"-DoutputDirectory={coming}")
    options = (
        f"{os.environ.get('MAVEN_OPTS', '')} -XX:-UsePerfData"  # or Java leaves a folder in /tmp
    )
    environment = {**os.environ, "MAVEN_OPTS": options.strip()}
    process = Process(
        "maven", [*command, *goal], log=log, environment=environment, folder=target.parent
    )

    async def ended() -> bool:
        return not process.alive

    process.start()
    try:
        await until(ended, BRINGING_SECONDS, "Maven bringing Apache Kafka")
    finally:
        process.kill()
    if process.exit_code != 0:
        reason = next((line for line in process.tail(200).splitlines() if "ERROR" in line), "")
        raise CannotStart(
            "maven-failed",
            f"Maven could not bring Apache Kafka, mend what it says and run again:"
            f" {reason[:300] or 'it said nothing'} (all of it in {log})",
        )

    (coming / "stamp").write_text(_stamp())
    shutil.rmtree(target, ignore_errors=True)
    coming.rename(target)


@asynccontextmanager
async def alone(lock: Path) -> AsyncIterator[None]:
    """Inside, no other process that asked for this lock is inside. Released by any end of ours."""
    with lock.open("w") as held:
        while True:
            try:
                fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                await asyncio.sleep(0.1)
        yield


def _stamp() -> str:
    return hashlib.sha256(POM.read_bytes()).hexdigest()
