"""One real Apache Kafka on this machine: broker and controller in one Java process (KRaft)."""

from __future__ import annotations

import asyncio
import secrets
import shutil
from collections.abc import Mapping
from pathlib import Path

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from deploy.local.faults import NotReady
from deploy.local.kafka_jars import alone
from deploy.local.processes import LOOPBACK, Process, until
from deploy.local.surroundings import Detour
from services._runtime.kafka_access import Kafka, clients, servers

LOGGING = Path(__file__).with_name("kafka-log4j2.properties")
READY_SECONDS = 90.0

# Measured on two cores, to the first metadata answer: 2.3 s and 3.9 s of processor time as Java
# comes, 1.9 s and 2.5 s like this, and no slower at carrying messages for minutes afterwards.
QUICK = ("-Xmx768m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-XX:-UsePerfData")


def properties(
    data: Path, port: int, controller_port: int, detours: Mapping[str, Detour] | None = None
) -> str:
    """The settings of a broker that is its own controller, on loopback, its files under `data`.

    Each detour is a listener of its own, advertised where the detour begins: clients go to the
    address that a broker tells them, not to the one they first found it at.
    """
    doors = {name.upper(): detour for name, detour in (detours or {}).items()}
    behind = "".join(f",{n}://{LOOPBACK}:{d.kafka_behind}" for n, d in doors.items())
    told = "".join(f",{n}://{LOOPBACK}:{d.kafka}" for n, d in doors.items())
    plain = "".join(f",{name}:PLAINTEXT" for name in doors)
    return f"""\
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@{LOOPBACK}:{controller_port}
listeners=PLAINTEXT://{LOOPBACK}:{port},CONTROLLER://{LOOPBACK}:{controller_port}{behind}
advertised.listeners=PLAINTEXT://{LOOPBACK}:{port}{told}
controller.listener.names=CONTROLLER
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT{plain}
log.dirs={data}

# A misspelt topic is an error, never a new topic.
auto.create.topics.enable=false
# A group of one need not wait for company.
group.initial.rebalance.delay.ms=0

# A killed broker may register again once its old session is over: six seconds instead of twelve.
broker.session.timeout.ms=4000
broker.heartbeat.interval.ms=500

# One broker keeps one copy.
offsets.topic.replication.factor=1
offsets.topic.num.partitions=8
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=4
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
share.coordinator.state.topic.num.partitions=4

# 128 MB by default, of a heap of 768.
log.cleaner.dedupe.buffer.size=16777216
"""


async def format_storage(jars: Path, java: Path, environment: dict[str, str], log: Path) -> Path:
    """A folder as Kafka's own StorageTool formats it, made once for these jars and copied after.

    The tool takes three quarters of a second of each start; its result holds no port and no path.
    """
    formatted = jars / "formatted"
    async with alone(jars / "format.lock"):
        if formatted.exists():
            return formatted
        coming = jars / "formatting"
        shutil.rmtree(coming, ignore_errors=True)
        settings = jars / "format.properties"
        settings.write_text(properties(coming, port=9092, controller_port=9093))
        cluster = f"R{secrets.token_hex(10)}A"  # 22 letters of base 64; a leading dash is refused
        tool = ("kafka.tools.StorageTool", "format", "--cluster-id", cluster, "--config", settings)
        process = Process(
            "kafka-format",
            [java, *QUICK, "-cp", f"{jars}/*", f"-Dlog4j2.configurationFile={LOGGING}", *tool],
            log=log,
            environment=environment,
            folder=jars,
        )

        async def ended() -> bool:
            return not process.alive

        process.start()
        try:
            await until(ended, READY_SECONDS, "Formatting Kafka's storage")
        finally:
            process.kill()
        if process.exit_code != 0:
            raise NotReady(f"Kafka's storage could not be formatted, see {log}", process.tail())
        coming.rename(formatted)
    return formatted


def broker(
    jars: Path,
    java: Path,
    formatted: Path,
    folder: Path,
    ports: tuple[int, int],
    environment: dict[str, str],
    log: Path,
    detours: Mapping[str, Detour] | None = None,
    more: str = "",
    name: str = "kafka",
    options: tuple[str, ...] = (),
) -> Process:
    """The broker, not started yet, with its data, settings and temporary files under `folder`.

    What `more` says overrides our own settings, and `options` those of Java: of a name that stands
    twice, the last one counts.
    """
    data, temporary, settings = folder / "data", folder / "tmp", folder / "server.properties"
    temporary.mkdir(parents=True, exist_ok=True)
    if not data.exists():
        shutil.copytree(formatted, data)
    settings.touch(mode=0o600)  # more may hold a password
    settings.write_text(properties(data, *ports, detours) + more)
    return Process(
        name,
        [
            java,
            *(*QUICK, *options, "-cp", f"{jars}/*"),
            f"-Djava.io.tmpdir={temporary}",  # where snappy and zstd unpack themselves
            f"-XX:ErrorFile={log.with_name(f'{name}-crash.log')}",
            f"-Dlog4j2.configurationFile={LOGGING}",
            *("kafka.Kafka", settings),
        ],
        log=log,
        environment=environment,
        folder=folder,
    )


async def until_ready(kafka: Kafka, process: Process) -> None:
    """The broker answers for its metadata and coordinates consumer groups.

    The second makes it create its offsets topic now, not while the first consumer waits for it.
    """

    async def answers() -> bool:
        if not await _listens(servers(kafka)[0]):  # aiokafka would log each refused connection
            return False
        asked = asyncio.create_task(_coordinates(kafka))
        try:
            return await asyncio.shield(asked)
        finally:
            await asyncio.wait({asked})  # cancelled halfway, aiokafka leaves its connection open

    await until(answers, READY_SECONDS, "Kafka", process=process)


async def _listens(bootstrap: str) -> bool:
    host, _, port = bootstrap.rpartition(":")
    try:
        _, writer = await asyncio.open_connection(host, int(port))
    except OSError:
        return False
    writer.close()
    return True


async def _coordinates(kafka: Kafka) -> bool:
    admin = AIOKafkaAdminClient(**clients(kafka), request_timeout_ms=3_000)
    try:
        await admin.start()
        await admin.find_coordinator("retour-ready")
    except (KafkaError, OSError):
        return False
    finally:
        await admin.close()
    return True
