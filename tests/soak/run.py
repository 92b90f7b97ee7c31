"""A soak from start to end: the stage, the crowd, the blows, the quiet, the judgement."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from contracts.analytics import ReasonsFound
from contracts.topics import SERVICES
from deploy.demo.frontend import Frontend
from deploy.demo.play import open_shop, top_reasons
from deploy.demo.sample import PORTALS, AskedReturn
from tests.faults.matrix import Row
from tests.faults.stage import Stage, stage
from tests.soak.chaos import Hand, Struck, heal
from tests.soak.crowd import Crowd
from tests.soak.flow import Amount, Flow, parcels
from tests.soak.judgement import Judgement, judged
from tests.soak.mishaps import Mishaps, happen
from tests.soak.watch import LeanWatch

LOOKS = 4
"""How often in a row nothing moves before whoever still waits is called lost."""

Tell = Callable[[str], None]


@dataclass
class Soaked:
    """What happened, and what was wrong with it."""

    seed: int
    asked: list[AskedReturn]
    seconds: float
    """From the first customer to the last one's letter."""
    struck: Struck
    mishaps: Mishaps
    retold: int
    quiet_after: float
    """Seconds from the last fault's end until nothing moved any more."""
    lost: dict[str, str] = field(default_factory=dict)
    """Returns whose customer waits for ever, and what for."""
    faults: list[str] = field(default_factory=list)
    judgement: Judgement | None = None

    @property
    def violations(self) -> list[str]:
        """Every sentence that should not be there."""
        lost = [f"return {each}: waits for {what} for ever" for each, what in self.lost.items()]
        found = self.judgement.violations if self.judgement else ["nothing was judged"]
        return [*self.faults, *lost, *self.struck.complaints, *found]


async def soak(
    amount: Amount, seed: int, inside: Sequence[Row], outside: Sequence[Row], tell: Tell
) -> Soaked:
    """The whole system, this many returns, and these faults among them in the seed's order."""
    async with stage() as where:
        tell("the stack is up")
        orders, grouped = parcels(amount.spare)
        async with Frontend(where.stack.kafka) as shop:
            now = datetime.now(UTC)
            await open_shop(shop, where.stack.kafka, orders, now, lambda *_: None)
        tell(f"{len(orders)} parcels are recorded")
        async with Crowd(where.stack.kafka) as crowd:
            soaked = await _soaked(where, crowd, amount, seed, grouped, (inside, outside), tell)
        tell("nothing moves any more; judging")
        top = await _top(where)
        soaked.judgement = await judged(where.stack, soaked.asked, top, soaked.mishaps)
        return soaked


async def _soaked(
    where: Stage,
    crowd: Crowd,
    amount: Amount,
    seed: int,
    grouped: Sequence[Sequence[AskedReturn]],
    candidates: tuple[Sequence[Row], Sequence[Row]],
    tell: Tell,
) -> Soaked:
    flow, struck, mishaps = Flow(crowd, amount), Struck(), Mishaps()
    hands = [
        Hand(name, rows, seed, where, crowd)
        for name, rows in zip(("inside", "outside"), candidates, strict=True)
    ]
    coming = asyncio.create_task(flow.run(grouped))
    async with asyncio.TaskGroup() as group:
        for hand in hands:
            group.create_task(hand.strike(struck, coming.done, tell))
        group.create_task(happen(where.stack.kafka, crowd, mishaps, seed, coming.done))
        group.create_task(_progress(flow, crowd, struck, coming.done, tell))
    await coming
    await heal(where)
    tell(f"{len(crowd.asked)} have come in, {crowd.on_their_way} have no letter yet")
    quiet_after = await _until_quiet(where, crowd, flow, amount.patience_seconds)
    lost = dict(crowd.waiting)
    await flow.send_home()
    seconds = time.monotonic() - flow.begun_at
    return Soaked(
        seed, crowd.asked, seconds, struck, mishaps, crowd.retold, quiet_after, lost, flow.faults
    )


async def _progress(
    flow: Flow, crowd: Crowd, struck: Struck, over: Callable[[], bool], tell: Tell
) -> None:
    while not over():
        await asyncio.sleep(10)
        minutes = (time.monotonic() - flow.begun_at) / 60
        tell(
            f"{minutes:5.1f} min: {len(crowd.asked)} asked, {crowd.served} served,"
            f" {crowd.on_their_way} on their way, {struck.bit.total()} faults,"
            f" now {struck.now or 'none'}"
        )


async def _until_quiet(where: Stage, crowd: Crowd, flow: Flow, patience: float) -> float:
    """Seconds until nothing is left to do. Whoever still waits then will wait for ever."""
    begins, still = time.monotonic(), 0
    async with LeanWatch(where.stack) as watch:
        while still < LOOKS:
            words = crowd.words
            await asyncio.sleep(1.0)
            busy = [name for name in SERVICES if (await watch.in_hand(name)).busy]
            still = 0 if busy or crowd.words != words else still + 1
            if still >= LOOKS // 2 and not crowd.waiting:
                break
            if time.monotonic() - begins > patience:
                found = {name: await watch.in_hand(name) for name in SERVICES}
                flow.faults.append(f"not quiet after {patience:.0f} s: {found}")
                break
    return time.monotonic() - begins


async def _top(where: Stage) -> dict[str, ReasonsFound]:
    async with Frontend(where.stack.kafka) as frontend:
        return {portal: await top_reasons(frontend, portal) for portal in PORTALS}
