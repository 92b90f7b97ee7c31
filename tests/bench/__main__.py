"""`make bench`: measures, prints a table, writes `.local/bench/<section>.json`."""

from __future__ import annotations

import argparse
import json
import platform
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from tests.bench import decide


def shown(found: dict[str, Any]) -> Table:
    """The readings as a table: medians, and the range of all rounds."""
    table = Table(
        title=f"{found['section']}: {found['count']:,} messages, {found['rounds']} rounds"
    )
    for column in ("contender", "msg/s", "CPU us/msg", "x librdkafka", "x tutorial"):
        table.add_column(column, justify="left" if column == "contender" else "right")
    for name, row in found["rows"].items():
        table.add_row(name, *(_cell(reading) for reading in row.values()))
    return table


def _cell(reading: dict[str, float]) -> str:
    digits = 0 if reading["median"] > 20 else 2
    low, mid, high = (f"{reading[k]:,.{digits}f}" for k in ("low", "median", "high"))
    return f"{mid} ({low}-{high})"


def main() -> None:
    """Every section, one after the other."""
    words = argparse.ArgumentParser()
    words.add_argument("--rounds", type=int, default=5)
    words.add_argument("--count", type=int, default=50_000)
    words.add_argument("--out", type=Path, default=Path(".local/bench"))
    told = words.parse_args()
    console = Console(width=110)
    found = decide.measure(told.rounds, told.count)
    found["python"] = platform.python_version()
    told.out.mkdir(parents=True, exist_ok=True)
    (told.out / "decide.json").write_text(json.dumps(found, indent=2))
    console.print(shown(found))
    for goal in found["goals"]:
        console.print(
            f"{'met' if goal['met'] else 'MISSED'}: {goal['goal']}, measured {goal['measured']:.2f}"
        )
    console.print(f"written: {told.out / 'decide.json'}")


if __name__ == "__main__":
    main()
