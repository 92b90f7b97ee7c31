"""`python -m tests.specs [pytest's words]`: what was checked against the carriers' own files.

Runs this folder, then prints every operation with the cases it was seen in, and what Prism said
over the wire.
"""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from rich.console import Console
from rich.table import Table

from tests.specs.checked import NOTED, Interaction
from tests.specs.over_the_wire import CROSSED, Crossing

TITLE = "Checked in process against the carriers' own files"


def listed(noted: Iterable[Interaction]) -> Iterator[str]:
    """Each operation, and under it each case: statuses that came, and who was judged how."""
    cases: dict[tuple[str, str, str], dict[str, list[Interaction]]] = {}
    for one in noted:
        of = cases.setdefault((one.carrier, one.spec, one.operation), {})
        of.setdefault(one.case.removeprefix("test_").replace("_", " "), []).append(one)
    for (carrier, spec, operation), of in sorted(cases.items()):
        yield f"\n{carrier}  {spec}  {operation}"
        for case, seen in sorted(of.items()):
            said = (_said(seen, name) for name in ("status", "request", "answer"))
            yield "    {:12} request {:4} answer {:12} {}".format(*said, case)


def summary(noted: Iterable[Interaction]) -> str:
    """How many interactions of how many operations there were, for each carrier."""
    carriers: dict[str, list[Interaction]] = defaultdict(list)
    for one in noted:
        carriers[one.carrier].append(one)
    return "\n".join(_counted(carrier, seen) for carrier, seen in sorted(carriers.items()))


def _counted(carrier: str, seen: list[Interaction]) -> str:
    operations = {(one.spec, one.operation) for one in seen}
    against = sum("WRONG" in (one.request, one.answer) for one in seen)
    return (
        f"{carrier}: {len(seen)} interactions of {len(operations)} operations"
        f" in {len({one.case for one in seen})} cases, {against} against the file"
    )


def wire(crossed: Iterable[Crossing]) -> Table:
    """One line for each operation over the wire: what came of each case, as status and outcome."""
    lines: dict[tuple[str, str], list[Crossing]] = defaultdict(list)
    for one in crossed:
        lines[one.carrier, one.operation].append(one)
    shown = Table(title="Over the wire, against Prism", box=None)
    for name in ("carrier", "operation", "no credentials", "happy path", "documented errors"):
        shown.add_column(name, overflow="fold")
    for (carrier, operation), seen in sorted(lines.items()):
        case = {one.case: f"{one.status} {one.came_out}" for one in seen}
        first = [case.pop(name, "-") for name in ("no credentials", "happy path")]
        shown.add_row(carrier, operation, *first, ", ".join(case[code] for code in sorted(case)))
    return shown


def _said(seen: Iterable[Interaction], name: str) -> str:
    return " ".join(sorted({str(getattr(one, name) or "-") for one in seen}))


def main() -> int:
    """The exit code of pytest."""
    code = pytest.main(["-ra", "-q", str(Path(__file__).parent), *sys.argv[1:]])
    console = Console(width=180)
    for line in (TITLE, *listed(NOTED), "", summary(NOTED), ""):
        console.print(line, highlight=False, markup=False)
    if CROSSED:
        console.print(wire(CROSSED))
        operations = {one.operation for one in CROSSED}
        console.print(
            f"Prism: {len(CROSSED)} calls of {len(operations)} operations", highlight=False
        )
    return int(code)


if __name__ == "__main__":
    sys.exit(main())
