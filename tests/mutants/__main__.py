"""`make mutants`: breaks every guarantee on purpose and shows which test noticed.

    make mutants ARGS="--only fence"      rows whose name or invariants hold it
    make mutants ARGS="--list"            the rows, without trying them
    make mutants ARGS="--soak"            the rows a short soak must notice, each in one of its own

Exit code 1 if a mutant survived, or was met by anything but the test meant for it.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from queue import Queue

from rich.console import Console
from rich.table import Table

from tests.mutants.catching import Verdict, run, tried
from tests.mutants.mutant import Mutant, stale
from tests.mutants.soaking import soaked, violated
from tests.mutants.table import MUTANTS
from tests.mutants.tree import ROOT, copied


def chosen(words: Sequence[str]) -> list[Mutant]:
    """The rows that hold any of these words; all, if none is given."""
    return [
        row
        for row in MUTANTS
        if not words or any(word in f"{row.breaks} {row.name}" for word in words)
    ]


def all_tried(
    rows: Sequence[Mutant], hands: int, console: Console, how: Callable[[Mutant, Path], Verdict]
) -> list[Verdict]:
    """Each row's verdict, in their order. So many are tried at once, each in a tree of its own."""
    with ExitStack() as stack:
        trees: Queue[Path] = Queue()
        for _ in range(hands):
            trees.put(stack.enter_context(copied()))

        def one(row: Mutant) -> Verdict:
            tree = trees.get()
            try:
                verdict = how(row, tree)
            finally:
                trees.put(tree)
            console.print(f"{'caught' if verdict.caught else 'MISSED'}: {row.name}", style="dim")
            return verdict

        with ThreadPoolExecutor(hands) as workers:
            return list(workers.map(one, rows))


def sound(rows: Sequence[Mutant], console: Console) -> bool:
    """Whether every test that is to catch something passes where nothing is spoilt."""
    selection = sorted({word for row in rows for word in row.caught_by.split()})
    with copied() as tree:
        ran = run(selection, tree, first=False)
    for test, said in ran.failures:
        console.print(f"fails without any mutant: {test}: {said[:120]!r}")
    for trouble in ran.troubles:
        console.print(f"trouble without any mutant: {trouble[:160]}")
    console.print(f"without any mutant: {ran.passed} tests pass in {ran.seconds:.0f} s")
    return not (ran.failures or ran.troubles)


def sound_in_a_soak(rows: Sequence[Mutant], console: Console) -> bool:
    """Whether a soak among all of their faults finds nothing wrong where nothing is spoilt."""
    faults = sorted({word for row in rows for word in row.soak.split()})
    with copied() as tree:
        found = violated(faults, tree)
    console.print(f"without any mutant, among {', '.join(faults)}: {found or 'no violation'}")
    return found == []


def shown(verdicts: Iterable[Verdict]) -> Table:
    """The table."""
    table = Table(title="Mutants")
    for column in ("breaks", "mutant", "caught by", "seconds"):
        table.add_column(column, justify="right" if column == "seconds" else "left")
    for one in verdicts:
        table.add_row(one.mutant.breaks, one.mutant.name, one.by, f"{one.seconds:.1f}")
    return table


def main() -> None:
    """See the module."""
    words = argparse.ArgumentParser(prog="python -m tests.mutants")
    words.add_argument("--only", nargs="*", default=[], help="rows that hold one of these")
    words.add_argument("--list", action="store_true", help="show the rows and try none")
    words.add_argument("--soak", action="store_true", help="let a short soak catch them")
    words.add_argument(
        "--at-once", action="store_true", help="do not first show that the tests pass unspoilt"
    )
    words.add_argument("--hands", type=int, default=2, help="how many are tried at once")
    told = words.parse_args()
    console = Console(width=150)
    rows = [row for row in chosen(told.only) if row.soak or not told.soak]
    if told.list:
        for row in rows:
            console.print(f"{row.breaks:8} {row.name}: {row.caught_by}")
        return
    old = [why for row in rows for why in stale(row, ROOT)]
    for why in old:
        console.print(f"stale: {why}")
    if old or not rows:
        sys.exit("the table does not fit the tree" if old else "no row holds these words")
    if not told.at_once and not (sound_in_a_soak if told.soak else sound)(rows, console):
        sys.exit("what is to catch them is not at peace where nothing is spoilt")
    if told.soak:
        verdicts = all_tried(rows, 1, console, soaked)
    else:
        verdicts = all_tried(rows, told.hands, console, tried)
    console.print(shown(verdicts))
    caught = sum(one.caught for one in verdicts)
    console.print(f"{caught} of {len(verdicts)} mutants caught")
    sys.exit(caught != len(verdicts))


if __name__ == "__main__":
    main()
