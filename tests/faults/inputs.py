"""`python -m tests.faults.inputs [ID ...]`: the catalogue of bad input, row by row, as a table."""

from __future__ import annotations

import argparse
import logging
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import median

from rich.console import Console
from rich.table import Table

from contracts.topics import SERVICES
from deploy.local import ending
from tests.faults import bad_inputs_framing, bad_inputs_injection, bad_inputs_meaning
from tests.faults.bad_inputs import NotHere, Result, Row
from tests.faults.desk import Desk, desk, peak_mib

MODULES = (bad_inputs_framing, bad_inputs_meaning, bad_inputs_injection)
"""A new module of rows is named here."""
MOST_MIB = 512


@dataclass
class Report:
    """What became of every row, and of the services."""

    results: dict[tuple[str, str], Result] = field(default_factory=dict)
    """By row and service."""
    surprises: list[str] = field(default_factory=list)
    """Letters that nobody expected, missing or twice; services that died."""
    peaks_mib: dict[str, int] = field(default_factory=dict)
    """The most memory each service had in hand."""
    seconds: float = 0.0


def every() -> list[Row]:
    """All rows in the order in which they are played; the bomb comes last."""
    return [row for module in MODULES for row in module.ROWS] + [*bad_inputs_framing.BOMB]


def elsewhere() -> list[NotHere]:
    """The entries that are not played."""
    return [one for module in MODULES for one in getattr(module, "NOT_HERE", ())]


def plan(rows: Sequence[Row], *, everywhere: bool) -> list[tuple[Row, str]]:
    """Who is asked: of several services that behave alike one, in turn, or all of them."""
    return [
        (row, service)
        for number, row in enumerate(rows)
        for service in (row.services if everywhere else [row.services[number % len(row.services)]])
    ]


async def play(todo: Sequence[tuple[Row, str]], tell: Console | None = None) -> Report:
    """Every row is played on one stack, one after the other; nothing is restarted."""
    report, begun = Report(), time.monotonic()
    async with desk() as where:
        for row, service in todo:
            try:
                result = await row.play(where, service)
            except (AssertionError, TimeoutError, ValueError, KeyError) as error:
                # What a row found wrong is its outcome; the others are played all the same.
                result = Result(f"{type(error).__name__}: {error}", float("nan"))
            report.results[row.id, service] = result
            if tell and result.outcome != row.expected:
                tell.print(f"{row.id} at {service}: {result.outcome}", style="red", markup=False)
        try:
            await where.quiet()
        except TimeoutError as error:
            report.surprises.append(f"never done: {error}")
        report.surprises += surprises(where)
        report.peaks_mib = {n: peak_mib(p.pid) for n, p in where.stack.services.items()}
    report.seconds = time.monotonic() - begun
    return report


def surprises(where: Desk) -> list[str]:
    """What lies in the dead letters and should not, what should and does not, and who died."""
    there = {which for which, letters in where.letters.items() if letters}
    return [
        *(f"died: {process.name}" for process in where.stack.ended()),
        *(f"parked by {s}, unexpected: {p}" for s, p in there - where.to_be_parked),
        *(f"not parked by {s}: {p}" for s, p in where.to_be_parked - there),
        *(f"parked twice by {s}: {p}" for (s, p), each in where.letters.items() if len(each) > 1),
    ]


def table(rows: Sequence[Row], report: Report) -> Table:
    """Entry, outcome, and how long the next good message waited."""
    found = Table(title="Bad input")
    for column in ("entry", "what was sent", "to", "outcome", "note"):
        found.add_column(column)
    found.add_column("next good message", justify="right")
    for row in sorted([*rows, *elsewhere()], key=_number):
        if isinstance(row, NotHere):
            found.add_row(row.id, row.says, "-", "not applicable", row.why, "-", style="dim")
            continue
        results = {s: r for (id_, s), r in report.results.items() if id_ == row.id}
        outcomes = sorted({result.outcome for result in results.values()})
        right = outcomes == [row.expected]
        said = outcomes[0] if right else f"{'; '.join(outcomes)} (due: {row.expected})"
        to = "all" if len(results) == len(SERVICES) else ", ".join(results)
        slowest = max(result.delay_seconds for result in results.values())
        style = None if right else "red"
        found.add_row(row.id, row.says, to, said, row.note, f"{slowest * 1000:.0f} ms", style=style)
    return found


def _number(entry: Row | NotHere) -> int:
    return int(entry.id.split()[0].removeprefix("C"))


def summary(rows: Sequence[Row], report: Report) -> str:
    """The numbers below the table."""
    expected = {row.id: row.expected for row in rows}
    right = [r for (id_, _), r in report.results.items() if r.outcome == expected[id_]]
    delays = sorted(result.delay_seconds for result in right) or [0.0]
    memory = ", ".join(f"{name} {mib} MiB" for name, mib in report.peaks_mib.items())
    return (
        f"{len(right)} of {len(report.results)} as expected, {len(elsewhere())} not applicable, "
        f"{len(report.surprises)} surprises, in {report.seconds:.0f} s\n"
        f"next good message: median {median(delays) * 1000:.0f} ms, "
        f"longest {delays[-1] * 1000:.0f} ms\n"
        f"most memory: {memory}"
    )


def main() -> int:
    """The exit code: 0 if every row ended as expected and nothing else lies in the dead letters."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults.inputs", description=__doc__)
    parser.add_argument("ids", nargs="*", help="C31, or one row: 'C31 deep'; none means all")
    parser.add_argument("--everywhere", action="store_true", help="ask every service, not one")
    given = parser.parse_args()
    rows = [row for row in every() if not given.ids or {row.id, row.id.split()[0]} & set(given.ids)]
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)  # refusals come as exceptions
    console = Console(width=200) if not sys.stdout.isatty() else Console()
    with ending.ending_on_signals():
        report = ending.run(play(plan(rows, everywhere=given.everywhere), console))
    console.print(table(rows, report))
    console.print(summary(rows, report), highlight=False)
    for one in report.surprises:
        console.print(one, style="red", markup=False)
    expected = {row.id: row.expected for row in rows}
    right = all(one.outcome == expected[id_] for (id_, _), one in report.results.items())
    return 0 if right and not report.surprises else 1


if __name__ == "__main__":
    sys.exit(main())
