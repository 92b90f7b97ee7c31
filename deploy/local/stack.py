"""The whole system on this machine: broker, database, mailbox, carrier, five services."""

from __future__ import annotations

import sys
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from itertools import count
from pathlib import Path
from types import TracebackType
from typing import Self

from contracts.topics import RETURN_APPROVED, SERVICES
from deploy.local import ending, kafka, kafka_jars, mongod, needs, surroundings
from deploy.local.mischief import Mischief
from deploy.local.processes import LOOPBACK, Process, free_port, stop_all, together
from deploy.local.readiness import until_greeting, until_http
from deploy.local.runs import LOCAL, ROOT, Run
from services._runtime.kafka_access import Kafka
from services._runtime.mongo import MongoAccess

SERVICE_GRACE_SECONDS = 30.0  # to finish and commit what is in flight
PART_GRACE_SECONDS = 15.0

Prepare = Callable[[str], Awaitable[None]]


async def create_topics(bootstrap: str) -> None:
    """Every topic of the contracts exists."""
    from deploy.ops import topics  # noqa: PLC0415  # a stack without services needs no contracts

    await topics.create(bootstrap)


def _quiet(_line: str) -> None:
    """Progress, told to nobody."""


def _as_it_is(_process: Process) -> None:
    """Nothing is changed."""


