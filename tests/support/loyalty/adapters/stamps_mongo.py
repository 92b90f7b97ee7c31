"""Stamps in MongoDB: collection `stamps`, one document per return."""

from __future__ import annotations

from pymongo import UpdateOne

from services._runtime.words import Change
from services.loyalty.domain import Stamp

STAMPS = "stamps"


class StampsMongo:
    """See `ports.Stamps`."""

    def keep(self, stamp: Stamp) -> Change:
        """See `ports.Stamps`."""
        kept = {"portal_id": stamp.portal_id, "units": stamp.units}
        return Change(
            STAMPS, UpdateOne({"_id": stamp.return_id}, {"$setOnInsert": kept}, upsert=True)
        )
