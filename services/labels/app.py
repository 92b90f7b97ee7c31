"""Wiring for labels. Run it: `python -m services.labels`."""

from __future__ import annotations

from collections.abc import Mapping

from services._runtime import mongo
from services._runtime.clock import DatabaseClock
from services._runtime.service import Parts, Service
from services.labels import handlers
from services.labels.adapters.carriers.fuse import Fused
from services.labels.adapters.carriers.in_store import InStore
from services.labels.adapters.carriers.own_label import OwnLabel
from services.labels.adapters.carriers.simulated import Simulated
from services.labels.adapters.labels_mongo import LabelsMongo
from services.labels.adapters.press import Press
from services.labels.adapters.senders_mongo import SendersMongo
from services.labels.ports import ISSUE_LABEL, Carrier
from services.labels.settings import Settings
from services.labels.workers import IssueLabel

NAME = "labels"


def carriers(settings: Settings) -> Mapping[str, Carrier]:
    """Every carrier there is, by its code. The simulated one only where its address is known."""
    found: list[Carrier] = [InStore(), OwnLabel()]
    if settings.carrier_url is not None:
        found.append(Fused(Simulated(settings.carrier_url)))
    return {carrier.name: carrier for carrier in found}


def build(settings: Settings) -> Service:
    """The real world plugged in."""
    db = mongo.database(settings.mongo_access(), NAME)
    now = DatabaseClock(db)
    senders = SendersMongo(db)
    found, press = carriers(settings), Press(settings.drawing_processes)
    parts = Parts(
        NAME,
        routes=handlers.routes(senders),
        performers={ISSUE_LABEL: IssueLabel(senders, LabelsMongo(db), found, press, now)},
        opening=(press.warm,),
        closing=(press.close, *(c.close for c in found.values() if isinstance(c, Fused))),
    )
    return Service(settings, parts, db, now)


def main() -> None:
    """The process. Drawing processes end with it, however it ends."""
    build(Settings.load()).run()
