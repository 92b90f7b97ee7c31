"""Wiring for lookup. Run it: `python -m services.lookup`."""

from __future__ import annotations

from services._runtime import mongo
from services._runtime.service import Parts, Service, utc_now
from services.lookup.adapters.facts_mongo import INDEXES, FactsMongo
from services.lookup.handlers import Handlers
from services.lookup.settings import Settings

NAME = "lookup"


def build(settings: Settings) -> Service:
    """The real world plugged in."""
    db = mongo.database(settings.mongo, NAME)
    handlers = Handlers(FactsMongo(db), settings.key(), utc_now)
    return Service(settings, Parts(NAME, handlers.routes(), indexes=INDEXES), db)


def main() -> None:
    """The process."""
    build(Settings.load()).run()
