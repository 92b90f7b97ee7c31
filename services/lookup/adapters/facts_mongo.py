"""Facts in MongoDB: `portals` (open or closed) and `parcels` (digest, country, delivery)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from pymongo import UpdateOne

from services._runtime.mongo import Database, Index
from services._runtime.versioned import newest
from services._runtime.words import Change
from services.lookup.domain.parcel import Parcel
from services.lookup.domain.portal import Portal
from services.lookup.ports import Known

PORTALS, PARCELS = "portals", "parcels"

INDEXES: Sequence[Index] = ((PARCELS, [("digest", 1)], {}),)


class FactsMongo:
    """See `ports.Facts`."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def known(self, portals: Collection[str], digests: Collection[str]) -> Known:
        """See `ports.Facts`. Two questions, however many are asked about and whatever is there."""
        judged = self._db[PORTALS].find({"_id": {"$in": list(portals)}})
        recorded = self._db[PARCELS].find({"digest": {"$in": list(digests)}})
        named: dict[str, list[Parcel]] = defaultdict(list)
        async for document in recorded:
            named[document["digest"]].append(_parcel(document))
        return Known({document["_id"]: _portal(document) async for document in judged}, named)

    def judged(self, portal: Portal) -> Change:
        """See `ports.Facts`."""
        return Change(PORTALS, newest(portal.portal_id, portal.version, {"open": portal.open}))

    def recorded(self, parcel: Parcel) -> Change:
        """See `ports.Facts`."""
        document = {
            "portal_id": parcel.portal_id,
            "digest": parcel.digest,
            "country": parcel.country,
            "delivered_at": parcel.delivered_at,
        }
        return Change(PARCELS, newest(parcel.shipment_id, parcel.version, document))

    def forgotten(self, shipment_id: str) -> Change:
        """See `ports.Facts`. What is left, up to which version, has no digest: nothing names it."""
        mark = {"_id": "$_id", "version": {"$ifNull": ["$version", 0]}}
        forget = UpdateOne({"_id": shipment_id}, [{"$replaceWith": mark}], upsert=True)
        return Change(PARCELS, forget)


def _portal(document: Mapping[str, Any]) -> Portal:
    return Portal(document["_id"], document["version"], document["open"])


def _parcel(document: Mapping[str, Any]) -> Parcel:
    return Parcel(
        shipment_id=document["_id"],
        portal_id=document["portal_id"],
        version=document["version"],
        digest=document["digest"],
        country=document["country"],
        delivered_at=document["delivered_at"],
    )
