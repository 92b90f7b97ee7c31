"""Section *points*: how long the nearest points take to find, in a real mongod with a real country.

One question after the other, as a worker asks them, from the middles of French postal codes.
"""

from __future__ import annotations

import asyncio
import statistics
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from datetime import date
from random import Random
from typing import Any

from contracts.labels import FindServicePoints
from contracts.words import PointAbility
from deploy.local.stack import Stack
from services._runtime import memory, mongo
from services.labels.adapters.places_mongo import PLACES, PlacesMongo
from services.labels.adapters.points_mongo import PointsMongo
from services.labels.app import NAME, Atlas, Spot, atlas
from services.labels.ports.points import Wanted
from tests.support import la_poste

TODAY = date(2026, 3, 10)
AT_MOST_MS = 25.0
"""Of a hundred customers, ninety-nine do not notice it."""
NOBODY = "00000000-0000-0000-0000-000000000000"

Ask = Callable[[str, Spot], Awaitable[object]]


def measure(rounds: int, count: int) -> dict[str, Any]:
    """Milliseconds of a question: the middle one, the 99th of a hundred, and the slowest."""
    if gone := la_poste.missing():
        raise SystemExit(f"points: {gone}")
    with Stack(services=(), tell=lambda line: print(line, file=sys.stderr)) as stack:
        return asyncio.run(_measured(stack.mongo, rounds, count))


async def _measured(uri: str, rounds: int, count: int) -> dict[str, Any]:
    access = mongo.MongoAccess(uri)
    async with atlas(access) as ours:
        began = time.perf_counter()
        points, places = await la_poste.imported(ours)
        took = time.perf_counter() - began
        said = f"imported: {points.kept:,} points and {places.kept:,} places in {took:.1f} s"
        print(said, file=sys.stderr)
        db = mongo.database(access, NAME)
        codes = await _codes(db, count)
        contenders = _contenders(ours, PointsMongo(db), PlacesMongo(db))
        memory.calm()
        readings: dict[str, list[dict[str, float]]] = {name: [] for name in contenders}
        for number in range(rounds):
            turn = list(contenders.items())
            for name, ask in turn if number % 2 == 0 else reversed(turn):
                readings[name].append(await _reading(ask, codes))
            print(f"round {number + 1} of {rounds}", file=sys.stderr)
        db.client.close()
    return _summary(readings, count)


async def _codes(db: mongo.Database, count: int) -> list[tuple[str, Spot]]:
    """French postal codes and their middles, the same ones every time."""
    french = db[PLACES].find({"_id": {"$regex": "^FR/"}}).sort("_id")
    known = [
        (d["_id"].removeprefix("FR/"), Spot(d["latitude"], d["longitude"])) async for d in french
    ]
    return Random("bench").choices(known, k=count)


def _contenders(ours: Atlas, points: PointsMongo, places: PlacesMongo) -> dict[str, Ask]:
    wanted = Wanted("FR", TODAY, la_poste.CARRIER)
    vain = Wanted("FR", TODAY, la_poste.CARRIER, abilities=frozenset({PointAbility.LOCKER}))

    async def ten_nearest(_code: str, spot: Spot) -> object:
        return await points.near(spot, wanted)

    async def none_able(_code: str, spot: Spot) -> object:
        return await points.near(spot, vain)

    async def middle(code: str, _spot: Spot) -> object:
        return await places.middle_of("FR", code)

    async def whole(code: str, _spot: Spot) -> object:
        asked = FindServicePoints(
            lookup_id=NOBODY,
            portal_id="bench",
            country="FR",
            postal_code=code,
            carrier=la_poste.CARRIER,
        )
        return await ours.proposed(asked, TODAY)

    return {
        "ten nearest": ten_nearest,
        "none is able": none_able,
        "middle of a code": middle,
        "whole question": whole,
    }


async def _reading(ask: Ask, codes: Sequence[tuple[str, Spot]]) -> dict[str, float]:
    for code, spot in codes[: len(codes) // 10]:
        await ask(code, spot)
    took = []
    for code, spot in codes:
        began = time.perf_counter()
        await ask(code, spot)
        took.append((time.perf_counter() - began) * 1e3)
    hundredths = statistics.quantiles(took, n=100)
    return {"p50_ms": hundredths[49], "p99_ms": hundredths[98], "slowest_ms": max(took)}


def _summary(readings: dict[str, list[dict[str, float]]], count: int) -> dict[str, Any]:
    rows = {
        name: {key: _spread([one[key] for one in found]) for key in found[0]}
        for name, found in readings.items()
    }
    p99 = rows["ten nearest"]["p99_ms"]["median"]
    goal = f"ten nearest of 17,703: p99 <= {AT_MOST_MS:g} ms"
    return {
        "section": "points",
        "count": count,
        "rounds": len(readings["ten nearest"]),
        "rows": rows,
        "goals": [{"goal": goal, "measured": p99, "met": p99 <= AT_MOST_MS}],
    }


def _spread(values: Sequence[float]) -> dict[str, float]:
    return {"median": statistics.median(values), "low": min(values), "high": max(values)}
