"""Facts in MongoDB: `portals` (settings in force), `settings_versions` (all of them), `parcels`.

A parcel's document holds what was recorded of it, and what was taken.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from pymongo import UpdateOne

from contracts.rules import RequestedItem
from contracts.shop import PortalConfigured, ShipmentRecorded
from services._runtime.mongo import Database
from services._runtime.versioned import newest
from services._runtime.words import Change
from services.rules.adapters.facts_compiled import MOST_BYTES, Compiled
from services.rules.adapters.facts_stored import parcel_document, parcel_from
from services.rules.domain.capability import Registry
from services.rules.domain.parcel import Parcel, parcel_of
from services.rules.domain.portal import Portal
from services.rules.ports import Known

PORTALS, VERSIONS, PARCELS = "portals", "settings_versions", "parcels"

_NOT_FORGOTTEN: Mapping[str, Any] = {"forgotten": {"$ne": True}}


class FactsMongo:
    """See `ports.Facts`."""

    def __init__(self, db: Database, registry: Registry, most_bytes: int = MOST_BYTES) -> None:
        self._db = db
        self._compiled = Compiled(registry, most_bytes)

    async def known(self, portals: Collection[str], parcels: Collection[str]) -> Known:
        """See `ports.Facts`. Settings are read and compiled once per version."""
        found, lying = await asyncio.gather(self._portals(portals), self._parcels(parcels))
        return Known(found, lying)

    async def versions(self, portals: Collection[str]) -> Mapping[str, int]:
        """See `ports.Facts`."""
        found = self._db[PORTALS].find({"_id": {"$in": list(portals)}}, {"version": 1})
        return {document["_id"]: document["version"] async for document in found}

    async def settings_of(self, portal_id: str, version: int) -> PortalConfigured | None:
        """The settings of this version, in force or not; None if they never were."""
        document = await self._db[VERSIONS].find_one({"_id": _version_id(portal_id, version)})
        return None if document is None else PortalConfigured.read(document["settings"])

    async def _portals(self, wanted: Collection[str]) -> dict[str, Portal]:
        versions = await self.versions(wanted) if wanted else {}
        # In hand before anything is kept: what is kept may push out what another batch needs.
        missing = set(self._compiled.missing(versions))
        held = {p: self._compiled.get(p) for p in versions if p not in missing}
        if missing:
            found = self._db[PORTALS].find({"_id": {"$in": list(missing)}}, {"settings": 1})
            held |= {d["_id"]: self._compiled.keep(d["settings"]) async for d in found}
        return held

    async def _parcels(self, wanted: Collection[str]) -> dict[str, Parcel]:
        if not wanted:
            return {}
        found = self._db[PARCELS].find({"_id": {"$in": list(wanted)}, **_NOT_FORGOTTEN})
        return {document["_id"]: parcel_from(document, document["_id"]) async for document in found}

    def configured(self, settings: PortalConfigured) -> tuple[Change, ...]:
        """See `ports.Facts`."""
        portal_id, version, body = settings.portal_id, settings.version, settings.body()
        first = {"portal_id": portal_id, "version": version, "settings": body}
        of_this = {"_id": _version_id(portal_id, version)}
        return (
            Change(PORTALS, newest(portal_id, version, {"settings": body})),
            Change(VERSIONS, UpdateOne(of_this, {"$setOnInsert": first}, upsert=True)),
        )

    def recorded(self, shipment: ShipmentRecorded) -> Change:
        """See `ports.Facts`."""
        untouched = {"taken": {}, "revision": 0, "returns": 0}
        document = {**parcel_document(parcel_of(shipment)), "forgotten": False}
        return Change(PARCELS, newest(shipment.shipment_id, shipment.version, document, untouched))

    def forgotten(self, shipment_id: str) -> Change:
        """See `ports.Facts`."""
        mark = {
            "_id": "$_id",
            "version": {"$ifNull": ["$version", 0]},
            "forgotten": {"$literal": True},
            "taken": {"$ifNull": ["$taken", {"$literal": {}}]},
            "revision": {"$ifNull": ["$revision", 0]},
            "returns": {"$ifNull": ["$returns", 0]},
        }
        forget = UpdateOne({"_id": shipment_id}, [{"$replaceWith": mark}], upsert=True)
        return Change(PARCELS, forget)

    def taken(self, before: Parcel, after: Parcel) -> Change:
        """See `ports.Facts`."""
        as_it_was = {"_id": before.shipment_id, "revision": before.revision, **_NOT_FORGOTTEN}
        now = {
            "taken": dict(after.taken),
            "revision": after.revision,
            "returns": after.returns,
        }
        return Change(PARCELS, UpdateOne(as_it_was, {"$set": now}), guarded=True)

    def freed(self, shipment_id: str, items: Iterable[RequestedItem]) -> Change:
        """See `ports.Facts`. Names of lines may have dots, so no `$inc` can find them."""
        units: Counter[str] = Counter()
        for item in items:
            units[item.line_id] += item.quantity
        place = {"$indexOfArray": [{"$literal": list(units)}, "$$line.k"]}
        less = {"$arrayElemAt": [{"$literal": [*units.values(), 0]}, place]}  # at -1: the last
        left = {"k": "$$line.k", "v": {"$max": [0, {"$subtract": ["$$line.v", less]}]}}
        lines = {"$map": {"input": {"$objectToArray": "$taken"}, "as": "line", "in": left}}
        returns = {"$subtract": [{"$ifNull": ["$returns", 0]}, 1]}
        now = {
            "taken": {"$arrayToObject": lines},
            "revision": {"$add": ["$revision", 1]},
            "returns": {"$max": [0, returns]},
        }
        return Change(PARCELS, UpdateOne({"_id": shipment_id}, [{"$set": now}]))


def _version_id(portal_id: str, version: int) -> str:
    return f"{portal_id}:{version}"
