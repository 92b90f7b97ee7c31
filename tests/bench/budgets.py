"""What counting guesses costs lookup: `python -m tests.bench.budgets`.

The same questions through the real judge and ledger on a real mongod, in alternating rounds: with
budgets as in production, and with a lookup that counts nothing.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from contracts import topics
from contracts.envelope import Envelope
from contracts.lookup import FindShipment
from deploy.local.stack import Stack
from services._runtime import intents_mongo, ledger_mongo, mongo
from services._runtime.judging import Batch, Judge
from services._runtime.ledger_mongo import LedgerMongo
from services._runtime.words import Heard
from services.lookup.adapters import budgets_mongo, facts_mongo
from services.lookup.adapters.budgets_mongo import BudgetsMongo
from services.lookup.adapters.facts_mongo import FactsMongo
from services.lookup.domain.budget import Limits
from services.lookup.domain.claim import claim
from services.lookup.domain.parcel import Parcel
from services.lookup.domain.portal import Portal
from services.lookup.handlers import Handlers
from services.lookup.ports import Budgets
from tests.support.depot import Uncounted
from tests.support.records import Kept

NOW = datetime.now(UTC)
"""MongoDB drops by its own clock what is old."""
KEY, PORTALS, BATCH = bytes(range(32)), 10, 500
MISSES = 10
"""One question in so many is a miss."""


def _parcels(count: int) -> Iterator[Parcel]:
    for n in range(count):
        portal = f"portal-{n % PORTALS}"
        digest = claim(portal, f"RR{n:09}GB", f"{n % 8000:05}").digest(KEY)
        yield Parcel(f"s{n}", portal, 1, digest, "DE", NOW - timedelta(days=1))


def _asked(n: int) -> Heard[Any]:
    lookup_id = str(uuid4())
    asked = FindShipment(
        lookup_id=lookup_id,
        portal_id=f"portal-{n % PORTALS}",
        tracking_number=f"RR{n:09}GB",
        postal_code=f"{(n + (n % MISSES == 0)) % 8000:05}",
        client_ref=f"client-{n}",
    )
    topic, body = topics.FIND_SHIPMENT, asked.body()
    cause = Envelope(lookup_id, "/bench", topic.name, NOW)
    record = Kept(topic.name, lookup_id.encode(), body, [])
    return Heard(asked, lookup_id, cause, record, body)


async def _round(db: mongo.Database, budgets: Budgets, count: int) -> float:
    """Seconds per question."""
    await db.client.drop_database(db.name)
    await mongo.ensure(
        db,
        (
            *ledger_mongo.INDEXES,
            *intents_mongo.INDEXES,
            *facts_mongo.INDEXES,
            *budgets_mongo.INDEXES,
        ),
    )
    facts, ledger = FactsMongo(db), LedgerMongo(db)
    changes = [facts.recorded(parcel) for parcel in _parcels(count)]
    changes += [facts.judged(Portal(f"portal-{n}", 1, open=True)) for n in range(PORTALS)]
    await ledger.keep((), changes, ())
    handlers = Handlers(facts, budgets, KEY, lambda: NOW, 2, 15, Limits(portal=count))
    route = handlers.routes()[-1]
    judge = Judge("lookup", ledger, lambda: NOW, KEY)
    asked = [_asked(n) for n in range(count)]
    found, began = 0, time.perf_counter()
    for start in range(0, count, BATCH):
        batch = Batch()
        await judge.judge(route, asked[start : start + BATCH], batch)
        found += sum(tell.topic == topics.SHIPMENT_FOUND.name for tell in batch.tells)
    took = time.perf_counter() - began
    if found != count - len(range(0, count, MISSES)):
        raise SystemExit(f"void: {found} found of {count}")
    return took / count


async def measure(uri: str, rounds: int, count: int) -> list[tuple[float, float]]:
    """Seconds per question, with and without, round by round."""
    db = mongo.database(uri, f"bench-{uuid4().hex[:8]}")
    counted, uncounted = BudgetsMongo(db, Limits(portal=count)), Uncounted()
    readings = []
    for n in range(rounds):
        if n % 2 == 0:
            ours, bare = await _round(db, counted, count), await _round(db, uncounted, count)
        else:
            bare, ours = await _round(db, uncounted, count), await _round(db, counted, count)
        readings.append((ours, bare))
        print(f"round {n + 1}: {ours * 1e6:,.0f} us counted, {bare * 1e6:,.0f} us not")
    await db.client.drop_database(db.name)
    return readings


def told(readings: Sequence[tuple[float, float]]) -> str:
    """One line: the medians, and the ratio taken inside each round."""
    ours, bare = (statistics.median(column) * 1e6 for column in zip(*readings, strict=True))
    ratios = sorted(a / b for a, b in readings)
    return (
        f"a question costs {ours:,.0f} us with budgets and {bare:,.0f} us without: "
        f"x {statistics.median(ratios):.2f} ({ratios[0]:.2f}-{ratios[-1]:.2f})"
    )


def main() -> None:
    """Measure and say so."""
    words = argparse.ArgumentParser()
    words.add_argument("--rounds", type=int, default=5)
    words.add_argument("--count", type=int, default=20_000)
    said = words.parse_args()
    with Stack(services=()) as stack:
        print(told(asyncio.run(measure(stack.mongo, said.rounds, said.count))))


if __name__ == "__main__":
    main()
