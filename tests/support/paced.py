"""Customers who come in when they are let in, so that a fault meets some on their way."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from contracts.lookup import FindShipment, ShipmentFound, ShipmentNotFound
from contracts.notifications import CustomerEmailed
from contracts.rules import RequestReturn
from contracts.shape import Shape
from deploy.demo.frontend import Frontend


class PacedFrontend(Frontend):
    """A frontend at whose door customers wait: nobody looks up a parcel before being let in."""

    def __init__(self, bootstrap: str) -> None:
        super().__init__(bootstrap)
        self._door = asyncio.Semaphore(0)
        self._looking_up: set[str] = set()
        self._requested: set[str] = set()

    def admit(self, customers: int) -> None:
        """So many more may come in."""
        for _ in range(customers):
            self._door.release()

    async def tell(self, message: Shape, source: str | None = None) -> None:
        """See `Frontend.tell`."""
        if isinstance(message, FindShipment):
            await self._door.acquire()
            self._looking_up.add(message.lookup_id)
        if isinstance(message, RequestReturn):
            self._requested.add(message.return_id)
        await super().tell(message, source)

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
        """How many look-ups have no answer yet, and returns asked for no letter."""
        answers = (*self.every(ShipmentFound), *self.every(ShipmentNotFound))
        found = {answer.lookup_id for answer in answers}
        lettered = {emailed.return_id for emailed in self.every(CustomerEmailed)}
        return len(self._looking_up - found) + len(self._requested - lettered)
