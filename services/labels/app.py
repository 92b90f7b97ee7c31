"""Wiring for labels. Run it: `python -m services.labels`."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from services._runtime import mongo
from services._runtime.clock import DatabaseClock
from services._runtime.ledger_mongo import LedgerMongo
from services._runtime.service import Parts, Service
from services.labels import handlers
from services.labels.adapters import (
    answers_mongo,
    carriers,
    connections,
    hooks_http,
    parcels_mongo,
    points_mongo,
    purchases_mongo,
    spending_mongo,
)
from services.labels.adapters.answers_mongo import AnswersMongo
from services.labels.adapters.atlas import Atlas
from services.labels.adapters.carriers import simulated
from services.labels.adapters.connections import Known
from services.labels.adapters.labels_mongo import LabelsMongo
from services.labels.adapters.parcels_mongo import CallsMongo, ParcelsMongo
from services.labels.adapters.places_mongo import PlacesMongo
from services.labels.adapters.points_mongo import PointsMongo
from services.labels.adapters.press import Press
from services.labels.adapters.purchases_mongo import PurchasesMongo
from services.labels.adapters.senders_mongo import SendersMongo
from services.labels.adapters.spending_mongo import SpendingMongo
from services.labels.adapters.verdicts import Seen, Verdict, Verdicts
from services.labels.domain.connection import PLATFORM, Connection
from services.labels.domain.point import Place, Point, Spot
from services.labels.domain.postcode import code_of_place
from services.labels.ports import CANCEL_LABEL, ISSUE_LABEL, TELL_DELAY
from services.labels.ports.parcels import FOLLOW_PARCELS, LAPSE_LABEL, MOVE_PARCEL, TAKE_HOOK
from services.labels.ports.points import PROPOSE_POINTS
from services.labels.settings import Settings
from services.labels.workers.cancel import CancelLabel
from services.labels.workers.chosen import Chosen
from services.labels.workers.delay import TellDelay
from services.labels.workers.ending import Ending
from services.labels.workers.finding import Finder
from services.labels.workers.follow import FollowParcels
from services.labels.workers.issue import IssueLabel
from services.labels.workers.lapse import LapseLabel
from services.labels.workers.move import MoveParcel, TakeHook
from services.labels.workers.points import ProposePoints
from services.labels.workers.purse import Purse

__all__ = [
    "Atlas",
    "Place",
    "Point",
    "Seen",
    "Spot",
    "Verdict",
    "Verdicts",
    "atlas",
    "build",
    "code_of_place",
    "main",
    "verdicts",
]

NAME = "labels"


def simulator(settings: Settings) -> Connection | None:
    """The contract that all merchants have with the simulator, where its address is known."""
    if settings.carrier_url is None:
        return None
    return Connection(PLATFORM, simulated.NAME, settings.carrier_url)


def build(settings: Settings) -> Service:
    """The real world plugged in."""
    db = mongo.database(settings.mongo_access(), NAME)
    now = DatabaseClock(db)
    senders = SendersMongo(db)
    found, press = carriers.every(), Press(settings.drawing_processes, settings.label_formats)
    known = Known(
        connections.read(
            settings.connections_file,
            simulator(settings),
            found,
            production=settings.mode == "production",
        )
    )
    labels, purchases = LabelsMongo(db), PurchasesMongo(db, now)
    parcels = ParcelsMongo(db)
    purse = Purse(purchases, SpendingMongo(db, now), now)
    places = PlacesMongo(db)
    finder = Finder(PointsMongo(db), AnswersMongo(db), found, known, now)
    chosen = Chosen(finder, places)
    ending = Ending(senders, labels, press, purse, parcels, chosen, now)
    parts = Parts(
        NAME,
        routes=handlers.routes(senders),
        performers={
            ISSUE_LABEL: IssueLabel(senders, labels, found, known, purse, ending, now),
            CANCEL_LABEL: CancelLabel(labels, purchases, found, known, now),
            TELL_DELAY: TellDelay(),
            TAKE_HOOK: TakeHook(parcels),
            MOVE_PARCEL: MoveParcel(parcels, now),
            FOLLOW_PARCELS: FollowParcels(parcels, labels, CallsMongo(db), found, known, now),
            LAPSE_LABEL: LapseLabel(parcels, labels, now),
            PROPOSE_POINTS: ProposePoints(senders, places, finder, found, known, now),
        },
        hands=settings.hands,
        doors={hooks_http.BEGINS: lambda inbox: hooks_http.HookDoor(found, known, inbox)},
        indexes=(
            *points_mongo.INDEXES,
            *parcels_mongo.INDEXES,
            *answers_mongo.INDEXES,
            *purchases_mongo.INDEXES,
            *spending_mongo.INDEXES,
        ),
        opening=(press.warm,),
        closing=(press.close, *(each.close for each in found.values())),
    )
    return Service(settings, parts, db, now)


@asynccontextmanager
async def atlas(where: mongo.MongoAccess) -> AsyncIterator[Atlas]:
    """The collection of points and places, for operators to fill and to look at."""
    db = mongo.database(where, NAME)
    try:
        await mongo.ensure(db, points_mongo.INDEXES)
        yield Atlas(PointsMongo(db), PlacesMongo(db), LedgerMongo(db))
    finally:
        db.client.close()


@asynccontextmanager
async def verdicts(where: mongo.MongoAccess) -> AsyncIterator[Verdicts]:
    """What people decide about orders in doubt."""
    db = mongo.database(where, NAME)
    try:
        yield Verdicts(db)
    finally:
        db.client.close()


def main() -> None:
    """The process. Drawing processes end with it, however it ends."""
    build(Settings.load()).run()
