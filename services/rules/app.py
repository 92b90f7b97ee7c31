"""Wiring for rules. Run it with `python -m services.rules`."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path

from contracts.rules import Finding
from contracts.shop import PortalConfigured
from services._runtime import mongo
from services._runtime.clock import DatabaseClock
from services._runtime.service import Parts, Service
from services.rules.adapters import capabilities_csv, returns_mongo
from services.rules.adapters.archive_mongo import ArchiveMongo
from services.rules.adapters.facts_mongo import FactsMongo
from services.rules.adapters.returns_mongo import ReturnsMongo
from services.rules.domain.capability import Registry
from services.rules.domain.explaining import wording
from services.rules.domain.explaining.explanation import (
    ExplainedItem,
    Explanation,
    HeldRule,
    WhyNot,
)
from services.rules.domain.explaining.rehearsal import Change, Outcome, Rehearsal, Replayed
from services.rules.domain.readiness import findings
from services.rules.domain.returned import Returned
from services.rules.handlers import Handlers
from services.rules.ports import Books
from services.rules.settings import Settings
from services.rules.workers import performers

__all__ = [
    "ArchiveMongo",
    "Change",
    "ExplainedItem",
    "Explanation",
    "HeldRule",
    "Outcome",
    "Rehearsal",
    "Replayed",
    "Returned",
    "WhyNot",
    "archive",
    "build",
    "inspected",
    "known_of_carriers",
    "main",
    "wording",
]

NAME = "rules"


def build(settings: Settings) -> Service:
    """The real world plugged in."""
    db = mongo.database(settings.mongo_access(), NAME)
    now = DatabaseClock(db)
    known = known_of_carriers(settings.capabilities_file)
    books = Books(FactsMongo(db, known), ReturnsMongo(db))
    parts = Parts(
        NAME,
        routes=Handlers(books, known, now, settings.patience_seconds).routes(),
        performers=performers(books, now),
        indexes=returns_mongo.INDEXES,
        digest_key=settings.key(),
    )
    return Service(settings, parts, db, now)


def known_of_carriers(more: Path | None) -> Registry:
    """What carriers can do: as shipped, and as this installation adds.

    Raises:
        SystemExit: `more` cannot be read, or is no list of facts; says in which line and column.
    """
    try:
        return capabilities_csv.registry(more)
    except OSError as fault:
        sys.exit(f"settings_invalid: RETOUR_CAPABILITIES_FILE ({fault.strerror})")
    except capabilities_csv.Unreadable as fault:
        sys.exit(f"settings_invalid: RETOUR_CAPABILITIES_FILE ({fault})")


def inspected(
    settings: PortalConfigured, registry: Registry, on: date | None
) -> tuple[Finding, ...]:
    """What the gate would say of these settings that day. Needs neither Kafka nor a database."""
    return findings(settings, registry, on)


def archive(where: mongo.MongoAccess, more: Path | None = None) -> ArchiveMongo:
    """What was decided and why, for operators to read. `more` as in `known_of_carriers`."""
    return ArchiveMongo(mongo.database(where, NAME), known_of_carriers(more))


def main() -> None:
    """The process."""
    build(Settings.load()).run()
