"""Returns that keep coming: paced, never more than so many at once, for as long as it takes."""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from deploy.demo.orders import read
from deploy.demo.sample import AskedReturn, Order, returns
from tests.soak.crowd import Crowd
from tests.support.copies import copies


@dataclass(frozen=True)
class Amount:
    """How much a soak is: at least so many returns, and at least so many seconds."""

    returns: int
    seconds: float
    at_once: int = 200
    patience_seconds: float = 420.0
    """How long everybody may take to be served when nothing fails any more."""

    @property
    def pace(self) -> float:
        """Returns a second at most: they shall last until the end, and leave time to catch up."""
        return self.returns / (0.8 * self.seconds)

    @property
    def spare(self) -> int:
        """So many returns are certainly enough."""
        return int(self.returns * 1.4) + 400


def parcels(number: int) -> tuple[list[Order], list[list[AskedReturn]]]:
    """Orders with at least so many returns; and the returns, each parcel's together, in order."""
    orders: list[Order] = []
    grouped: list[list[AskedReturn]] = []
    edition = found = 0
    while found < number:
        fresh = copies(read(), edition)
        by_order: dict[str, list[AskedReturn]] = defaultdict(list)
        for one in returns(fresh):
            by_order[one.order.order_no].append(one)
        orders += [order for order in fresh if order.order_no in by_order]
        grouped += by_order.values()
        found += sum(map(len, by_order.values()))
        edition += 1
    return orders, grouped


class Flow:
    """Customers come in until there were enough of them for long enough."""

    def __init__(self, crowd: Crowd, amount: Amount) -> None:
        self._crowd, self._amount = crowd, amount
        self.begun_at = time.monotonic()
        self.faults: list[str] = []
        """What a customer saw that none should."""
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def enough(self) -> bool:
        """Whether both are reached: the number and the time."""
        return (
            len(self._crowd.asked) >= self._amount.returns
            and time.monotonic() - self.begun_at >= self._amount.seconds
        )

    async def run(self, grouped: Iterable[Sequence[AskedReturn]]) -> None:
        """Everybody has come in; not everybody has the letter yet."""
        hands = asyncio.Semaphore(self._amount.at_once)
        for number, group in enumerate(grouped):
            if self.enough:
                return
            await hands.acquire()
            due = self.begun_at + len(self._crowd.asked) / self._amount.pace
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            task = asyncio.create_task(self._crowd.serve(group), name=f"parcel-{number}")
            self._tasks.add(task)
            task.add_done_callback(lambda done: (hands.release(), self._over(done)))
        self.faults.append("the sample ran out before the time did")

    def _over(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (fault := task.exception()) is not None:
            self.faults.append(f"{type(fault).__name__}: {fault}")

    async def send_home(self) -> None:
        """Nobody waits any longer."""
        waiting = list(self._tasks)
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)
