"""Customers by the thousand: so many on their way at any time, and little kept of each afterwards.

A frontend that forgets nobody would, after ten thousand returns, spend its time leafing through
what it heard. This one counts what it must, and lets go of a customer who has the letter.
"""

from __future__ import annotations

import asyncio
from collections import Counter, deque
from collections.abc import Sequence
from contextlib import suppress
from typing import Any
from uuid import uuid4

from aiokafka.errors import KafkaError

from contracts import topics
from contracts.envelope import EnvelopeError, open_envelope
from contracts.lookup import FindShipment, ShipmentFound, ShipmentNotFound
from contracts.notifications import CustomerEmailed
from contracts.rules import (
    OptionsOffered,
    ReturnApproved,
    ReturnRejected,
)
from contracts.shape import Shape
from deploy.demo.choosing import request_for
from deploy.demo.frontend import Frontend
from deploy.demo.sample import AskedReturn

PATIENCE_SECONDS = 3600.0
"""Longer than any soak: who is never answered is found by the quiet that has set in around them."""
REMEMBERED = 600
"""How many records are kept as they came, to be sent again."""
_NOT_FOR_CUSTOMERS = {topics.LABEL_PRINTED.name, topics.SHIPMENT_RECORDED.name}


class Crowd(Frontend):
    """A frontend for a soak. `admit` does nothing: somebody is always on the way."""

    def __init__(self, bootstrap: str) -> None:
        super().__init__(bootstrap)
        self.asked: list[AskedReturn] = []
        """Everything that was asked for, in an order that keeps that of each parcel's returns."""
        self.waiting: dict[str, str] = {}
        """Returns whose customer has no letter yet, and what is waited for."""
        self.served = 0
        self.retold = 0
        """How often a message had to be said again, because Kafka could not be reached."""
        self.recent: deque[Any] = deque(maxlen=REMEMBERED)
        self._words: Counter[str] = Counter()

    def admit(self, customers: int) -> None:
        """Nobody waits at this door."""

    @property
    def on_their_way(self) -> int:
        """How many customers have no letter yet."""
        return len(self.waiting)

    async def word_from(self, service: str, seconds: float) -> None:
        """The service has said something more, or so much time has passed."""
        source = f"/retour/{service}"
        before = self._words[source]
        with suppress(TimeoutError):
            await self.until(lambda: self._words[source] > before, service, seconds)

    @property
    def words(self) -> int:
        """How much was heard so far."""
        return self._words.total()

    async def tell(self, message: Shape, source: str | None = None) -> None:
        """See `Frontend.tell`. Told again until Kafka has it: twice is harmless, never is not."""
        while True:
            try:
                return await super().tell(message, source)
            except KafkaError:
                self.retold += 1
                await asyncio.sleep(0.5)

    async def serve(self, returns: Sequence[AskedReturn]) -> None:
        """One parcel's customers, one after the other, until each has the letter."""
        for one in returns:
            self.asked.append(one)
            lookup_id = str(uuid4())
            try:
                await self._ask(one, lookup_id)
            finally:
                for subject in (lookup_id, one.return_id):
                    self.heard.pop(subject, None)
                    self.told_at.pop(subject, None)
            self.waiting.pop(one.return_id)
            self.served += 1

    async def _ask(self, one: AskedReturn, lookup_id: str) -> None:
        self.waiting[one.return_id] = "the parcel to be found"
        order = one.order
        question = FindShipment(
            lookup_id=lookup_id,
            portal_id=order.portal_id,
            tracking_number=order.tracking_number,
            postal_code=f" {order.recipient.postal_code.lower()} ",
            language=order.recipient.language,
        )
        await self.tell(question)
        found = await self._answer(lookup_id, ShipmentFound, ShipmentNotFound)
        if not isinstance(found, ShipmentFound):
            raise LookupError(  # noqa: TRY004  # the answer is of a right kind, and wrong
                f"return {one.return_id}: its parcel was not found"
            )
        self.waiting[one.return_id] = "options"
        options = await self._answer(lookup_id, OptionsOffered)
        self.waiting[one.return_id] = "the verdict"
        await self.tell(request_for(one, options))
        await self._answer(one.return_id, ReturnApproved, ReturnRejected)
        self.waiting[one.return_id] = "the letter"
        await self._answer(one.return_id, CustomerEmailed)

    async def _answer(self, subject: str, *models: type[Shape]) -> Shape:
        return await self.answer(subject, *models, seconds=PATIENCE_SECONDS)

    def _hear(self, record: Any) -> None:
        """What cannot be read is not for customers; nor is what weighs much."""
        self.recent.append(record)
        try:
            envelope, _ = open_envelope(record.headers, record.value or b"")
        except EnvelopeError:
            return
        self._words[envelope.source] += 1
        if record.topic in _NOT_FOR_CUSTOMERS or record.key is None:
            return
        with suppress(ValueError):  # a body nobody can read
            super()._hear(record)
