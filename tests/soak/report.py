"""What a soak says when it is over."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table

from tests.soak.run import Soaked

SHOWN = 25


def told(soaked: Soaked, console: Console) -> None:
    """The tables, and what is wrong."""
    console.print(_faults(soaked))
    console.print(_outcome(soaked))
    for said in soaked.violations[:SHOWN]:
        console.print(f"  {said}", highlight=False, markup=False)
    if len(soaked.violations) > SHOWN:
        console.print(f"  and {len(soaked.violations) - SHOWN} more")


def _faults(soaked: Soaked) -> Table:
    found = Table(title=f"Faults, seed {soaked.seed}")
    found.add_column("fault")
    for column in ("bit", "void"):
        found.add_column(column, justify="right")
    struck = soaked.struck
    for kind in sorted(struck.bit | struck.void):
        found.add_row(kind, str(struck.bit[kind]), str(struck.void[kind]))
    found.add_row("F25 records sent again, shuffled", str(soaked.mishaps.again), "0")
    found.add_row("F27 poison", str(len(soaked.mishaps.poisoned)), "0")
    return found


def _outcome(soaked: Soaked) -> Table:
    judged = soaked.judgement
    found = Table(title="Soak")
    found.add_column("what")
    found.add_column("how many", justify="right")
    rows: list[tuple[str, object]] = [
        ("returns asked for", len(soaked.asked)),
        ("minutes", f"{soaked.seconds / 60:.1f}"),
        ("returns a second", f"{len(soaked.asked) / soaked.seconds:.1f}"),
        ("faults that bit", soaked.struck.bit.total()),
        ("work in hand when they did", soaked.struck.in_flight),
        ("messages the frontend had to say again", soaked.retold),
        ("seconds from the last fault to quiet", f"{soaked.quiet_after:.0f}"),
    ]
    if judged is not None:
        rows += [
            ("records on the broker", judged.records),
            ("of these told again under their id", judged.repeated),
            ("dead letters", judged.parked),
            ("labels sold", judged.sold),
            ("labels bought twice", judged.bought_twice),
            ("letters posted", judged.posted),
            ("letters posted twice", judged.posted_twice),
            ("returns lost", len(soaked.lost)),
            ("totals exact", "yes" if judged.totals_exact else "NO"),
        ]
    rows.append(("violations", len(soaked.violations)))
    for name, number in rows:
        found.add_row(name, str(number))
    return found
