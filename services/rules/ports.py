"""What rules needs from the world."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from contracts.shop import PortalConfigured, ShipmentRecorded
from services._runtime.words import Change
from services.rules.domain.parcel import Parcel
from services.rules.domain.portal import Portal

JUDGE_REQUEST, OFFER_OPTIONS = "judge_request", "offer_options"
"""Intents: what must wait because its parcel is not recorded yet."""


@dataclass(slots=True)
class Known:
    """The facts around a batch of messages, kept up to date while the batch is decided."""

    portals: dict[str, Portal] = field(default_factory=dict)
    parcels: dict[str, Parcel] = field(default_factory=dict)


class Facts(Protocol):
    """The portals and parcels rules decides on."""

    async def known(self, portals: Collection[str], parcels: Collection[str]) -> Known:
        """What is known of these; what is not known is missing."""
        ...

    async def versions(self, portals: Collection[str]) -> Mapping[str, int]:
        """The settings version in force per portal; unknown portals are missing."""
        ...

    def configured(self, settings: PortalConfigured) -> Change:
        """These settings are in force, unless younger ones are."""
        ...

    def recorded(self, shipment: ShipmentRecorded) -> Change:
        """The parcel is known, unless a younger version of it is. What was taken stays taken."""
        ...

    def forgotten(self, shipment_id: str) -> Change:
        """Known is only what was taken of this parcel, and up to which version it was forgotten.

        Only a younger version brings it back, and what was taken stays taken.
        """
        ...

    def taken(self, before: Parcel, after: Parcel) -> Change:
        """What `after` has taken is taken. Guarded: a conflict if it is not as it was `before`."""
        ...
