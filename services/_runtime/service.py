"""A service: its routes and performers plugged into Kafka, MongoDB and the health endpoint."""

from __future__ import annotations

import asyncio
import logging
import signal
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import structlog
import uvicorn
from aiokafka.errors import KafkaError
from faststream.asgi import AsgiFastStream
from faststream.kafka import KafkaBroker
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from pymongo.errors import PyMongoError

from services._runtime import (
    failpoints,
    health,
    intents_mongo,
    kafka_access,
    kafka_line,
    ledger_mongo,
    logs,
    memory,
    mongo,
)
from services._runtime.clock import DatabaseClock
from services._runtime.doors import Door, Planned, behind
from services._runtime.intake import Intake
from services._runtime.intents_mongo import IntentsMongo
from services._runtime.judging import Judge
from services._runtime.ledger_mongo import LedgerMongo
from services._runtime.settings import Settings
from services._runtime.speaker import METADATA_MS, KafkaSpeaker
from services._runtime.telemetry import Spans, provider
from services._runtime.words import Route
from services._runtime.worker import Performer, Worker

if TYPE_CHECKING:
    from collections.abc import Iterator

log = structlog.get_logger()

GRACE_SECONDS = 20.0


@dataclass(frozen=True, slots=True)
class Parts:
    """What a service brings along: everything else is the floor's."""

    name: str
    routes: Sequence[Route[Any]]
    performers: Mapping[str, Performer] = field(default_factory=dict)
    indexes: Sequence[mongo.Index] = ()
    digest_key: bytes = field(default=b"", repr=False)
    """What decisions are remembered by is digested with it: a secret, where orders are personal."""
    opening: Sequence[Callable[[], Coroutine[Any, Any, None]]] = ()
    """What to begin as soon as the service starts; nothing waits for it."""
    closing: Sequence[Callable[[], Awaitable[None]]] = ()
    """What to close when the service has ended."""
    doors: Mapping[str, Door] = field(default_factory=dict)
    """What is posted to it, by how its path begins, such as `/hooks/`."""
    hands: int = 16
    """How many things it does outside at once."""


class PatientBroker(KafkaBroker):
    """A broker object that waits until its service can work: Kafka or MongoDB may be late."""

    service: Service

    async def start(self) -> None:
        """The dependencies answer, the indexes stand, and we are consuming.

        Raises:
            SystemExit: Kafka went away between our first word to it and this. Nothing was begun,
                and the framework would wait for ever.
        """
        await self.service.prepare()
        try:
            await super().start()
        except (KafkaError, OSError) as error:
            log.error("service_could_not_start", error=type(error).__name__)  # noqa: TRY400
            raise SystemExit(1) from error
        self.service.begin()

    async def stop(self, *args: Any, **kwargs: Any) -> None:
        """What was in flight is finished, and nothing of ours runs on."""
        await super().stop(*args, **kwargs)
        await self.service.end()


