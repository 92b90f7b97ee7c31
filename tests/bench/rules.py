"""Section *rules*: what a verdict and an offer cost, by how many rules and portals there are.

Processor time of one process, without Kafka and MongoDB. Every contender does the same work in
every round, forwards and backwards in turn; ratios are taken inside a round.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from contracts.lookup import ShipmentFound
from contracts.rulebook import NeedsApproval, Rule
from contracts.rules import ReturnApproved
from services._runtime import memory
from services.rules.adapters.capabilities_csv import registry
from services.rules.domain.decide import decide
from services.rules.domain.offer import offer
from services.rules.domain.parcel import parcel_of
from services.rules.domain.portal import Portal, compiled
from tests.bench import work
from tests.support.no_match import none_hold

RULES = (10, 100, 1000)
PORTALS = (10, 10_000)
AT_MOST = 2.0
"""So many times the cost of the smallest: as good as flat."""


@dataclass(frozen=True, slots=True)
class Contender:
    """Portals that are asked in turn."""

    name: str
    against: str
    portals: Sequence[Portal]


def measure(rounds: int, count: int) -> dict[str, Any]:
    """Microseconds of every round and ratios inside it, for verdicts and offers."""
    contenders = _contenders()
    memory.calm()
    readings: list[dict[str, dict[str, float]]] = []
    for number in range(rounds):
        order = contenders if number % 2 == 0 else tuple(reversed(contenders))
        readings.append({one.name: _reading(one.portals, count) for one in order})
        print(f"round {number + 1} of {rounds}", file=sys.stderr)
    return _summary(contenders, readings, count)


def _contenders() -> tuple[Contender, ...]:
    began = time.process_time()
    by_rules = [
        Contender(f"{count:,} rules", f"{RULES[0]:,} rules", (_portal(0, count),))
        for count in RULES
    ]
    by_portals = [
        Contender(
            f"{count:,} portals",
            f"{PORTALS[0]:,} portals",
            tuple([_portal(number, RULES[0]) for number in range(count)]),
        )
        for count in PORTALS
    ]
    each = (time.process_time() - began) / (sum(PORTALS) + len(RULES))
    print(f"compiled: {each * 1e6:,.0f} us a portal", file=sys.stderr)
    return (*by_rules, *by_portals)


def _portal(number: int, rules: int) -> Portal:
    """A portal whose rules, of every kind, are all about other things."""
    usual = next(settings for settings in work.portals() if not settings.blocked_countries)
    conditions = none_hold(rules, usual.currency)
    settings = usual.model_copy(
        update={
            "portal_id": f"portal-{number}",
            "rules": tuple(
                Rule(rule_id=f"rule-{place}", when=when, then=(NeedsApproval(),))
                for place, when in enumerate(conditions)
            ),
        }
    )
    return compiled(type(settings).read(settings.body()), _REGISTRY)


_REGISTRY = registry()


def _reading(portals: Sequence[Portal], count: int) -> dict[str, float]:
    parcel, request = parcel_of(work.shipment(1)), work.request(1)
    found = ShipmentFound(
        lookup_id=request.return_id,
        portal_id=request.portal_id,
        shipment_id=request.shipment_id,
        country=parcel.country,
    )
    told = decide(request, portals[0], parcel, work.NOW).told
    options = offer(found, portals[0], parcel, work.NOW)
    if not isinstance(told, ReturnApproved) or any(len(i.choices) != 1 for i in options.items):
        raise SystemExit(f"a rule holds that should not: {told!r}")
    return {
        "verdict": _each(lambda portal: decide(request, portal, parcel, work.NOW), portals, count),
        "offer": _each(lambda portal: offer(found, portal, parcel, work.NOW), portals, count),
    }


def _each(do: Callable[[Portal], object], portals: Sequence[Portal], count: int) -> float:
    """Microseconds of processor time for one."""
    # A step that shares no divisor with their number visits all, and none near the last one.
    asked = [portals[place * 7_919 % len(portals)] for place in range(count)]
    for portal in asked[: count // 10]:
        do(portal)
    began = time.process_time()
    for portal in asked:
        do(portal)
    return (time.process_time() - began) / count * 1e6


def _summary(
    contenders: Sequence[Contender], readings: Sequence[dict[str, dict[str, float]]], count: int
) -> dict[str, Any]:
    rows: dict[str, dict[str, dict[str, float]]] = {}
    goals = []
    for one in contenders:
        row = rows[one.name] = {}
        for kind in ("verdict", "offer"):
            row[f"{kind}_cpu_microseconds"] = _spread([found[one.name][kind] for found in readings])
            ratios = [found[one.name][kind] / found[one.against][kind] for found in readings]
            row[f"{kind}_against_fewest"] = _spread(ratios)
            if one.name != one.against:
                ratio = statistics.median(ratios)
                goal = f"{kind}: {one.name} <= {AT_MOST} x {one.against}"
                goals.append({"goal": goal, "measured": ratio, "met": ratio <= AT_MOST})
    return {
        "section": "rules",
        "count": count,
        "rounds": len(readings),
        "rows": rows,
        "goals": goals,
    }


def _spread(values: Sequence[float]) -> dict[str, float]:
    return {"median": statistics.median(values), "low": min(values), "high": max(values)}
