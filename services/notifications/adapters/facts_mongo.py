"""Facts in MongoDB: `customers` (whom), `portals`, `returns` (whose, and in which language)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from pymongo import UpdateOne

from contracts.labels import LabelIssued
from contracts.rules import ReturnApproved, ReturnAwaitingApproval
from contracts.shop import PortalConfigured, ShipmentRecorded
from services._runtime.mongo import Database
from services._runtime.versioned import newest
from services._runtime.words import Change
from services.notifications.domain.known import Customer, Erased, Portal, customer_of, portal_of

CUSTOMERS, PORTALS, RETURNS = "customers", "portals", "returns"


class FactsMongo:
    """See `ports.Facts`."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def customer(self, shipment_id: str) -> Customer | Erased | None:
        """See `ports.Facts`."""
        document = await self._db[CUSTOMERS].find_one({"_id": shipment_id})
        return None if document is None else _customer(document)

    async def customer_of_return(self, return_id: str) -> Customer | Erased | None:
        """See `ports.Facts`."""
        document = await self._db[RETURNS].find_one({"_id": return_id})
        return None if document is None else await self.customer(document["shipment_id"])

    async def language_of_return(self, return_id: str) -> str | None:
        """See `ports.Facts`."""
        document = await self._db[RETURNS].find_one({"_id": return_id})
        return None if document is None else document.get("language")

    async def portal(self, portal_id: str) -> Portal | None:
        """See `ports.Facts`."""
        document = await self._db[PORTALS].find_one({"_id": portal_id})
        return None if document is None else _portal(document)

    def recorded(self, shipment: ShipmentRecorded) -> Change:
        """See `ports.Facts`."""
        document = {**asdict(customer_of(shipment)), "erased": False}
        key, version = document.pop("shipment_id"), document.pop("version")
        return Change(CUSTOMERS, newest(key, version, document))

    def forgotten(self, shipment_id: str) -> Change:
        """See `ports.Facts`. What is left says only up to which version it was erased."""
        nobody = {
            "_id": "$_id",
            "version": {"$ifNull": ["$version", 0]},
            "erased": {"$literal": True},
        }
        forget = UpdateOne({"_id": shipment_id}, [{"$replaceWith": nobody}], upsert=True)
        return Change(CUSTOMERS, forget)

    def configured(self, settings: PortalConfigured) -> Change:
        """See `ports.Facts`."""
        document = asdict(portal_of(settings))
        key, version = document.pop("portal_id"), document.pop("version")
        return Change(PORTALS, newest(key, version, document))

    def issued(self, label: LabelIssued) -> Change:
        """See `ports.Facts`."""
        known = {"$setOnInsert": {"shipment_id": label.shipment_id}}
        return Change(RETURNS, UpdateOne({"_id": label.return_id}, known, upsert=True))

    def asked(self, judged: ReturnApproved | ReturnAwaitingApproval) -> Change:
        """See `ports.Facts`."""
        known = {"shipment_id": judged.shipment_id}
        if judged.language is not None:
            known["language"] = judged.language
        return Change(RETURNS, UpdateOne({"_id": judged.return_id}, {"$set": known}, upsert=True))


def _customer(document: Mapping[str, Any]) -> Customer | Erased:
    if document["erased"]:
        return Erased(document["_id"], document["version"])
    return Customer(
        shipment_id=document["_id"],
        portal_id=document["portal_id"],
        version=document["version"],
        order_no=document["order_no"],
        country=document["country"],
        name=document["name"],
        email=document["email"],
        language=document["language"],
    )


def _portal(document: Mapping[str, Any]) -> Portal:
    return Portal(
        portal_id=document["_id"],
        version=document["version"],
        brand=document["brand"],
        colour=document["colour"],
        logo_url=document["logo_url"],
        languages=tuple(document["languages"]),
        sender_email=document["sender_email"],
        notification_email=document["notification_email"],
        policy_url=document["policy_url"],
        support_url=document["support_url"],
        window_days=document["window_days"],
        wordings=document.get("wordings", {}),  # an older version of us kept none
    )
