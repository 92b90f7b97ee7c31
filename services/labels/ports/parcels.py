"""What labels needs in order to follow parcels: a store, and a count of calls."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Protocol

from contracts.envelope import Envelope
from services._runtime.words import Change, Plan
from services.labels.domain.following import Parcel

TAKE_HOOK, FOLLOW_PARCELS = "take_hook", "follow_parcels"
MOVE_PARCEL, LAPSE_LABEL = "move_parcel", "lapse_label"
"""Intents: what a carrier posted, asking it, what its scans mean for one parcel, a label's end."""


class Parcels(Protocol):
    """Where returned parcels are, as far as we know."""

    def opened(self, parcel: Parcel) -> Change:
        """The parcel is known as it was first kept, however often it is kept."""
        ...

    def moved(self, before: Parcel, after: Parcel) -> Change:
        """The parcel is as `after` says. Guarded: a conflict if it is not as it was `before`."""
        ...

    def looked(self, references: Sequence[str], look_at: datetime | None) -> Change:
        """They are asked for next at `look_at`, unless nobody asks for them any more."""
        ...

    async def of(self, reference: str) -> Parcel | None:
        """The parcel of this label."""
        ...

    async def numbered(
        self, carrier: str, connection: str, numbers: Collection[str]
    ) -> Sequence[Parcel]:
        """Those with these numbers, of labels bought under this contract."""
        ...

    async def due(
        self, carrier: str, connection: str, now: datetime, most: int
    ) -> Sequence[Parcel]:
        """Up to `most` of this contract's that should be asked for by now.

        One of every merchant, then a second one of every merchant, and so on: nobody's many parcels
        stand before another's few.
        """
        ...

    async def next_due(self, carrier: str, connection: str, after: datetime) -> datetime | None:
        """When the next of this contract's parcels is to be asked for, later than `after`."""
        ...

    async def has_told(self, intent: str) -> bool:
        """Whether what this intent had to tell is out, so that what comes next cannot overtake."""
        ...


class Calls(Protocol):
    """How often a carrier was called today, whichever process did it."""

    async def count(self, connection: str, day: date, most: int) -> bool:
        """Whether another call may be made: it is counted, and there are at most `most`."""
        ...


class Inbox(Protocol):
    """Takes in what comes by another door than Kafka."""

    async def take(self, plan: Plan, cause: Envelope) -> None:
        """It will be done, once. Kept when this returns.

        Raises whatever the store does if it is down.
        """
        ...
