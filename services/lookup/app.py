"""Wiring for lookup. Run it: `python -m services.lookup`."""

from __future__ import annotations

from services._runtime import mongo
from services._runtime.clock import DatabaseClock
from services._runtime.service import Parts, Service
from services._runtime.worker import Performer
from services.lookup.adapters import budgets_mongo, facts_mongo
from services.lookup.adapters.budgets_mongo import BudgetsMongo
from services.lookup.adapters.facts_mongo import FactsMongo
from services.lookup.handlers import Handlers
from services.lookup.ports import BUDGET_SPENT, LOOK_AGAIN
from services.lookup.settings import Settings
from services.lookup.workers import Alert, LookAgain

NAME = "lookup"


def build(settings: Settings) -> Service:
    """The real world plugged in."""
    return wired(settings, mongo.database(settings.mongo_access(), NAME))


def wired(settings: Settings, db: mongo.Database) -> Service:
    """The service on this database."""
    now = DatabaseClock(db)
    facts = FactsMongo(db)
    limits = settings.limits()
    handlers = Handlers(
        facts,
        BudgetsMongo(db, limits),
        settings.key(),
        now,
        settings.late_seconds,
        settings.patience_seconds,
        limits,
        settings.floor(),
    )
    performers: dict[str, Performer] = {LOOK_AGAIN: LookAgain(facts, now), BUDGET_SPENT: Alert()}
    indexes = (*facts_mongo.INDEXES, *budgets_mongo.INDEXES)
    parts = Parts(NAME, handlers.routes(), performers, indexes, digest_key=settings.key())
    return Service(settings, parts, db, now)


def main() -> None:
    """The process."""
    build(Settings.load()).run()
