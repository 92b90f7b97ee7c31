"""What labels needs from the world."""

from __future__ import annotations

from typing import Literal, Protocol

from contracts.labels import Document
from services._runtime.words import Change
from services.labels.domain.issued import IssuedLabel, LabelRow
from services.labels.domain.order import LabelOrder
from services.labels.domain.sender import Forgotten, Sender
from services.labels.domain.sheet import Sheet

ISSUE_LABEL = "issue_label"
"""The intent to get one label for one parcel."""

Evidence = Literal["own", "simulator"]
"""What shows that an adapter does what it says: it needs nobody else, or a simulator we wrote."""


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


class Printer(Protocol):
    """Makes the documents of a label."""

    async def draw(self, kind: str, sheet: Sheet) -> tuple[Document, ...]:
        """The documents a label of this kind needs. The same arguments give the same bytes."""
        ...


class Carrier(Protocol):
    """One carrier, as labels sees it.

    Both methods answer within `worker.LONGEST_CALL_SECONDS` together, and raise nothing but
    `domain.faults.CarrierFault`. What a carrier says is checked by its adapter.
    """

    name: str
    """The code under which merchants and rules know it."""
    title: str
    """What stands at the head of its label."""
    evidence: Evidence

    async def issue(self, order: LabelOrder) -> IssuedLabel:
        """The label. Called again only after `recover` has said that there is none.

        Raises:
            Rejected, NotCovered: never for this parcel.
            AuthFailed, RateLimited, Unavailable: certainly not taken; ask again later.
            OutcomeUnknown: perhaps taken.
        """
        ...

    async def recover(self, reference: str) -> IssuedLabel | None:
        """The label issued under `reference`, or None if there certainly is none.

        Raises:
            AuthFailed, RateLimited, Unavailable: the question was not answered; ask again later.
            OutcomeUnknown: the carrier cannot tell, and never will.
        """
        ...
