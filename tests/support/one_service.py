"""One service in memory: what goes in, what comes out, through the real reading and judging."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from faststream.kafka import KafkaBroker, TestKafkaBroker

from contracts import topics
from contracts.envelope import Envelope, derived_id
from contracts.shape import Shape
from services._runtime.dead_letters import marks, redriven
from services._runtime.intake import Intake
from services._runtime.intents import State
from services._runtime.intents_memory import IntentsMemory
from services._runtime.judging import Judge
from services._runtime.ledger_memory import LedgerMemory
from services._runtime.speaker import SpeakerMemory
from services._runtime.telemetry import Spans
from services._runtime.words import Route, Tell
from services._runtime.worker import Performer, Worker
from tests.support.records import Kept

TUESDAY = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)


@dataclass
class Clock:
    """A clock that is set, not read."""

    at: datetime = TUESDAY

    def __call__(self) -> datetime:
        return self.at

    def pass_(self, **time: float) -> None:
        """This much later."""
        self.at += timedelta(**time)


@dataclass
class OneService:
    """A service on FastStream's in-memory broker, with ledger, intents and speaker in memory.

    `routes` and `performers` come from the service; the test shares `clock` with its adapters.
    """

    name: str
    routes: Sequence[Route[Any]]
    performers: Mapping[str, Performer] = field(default_factory=dict)
    clock: Callable[[], datetime] = field(default_factory=Clock)

    def __post_init__(self) -> None:
        self.intents = IntentsMemory()
        self.ledger = LedgerMemory(self.intents)
        self.speaker = SpeakerMemory()
        self.worker = Worker(self.name, self.intents, self.speaker, self.performers, self.clock)
        judge = Judge(self.name, self.ledger, self.clock)
        self.intake = Intake(self.routes, judge, self.speaker, Spans(self.name))
        self.broker = KafkaBroker(apply_types=False)
        self.intake.attach(self.broker, self.name, most=500)
        self._count = itertools.count()
        self._ordered: dict[str, bytes] = {}

    async def hears(self, message: Shape, ce_id: str | None = None, source: str = "/test") -> None:
        """The message arrives, in its envelope. Without `ce_id` it is a new one."""
        topic = topics.BY_MODEL[type(message)]
        told_as = ce_id or derived_id("test", str(next(self._count)))
        envelope = Envelope(
            told_as, source, topic.name, self.clock(), topic.key_of(message).decode()
        )
        await self.hears_bytes(
            topic.name, topic.key_of(message), message.body(), dict(envelope.headers())
        )

    async def forgets(self, key: str) -> None:
        """A null value arrives on shipment-recorded."""
        await self.hears_bytes(topics.SHIPMENT_RECORDED.name, key.encode(), None, {})

    async def hears_bytes(
        self, topic: str, key: bytes | None, value: bytes | None, headers: Mapping[str, bytes]
    ) -> None:
        """A record arrives, whatever it holds."""
        async with TestKafkaBroker(self.broker) as broker:
            await broker.publish(
                value,
                topic=topic,
                key=key,
                headers={k: v.decode("latin-1") for k, v in headers.items()},
            )
        # An intent that is over forgets what was ordered; `interrupt` must know it still.
        for intent in self.intents.all.values():
            self._ordered.setdefault(intent.id, intent.order)

    async def is_put_back(self, letter: Tell) -> None:
        """An operator redrives what we parked."""
        lies = Kept(letter.topic, letter.key, letter.body, letter.headers)
        told = redriven(lies, self.name, "jo", "mended", self.clock())
        headers = {name: value or b"" for name, value in told.headers}
        await self.hears_bytes(told.topic, told.key, told.body, headers)

    async def works(self, rounds: int = 10) -> None:
        """The worker does everything that is due now."""
        for _ in range(rounds):
            if not await self.worker.look():
                return
            await self.worker.finish()

    def told(self, model: type[Shape]) -> list[Any]:
        """Every message of this kind that was told, in order."""
        name = topics.BY_MODEL[model].name
        return [model.read(tell.body or b"") for tell in self.speaker.said if tell.topic == name]

    def told_kinds(self) -> list[str]:
        """The topics told on, in order."""
        return [tell.topic for tell in self.speaker.said]

    def parked(self) -> list[str]:
        """The codes of everything parked, in order."""
        return [marks(letter.headers)["error_code"] for letter in self.letters()]

    def letters(self) -> list[Tell]:
        """Everything parked, in order."""
        of_ours = topics.dead_letters_of(self.name)
        return [tell for tell in self.speaker.said if tell.topic == of_ours]

    def states(self) -> dict[str, State]:
        """Every intent and how far it is."""
        return {key: intent.state for key, intent in self.intents.all.items()}

    def interrupt(self, intent_id: str) -> None:
        """As if the process had died in flight: the lease has ended, the answer was never kept."""
        held = self.intents.all[intent_id]
        self.intents.all[intent_id] = replace(
            held,
            state=State.IN_FLIGHT,
            order=self._ordered[intent_id],
            wake_at=self.clock(),
            tells=(),
            attempts=1,
        )
