"""What the services have written down, fetched from their databases to be compared."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from pymongo import AsyncMongoClient

from contracts.topics import SERVICES
from tests.support.killing import SLEEPS

Cost = tuple[int, str]
"""Minor units and currency."""


@dataclass
class Kept:
    """The books of all services."""

    told: Mapping[str, set[tuple[str, str]]] = field(default_factory=dict)
    """By service: topic and id of every message that a decision leads to."""
    settled: Mapping[str, set[str]] = field(default_factory=dict)
    """By service: the intents that have ended, whatever their end."""
    labels: Mapping[str, tuple[str, Cost | None]] = field(default_factory=dict)
    """By reference: the number of the label and what it cost, by labels' own books."""
    costs: Mapping[str, Cost | None] = field(default_factory=dict)
    """By return: what its label cost, as analytics knows it."""
    reasons: Mapping[tuple[str, str], tuple[int, int]] = field(default_factory=dict)
    """Lines and units by portal and reason, by analytics' records."""
    awake: Mapping[str, int] = field(default_factory=dict)
    """By service: intents that somebody must look at within the hour."""
    unknown: frozenset[str] = frozenset()
    """Intents that wait for a person."""


async def kept(mongo: str) -> Kept:
    """Everything the oracle compares."""
    client: AsyncMongoClient[dict[str, Any]] = AsyncMongoClient(mongo)
    soon = datetime.now(UTC) + SLEEPS
    async with client:
        return Kept(
            told={name: await _told(client[name]) for name in SERVICES},
            settled={name: await _intents(client[name], _ENDED) for name in SERVICES},
            labels={
                one["_id"]: (one["tracking_number"], _cost(one["cost"]))
                async for one in client["labels"]["labels"].find()
            },
            costs={
                one["return_id"]: _cost(one.get("cost"))
                async for one in client["analytics"]["labels"].find()
            },
            reasons=await _reasons(client["analytics"]),
            awake={
                name: len(await _intents(client[name], {"wake_at": {"$lt": soon}}))
                for name in SERVICES
            },
            unknown=frozenset(
                {
                    each
                    for name in SERVICES
                    for each in await _intents(client[name], {"state": "unknown"})
                }
            ),
        )


_ENDED = {"state": {"$in": ["succeeded", "rejected"]}}


async def _told(db: Any) -> set[tuple[str, str]]:
    fields = {"tells.topic": 1, "tells.headers.ce_id": 1}
    return {
        (tell["topic"], bytes(tell["headers"]["ce_id"]).decode())
        async for one in db["decisions"].find({}, fields)
        for tell in one.get("tells", ())
    }


async def _intents(db: Any, wanted: Mapping[str, Any]) -> set[str]:
    return {one["_id"] async for one in db["intents"].find(wanted, {"_id": 1})}


async def _reasons(db: Any) -> dict[tuple[str, str], tuple[int, int]]:
    lines: Counter[tuple[str, str]] = Counter()
    units: Counter[tuple[str, str]] = Counter()
    fields = {"portal_id": 1, "reason": 1, "quantity": 1}
    async for one in db["reasons"].find({}, fields):
        key = (one["portal_id"], one["reason"])
        lines[key] += 1
        units[key] += one["quantity"]
    return {key: (lines[key], units[key]) for key in lines}


def _cost(stored: Mapping[str, Any] | None) -> Cost | None:
    return None if stored is None else (stored["minor"], stored["currency"])
