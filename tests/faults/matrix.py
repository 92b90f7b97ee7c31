"""The fault matrix: each row strikes while real returns are on their way, and is judged then.

A row is a fault with its id, a sentence, whom it hits, and a function that strikes and heals. To
add one, write the function in a `rows_*.py` and put a `Row` into its `ROWS`. The rest is done here.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from random import Random

from aiokafka.errors import KafkaError

from contracts.analytics import ReasonsFound
from contracts.topics import SERVICES, SHIPMENT_RECORDED
from deploy.demo.frontend import Frontend
from deploy.demo.play import WRONG_CODES, open_shop, play, top_reasons
from deploy.demo.sample import AskedReturn
from deploy.demo.shop import shipment
from deploy.ops.lag import until_caught_up
from tests.faults.judged import violations
from tests.faults.scene import Scene, Void
from tests.faults.stage import Environment, Stage
from tests.support.eventually import eventually
from tests.support.killing import Watch
from tests.support.paced import PacedFrontend

RETURNS, FAULT_SECONDS, ENDURES_SECONDS = 40, 300.0, 150.0
"""Customers of one row, how long its fault may take to strike and heal, and how long it may take
then until the last of them has what is due."""

Fault = Callable[[Scene], Awaitable[None]]


@dataclass(frozen=True)
class Row:
    """A fault of the matrix. `fault` returns when it is healed, and not before."""

    id: str
    says: str
    fault: Fault
    hits: tuple[str, ...] = SERVICES
    environment: Environment = field(default_factory=dict)
    """Settings that the services need for this row. Rows with the same share a stack."""
    quick: bool = False
    """Whether `make test` runs it."""
    breaks_stage: bool = False
    """Whether nobody should play on this stack afterwards."""
    wants_peace: bool = False
    """Whether nobody may have played on its stack before: it repeats all that was ever told."""
    returns: int = RETURNS
    fits: Callable[[AskedReturn], bool] = lambda _: True
    """Which returns may be among them."""
    kind: str = ""
    """Which of several faults of one id on the same services."""
    disks: Mapping[str, int] = field(default_factory=dict)
    """Folders of the stack's data that lie on disks of their own, of so many MiB."""
    cluster: bool = False
    """Whether it wants three brokers. There are no lines to fail then."""
    lacks: Callable[[], str] = lambda: ""
    """What this machine lacks to play it; empty if nothing."""

    @property
    def name(self) -> str:
        """The id, and whom it hits if not everybody: unique in the matrix."""
        name = self.id if self.hits == SERVICES else f"{self.id}/{'+'.join(self.hits)}"
        return f"{name}:{self.kind}" if self.kind else name


@dataclass(frozen=True)
class Result:
    """What became of a row. `void` says why it proves nothing, if so."""

    row: Row
    in_flight: int
    bit: tuple[str, ...]
    recovery_seconds: float
    violations: tuple[str, ...]
    void: str | None = None
    skipped: str | None = None
    """Why it was not played here, if so."""

    @property
    def passed(self) -> bool:
        """Struck for certain, and nothing was lost, doubled or changed."""
        return self.void is None and not self.violations


async def run(row: Row, stage: Stage, seed: int = 1) -> Result:
    """The row is played on this stage, with customers of its own, and judged."""
    asked = stage.draw(row.returns, row.fits)
    await recorded(stage, asked)
    recovery, void = 0.0, None
    async with PacedFrontend(stage.stack.kafka) as frontend, Watch(stage.stack) as watch:
        scene = Scene(stage, frontend, watch, Random(f"{seed} {row.name}"))
        playing = asyncio.create_task(waited_in_vain(frontend, asked))
        try:
            async with asyncio.timeout(FAULT_SECONDS):
                await row.fault(scene)
            if not (scene.in_flight and scene.proofs):
                void = "the fault did not say what it hit"
        except Void as nothing:
            void = str(nothing)
        except Exception as wrong:  # noqa: BLE001  # whatever it is, it ends only this row
            scene.complaints.append(f"it did not heal: {type(wrong).__name__}: {wrong}")
        recovery = await until_recovered(scene)
        frontend.admit(row.returns + WRONG_CODES)
        scene.complaints += await playing
        await until_recovered(scene)
        await scene.tidy()
        for undo in scene.afterwards:
            undo()
    found = violations(stage, await tops(stage))
    return Result(
        row, scene.in_flight, tuple(scene.proofs), recovery, (*scene.complaints, *found), void
    )


async def waited_in_vain(frontend: PacedFrontend, asked: Sequence[AskedReturn]) -> list[str]:
    """What the customers did not get, if anything."""
    late: list[str] = []
    try:
        await play(frontend, asked, lambda *_: None)
    except* (TimeoutError, KafkaError) as group:
        late += [f"{type(fault).__name__}: {fault}" for fault in group.exceptions]
    return late


async def until_recovered(scene: Scene) -> float:
    """Seconds until whoever is on the way has what is due, and no service has anything to do."""
    begins = time.monotonic()
    async with Watch(scene.stage.stack) as watch:  # the old one may still nurse its own wounds

        async def recovered() -> bool:
            if scene.frontend.on_their_way:
                return False
            return not any([(await watch.in_hand(service)).busy for service in SERVICES])

        try:
            await eventually(recovered, "everybody to be served", ENDURES_SECONDS)
        except AssertionError:
            busy = {s: n for s in SERVICES if (n := await scene.in_hand(s))}
            scene.complaints.append(
                f"not recovered after {ENDURES_SECONDS:.0f} s: {scene.frontend.on_their_way}"
                f" customers wait, in hand {busy}"
            )
    return time.monotonic() - begins


async def recorded(stage: Stage, asked: Sequence[AskedReturn]) -> None:
    """Every service knows the parcels of these returns, and the portals."""
    orders = {one.order.order_no: one.order for one in asked}
    fresh = [order for number, order in orders.items() if number not in stage.recorded]
    now = datetime.now(UTC)
    async with Frontend(stage.stack.kafka) as frontend:
        if not stage.recorded:
            await open_shop(frontend, stage.stack.kafka, fresh, now, lambda *_: None)
        else:
            sent = [await frontend.post(shipment(order, now), "/demo/shop") for order in fresh]
            await asyncio.gather(*sent)
            await until_caught_up(stage.stack.kafka, SERVICES, [SHIPMENT_RECORDED.name])
    stage.recorded.update(order.order_no for order in fresh)


async def tops(stage: Stage) -> dict[str, ReasonsFound]:
    """What analytics answers now, by portal."""
    async with Frontend(stage.stack.kafka) as frontend:
        portals = {one.order.portal_id for one in stage.asked}
        return {portal: await top_reasons(frontend, portal) for portal in sorted(portals)}