class Stack:
    """Everything runs and is ready inside `with Stack() as stack:`; afterwards nothing is left.

    Args:
        services: which of the five run. The mailbox comes with notifications and the carrier
            simulator with labels, unless `mailbox` and `carrier` say otherwise.
        folder: where the data lives and stays. None is a temporary one, removed by `stop`.
        prepare: done with the bootstrap servers before services start. None creates the topics
            of the contracts if there are services, and does nothing if there are none.
        carrier_pace_ms: how long the carrier takes for an answer, and how much more or less.
        environment: further variables for a service, by its name; `RETOUR_*` are its settings.
        mischief: whether mailbox and carrier look into `mail_mischief` and `carrier_mischief` for
            what to do wrong on purpose.
        detours: which services reach Kafka and MongoDB by ways of their own. Whoever stands there
            must do so before they start.
        tell: hears of progress, a line at a time.

    Start it from the main thread (see `processes`). Inside a running event loop, `await
    stack.rise()` does what `start` does outside one; `stop` is the same for both.
    """

    kafka: str
    """Bootstrap servers."""
    mongo: str
    """Connection string."""
    mongo_port: int
    mail_port: int
    mail_folder: Path
    """For `Mailbox(stack.mail_folder)`."""
    carrier_url: str
    carrier_ledger: Path
    mail_mischief: Mischief
    carrier_mischief: Mischief
    health: dict[str, str]
    """Where a service answers `/ready` and `/live`, by its name."""
    logs: Path
    """One file for each process; outlives a temporary run."""

    def __init__(
        self,
        services: Sequence[str] = SERVICES,
        *,
        folder: Path | None = None,
        prepare: Prepare | None = None,
        mailbox: bool | None = None,
        carrier: bool | None = None,
        carrier_pace_ms: tuple[int, int] = (0, 0),
        environment: Mapping[str, Mapping[str, str]] | None = None,
        mischief: bool = False,
        detours: Mapping[str, surroundings.Detour] | None = None,
        tell: Callable[[str], None] = _quiet,
    ) -> None:
        self.parts: dict[str, Process] = {}
        self.services: dict[str, Process] = {}
        self.seconds_until_ready: dict[str, float] = {}
        self._becoming_ready: dict[str, Callable[[], Awaitable[None]]] = {}
        self._names = tuple(services)
        self._folder = folder
        self._prepare = prepare or (create_topics if services else None)
        self._mailbox = "notifications" in services if mailbox is None else mailbox
        self._carrier = "labels" in services if carrier is None else carrier
        self._carrier_pace_ms = carrier_pace_ms
        self._environment = environment or {}
        self._mischievous = mischief
        self._detours = detours or {}
        self._tell = tell
        self._run: Run | None = None

    def start(self) -> Self:
        """Everything is ready when this returns, and nothing is left when it raises.

        Raises:
            CannotStart: this machine lacks something; nothing was started.
            NotReady: a part ended or hung; the message has the end of its log.
        """
        try:
            with ending.held():  # a signal that comes too late to cancel is raised here, in the try
                return ending.run(self.rise())
        except BaseException:
            self.stop()
            raise

    __enter__ = start  # itself, so that no instruction lies between its try and the with's body

    async def rise(self) -> Self:
        """As `start`, for callers inside an event loop."""
        try:
            await self._rise()
        except BaseException:
            self.stop()
            raise
        return self

    async def _rise(self) -> None:
        self._begun = time.monotonic()
        java, mongod_binary = _check()
        self._ports = surroundings.ports(self._names)
        with ending.held():
            self._run = Run(self._folder)
        self._describe(self._run)

        rising = [self._raise_kafka(java), self._raise_mongod(mongod_binary)]
        if self._mailbox:
            rising.append(self._raise_mailbox())
        if self._carrier:
            rising.append(self._raise_carrier())
        await together(rising)
        if self._prepare is not None:
            await self._prepare(self.kafka)
            self._note("topics")
        await together([self._raise_service(name) for name in self._names])

    def stop(self) -> None:
        """No process, port or temporary data of this stack is left. Twice is harmless.

        Services end first, while what they speak to still answers. A signal waits until the end.
        """
        with ending.held():
            stop_all(self.services.values(), SERVICE_GRACE_SECONDS)
            stop_all(self.parts.values(), PART_GRACE_SECONDS)
            if self._run is not None:
                self._run.end()

    def restart(self, name: str) -> None:
        """This service or part runs anew at the same address; ready it is when `ready` returns."""
        self._processes[name].restart()

    async def join(self, name: str, change: Callable[[Process], None] = _as_it_is) -> str:
        """One more process of this service runs, in its group, and is ready; its name here.

        `change` is done to it before it starts.
        """
        instance = next(n for i in count(2) if (n := f"{name}-{i}") not in self.services)
        await self._raise_instance(name, instance, free_port(), change)
        return instance

    def leave(self, instance: str) -> int | None:
        """A process that had joined ends in order and is forgotten; its exit code."""
        process = self.services.pop(instance)
        process.stop(SERVICE_GRACE_SECONDS)
        return process.exit_code

    async def ready(self, name: str) -> None:
        """This service or part is ready. NotReady if it does not get there."""
        await self._becoming_ready[name]()

    def kafka_as(self, principal: str) -> Kafka:  # noqa: ARG002  # here nobody is asked who he is
        """How this principal reaches Kafka."""
        return self.kafka

    def mongo_as(self, user: str) -> MongoAccess:  # noqa: ARG002  # nor here
        """How this user reaches MongoDB: a service, or `admin`."""
        return MongoAccess(self.mongo)

    def how_to_listen(self) -> str:
        """A line to type that shows what is decided."""
        return f"kcat -b {self.kafka} -t {RETURN_APPROVED.name} -o beginning -f '%h\\n%s\\n'"

    def ended(self) -> list[Process]:
        """Processes that should run and do not."""
        return [process for process in self._processes.values() if not process.alive]

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _fault: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self.stop()

    @property
    def _processes(self) -> dict[str, Process]:
        return {**self.parts, **self.services}

    def _describe(self, run: Run) -> None:
        self._data = run.folder
        self._basics = surroundings.basics(run.folder / "tmp")
        self.logs = run.logs
        self.kafka = f"{LOOPBACK}:{self._ports.kafka}"
        self.mongo, self.mongo_port = mongod.uri(self._ports.mongo), self._ports.mongo
        self.mail_port = self._ports.mail
        self.mail_folder = run.folder / "mail"
        self.carrier_url = f"http://{LOOPBACK}:{self._ports.carrier}"
        self.carrier_ledger = run.folder / "carrier.jsonl"
        self._tricks = {name: run.folder / f"{name}-tricks.json" for name in ("mailbox", "carrier")}
        self.mail_mischief = Mischief(self._tricks["mailbox"])
        self.carrier_mischief = Mischief(self._tricks["carrier"])
        self.health = {name: f"http://{LOOPBACK}:{port}" for name, port in self._ports.http.items()}

    async def _raise_kafka(self, java: Path) -> None:
        jars = await kafka_jars.bring(LOCAL, self.logs, self._tell)
        formatted = await kafka.format_storage(
            jars, java, self._basics, self.logs / "kafka-format.log"
        )
        broker = kafka.broker(
            jars,
            java,
            formatted,
            self._data / "kafka",
            (self._ports.kafka, self._ports.controller),
            self._basics,
            self.logs / "kafka.log",
            self._detours,
        )
        await self._raise(self.parts, broker, lambda: kafka.until_ready(self.kafka, broker))

    async def _raise_mongod(self, binary: Path) -> None:
        log, port = self.logs / "mongod.log", self._ports.mongo
        server = mongod.server(binary, self._data / "mongod", port, self._basics, log)
        await self._raise(self.parts, server, lambda: mongod.until_ready(port, server))

    async def _raise_mailbox(self) -> None:
        port = self._ports.mail
        mailbox = self._python(
            "mailbox",
            "deploy.local.mailbox",
            "--port",
            str(port),
            "--folder",
            self.mail_folder,
            *self._tricked("mailbox"),
        )
        await self._raise(self.parts, mailbox, lambda: until_greeting(port, mailbox))

    async def _raise_carrier(self) -> None:
        port = self._ports.carrier
        carrier = self._python(
            "carrier",
            "deploy.local.carrier",
            "--port",
            str(port),
            "--ledger",
            self.carrier_ledger,
            "--latency-ms",
            str(self._carrier_pace_ms[0]),
            "--jitter-ms",
            str(self._carrier_pace_ms[1]),
            *self._tricked("carrier"),
        )
        await self._raise(self.parts, carrier, lambda: until_http(port, "/health", carrier))

    async def _raise_service(self, name: str) -> None:
        await self._raise_instance(name, name, self._ports.http[name])

    async def _raise_instance(
        self,
        name: str,
        instance: str,
        port: int,
        change: Callable[[Process], None] = _as_it_is,
    ) -> None:
        service = self._python(instance, f"services.{name}")
        service.environment |= self._settings_of(name)
        service.environment |= self._environment.get(name, {})
        service.environment["RETOUR_HTTP_PORT"] = str(port)
        change(service)
        self.health[instance] = f"http://{LOOPBACK}:{port}"
        await self._raise(self.services, service, lambda: until_http(port, "/ready", service))

    def _settings_of(self, name: str) -> dict[str, str]:
        return surroundings.of_service(name, self._ports, self._data, self._detours.get(name))

    async def _raise(
        self, kind: dict[str, Process], process: Process, ready: Callable[[], Awaitable[None]]
    ) -> None:
        kind[process.name] = process  # known before it runs, so that stop cannot miss it
        self._becoming_ready[process.name] = ready
        process.start()
        await ready()
        self._note(process.name)

    def _tricked(self, name: str) -> tuple[str | Path, ...]:
        return ("--mischief", self._tricks[name]) if self._mischievous else ()

    def _python(self, name: str, module: str, *words: str | Path) -> Process:
        return Process(
            name,
            [sys.executable, "-m", module, *words],
            log=self.logs / f"{name}.log",
            environment=self._basics,
            folder=ROOT,
        )

    def _note(self, name: str) -> None:
        self.seconds_until_ready[name] = time.monotonic() - self._begun
        self._tell(f"{name}: ready after {self.seconds_until_ready[name]:.1f} s")


def _check() -> tuple[Path, Path]:
    """This machine has what the stack needs; its Java and its mongod."""
    needs.linux()
    java, mongod_binary = needs.java(), mongod.binary()
    if not kafka_jars.are_here(LOCAL):
        needs.maven()
    return java, mongod_binary
