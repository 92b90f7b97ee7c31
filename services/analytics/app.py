"""Wiring for analytics. Run it: `python -m services.analytics`."""

from __future__ import annotations

from services._runtime import mongo
from services._runtime.clock import DatabaseClock
from services._runtime.service import Parts, Service
from services.analytics import handlers
from services.analytics.adapters.labels_mongo import LabelsMongo
from services.analytics.adapters.reasons_mongo import INDEXES, ReasonsMongo
from services.analytics.adapters.shipments_mongo import ShipmentsMongo
from services.analytics.settings import Settings

NAME = "analytics"


def build(settings: Settings) -> Service:
    """The real world plugged in."""
    db = mongo.database(settings.mongo_access(), NAME)
    routes = handlers.routes(ReasonsMongo(db), LabelsMongo(), ShipmentsMongo())
    parts = Parts(NAME, routes=routes, indexes=INDEXES)
    return Service(settings, parts, db, DatabaseClock(db))


def main() -> None:
    """The process."""
    build(Settings.load()).run()
