"""Labels a second, from `return-approved` to `label-printed`: `python -m tests.bench.labels`.

The real service on real Kafka and MongoDB; the carrier simulator answers every order in 300 ms,
give or take 200. Each contender is so many processes with so many hands, started anew for every
reading; rounds run forwards and backwards in turn, and a ratio is taken inside a round. A reading
in which a label was sold or printed twice, or not at all, voids the run. `--latency-ms 0
--jitter-ms 0` shows what is left when nobody waits for a carrier.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import statistics
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self
from uuid import uuid4

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from rich.console import Console
from rich.table import Table

from contracts import topics
from contracts.envelope import Envelope
from contracts.shape import Shape
from deploy.local import ending
from deploy.local.carrier.sales import entries
from deploy.local.processes import Process
from deploy.local.stack import Stack
from deploy.ops.topics import PARTITIONS
from tests.support.builders import a_return_address, a_shipment, an_approval
from tests.support.processor import own_seconds, seconds_of

LATENCY_MS, JITTER_MS = 300, 200
WARM = 30
"""Labels before each reading, so that nobody is measured while it learns to draw."""
LONGEST_SECONDS = 120.0


@dataclass(frozen=True)
class Contender:
    """So many processes, each of which does so many things at once."""

    processes: int
    hands: int

    @property
    def name(self) -> str:
        """As it is called in the table."""
        return f"{self.processes} × {self.hands} hands"

    def most(self, latency_ms: int) -> str:
        """Labels a second if nothing but waiting for the carrier took time."""
        return f"{self.processes * self.hands * 1000 / latency_ms:.0f}" if latency_ms else "-"


CONTENDERS = (Contender(1, 16), Contender(1, 64), Contender(2, 16), Contender(2, 64))


@dataclass(frozen=True)
class Reading:
    """What one contender did in one round."""

    per_second: float
    cpu_ms: float
    """Processor time of the service for one label, without drawing."""
    drawing_ms: float
    """And that of its drawing processes."""


class Shop:
    """Tells of parcels and approvals, and listens for their labels."""

    def __init__(self, bootstrap: str) -> None:
        self._producer = AIOKafkaProducer(bootstrap_servers=bootstrap, acks="all", linger_ms=5)
        self._consumer = AIOKafkaConsumer(
            bootstrap_servers=bootstrap, auto_offset_reset="earliest", enable_auto_commit=False
        )
        self.printed: Counter[str] = Counter()
        self._heard = asyncio.Condition()

    async def __aenter__(self) -> Self:
        await asyncio.gather(self._producer.start(), self._consumer.start())
        place = topics.LABEL_PRINTED.name
        self._consumer.assign([TopicPartition(place, n) for n in range(PARTITIONS)])
        await self._consumer.seek_to_beginning()
        self._hearing = asyncio.create_task(self._hear())
        return self

    async def __aexit__(self, *_: object) -> None:
        self._hearing.cancel()
        await asyncio.gather(self._producer.stop(), self._consumer.stop())

    async def labelled(self, count: int) -> float:
        """Seconds until so many new returns have their labels."""
        shipments = [f"parcel-{uuid4()}" for _ in range(count)]
        for shipment_id in shipments:
            await self._tell(a_shipment(shipment_id=shipment_id))
        await self._producer.flush()
        returns = [str(uuid4()) for _ in shipments]
        home, began = a_return_address(country="NL"), time.monotonic()
        for return_id, shipment_id in zip(returns, shipments, strict=True):
            told = {"return_id": return_id, "shipment_id": shipment_id, "return_to": home}
            await self._tell(an_approval(carrier="simulated", **told))
        await self._producer.flush()
        async with asyncio.timeout(LONGEST_SECONDS):
            async with self._heard:
                await self._heard.wait_for(lambda: all(self.printed[one] for one in returns))
        return time.monotonic() - began

    async def _tell(self, message: Shape) -> None:
        topic = topics.BY_MODEL[type(message)]
        key = topic.key_of(message)
        envelope = Envelope(str(uuid4()), "/bench", topic.name, datetime.now(UTC), key.decode())
        await self._producer.send(
            topic.name, message.body(), key=key, headers=[*envelope.headers()]
        )

    async def _hear(self) -> None:
        async for record in self._consumer:
            async with self._heard:
                self.printed[record.key.decode()] += 1
                self._heard.notify_all()


async def read(stack: Stack, shop: Shop, one: Contender, count: int) -> Reading:
    """The contender stands up, warms up, does its labels, and is gone but for its first process."""

    def handed(process: Process) -> None:
        process.environment["RETOUR_HANDS"] = str(one.hands)

    handed(stack.services["labels"])
    stack.restart("labels")
    await stack.ready("labels")
    more = [await stack.join("labels", handed) for _ in range(one.processes - 1)]
    await shop.labelled(WARM)
    pids = [stack.services[name].pid for name in ("labels", *more)]
    before, before_all = own_seconds(pids), seconds_of(pids)
    took = await shop.labelled(count)
    spent, spent_all = own_seconds(pids) - before, seconds_of(pids) - before_all
    for name in more:
        stack.leave(name)
    drawing = spent_all - spent
    return Reading(count / took, spent / count * 1000, drawing / count * 1000)


async def measured(
    stack: Stack, rounds: int, count: int, tell: Callable[[str], None]
) -> list[dict[str, Reading]]:
    """Every contender's reading of every round."""
    found: list[dict[str, Reading]] = []
    async with Shop(stack.kafka) as shop:
        for number in range(rounds):
            order = CONTENDERS if number % 2 == 0 else tuple(reversed(CONTENDERS))
            found.append({})
            for one in order:
                found[-1][one.name] = reading = await read(stack, shop, one, count)
                tell(f"{one.name}: {reading.per_second:.1f} a second")
        sold = Counter(entry.event for entry in entries(stack.carrier_ledger))
        wanted = rounds * len(CONTENDERS) * (count + WARM)
        if set(shop.printed.values()) != {1} or (sold["sold"], len(shop.printed)) != (wanted,) * 2:
            raise SystemExit(f"void: {sold} sold, {len(shop.printed)} printed of {wanted}")
    return found


