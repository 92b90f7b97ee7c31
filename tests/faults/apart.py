"""Customers of a row who will not get what others get, because the row sees to it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable

from deploy.demo.frontend import Frontend
from deploy.demo.play import Played, ask
from deploy.demo.sample import AskedReturn, read, returns
from tests.faults.matrix import recorded
from tests.faults.scene import Scene
from tests.support.copies import copies
from tests.support.oracle import verdicts

FIRST_EDITION = 10_000
"""Far from the editions a stage draws from: no order is shared with anybody."""

_anyone: Callable[[AskedReturn], bool] = lambda _: True  # noqa: E731


async def chosen_apart(
    scene: Scene, number: int, fits: Callable[[AskedReturn], bool] = _anyone
) -> list[AskedReturn]:
    """So many returns that will be approved, each the first of its order; every parcel is known.

    The row's own customers hear nothing of them. They are asked for by `asked_apart`.
    """
    edition = FIRST_EDITION + len(scene.stage.asked)
    firsts = [one for one in returns(copies(read(), edition)) if one.ordinal == 1 and fits(one)]
    chosen = [one for one in firsts if verdicts([one]).approved][:number]
    scene.frontend.deaf_to |= {one.return_id for one in chosen}
    scene.stage.asked += chosen
    await recorded(scene.stage, chosen)
    return chosen


async def asked_apart(frontend: Frontend, chosen: Iterable[AskedReturn]) -> None:
    """Every one of them is asked for and approved.

    Raises:
        TimeoutError: a verdict did not come.
    """
    played = Played()
    async with asyncio.TaskGroup() as group:
        for one in chosen:
            group.create_task(ask(frontend, one, played))
