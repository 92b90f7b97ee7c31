"""`make sweep`: every service dies at every durable step; prints services x failpoints."""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Console
from rich.table import Table

from contracts.topics import SERVICES
from deploy.demo.frontend import Frontend
from deploy.local import ending
from deploy.local.stack import Stack
from services._runtime.failpoints import FAILPOINTS
from tests.support.killing import Watch
from tests.sweep.crash_points import CRASH_POINTS, NEVER_THERE, QUICK, Round, exhaustive
from tests.sweep.invariants import broken
from tests.sweep.rounds import SWIFT, Run, struck
from tests.sweep.traffic import Traffic


@dataclass
class Swept:
    """What a sweep found."""

    runs: list[Run] = field(default_factory=list)
    violations: list[tuple[Round, str]] = field(default_factory=list)
    """Each once, with the round after which it was first there."""
    returns: int = 0
    poison: int = 0

    @property
    def missed(self) -> list[Run]:
        """Points where nobody died: a sweep over them proves nothing."""
        return [run for run in self.runs if not run.died_there]


async def sweep(
    stack: Stack, rounds: Sequence[Round], swept: Swept, tell: Callable[[str], None]
) -> None:
    """Every round was played and its end compared with what must be; `swept` grows with each."""
    known = set[str]()
    async with Frontend(stack.kafka) as frontend, Watch(stack) as watch:
        traffic = Traffic(frontend, stack.kafka, stack.mongo)
        await traffic.open()
        for number, points in enumerate(rounds, 1):
            done = await struck(stack, watch, traffic, points)
            swept.runs += done.runs
            said = await broken(stack, frontend, traffic)
            swept.violations += [(points, one) for one in said if one not in known]
            known.update(said)
            swept.returns, swept.poison = len(traffic.asked), len(traffic.poison)
            died = sum(run.died_there for run in done.runs)
            tell(
                f"round {number}/{len(rounds)}: {died} of {len(done.runs)} died there,"
                f" {done.seconds:.0f} s, violations so far {len(swept.violations)}"
            )


def table(swept: Swept) -> Table:
    """Failpoints by services: runs in which it died exactly there, and violations after them."""
    shown = Table(title="Crash-point sweep: died there / runs, violations")
    for column in ("failpoint", *SERVICES):
        shown.add_column(column, justify="left" if column == "failpoint" else "right")
    died, runs, wrong = Counter(), Counter(), Counter()
    for run in swept.runs:
        place = run.point.service, run.point.name
        runs[place] += 1
        died[place] += run.died_there
    for points, _ in swept.violations:
        wrong.update({(point.service, point.name) for point in points})
    for name in FAILPOINTS:
        cells = (
            f"{died[s, name]}/{runs[s, name]}, {wrong[s, name]}" if runs[s, name] else "-"
            for s in SERVICES
        )
        shown.add_row(name, *cells)
    return shown


def reasons() -> list[str]:
    """Why a service has no points at some steps."""
    found = defaultdict(list)
    for service, steps in NEVER_THERE.items():
        for step, why in steps.items():
            found[service, why].append(str(step))
    return [f"{service} {why}: {', '.join(steps)}" for (service, why), steps in found.items()]


def main() -> None:
    """The sweep, the table, and exit code 1 if anything is wrong."""
    words = argparse.ArgumentParser(prog="python -m tests.sweep", description=__doc__)
    words.add_argument("--quick", action="store_true", help="the one round of every test run")
    words.add_argument("--only", help="points whose 'service step.side' contains this")
    words.add_argument("--rounds", default=":", help="which rounds, as a slice: 3:9")
    words.add_argument("--out", type=Path, default=Path(".local/sweep.json"))
    told = words.parse_args()
    chosen = [p for p in CRASH_POINTS if not told.only or told.only in f"{p.service} {p.name}"]
    begin, _, end = told.rounds.partition(":")
    rounds = exhaustive(chosen)[int(begin or 0) : int(end) if end else None]
    console = Console(width=110)
    swept, wanted = Swept(), [QUICK] if told.quick else rounds
    try:
        with ending.ending_on_signals(), Stack(environment=SWIFT) as stack:
            ending.run(sweep(stack, wanted, swept, console.print))
    finally:
        report(console, swept, told.out)  # of what was swept, also when it was interrupted
    sys.exit(1 if swept.missed or swept.violations else 0)


def report(console: Console, swept: Swept, out: Path) -> None:
    """The table and what was wrong, on the terminal and in a file."""
    console.print(table(swept))
    for line in reasons():
        console.print(f"- {line}", style="dim")
    for run in swept.missed:
        console.print(
            f"MISSED: {run.point.service} {run.point.name} by {run.point.by}: {run.ended}"
        )
    for points, said in swept.violations:
        after = ", ".join(f"{point.service} {point.name}" for point in points)
        console.print(f"VIOLATION: {said} (after {after})")
    died = sum(run.died_there for run in swept.runs)
    console.print(
        f"{len(swept.runs)} runs, {died} died exactly there, {swept.returns} returns,"
        f" {swept.poison} poisoned records, {len(swept.violations)} violations"
    )
    found = {
        "runs": [[r.point.service, r.point.name, r.point.by, r.died_there] for r in swept.runs],
        "violations": [said for _, said in swept.violations],
    }
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(json.dumps(found, indent=1))


if __name__ == "__main__":
    main()