def table(found: Sequence[dict[str, Reading]], count: int, latency_ms: int) -> Table:
    """Medians and ranges."""
    shown = Table(title=f"return-approved to label-printed: {count} labels, {len(found)} rounds")
    for column in (
        "contender",
        "a second",
        f"x {CONTENDERS[0].name}",
        "at most",
        "CPU ms",
        "drawing ms",
    ):
        shown.add_column(column, justify="left" if column == "contender" else "right")
    for one in CONTENDERS:
        rates = [found_in[one.name].per_second for found_in in found]
        ratios = [
            found_in[one.name].per_second / found_in[CONTENDERS[0].name].per_second
            for found_in in found
        ]
        spent = [found_in[one.name].cpu_ms for found_in in found]
        drawing = [found_in[one.name].drawing_ms for found_in in found]
        most = one.most(latency_ms)
        shown.add_row(
            one.name, *map(_spread, (rates, ratios)), most, *map(_spread, (spent, drawing))
        )
    return shown


def _spread(values: Sequence[float]) -> str:
    return f"{statistics.median(values):.2f} ({min(values):.2f}-{max(values):.2f})"


def main() -> None:
    """Measure and say so."""
    words = argparse.ArgumentParser(prog="python -m tests.bench.labels")
    words.add_argument("--rounds", type=int, default=3)
    words.add_argument("--count", type=int, default=300)
    words.add_argument("--latency-ms", type=int, default=LATENCY_MS)
    words.add_argument("--jitter-ms", type=int, default=JITTER_MS)
    words.add_argument("--out", type=Path, default=Path(".local/bench/labels.json"))
    said = words.parse_args()
    console = Console(width=110)
    pace = (said.latency_ms, said.jitter_ms)
    with ending.ending_on_signals(), Stack(("labels",), carrier_pace_ms=pace) as stack:
        found = ending.run(measured(stack, said.rounds, said.count, console.print))
    console.print(table(found, said.count, said.latency_ms))
    said.out.parent.mkdir(parents=True, exist_ok=True)
    readings: list[Any] = [{k: asdict(v) for k, v in one.items()} for one in found]
    said.out.write_text(json.dumps(readings))


if __name__ == "__main__":
    main()
