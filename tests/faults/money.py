"""Carriers that take an order and never answer, and `kill -9` of labels at random points meanwhile.

    python -m tests.faults.money --times 100

Three carriers, each with its own way out: one can be asked (`simulated`), one gives numbers out
before it sells (`postnl`), one can tell nothing at all (`dhl_parcel_de`: a person must). However
often it happens, the carriers' ledger holds at most one label for each return, and every order is
bought, refused, or listed for a person, who then decides with `retour intents resolve`.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any
from uuid import uuid4

from aiokafka import AIOKafkaProducer
from pymongo import AsyncMongoClient
from rich.console import Console

from contracts import topics
from contracts.envelope import Envelope
from contracts.shape import Home, Money, Shape
from deploy.local import ending
from deploy.local.carrier.sales import entries
from deploy.local.mischief import Trick, kinds_of
from deploy.local.stack import Stack
from services._runtime.intents import State
from tests.support.builders import a_return_address, a_shipment, an_approval
from tests.support.eventually import eventually

ROUTES = {
    "simulated": ("NL", "1012JS", "Amsterdam"),
    "postnl": ("NL", "1012JS", "Amsterdam"),
    "dhl_parcel_de": ("DE", "53113", "Bonn"),
}
"""Each carrier, and where its customers live and send to."""
AT_ONCE, PEOPLE = 6, 4
"""How many orders at least are out when labels is killed, and how many people resolve at a time."""
LEASE_SECONDS = 4.0
REST_SECONDS = 120.0
RETOUR = Path(sys.executable).with_name("retour")
SILENT = Trick(kind="silent", step="order", once_each=True)
"""Sold, and no answer: the second order under the same reference is answered, if there is one."""
FAST = {"labels": {"RETOUR_LEASE_SECONDS": f"{LEASE_SECONDS:g}"}}


@dataclass
class Spent:
    """What was found when nothing moved any more, and what a person did about the rest."""

    ordered: dict[str, str] = field(default_factory=dict)
    """The carrier of each return."""
    kills: int = 0
    silences: int = 0
    states: Counter[str] = field(default_factory=Counter)
    """How the orders ended by themselves: by carrier and state."""
    listed: set[str] = field(default_factory=set)
    unknown: set[str] = field(default_factory=set)
    states_after: Counter[str] = field(default_factory=Counter)
    sold_twice: list[str] = field(default_factory=list)

    @property
    def wrong(self) -> list[str]:
        """Everything that must not be."""
        left = [f"{n} orders are still {state}" for state, n in self.states_after.items()
                if state.split()[1] not in (State.SUCCEEDED, State.REJECTED)]  # fmt: skip
        unseen = [f"{intent} is unknown and not listed" for intent in self.unknown - self.listed]
        return [*self.sold_twice, *unseen, *left]


class Shop:
    """A merchant whose customers send things back, told to labels in its own words."""

    def __init__(self, stack: Stack, producer: AIOKafkaProducer) -> None:
        self._stack, self._producer = stack, producer

    async def approved(self, carrier: str) -> str:
        """One more return was approved, with this carrier; its id."""
        return_id, (country, postal_code, town) = str(uuid4()), ROUTES[carrier]
        home = Home(
            street="Dam", house_number="1", postal_code=postal_code, town=town, country=country
        )
        shipment_id = f"parcel-{return_id[:8]}"
        await self._tell(a_shipment(shipment_id=shipment_id, deliver_to=home))
        address = a_return_address(
            country=country, postal_code=postal_code, town=town, street="Kade", house_number="9"
        )
        now = datetime.now(UTC)
        approval = an_approval(
            return_id=return_id,
            shipment_id=shipment_id,
            carrier=carrier,
            country=country,
            return_to=address,
            price=Money(minor=0, currency="EUR"),
            value=Money(minor=1295, currency="EUR"),
            send_back_by=now + timedelta(days=30),
        )
        await self._tell(approval)
        return return_id

    async def _tell(self, message: Shape) -> None:
        topic = topics.BY_MODEL[type(message)]
        key, now = topic.key_of(message), datetime.now(UTC)
        said = Envelope(str(uuid4()), "/faults/money", topic.name, now, key.decode())
        await self._producer.send_and_wait(
            topic.name, message.body(), key=key, headers=[*said.headers()]
        )


async def spent(stack: Stack, times: int, seed: int = 1) -> Spent:
    """So many orders that are taken and not answered, and a kill amid every few of them."""
    found, dice = Spent(), Random(seed)  # where to strike
    stack.carrier_mischief.play(SILENT)
    async with AIOKafkaProducer(bootstrap_servers=stack.kafka, acks="all") as producer:
        shop, carriers, some = Shop(stack, producer), [*ROUTES], max(AT_ONCE, times // 10)
        while len(found.ordered) < times:
            for _ in range(min(some, times - len(found.ordered))):
                carrier = carriers[len(found.ordered) % len(carriers)]
                found.ordered[await shop.approved(carrier)] = carrier
            await asyncio.sleep(dice.uniform(0, LEASE_SECONDS + 1))  # a random point, on purpose
            stack.services["labels"].kill()
            found.kills += 1
            stack.services["labels"].start()
            await stack.ready("labels")
    async with AsyncMongoClient[dict[str, Any]](stack.mongo) as client:
        await _judged(stack, client["labels"]["intents"], found)
    return found


async def _judged(stack: Stack, intents: Any, found: Spent) -> None:
    keys = {f"issue_label:{return_id}:1": return_id for return_id in found.ordered}

    async def states() -> dict[str, str]:
        cursor = intents.find({"_id": {"$in": [*keys]}}, {"state": 1, "wake_at": 1})
        held = {one["_id"]: one async for one in cursor}
        at_rest = all(one["wake_at"] is None for one in held.values())
        return {i: one["state"] for i, one in held.items()} if at_rest else {}

    async def all_at_rest() -> dict[str, str] | None:
        now = await states()
        return now if len(now) == len(keys) else None

    ended = await eventually(all_at_rest, "every order to come to rest", REST_SECONDS)
    found.states = _by_carrier(ended, keys, found)
    found.unknown = {i for i, state in ended.items() if state == State.UNKNOWN}
    found.listed = {one["id"] for one in json.loads(await _retour(stack, "list", "--json"))}
    found.silences = kinds_of(stack.carrier_mischief.bites())["silent"]
    await _resolved_by_a_person(stack, sorted(found.unknown))
    after = await eventually(all_at_rest, "every order to come to rest again", REST_SECONDS)
    found.states_after = _by_carrier(after, keys, found)
    found.sold_twice = _sold_twice(stack)


def _by_carrier(states: dict[str, str], keys: dict[str, str], found: Spent) -> Counter[str]:
    return Counter(f"{found.ordered[keys[i]]} {state}" for i, state in states.items())


def _sold_twice(stack: Stack) -> list[str]:
    """References under which a carrier sold more than one label."""
    numbers = defaultdict(set)
    for one in entries(stack.carrier_ledger):
        if one.event == "sold":
            numbers[one.carrier, one.reference].add(one.tracking_number)
    return [
        f"{carrier} sold {len(sold)} labels for {reference}"
        for (carrier, reference), sold in numbers.items()
        if len(sold) > 1
    ]


async def _resolved_by_a_person(stack: Stack, unknown: Sequence[str]) -> None:
    """Somebody looks into the carrier's books, and says what is there."""
    books = {one.reference: one.tracking_number for one in entries(stack.carrier_ledger)}
    at_once = asyncio.Semaphore(PEOPLE)

    async def one(intent: str) -> None:
        number = books.get(intent.partition(":")[2])
        said = ("--bought", number) if number else ("--not-bought",)
        async with at_once:
            await _retour(stack, "resolve", intent, *said, "--because", "its books", "--by", "jo")

    await asyncio.gather(*map(one, unknown))


