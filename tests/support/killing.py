"""`kill -9`, and the proof that it hit something: frozen, looked at, and only then killed.

A service that is frozen (SIGSTOP) cannot finish what it is found with. If it has nothing in hand
it is thawed and nothing has happened; else it is killed where it stands. No guess, no sleep.
"""

from __future__ import annotations

import importlib
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from pymongo import AsyncMongoClient

from contracts import topics
from contracts.topics import Topic
from deploy.local.carrier.sales import entries
from deploy.local.stack import Stack
from tests.support.eventually import eventually
from tests.support.paced import PacedFrontend
from tests.support.witness import headers_in

LOOKS, CUE_SECONDS, AT_ONCE = 20, 0.1, 10
"""How often it is found busy before that is good enough, how long a word is waited for before each
look, and how many customers are on their way meanwhile."""

ORDERS = {
    "lookup": (topics.FIND_SHIPMENT,),
    "rules": (topics.REQUEST_RETURN,),
    "analytics": (topics.RETURN_APPROVED, topics.RETURN_REJECTED),
}
"""What is dealt with one for one, as long as nobody tells it twice."""
ANSWERS = {
    "lookup": (topics.SHIPMENT_FOUND, topics.SHIPMENT_NOT_FOUND),
    "rules": (topics.RETURN_APPROVED, topics.RETURN_REJECTED),
}
ONLY_TORN = ("labels", "notifications")
"""Who is struck nowhere but between a deed outside and its note: those outside answer slowly, see
`test_kill.SLOWLY`, so that there is such a moment."""
SLEEPS = timedelta(hours=1)
"""What is due after that only waits for a person, for days: nobody has it in hand."""
CUES = {"analytics": "rules"}
"""Whose word means that a service has begun something; else its own."""


@dataclass(frozen=True)
class InHand:
    """What a service has begun, or was told and has not begun yet."""

    lag: int
    """Records on its topics that it has not committed."""
    intents: int
    """Intents that are not over: planned, in flight, or not told yet."""
    half_done: frozenset[str]
    """What it did and has not written down: orders answered, or verdicts kept, and not committed
    (numbered); returns whose label was sold; returns whose letter was posted."""
    owed: int = 0
    """Orders or verdicts committed and not done: each must be an intent, or it is lost."""

    @property
    def torn(self) -> bool:
        """The worst moment to die: between two steps of one thing."""
        return bool(self.half_done or self.owed)

    @property
    def busy(self) -> bool:
        """Whether there is anything left to do."""
        return bool(self.lag or self.intents)


@dataclass(frozen=True)
class Blow:
    """A service was killed, with this in hand, while so many customers waited for a letter."""

    service: str
    found: InHand
    on_their_way: int


