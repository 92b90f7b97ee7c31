"""The depot attack: the parcels of one depot, and those who try its most populous postal codes.

Tracking numbers tell which depot delivers, a depot serves about a hundred codes, and in two dozen
of them live half of its people. `python -m tests.support.depot` replays the attack in memory on
the real handlers, at full size, and prints the share of the parcels it opens.
"""

from __future__ import annotations

import asyncio
import csv
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

from contracts.lookup import FindShipment, ShipmentFound
from contracts.topics import FIND_SHIPMENT
from services._runtime.intents_memory import apply
from services._runtime.words import Change, Heard, Outcome
from services.lookup.adapters.budgets_memory import BudgetsMemory
from services.lookup.adapters.facts_memory import FactsMemory
from services.lookup.domain.budget import BudgetSpent, Limits, Standing, Tally
from services.lookup.domain.claim import claim
from services.lookup.domain.parcel import Parcel
from services.lookup.domain.portal import Portal
from services.lookup.handlers import Handlers
from tests.support.builders import TUESDAY, an_id
from tests.support.one_service import Clock
from tests.support.records import Kept, an_envelope

KEY = bytes(range(32))
PORTAL, TRIED, AT_ONCE = "moss-and-fern", 24, 100
NEVER = 10**9


def people() -> dict[str, int]:
    """How many live in each of the depot's postal codes, the most populous first."""
    lines = (Path(__file__).parent / "depot.csv").read_text().splitlines()
    rows = csv.DictReader(line for line in lines if not line.startswith("#"))
    return {row["code"]: int(row["people"]) for row in rows}


def parcels(count: int, seed: int = 1) -> Iterator[tuple[str, str]]:
    """Sequential numbers and the codes they went to: as often as people live there."""
    live = people()
    codes = Random(seed).choices(list(live), weights=live.values(), k=count)
    return ((f"RR{number:09}DE", code) for number, code in enumerate(codes))


class Uncounted:
    """Budgets of a lookup that counts nothing. See `ports.Budgets`."""

    async def standing(self, keys: Collection[str], portals: Collection[str]) -> Standing:
        """Nobody used up anything."""
        return Standing()

    def spent(self, tally: Tally, writer: int, now: datetime) -> tuple[Change, ...]:
        """Nothing is kept."""
        return ()


@dataclass
class Lookup:
    """The handlers of lookup on stores in memory, with the depot's parcels delivered."""

    count: int
    limits: Limits | None = field(default_factory=Limits)
    """None: nothing is counted, not even within a batch."""
    clock: Clock = field(default_factory=Clock)

    def __post_init__(self) -> None:
        facts = FactsMemory()
        budgets = Uncounted() if self.limits is None else BudgetsMemory()
        limits = self.limits or Limits(NEVER, NEVER, NEVER, portal=NEVER)
        facts.portals[PORTAL] = Portal(PORTAL, 1, open=True)
        for number, code in parcels(self.count):
            digest = claim(PORTAL, number, code).digest(KEY)
            facts.parcels[number] = Parcel(number, PORTAL, 1, digest, "DE", TUESDAY)
        self._handlers = Handlers(facts, budgets, KEY, self.clock, NEVER, 15, limits)
        self._asked = 0
        self.spent: list[str] = []
        """Which budgets operators were told about."""

    async def asks(self, guesses: Sequence[tuple[str, str, str | None]]) -> set[str]:
        """The numbers that were found by these numbers, codes and clients."""
        outcomes = await self._handlers.on_find_shipment([self._heard(*one) for one in guesses])
        found = set()
        for outcome in outcomes:
            assert isinstance(outcome, Outcome)
            apply(outcome.keep)
            found |= {told.shipment_id for told in outcome.tell if isinstance(told, ShipmentFound)}
            for plan in outcome.plan:
                assert isinstance(plan.order, BudgetSpent)
                self.spent.append(plan.order.scope)
        return found

    def _heard(self, number: str, code: str, client: str | None) -> Heard[FindShipment]:
        self._asked += 1
        lookup_id = an_id(self._asked)
        asked = FindShipment(
            lookup_id=lookup_id,
            portal_id=PORTAL,
            tracking_number=number,
            postal_code=code,
            client_ref=client,
        )
        record = Kept(FIND_SHIPMENT.name, lookup_id.encode(), b"")
        return Heard(asked, lookup_id, an_envelope(asked, id=lookup_id), record)


async def attack(
    lookup: Lookup,
    client: Callable[[int], str],
    hours: float = 0.0,
    tries: int | None = None,
    seed: int = 7,
) -> float:
    """The share of the parcels that were opened by trying the most populous codes on all of them.

    `client` names who asks the nth guess. The guesses are spread over `hours`. With `tries`, each
    code is tried on so many numbers only: enough for who knows that the budgets refuse the rest.
    """
    dice, numbers = Random(seed), [number for number, _ in parcels(lookup.count)]
    guesses = [
        (number, code)
        for code in list(people())[:TRIED]
        for number in (numbers if tries is None else dice.sample(numbers, tries))
    ]
    dice.shuffle(guesses)
    opened: set[str] = set()
    pause = timedelta(hours=hours) / (len(guesses) / AT_ONCE)
    for start in range(0, len(guesses), AT_ONCE):
        batch = guesses[start : start + AT_ONCE]
        opened |= await lookup.asks(
            [(n, c, client(start + i)) for i, (n, c) in enumerate(batch) if n not in opened]
        )
        lookup.clock.at += pause
    return len(opened) / lookup.count


def one(_: int) -> str:
    """One attacker from one place."""
    return "attacker"


def many(guess: int) -> str:
    """An attacker with a new face for every guess."""
    return f"attacker-{guess}"


ATTACKS: dict[str, tuple[Limits | None, Callable[[int], str], float]] = {
    "no budgets": (None, many, 0.0),
    "number budget alone, many clients": (
        Limits(client=NEVER, code=NEVER, portal=NEVER),
        many,
        0.0,
    ),
    "all budgets, one client": (Limits(), one, 0.0),
    "all budgets, many clients": (Limits(), many, 0.0),
    "all budgets, many clients, over a day": (Limits(), many, 24.0),
    "all budgets, many clients, over a week": (Limits(), many, 24.0 * 7),
}


async def main() -> None:
    """Prints one line per attack and size."""
    for count in (1_000, 10_000):
        for name, (limits, client, hours) in ATTACKS.items():
            lookup = Lookup(count, limits)
            share = await attack(lookup, client, hours)
            told = ", ".join(sorted(set(lookup.spent))) or "none"
            print(f"{count:>6,} parcels  {name:<40} {share:7.2%}  alerts: {told}", flush=True)  # noqa: T201


if __name__ == "__main__":
    asyncio.run(main())
