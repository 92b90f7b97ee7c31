"""`make bench`: measures, prints tables, writes `.local/bench/<section>.json`."""

from __future__ import annotations

import argparse
import json
import platform
from collections.abc import Callable
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from tests.bench import decide, documents, points, rules

SECTIONS: dict[str, tuple[Callable[[int, int], dict[str, Any]], int, tuple[str, ...]]] = {
    "rules": (
        rules.measure,
        2_000,
        ("contender", "verdict us", "x fewest", "offer us", "x fewest"),
    ),
    "documents": (
        documents.measure,
        200,
        ("contender", "a second", "ms CPU", "x A6", "bytes"),
    ),
    "points": (
        points.measure,
        1_000,
        ("contender", "p50 ms", "p99 ms", "slowest ms"),
    ),
    "decide": (
        decide.measure,
        50_000,
        ("contender", "msg/s", "CPU us/msg", "x librdkafka", "x tutorial"),
    ),
}
"""What measures it, how many messages at least, and what its table is called."""


def shown(found: dict[str, Any], columns: tuple[str, ...]) -> Table:
    """The readings as a table: medians, and the range of all rounds."""
    table = Table(title=f"{found['section']}: {found['count']:,} of each, {found['rounds']} rounds")
    for column in columns:
        table.add_column(column, justify="left" if column == "contender" else "right")
    for name, row in found["rows"].items():
        table.add_row(name, *(_cell(reading) for reading in row.values()))
    return table


def _cell(reading: dict[str, float]) -> str:
    digits = 0 if reading["median"] > 20 else 2
    low, mid, high = (f"{reading[k]:,.{digits}f}" for k in ("low", "median", "high"))
    return f"{mid} ({low}-{high})"


def main() -> None:
    """Every section that was asked for, one after the other; all of them if none was."""
    words = argparse.ArgumentParser()
    words.add_argument("sections", nargs="*", metavar="section", help=", ".join(SECTIONS))
    words.add_argument("--rounds", type=int, default=5)
    words.add_argument("--count", type=int)
    words.add_argument("--out", type=Path, default=Path(".local/bench"))
    told = words.parse_args()
    if strangers := set(told.sections) - set(SECTIONS):
        words.error(f"no such section: {', '.join(sorted(strangers))}")
    console = Console(width=110)
    for name in told.sections or SECTIONS:
        _run(name, told, console)


def _run(name: str, told: argparse.Namespace, console: Console) -> None:
    measure, usual, columns = SECTIONS[name]
    found = measure(told.rounds, told.count or usual)
    found["python"] = platform.python_version()
    told.out.mkdir(parents=True, exist_ok=True)
    written = told.out / f"{name}.json"
    written.write_text(json.dumps(found, indent=2))
    console.print(shown(found, columns))
    for goal in found["goals"]:
        met = "met" if goal["met"] else "MISSED"
        console.print(f"{met}: {goal['goal']}, measured {goal['measured']:.2f}")
    console.print(f"written: {written}")


if __name__ == "__main__":
    main()
