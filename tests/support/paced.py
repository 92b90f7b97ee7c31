"""Customers who come in when they are let in, so that a fault meets some on their way."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from aiokafka import TopicPartition

from contracts.lookup import FindShipment
from contracts.notifications import CustomerEmailed
from contracts.rules import RequestReturn
from contracts.shape import Shape
from deploy.demo.frontend import Frontend
from deploy.demo.play import NOBODYS_CODE
from services._runtime.kafka_access import Kafka


class PacedFrontend(Frontend):
    """A frontend at whose door customers wait: nobody looks up a parcel before being let in."""

    def __init__(self, bootstrap: str, kafka_as: Callable[[str], Kafka] | None = None) -> None:
        super().__init__(bootstrap, kafka_as=kafka_as)
        self._door = asyncio.Semaphore(0)
        self._came: dict[str, str | None] = {}
        """Who came in: the look-up, and the return once it is asked for."""
        self.deaf_to: set[str] = set()
        """Returns of which it takes no notice: somebody else's customers."""

    def admit(self, customers: int) -> None:
        """So many more may come in."""
        for _ in range(customers):
            self._door.release()

    async def tell(self, message: Shape, source: str | None = None) -> None:
        """See `Frontend.tell`."""
        if isinstance(message, FindShipment):
            await self._door.acquire()
            if message.postal_code != NOBODYS_CODE:
                self._came[message.lookup_id] = None
        if isinstance(message, RequestReturn):
            self._came[message.lookup_id] = message.return_id
        await super().tell(message, source)

    def _hear(self, record: Any) -> None:
        if (record.key or b"").decode(errors="replace") not in self.deaf_to:
            super()._hear(record)

    async def hears_everything(self) -> None:
        """Partitions that were added since it began are heard from their beginning."""
        await self._consumer._client.force_metadata_update()
        known = self._consumer.partitions_for_topic
        heard = {p: await self._consumer.position(p) for p in self._consumer.assignment()}
        names = {place.topic for place in heard}
        every = [TopicPartition(name, number) for name in names for number in known(name)]
        self._consumer.assign(every)
        for place in every:
            self._consumer.seek(place, heard.get(place, 0))

    async def word_from(self, service: str, seconds: float) -> None:
        """The service has said something more, or so much time has passed."""
        before = self._words_of(service)
        with suppress(TimeoutError):
            await self.until(lambda: self._words_of(service) > before, service, seconds)

    def _words_of(self, service: str) -> int:
        source = f"/retour/{service}"
        return sum(h.envelope.source == source for about in self.heard.values() for h in about)

    @property
    def on_their_way(self) -> int:
        """How many customers came in and have no letter yet. Who mistyped is no customer."""
        lettered = {emailed.return_id for emailed in self.every(CustomerEmailed)}
        return sum(return_id not in lettered for return_id in self._came.values())
