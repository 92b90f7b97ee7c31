"""Shipments in MongoDB: collection `shipments`, one document each, with a row per line."""

from __future__ import annotations

from dataclasses import asdict

from pymongo import DeleteOne

from services._runtime.versioned import newest
from services._runtime.words import Change
from services.analytics.domain.shipped import Shipment

SHIPMENTS = "shipments"


class ShipmentsMongo:
    """See `ports.Shipments`."""

    def keep(self, shipment: Shipment) -> Change:
        """See `ports.Shipments`. A line that a younger version does not name is gone."""
        document = {
            "portal_id": shipment.portal_id,
            "country": shipment.country,
            "ordered_at": shipment.ordered_at,
            "lines": [asdict(line) for line in shipment.lines],
        }
        return Change(SHIPMENTS, newest(shipment.shipment_id, shipment.version, document))

    def forget(self, shipment_id: str) -> Change:
        """See `ports.Shipments`."""
        return Change(SHIPMENTS, DeleteOne({"_id": shipment_id}))
