"""Wiring for lookup. Run it: `python -m services.lookup`."""

from __future__ import annotations

from services._runtime import mongo
from services._runtime.service import Parts, Service, utc_now
from services.lookup.adapters.facts_mongo import INDEXES, FactsMongo
from services.lookup.handlers import Handlers
from services.lookup.ports import LOOK_AGAIN
from services.lookup.settings import Settings
from services.lookup.workers import LookAgain

NAME = "lookup"


def build(settings: Settings) -> Service:
    """The real world plugged in."""
    db = mongo.database(settings.mongo, NAME)
    facts = FactsMongo(db)
    handlers = Handlers(
        facts, settings.key(), utc_now, settings.late_seconds, settings.patience_seconds
    )
    performers = {LOOK_AGAIN: LookAgain(facts, utc_now)}
    return Service(settings, Parts(NAME, handlers.routes(), performers, INDEXES), db)


def main() -> None:
    """The process."""
    build(Settings.load()).run()
