"""Wiring for loyalty. Run it: `python -m services.loyalty`."""

from __future__ import annotations

from services._runtime import mongo
from services._runtime.clock import DatabaseClock
from services._runtime.service import Parts, Service
from services.loyalty import handlers
from services.loyalty.adapters.stamps_mongo import StampsMongo
from services.loyalty.settings import Settings

NAME = "loyalty"


def build(settings: Settings) -> Service:
    """The real world plugged in."""
    db = mongo.database(settings.mongo, NAME)
    return Service(settings, Parts(NAME, handlers.routes(StampsMongo())), db, DatabaseClock(db))


def main() -> None:
    """The process."""
    build(Settings.load()).run()