class Service:
    """One process of one service."""

    def __init__(
        self, settings: Settings, parts: Parts, db: mongo.Database, now: DatabaseClock
    ) -> None:
        self.name, self._settings, self._parts, self._db = parts.name, settings, parts, db
        self._kafka = settings.kafka_access()
        self._speaker = KafkaSpeaker(self._kafka, parts.name)
        self._tracing = (
            provider(parts.name, OTLPSpanExporter(f"{settings.otlp_endpoint}/v1/traces"))
            if settings.otlp_endpoint
            else None
        )
        tracer = self._tracing.get_tracer("retour") if self._tracing else None
        self._clock = now
        self._looking: asyncio.Task[None] | None = None
        self._worker = Worker(
            parts.name,
            IntentsMongo(db),
            self._speaker,
            parts.performers,
            self._clock,
            at_once=parts.hands,
            lease=timedelta(seconds=settings.lease_seconds),
        )
        ledger = LedgerMongo(db)
        self.intake = Intake(
            parts.routes,
            Judge(parts.name, ledger, self._clock, parts.digest_key),
            self._speaker,
            Spans(parts.name, tracer),
            self._worker.wake,
        )
        self.broker = PatientBroker(
            kafka_access.servers(self._kafka),
            security=kafka_access.security(self._kafka),
            client_id=f"retour-{parts.name}",
            acks="all",
            allow_auto_create_topics=False,
            metadata_max_age_ms=METADATA_MS,
            apply_types=False,
            graceful_timeout=GRACE_SECONDS,
            logger=logging.getLogger("faststream"),
            log_level=logging.DEBUG,
        )
        self.broker.service = self
        self.intake.attach(
            self.broker, parts.name, settings.batch_records, settings.session_seconds
        )
        planned = Planned(ledger, self._clock, self._worker.wake)
        self.app = behind(
            AsgiFastStream(
                self.broker, asgi_routes=health.routes(self.intake, self.missing), logger=None
            ),
            {begins: door(planned) for begins, door in parts.doors.items()},
        )
        self._opening: Sequence[asyncio.Task[None]] = ()
        self._begun = False
        self._wondering: asyncio.Task[None] | None = None
        self._lost = ""

    async def missing(self) -> list[str]:
        """The dependencies we cannot work without and do not have now."""
        found = []
        joined = self._begun and self.intake.joined
        if not joined or not await health.kafka_answers(self.intake):
            found.append("kafka")
            self._wonder()
        else:
            self._lost = ""
        if self.intake.waiting_for_dependency or self._worker.waiting_for_dependency:
            found.append("dependency")
        if not await mongo.answers(self._db):
            found.append("mongo")
        return found

    def _wonder(self) -> None:
        """Once we had Kafka and lost it, the log says why: once for each reason, and not here."""
        if self._begun and (self._wondering is None or self._wondering.done()):
            self._wondering = asyncio.create_task(self._say_why())

    async def _say_why(self) -> None:
        code = await kafka_access.why_not(self._kafka)
        if code not in {self._lost, "kafka_unwell"}:
            self._lost = code
            log.warning("kafka_lost", code=code)

    async def prepare(self) -> None:
        """MongoDB and Kafka answer and the indexes stand. Waits for them, however long."""
        self._opening = [asyncio.create_task(begin()) for begin in self._parts.opening]
        pause = 0.2
        while True:
            try:
                await mongo.ensure(
                    self._db, (*ledger_mongo.INDEXES, *intents_mongo.INDEXES, *self._parts.indexes)
                )
                await self._clock.look()
                await self._speaker.start()
            except (PyMongoError, KafkaError, ConnectionError) as error:
                log.warning(
                    "waiting_for_dependency",
                    error=type(error).__name__,
                    code=await self._why_not(error),
                    again_in_seconds=pause,
                )
                await asyncio.sleep(pause)
                pause = min(pause * 2, 10.0)
            else:
                return

    async def _why_not(self, error: Exception) -> str:
        """A stable code: alerts are made of it."""
        if isinstance(error, PyMongoError):
            return mongo.why_not(error)
        return await kafka_access.why_not(self._kafka)

    def begin(self) -> None:
        """Effects outside begin."""
        self._begun = True
        self._looking = asyncio.create_task(self._clock.keep_right(), name="clock")
        if self._parts.performers:
            self._worker.start()
        log.info("service_started", listens=[route.topic.name for route in self._parts.routes])

    async def end(self) -> None:
        """Effects outside have ended, and what was to be told is out."""
        if self._begun and self._parts.performers:
            await self._worker.stop()
        self._begun = False
        if self._looking is not None:
            self._looking.cancel()
        for opening in self._opening:
            opening.cancel()
        await self._speaker.stop()
        for close in self._parts.closing:
            await close()
        if self._tracing is not None:
            self._tracing.shutdown()
        self._db.client.close()
        log.info("service_stopped")

    def run(self) -> None:
        """The process: until SIGTERM or SIGINT, then an orderly end and exit code 0."""
        logs.configure(self.name, self._settings.log_format)
        memory.calm()
        kafka_line.mend()
        failpoints.arm(self._settings.failpoint)
        config = uvicorn.Config(
            self.app,
            host=self._settings.http_host,
            port=self._settings.http_port,
            loop="uvloop",
            lifespan="on",
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=5,
        )
        _Server(config).run()


class _Server(uvicorn.Server):
    """An orderly end is a success for an operator; uvicorn would raise the signal once more."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """SIGTERM and SIGINT ask for an orderly end."""

        def ask(number: int, frame: Any) -> None:
            self.handle_exit(number, frame)

        before = {number: signal.signal(number, ask) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
