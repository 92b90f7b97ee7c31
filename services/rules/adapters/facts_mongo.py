"""Facts in MongoDB: `portals` (settings as they came) and `parcels` (with what was taken)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from pymongo import UpdateOne

from contracts.shape import Money
from contracts.shop import PortalConfigured, ShipmentRecorded
from services._runtime.mongo import Database
from services._runtime.versioned import newest
from services._runtime.words import Change
from services.rules.domain.parcel import Line, Parcel, parcel_of
from services.rules.domain.portal import Portal, compiled
from services.rules.ports import Known

PORTALS, PARCELS = "portals", "parcels"

_NOT_FORGOTTEN: Mapping[str, Any] = {"forgotten": {"$ne": True}}


class FactsMongo:
    """See `ports.Facts`."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._compiled: dict[str, Portal] = {}

    async def known(self, portals: Collection[str], parcels: Collection[str]) -> Known:
        """See `ports.Facts`. Settings are read and compiled once per version."""
        known = Known()
        for portal_id, version in (await self.versions(portals)).items():
            known.portals[portal_id] = await self._portal(portal_id, version)
        wanted = {"_id": {"$in": list(parcels)}, **_NOT_FORGOTTEN}
        async for document in self._db[PARCELS].find(wanted):
            known.parcels[document["_id"]] = _parcel(document)
        return known

    async def versions(self, portals: Collection[str]) -> Mapping[str, int]:
        """See `ports.Facts`."""
        found = self._db[PORTALS].find({"_id": {"$in": list(portals)}}, {"version": 1})
        return {document["_id"]: document["version"] async for document in found}

    async def _portal(self, portal_id: str, version: int) -> Portal:
        held = self._compiled.get(portal_id)
        if held is None or held.version < version:
            document = await self._db[PORTALS].find_one({"_id": portal_id}) or {}
            held = self._compiled[portal_id] = compiled(PortalConfigured.read(document["settings"]))
        return held

    def configured(self, settings: PortalConfigured) -> Change:
        """See `ports.Facts`."""
        document = {"settings": settings.body()}
        return Change(PORTALS, newest(settings.portal_id, settings.version, document))

    def recorded(self, shipment: ShipmentRecorded) -> Change:
        """See `ports.Facts`."""
        untouched = {"taken": {}, "revision": 0}
        document = {**_document(shipment), "forgotten": False}
        return Change(PARCELS, newest(shipment.shipment_id, shipment.version, document, untouched))

    def forgotten(self, shipment_id: str) -> Change:
        """See `ports.Facts`."""
        mark = {
            "_id": "$_id",
            "version": {"$ifNull": ["$version", 0]},
            "forgotten": {"$literal": True},
            "taken": {"$ifNull": ["$taken", {"$literal": {}}]},
            "revision": {"$ifNull": ["$revision", 0]},
        }
        forget = UpdateOne({"_id": shipment_id}, [{"$replaceWith": mark}], upsert=True)
        return Change(PARCELS, forget)

    def taken(self, before: Parcel, after: Parcel) -> Change:
        """See `ports.Facts`."""
        as_it_was = {"_id": before.shipment_id, "revision": before.revision, **_NOT_FORGOTTEN}
        now = {"$set": {"taken": dict(after.taken), "revision": after.revision}}
        return Change(PARCELS, UpdateOne(as_it_was, now), guarded=True)


def _document(shipment: ShipmentRecorded) -> dict[str, Any]:
    parcel = parcel_of(shipment)
    return {
        "portal_id": parcel.portal_id,
        "order_no": parcel.order_no,
        "country": parcel.country,
        "ordered_at": parcel.ordered_at,
        "delivered_at": parcel.delivered_at,
        "lines": [
            {
                "line_id": line.line_id,
                "sku": line.sku,
                "name": line.name,
                "quantity": line.quantity,
                "minor": line.unit_price.minor,
                "currency": line.unit_price.currency,
                "final_sale": line.final_sale,
            }
            for line in parcel.lines.values()
        ],
    }


def _parcel(document: Mapping[str, Any]) -> Parcel:
    return Parcel(
        shipment_id=document["_id"],
        portal_id=document["portal_id"],
        order_no=document["order_no"],
        country=document["country"],
        ordered_at=document["ordered_at"],
        delivered_at=document["delivered_at"],
        lines={line["line_id"]: _line(line) for line in document["lines"]},
        taken=document["taken"],
        revision=document["revision"],
    )


def _line(line: Mapping[str, Any]) -> Line:
    price = Money(minor=line["minor"], currency=line["currency"])
    return Line(
        line["line_id"], line["sku"], line["name"], line["quantity"], price, line["final_sale"]
    )