class Watch:
    """Looks into Kafka, MongoDB and the carrier's ledger from outside, inside `async with`."""

    def __init__(self, stack: Stack) -> None:
        self._stack = stack

    async def __aenter__(self) -> Self:
        self._admin = AIOKafkaAdminClient(bootstrap_servers=self._stack.kafka)
        self._consumer = AIOKafkaConsumer(bootstrap_servers=self._stack.kafka)
        self._mongo: AsyncMongoClient[dict[str, Any]] = AsyncMongoClient(self._stack.mongo)
        await self._admin.start()
        await self._consumer.start()
        self._consumer._client.set_topics(topics.BY_NAME)  # there is no public way to ask for ends
        await self._consumer._client.force_metadata_update()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._consumer.stop()
        await self._admin.close()
        await self._mongo.close()

    async def in_hand(self, service: str) -> InHand:
        """What this service has in hand. Certain if it is frozen, or if nobody speaks to it."""
        committed = await self._committed(service)
        lag = await self._lag(service, committed)
        awake = {"wake_at": {"$lt": datetime.now(UTC) + SLEEPS}}
        intents = await self._mongo[service]["intents"].count_documents(awake)
        if service == "labels":
            return InHand(lag, intents, await self._sold())
        if service == "notifications":
            return InHand(lag, intents, await self._posted())
        dealt_with = await (self._kept() if service == "analytics" else self._answered(service))
        ordered = [place for topic in ORDERS[service] for place in self._places(topic)]
        told = sum(committed.get(place, 0) for place in ordered)
        early = frozenset(f"message {number}" for number in range(told, dealt_with))
        return InHand(lag, intents, early, max(told - dealt_with, 0))

    async def _committed(self, service: str) -> dict[TopicPartition, int]:
        found = await self._admin.list_consumer_group_offsets(service)
        return {place: max(offset.offset, 0) for place, offset in found.items()}

    async def _lag(self, service: str, committed: dict[TopicPartition, int]) -> int:
        reads = importlib.import_module(f"services.{service}").READS
        ends = await self._consumer.end_offsets(
            [place for topic in reads for place in self._places(topic)]
        )
        begins = await self._consumer.beginning_offsets(list(ends))
        done = {place: max(committed.get(place, 0), begins[place]) for place in ends}
        return sum(end - done[place] for place, end in ends.items())

    def _places(self, topic: Topic[Any]) -> list[TopicPartition]:
        """Every partition there was when we began to watch."""
        known = self._consumer.partitions_for_topic(topic.name) or ()
        return [TopicPartition(topic.name, partition) for partition in sorted(known)]

    async def _answered(self, service: str) -> int:
        """How many answers lie on the wire."""
        places = [place for topic in ANSWERS[service] for place in self._places(topic)]
        return sum((await self._consumer.end_offsets(places)).values())

    async def _kept(self) -> int:
        """How many returns have their reasons in analytics' records."""
        return len(await self._mongo["analytics"]["reasons"].distinct("return_id"))

    async def _sold(self) -> frozenset[str]:
        """Returns whose label the carrier has sold."""
        sold = {sale.reference.partition(":")[0] for sale in entries(self._stack.carrier_ledger)}
        return frozenset(sold - await self._over("labels", "issue_label"))

    async def _posted(self) -> frozenset[str]:
        """Returns whose customer's letter lies in the mailbox."""
        letters = [headers_in(path) for path in self._stack.mail_folder.glob("*.eml")]
        posted = {str(one["X-Retour-Return"]) for one in letters if "@example.com" in one["To"]}
        return frozenset(posted - await self._over("notifications", "email_customer"))

    async def _over(self, service: str, kind: str) -> set[str]:
        """Returns whose intent of this kind is over."""
        over = {"_id": {"$regex": f"^{kind}:"}, "state": "succeeded"}
        found = self._mongo[service]["intents"].find(over, {"_id": 1})
        return {one["_id"].split(":")[1] async for one in found}


async def killed_in_hand(stack: Stack, watch: Watch, frontend: PacedFrontend, service: str) -> Blow:
    """The service is dead; says what it had in hand when it died.

    Customers come in meanwhile, as others get their letters. It is frozen whenever it has said
    something, for then it is likely not to have written it down yet. Where it is never caught like
    that, any work in hand is good enough, as long as a customer waits for a letter.

    Raises:
        AssertionError: it was never found with anything in hand.
    """
    pid, looks = stack.services[service].pid, 0

    def good_enough(found: InHand) -> bool:
        patient = service in ONLY_TORN or looks <= LOOKS
        return found.torn or (found.busy and not patient)

    async def caught() -> Blow | None:
        nonlocal looks
        if frontend.on_their_way < AT_ONCE:
            frontend.admit(1)
        await frontend.word_from(CUES.get(service, service), CUE_SECONDS)
        async with frozen(pid):
            found = await watch.in_hand(service)
            looks += found.busy
            if not good_enough(found):
                return None
            again = await watch.in_hand(service)
            # Its last words may still have been on their way to the broker.
            if not good_enough(again) or not (waiting := frontend.on_their_way):
                return None
            os.kill(pid, signal.SIGKILL)
            return Blow(service, again, waiting)

    return await eventually(caught, f"{service} with its hands full", deadline_seconds=60)


@asynccontextmanager
async def frozen(pid: int) -> AsyncIterator[None]:
    """Inside, the process does not move. Afterwards it does, unless it is dead."""
    os.kill(pid, signal.SIGSTOP)
    try:
        await eventually(lambda: _state_of(pid) == "T", "the process to freeze")
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


def _state_of(pid: int) -> str:
    """One letter, see proc(5): T is stopped by a signal."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
