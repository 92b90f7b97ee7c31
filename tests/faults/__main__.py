"""`python -m tests.faults [ROW ...]`: the fault matrix, row by row, as a table."""

from __future__ import annotations

import argparse
import json
import logging
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from rich.console import Console
from rich.table import Table

from deploy.local import ending
from tests.faults import rows
from tests.faults.matrix import Result
from tests.faults.playing import played


def tell(result: Result, console: Console) -> None:
    """A line for a row, as soon as it is over; what is wrong below it."""
    end = result.skipped or result.void or f"{len(result.violations)} violations"
    console.print(
        f"{result.row.name}: {end}, {result.in_flight} in flight,"
        f" recovered in {result.recovery_seconds:.1f} s",
        highlight=False,
    )
    for violation in result.violations[:10]:
        console.print(f"  {violation}", highlight=False, markup=False)


def table(results: Sequence[Result]) -> Table:
    """The matrix."""
    found = Table(title="Fault matrix")
    for column in ("id", "fault", "hits", "proof that it bit"):
        found.add_column(column)
    for column in ("in flight", "recovery s", "violations"):
        found.add_column(column, justify="right")
    for result in results:
        row = result.row
        hits = "all" if len(row.hits) > 1 else ", ".join(row.hits)
        wrong = f"void: {result.void}" if result.void else str(len(result.violations))
        wrong = f"skipped: {result.skipped}" if result.skipped else wrong
        numbers = (str(result.in_flight), f"{result.recovery_seconds:.1f}", wrong)
        found.add_row(row.id, row.says, hits, ", ".join(result.bit), *numbers)
    return found


def written(result: Result) -> dict[str, object]:
    """A result as JSON has it."""
    row = result.row
    kept = {k: v for k, v in asdict(result).items() if k != "row"}
    return {"id": row.id, "fault": row.says, "hits": row.hits, **kept}


def main() -> int:
    """The exit code: 0 if every row bit and nothing was violated."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("rows", nargs="*", help="ids (F8) or names (F11/labels); none means all")
    parser.add_argument("--quick", action="store_true", help="only the rows of `make test`")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", type=Path, help="write the results here, too")
    parser.add_argument("--logs", type=Path, help="keep the logs of every stack here")
    given = parser.parse_args()
    chosen = rows.chosen(given.rows, quick=given.quick)
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)  # the frontend's own troubles
    console = Console(width=160) if not sys.stdout.isatty() else Console()
    console.print(f"{len(chosen)} rows, seed {given.seed}", highlight=False)
    results: list[Result] = []

    def over(result: Result) -> None:
        results.append(result)
        tell(result, console)

    try:
        with ending.ending_on_signals():
            ending.run(played(chosen, given.seed, over, given.logs))
    finally:  # whoever ends it early sees what was played
        console.print(table(results))
        if given.json:
            given.json.write_text(json.dumps([written(result) for result in results], indent=2))
    return 0 if all(result.passed for result in results) else 1


if __name__ == "__main__":
    sys.exit(main())
