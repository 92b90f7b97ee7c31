"""Wiring for rules. Run it with `python -m services.rules`."""

from __future__ import annotations

from services._runtime import mongo
from services._runtime.clock import DatabaseClock
from services._runtime.service import Parts, Service
from services.rules.adapters.facts_mongo import FactsMongo
from services.rules.handlers import Handlers
from services.rules.ports import JUDGE_REQUEST, OFFER_OPTIONS
from services.rules.settings import Settings
from services.rules.workers import JudgeRequest, OfferOptions

NAME = "rules"


def build(settings: Settings) -> Service:
    """The real world plugged in."""
    db = mongo.database(settings.mongo_access(), NAME)
    now = DatabaseClock(db)
    facts = FactsMongo(db)
    parts = Parts(
        NAME,
        routes=Handlers(facts, now, settings.patience_seconds).routes(),
        performers={
            JUDGE_REQUEST: JudgeRequest(facts, now),
            OFFER_OPTIONS: OfferOptions(facts, now),
        },
        digest_key=settings.key(),
    )
    return Service(settings, parts, db, now)


def main() -> None:
    """The process."""
    build(Settings.load()).run()
