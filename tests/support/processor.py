"""How much processor time processes have had, by the kernel's own count."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")


def seconds_of(pids: Iterable[int]) -> float:
    """Seconds that these processes and their living children have worked so far."""
    return sum(_own(pid) + seconds_of(_children(pid)) for pid in pids)


def own_seconds(pids: Iterable[int]) -> float:
    """Seconds that these processes have worked themselves."""
    return sum(map(_own, pids))


def _own(pid: int) -> float:
    # The command, in brackets, may hold anything; what follows are numbers.
    numbers = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(numbers[11]) + int(numbers[12])) / _TICKS


def _children(pid: int) -> list[int]:
    found: list[int] = []
    for task in Path(f"/proc/{pid}/task").iterdir():
        found += map(int, (task / "children").read_text().split())
    return found