async def _retour(stack: Stack, *words: str) -> str:
    process = await asyncio.create_subprocess_exec(
        *(RETOUR, "intents", *words, *(("--limit", "1000") if words[0] == "list" else ())),
        env={**os.environ, "RETOUR_MONGO": stack.mongo},
        stdout=asyncio.subprocess.PIPE,
    )
    out, _ = await process.communicate()
    if process.returncode:
        raise AssertionError(f"retour intents {words[0]} ended with {process.returncode}")
    return out.decode()


def main() -> int:
    """Exit code 1 where a cent was spent twice, or an order was lost sight of."""
    words = argparse.ArgumentParser(prog="python -m tests.faults.money")
    words.add_argument("--times", type=int, default=100, help="how many orders are not answered")
    words.add_argument("--seed", type=int, default=1, help="where the kills strike")
    told = words.parse_args()
    with Stack(("labels",), mischief=True, environment=FAST) as stack:
        found = ending.run(spent(stack, told.times, told.seed))
    console = Console(highlight=False, soft_wrap=True, markup=False)
    console.print(
        f"{len(found.ordered)} orders, {found.silences} taken and not answered, {found.kills} kills"
    )
    console.print("ended by themselves:", dict(sorted(found.states.items())))
    console.print(f"unknown: {len(found.unknown)}, all listed: {found.unknown <= found.listed}")
    console.print("after a person decided:", dict(sorted(found.states_after.items())))
    for sentence in found.wrong or ("at most one label per return; nothing is left unknown",):
        console.print(sentence)
    return bool(found.wrong)


if __name__ == "__main__":
    raise SystemExit(main())
