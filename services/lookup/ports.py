"""What lookup needs from the world."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from services._runtime.words import Change
from services.lookup.domain.parcel import Parcel
from services.lookup.domain.portal import Portal

LOOK_AGAIN = "look_again"
"""Intent: a question heard late, which its parcel may not have overtaken yet."""


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
        """Nothing is known of this parcel any more."""
        ...
