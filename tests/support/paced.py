"""Customers who come in when they are let in, so that a fault meets some on their way."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from contracts.lookup import FindShipment
from contracts.notifications import CustomerEmailed
from contracts.rules import RequestReturn
from contracts.shape import Shape
from deploy.demo.frontend import Frontend
from deploy.demo.play import NOBODYS_CODE


class PacedFrontend(Frontend):
    """A frontend at whose door customers wait: nobody looks up a parcel before being let in."""

    def __init__(self, bootstrap: str) -> None:
        super().__init__(bootstrap)
        self._door = asyncio.Semaphore(0)
        self._came: dict[str, str | None] = {}
        """Who came in: the look-up, and the return once it is asked for."""

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
