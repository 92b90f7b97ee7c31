"""What lookup needs from the world."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from services._runtime.words import Change
from services.lookup.domain.budget import Standing, Tally
from services.lookup.domain.parcel import Parcel
from services.lookup.domain.portal import Portal

LOOK_AGAIN = "look_again"
"""Intent: a question heard late, which its parcel may not have overtaken yet."""
BUDGET_SPENT = "budget_spent"
"""Intent: an operator is told that somebody guesses."""


@dataclass(frozen=True, slots=True)
class Known:
    """The facts around a batch of questions. What nobody told us is missing."""

    portals: Mapping[str, Portal] = field(default_factory=dict)
    """By portal id."""
    parcels: Mapping[str, Sequence[Parcel]] = field(default_factory=dict)
    """By the digest of the claim that names them."""


class Facts(Protocol):
    """The portals and parcels lookup decides on."""

    async def known(self, portals: Collection[str], digests: Collection[str]) -> Known:
        """What is known of these, asked the same way whether there is anything or not."""
        ...

    def judged(self, portal: Portal) -> Change:
        """The portal is open or closed, unless a younger version of its settings said otherwise."""
        ...

    def recorded(self, parcel: Parcel) -> Change:
        """The parcel is known, unless a younger version of it is."""
        ...

    def forgotten(self, shipment_id: str) -> Change:
        """Nothing is known of this parcel but up to which version it was forgotten.

        Only a younger version brings it back.
        """
        ...


class Budgets(Protocol):
    """What wrong answers have used up, for all processes of lookup together."""

    async def standing(self, keys: Collection[str], portals: Collection[str]) -> Standing:
        """What was used up, asked the same way whether anything was or not."""
        ...

    def spent(self, tally: Tally, writer: int, now: datetime) -> tuple[Change, ...]:
        """The budgets stand as `tally` leaves them. Every kind of no takes as many writes.

        They are guarded: if a budget has changed since it was read, nothing stands and the whole
        batch is decided again. `writer` is a number no other process counts under meanwhile, so
        that none waits for another to count a portal's traffic.
        """
        ...
