"""Wiring for rules. Run it with `python -m services.rules`."""

from __future__ import annotations

from services._runtime import mongo
from services._runtime.service import Parts, Service, utc_now
from services.rules.adapters.facts_mongo import FactsMongo
from services.rules.handlers import Handlers
from services.rules.ports import JUDGE_REQUEST, OFFER_OPTIONS
from services.rules.settings import Settings
from services.rules.workers import JudgeRequest, OfferOptions

NAME = "rules"


def build(settings: Settings) -> Service:
    """The real world plugged in."""
    db = mongo.database(settings.mongo, NAME)
    facts = FactsMongo(db)
    parts = Parts(
        NAME,
        routes=Handlers(facts, utc_now, settings.patience_seconds).routes(),
        performers={
            JUDGE_REQUEST: JudgeRequest(facts, utc_now),
            OFFER_OPTIONS: OfferOptions(facts, utc_now),
        },
    )
    return Service(settings, parts, db)


def main() -> None:
    """The process."""
    build(Settings.load()).run()
