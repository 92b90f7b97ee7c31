"""What labels needs from the world: stores and a printer here, carriers in `carriers`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from contracts.labels import Document
from contracts.shape import Money
from services._runtime.words import Change
from services.labels.domain.connection import Connection
from services.labels.domain.issued import LabelRow
from services.labels.domain.purchase import Aside, Purchase
from services.labels.domain.sender import Forgotten, Sender
from services.labels.domain.sheet import Sheet

ISSUE_LABEL = "issue_label"
"""The intent to get one label for one parcel."""
CANCEL_LABEL = "cancel_label"
"""The intent to take it back, or not to buy it at all."""
TELL_DELAY = "tell_delay"
"""The intent to say once that a label will be late."""


class Connections(Protocol):
    """Under which contracts this platform's merchants send parcels."""

    def of(self, portal_id: str, carrier: str) -> Connection | None:
        """The merchant's own, else the platform's, else None."""
        ...

    def all(self) -> Sequence[Connection]:
        """Every one there is, in the order of their ids."""
        ...


class Senders(Protocol):
    """Where parcels come back from."""

    def keep(self, shipment_id: str, sender: Sender) -> Change:
        """The sender stands, unless a younger version does."""
        ...

    def forget(self, shipment_id: str) -> Change:
        """Nothing personal stands. What was forgotten comes back only with a younger version."""
        ...

    async def of(self, shipment_id: str) -> Sender | Forgotten | None:
        """Who sends this parcel back, or None if it was never recorded."""
        ...


class Labels(Protocol):
    """The labels that were issued."""

    def keep(self, row: LabelRow) -> Change:
        """The label stands as it was first kept, however often it is kept."""
        ...

    async def of(self, reference: str) -> LabelRow | None:
        """The label kept under this reference."""
        ...

    def cancelled(self, reference: str, outcome: str) -> Change:
        """The label says what became of the wish to cancel it."""
        ...


class Purchases(Protocol):
    """What is known of a label before it is bought. Each of these is one step, whole or not."""

    async def of(self, reference: str) -> Purchase | None:
        """What is known under this reference."""
        ...

    async def order(self, note: Purchase, portal_id: str) -> Purchase | None:
        """An order may go out from now on: noted with its time, connection and price, as it stands.

        None if none may: its return was cancelled by this portal, or a person found the label.
        """
        ...

    async def reserve(self, reference: str, number: str, connection: str) -> str:
        """The number to order under: this one, or the one kept before for this connection."""
        ...

    def not_taken(self, note: Purchase) -> Change:
        """What went out as `note` was certainly not taken. A younger order stays noted."""
        ...

    async def settle(self, reference: str, portal_id: str) -> bool:
        """Whether its label may be told: from now on it is, whoever cancels. Twice is once."""
        ...

    async def cancel(self, reference: str, portal_id: str) -> Purchase:
        """This portal cancelled the return: nothing is ordered or told any more. As it stands."""
        ...


class Spending(Protocol):
    """What each connection has spent today, and may spend still: a purse for each day."""

    async def set_aside(self, aside: Aside, note: Purchase) -> bool:
        """Whether there was room for this label: then it counts, once, whatever happens to us."""
        ...

    def give_back(self, aside: Aside, note: Purchase) -> Change:
        """It was not bought. Nothing happens if a younger order set it aside anew."""
        ...

    def spent(self, aside: Aside, reference: str, cost: Money) -> Change:
        """It was bought and cost so much: that counts, not what was set aside."""
        ...


class Printer(Protocol):
    """Makes the documents of a label."""

    async def draw(self, kind: str, sheet: Sheet) -> tuple[Document, ...]:
        """The documents a label of this kind needs. The same arguments give the same bytes."""
        ...
