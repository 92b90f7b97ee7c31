"""Shipments in memory, gone with the process."""

from __future__ import annotations

from services._runtime.words import Change
from services.analytics.domain.shipped import Shipment


class ShipmentsMemory:
    """See `ports.Shipments`."""

    def __init__(self) -> None:
        self.shipments: dict[str, Shipment] = {}

    def keep(self, shipment: Shipment) -> Change:
        """See `ports.Shipments`."""

        def write() -> None:
            held = self.shipments.get(shipment.shipment_id)
            if held is None or held.version < shipment.version:
                self.shipments[shipment.shipment_id] = shipment

        return Change("shipments", write)

    def forget(self, shipment_id: str) -> Change:
        """See `ports.Shipments`."""

        def write() -> None:
            self.shipments.pop(shipment_id, None)

        return Change("shipments", write)
