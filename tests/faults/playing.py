"""Plays rows one after the other, on as few stacks as they allow."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Sequence
from itertools import groupby
from pathlib import Path

from tests.faults.matrix import Result, Row, run
from tests.faults.stage import stage


async def played(
    chosen: Sequence[Row],
    seed: int = 1,
    tell: Callable[[Result], None] = lambda _: None,
    logs: Path | None = None,
) -> list[Result]:
    """Every row is played. A stage on which something went wrong serves no further row.

    Args:
        chosen: those that need the same settings share a stack.
        seed: whatever a row leaves to chance is drawn from it.
        tell: hears of each row as soon as it is over.
        logs: where the logs of every stack are copied to.
    """
    results: list[Result] = []
    for row in chosen:
        if why := row.lacks():
            results.append(Result(row, 0, (), 0.0, (), skipped=why))
            tell(results[-1])
    lacking = {result.row.name for result in results}
    able = sorted((row for row in chosen if row.name not in lacking), key=_settings)
    for _, same in groupby(able, key=_settings):
        left = list(same)
        while left:
            first = left[0]
            async with stage(first.environment, first.disks, cluster=first.cluster) as where:
                while left:
                    results.append(await run(left.pop(0), where, seed))
                    tell(results[-1])
                    if results[-1].row.breaks_stage or not results[-1].passed:
                        break
                if logs is not None:
                    until = results[-1].row.name.replace("/", "-").replace(" ", "-")
                    shutil.copytree(where.stack.logs, logs / until)
    return results


def _settings(row: Row) -> str:
    own = row.name if row.wants_peace else ""
    return json.dumps([row.environment, row.disks, row.cluster, own], sort_keys=True)
