"""Facts in memory: as strict as the real ones, gone with the process."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from contracts.shop import PortalConfigured, ShipmentRecorded
from services._runtime.words import Change
from services.rules.domain.parcel import Parcel, parcel_of
from services.rules.domain.portal import Portal, compiled
from services.rules.ports import Known


class FactsMemory:
    """See `ports.Facts`."""

    def __init__(self) -> None:
        self.portals: dict[str, Portal] = {}
        self.parcels: dict[str, Parcel] = {}
        self._seen: dict[str, int] = {}
        self._marks: dict[str, tuple[Mapping[str, int], int]] = {}
        """What was taken of forgotten parcels, and their revision."""

    async def known(self, portals: Collection[str], parcels: Collection[str]) -> Known:
        """See `ports.Facts`."""
        return Known(
            {p: self.portals[p] for p in portals if p in self.portals},
            {p: self.parcels[p] for p in parcels if p in self.parcels},
        )

    async def versions(self, portals: Collection[str]) -> Mapping[str, int]:
        """See `ports.Facts`."""
        return {p: self.portals[p].version for p in portals if p in self.portals}

    def configured(self, settings: PortalConfigured) -> Change:
        """See `ports.Facts`."""

        def write() -> None:
            held = self.portals.get(settings.portal_id)
            if held is None or held.version < settings.version:
                self.portals[settings.portal_id] = compiled(settings)

        return Change("portals", write)

    def recorded(self, shipment: ShipmentRecorded) -> Change:
        """See `ports.Facts`."""

        def write() -> None:
            if self._seen.get(shipment.shipment_id, 0) >= shipment.version:
                return
            self._seen[shipment.shipment_id] = shipment.version
            fresh, held = parcel_of(shipment), self.parcels.get(shipment.shipment_id)
            mark = self._marks.pop(shipment.shipment_id, ({}, 0))
            taken, revision = (held.taken, held.revision) if held else mark
            self.parcels[shipment.shipment_id] = fresh.resumed(taken, revision)

        return Change("parcels", write)

    def forgotten(self, shipment_id: str) -> Change:
        """See `ports.Facts`."""

        def write() -> None:
            held = self.parcels.pop(shipment_id, None)
            if held is not None:
                self._marks[shipment_id] = (held.taken, held.revision)

        return Change("parcels", write)

    def taken(self, before: Parcel, after: Parcel) -> Change:
        """See `ports.Facts`."""

        def write() -> bool:
            held = self.parcels.get(before.shipment_id)
            if held is None or held.revision != before.revision:
                return False
            self.parcels[before.shipment_id] = held.resumed(after.taken, after.revision)
            return True

        return Change("parcels", write, guarded=True)
