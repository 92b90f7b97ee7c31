"""How long after `kill -9` a service works again: all five at once, twenty times.

    python -m tests.bench.recovery [--rounds 20] [--session 6]

Each service is fed its own input by us, in its neighbours' names, so that none waits for another
to recover. It is frozen, found with something in hand, killed and started at once. Its time ends
when Kafka has the first record it tells after its death, seen from outside, on a steady clock.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import json
import os
import signal
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any
from uuid import uuid4

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from rich.console import Console
from rich.table import Table

from contracts import topics
from contracts.analytics import FindReasons
from contracts.envelope import Envelope
from contracts.lookup import FindShipment
from contracts.rules import RequestedItem, RequestReturn, ReturnApproved, ReturnRejected
from contracts.shape import Shape
from contracts.topics import SERVICES
from deploy.demo.frontend import Frontend
from deploy.demo.play import open_shop
from deploy.demo.sample import Order, read
from deploy.local import ending
from deploy.local.stack import Stack
from deploy.ops.topics import PARTITIONS
from tests.support.builders import a_rejection, an_approval
from tests.support.eventually import eventually
from tests.support.killing import Watch, frozen

GOAL_SECONDS = 15.0
PAUSE_SECONDS = 0.25
"""Between two inputs of one service."""
FLUENT = 5
"""Records a service tells before it is killed again."""
TOLD = {
    name: [topic.name for topic in topics.ALL if topic.owner == name and topic.kind == "event"]
    for name in SERVICES
}


@dataclass(frozen=True)
class Recovery:
    """One service after one kill."""

    service: str
    in_hand: int
    """Records it had not committed and intents that were not over, when it died."""
    seconds: float


def inputs(orders: list[Order]) -> Iterator[Mapping[str, Shape]]:
    """For each service something new to do, without end."""
    for order in itertools.cycle(orders):
        return_id, shipment_id = str(uuid4()), f"shipment-{order.order_no}"
        about: dict[str, Any] = {"portal_id": order.portal_id, "shipment_id": shipment_id}
        yield {
            "lookup": FindShipment(
                lookup_id=str(uuid4()),
                portal_id=order.portal_id,
                tracking_number=order.tracking_number,
                postal_code=order.recipient.postal_code,
            ),
            "rules": RequestReturn(
                return_id=return_id,
                items=(RequestedItem(line_id="1", quantity=1, reason="changed_mind"),),
                refund_method="refund",
                return_method="in_store",
                language="en",
                **about,
            ),
            "labels": approval(about),
            "notifications": rejection(about),
            "analytics": FindReasons(query_id=str(uuid4()), portal_id=order.portal_id, limit=3),
        }


def approval(about: Mapping[str, Any]) -> ReturnApproved:
    """A return that is brought back to the shop: its label needs no carrier."""
    return an_approval(return_id=str(uuid4()), carrier=None, return_method="in_store", **about)


def rejection(about: Mapping[str, Any]) -> ReturnRejected:
    """A return that is refused: its customer is written to."""
    return a_rejection(return_id=str(uuid4()), **about)


class Ends:
    """Where the topics of each service end now."""

    def __init__(self, consumer: AIOKafkaConsumer) -> None:
        self._consumer = consumer

    async def now(self) -> dict[str, int]:
        """How many records each service has told."""
        places = {
            name: [TopicPartition(t, p) for t in told for p in range(PARTITIONS)]
            for name, told in TOLD.items()
        }
        ends = await self._consumer.end_offsets([p for of in places.values() for p in of])
        return {name: sum(ends[place] for place in of) for name, of in places.items()}


async def measured(
    stack: Stack, rounds: int, found: list[Recovery], tell: Callable[[str], None]
) -> None:
    """Every service was killed so often, and worked again each time; `found` grows with each."""
    orders = read()
    consumer = AIOKafkaConsumer(bootstrap_servers=stack.kafka)
    async with Frontend(stack.kafka) as frontend, Watch(stack) as watch, consumer:
        consumer._client.set_topics(topics.BY_NAME)
        await consumer._client.force_metadata_update()
        await open_shop(frontend, stack.kafka, orders, datetime.now(UTC), lambda *_: None)
        async with asyncio.TaskGroup() as group:
            feeding = group.create_task(fed(stack.kafka, orders))
            for number in range(1, rounds + 1):
                found += await killed(stack, watch, Ends(consumer))
                slowest = max(found[-len(SERVICES) :], key=lambda one: one.seconds)
                tell(f"{number}/{rounds}: slowest {slowest.service}, {slowest.seconds:.1f} s")
            feeding.cancel()


async def fed(bootstrap: str, orders: list[Order]) -> None:
    """Every service gets something to do again and again."""
    async with AIOKafkaProducer(bootstrap_servers=bootstrap, acks="all") as producer:
        for each in inputs(orders):
            for message in each.values():
                topic = topics.BY_MODEL[type(message)]
                key, at = topic.key_of(message), datetime.now(UTC)
                envelope = Envelope(str(uuid4()), "/bench", topic.name, at, key.decode())
                await producer.send(
                    topic.name, message.body(), key=key, headers=[*envelope.headers()]
                )
            await asyncio.sleep(PAUSE_SECONDS)


async def killed(stack: Stack, watch: Watch, ends: Ends) -> list[Recovery]:
    """Each service was killed with its hands full, started at once, and is fluent again."""
    before, dead, died_at, hands = await ends.now(), dict[str, int](), dict[str, float](), {}
    await eventually(lambda: all_told(ends, before, FLUENT), "all to be at work", 120)
    for name, process in stack.services.items():
        async with frozen(process.pid):

            async def caught(name: str = name) -> Any:
                hand = await watch.in_hand(name)
                return hand if hand.busy else None

            hands[name] = await eventually(caught, f"{name} with its hands full")
            os.kill(process.pid, signal.SIGKILL)
            died_at[name] = time.monotonic()
        await eventually(lambda process=process: not process.alive, f"the end of {name}")
        dead[name] = (await ends.now())[name]
        process.start()
    seconds: dict[str, float] = {}

    async def all_recovered() -> bool:
        now, at = await ends.now(), time.monotonic()
        for name in SERVICES:
            if now[name] > dead[name]:
                seconds.setdefault(name, at - died_at[name])
        return len(seconds) == len(SERVICES)

    await eventually(all_recovered, "all to work again", 180)
    return [Recovery(n, hands[n].lag + hands[n].intents, seconds[n]) for n in SERVICES]


async def all_told(ends: Ends, before: Mapping[str, int], least: int) -> bool:
    """Whether each service has told so many records more than before."""
    now = await ends.now()
    return all(now[name] - before[name] >= least for name in SERVICES)


def table(found: list[Recovery]) -> Table:
    """Per service: median and worst."""
    shown = Table(title="kill -9 until the service tells something again, seconds")
    for column in ("service", "kills", "in hand, least", "p50", "worst", f"goal {GOAL_SECONDS:g}"):
        shown.add_column(column, justify="left" if column == "service" else "right")
    for name in SERVICES:
        mine = [one for one in found if one.service == name]
        worst = max(one.seconds for one in mine)
        shown.add_row(
            name,
            str(len(mine)),
            str(min(one.in_hand for one in mine)),
            f"{median(one.seconds for one in mine):.1f}",
            f"{worst:.1f}",
            "met" if worst <= GOAL_SECONDS else "MISSED",
        )
    return shown


def main() -> None:
    """The kills, the table, and the readings in a file."""
    words = argparse.ArgumentParser(prog="python -m tests.bench.recovery")
    words.add_argument("--rounds", type=int, default=20)
    words.add_argument("--session", type=float, help="RETOUR_SESSION_SECONDS of every service")
    words.add_argument("--out", type=Path, default=Path(".local/bench/recovery.json"))
    told = words.parse_args()
    console = Console(width=110)
    session = {} if told.session is None else {"RETOUR_SESSION_SECONDS": str(told.session)}
    found: list[Recovery] = []
    try:
        with (
            ending.ending_on_signals(),
            Stack(environment=dict.fromkeys(SERVICES, session)) as stack,
        ):
            ending.run(measured(stack, told.rounds, found, console.print))
    finally:
        if found:  # also when it was interrupted
            report(console, found, told.out)


def report(console: Console, found: list[Recovery], out: Path) -> None:
    """The table on the terminal, the readings in a file."""
    console.print(table(found))
    out.parent.mkdir(parents=True, exist_ok=True)
    readings = [[one.service, one.in_hand, round(one.seconds, 2)] for one in found]
    out.write_text(json.dumps(readings))


if __name__ == "__main__":
    main()
