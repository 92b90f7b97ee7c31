"""Facts in memory: as strict as the real ones, gone with the process."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection

from services._runtime.words import Change
from services.lookup.domain.parcel import Parcel
from services.lookup.domain.portal import Portal
from services.lookup.ports import Known


class FactsMemory:
    """See `ports.Facts`."""

    def __init__(self) -> None:
        self.portals: dict[str, Portal] = {}
        self.parcels: dict[str, Parcel] = {}
        self._forgotten: dict[str, int] = {}
        """The version each forgotten parcel had."""

    async def known(self, portals: Collection[str], digests: Collection[str]) -> Known:
        """See `ports.Facts`."""
        named: dict[str, list[Parcel]] = defaultdict(list)
        for parcel in self.parcels.values():
            if parcel.digest is not None and parcel.digest in digests:
                named[parcel.digest].append(parcel)
        return Known({p: self.portals[p] for p in portals if p in self.portals}, named)

    def judged(self, portal: Portal) -> Change:
        """See `ports.Facts`."""

        def write() -> None:
            held = self.portals.get(portal.portal_id)
            if held is None or held.version < portal.version:
                self.portals[portal.portal_id] = portal

        return Change("portals", write)

    def recorded(self, parcel: Parcel) -> Change:
        """See `ports.Facts`."""

        def write() -> None:
            held = self.parcels.get(parcel.shipment_id)
            known = held.version if held else self._forgotten.get(parcel.shipment_id, 0)
            if known < parcel.version:
                self._forgotten.pop(parcel.shipment_id, None)
                self.parcels[parcel.shipment_id] = parcel

        return Change("parcels", write)

    def forgotten(self, shipment_id: str) -> Change:
        """See `ports.Facts`."""

        def write() -> None:
            held = self.parcels.pop(shipment_id, None)
            self._forgotten.setdefault(shipment_id, held.version if held else 0)

        return Change("parcels", write)
