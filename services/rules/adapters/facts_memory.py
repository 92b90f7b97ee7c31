"""Facts in memory: as strict as the real ones, gone with the process."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from contracts.rules import RequestedItem
from contracts.shop import PortalConfigured, ShipmentRecorded
from services._runtime.words import Change
from services.rules.domain.capability import Registry
from services.rules.domain.parcel import Parcel, parcel_of
from services.rules.domain.portal import Portal, compiled
from services.rules.ports import Known


class FactsMemory:
    """See `ports.Facts`."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self.portals: dict[str, Portal] = {}
        self.parcels: dict[str, Parcel] = {}
        self._versions: dict[tuple[str, int], PortalConfigured] = {}
        self._seen: dict[str, int] = {}
        self._marks: dict[str, Parcel] = {}
        """What was taken of forgotten parcels. Of the rest nothing is looked at."""

    async def known(self, portals: Collection[str], parcels: Collection[str]) -> Known:
        """See `ports.Facts`."""
        return Known(
            {p: self.portals[p] for p in portals if p in self.portals},
            {p: self.parcels[p] for p in parcels if p in self.parcels},
        )

    async def versions(self, portals: Collection[str]) -> Mapping[str, int]:
        """See `ports.Facts`."""
        return {p: self.portals[p].version for p in portals if p in self.portals}

    async def settings_of(self, portal_id: str, version: int) -> PortalConfigured | None:
        """The settings of this version, in force or not; None if they never were."""
        return self._versions.get((portal_id, version))

    def configured(self, settings: PortalConfigured) -> tuple[Change, ...]:
        """See `ports.Facts`."""

        def enforce() -> None:
            held = self.portals.get(settings.portal_id)
            if held is None or held.version < settings.version:
                self.portals[settings.portal_id] = compiled(settings, self._registry)

        def remember() -> None:
            self._versions.setdefault((settings.portal_id, settings.version), settings)

        return Change("portals", enforce), Change("settings_versions", remember)

    def recorded(self, shipment: ShipmentRecorded) -> Change:
        """See `ports.Facts`."""

        def write() -> None:
            shipment_id = shipment.shipment_id
            if self._seen.get(shipment_id, 0) >= shipment.version:
                return
            self._seen[shipment_id] = shipment.version
            fresh = parcel_of(shipment)
            held = self.parcels.get(shipment_id) or self._marks.pop(shipment_id, fresh)
            self.parcels[shipment_id] = fresh.resumed(held.taken, held.revision, held.returns)

        return Change("parcels", write)

    def forgotten(self, shipment_id: str) -> Change:
        """See `ports.Facts`."""

        def write() -> None:
            held = self.parcels.pop(shipment_id, None)
            if held is not None:
                self._marks[shipment_id] = held

        return Change("parcels", write)

    def taken(self, before: Parcel, after: Parcel) -> Change:
        """See `ports.Facts`."""

        def write() -> bool:
            held = self.parcels.get(before.shipment_id)
            if held is None or held.revision != before.revision:
                return False
            self.parcels[before.shipment_id] = held.resumed(
                after.taken, after.revision, after.returns
            )
            return True

        return Change("parcels", write, guarded=True)

    def freed(self, shipment_id: str, items: Iterable[RequestedItem]) -> Change:
        """See `ports.Facts`."""
        returned = tuple(items)

        def write() -> None:
            for lie in (self.parcels, self._marks):
                if shipment_id in lie:
                    lie[shipment_id] = lie[shipment_id].restored(returned)

        return Change("parcels", write)
