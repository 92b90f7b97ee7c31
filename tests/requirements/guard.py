"""What a guard is: a line of ours without which something is not refused, and who must notice."""

from __future__ import annotations

from dataclasses import dataclass

from tests.mutants.mutant import AN_ASSERTION, Mutant, mutant
from tests.requirements.row import Case
from tests.requirements.table import CASES

TESTS = "tests/requirements/test_requirements.py"
PLAYED = f"{TESTS}::test_what_is_seen_is_what_the_requirement_says"
SAYS = rf"{AN_ASSERTION}|^tests\.requirements\.scene\.Silence"
"""A case that asks, and is not answered at all, has noticed too."""


@dataclass(frozen=True)
class Guard:
    """A line, what stands there without it, and the cases that must notice."""

    row: Mutant
    notices: tuple[Case, ...]


def guard(file: str, before: str, after: str, *cases: str) -> Guard:
    """Cases by requirement and name, with a blank between: `R8 an_item_twice`."""
    notices = tuple(_case(case) for case in cases)
    breaks = " ".join(dict.fromkeys(case.row.requirement for case in notices))
    named = " ".join(f"{PLAYED}[{case.name}]" for case in notices)
    return Guard(
        mutant(
            breaks, f"{file}: {' '.join(before.split())}", file, before, after, named, says=SAYS
        ),
        notices,
    )


def _case(named: str) -> Case:
    requirement, name = named.split()
    (found,) = (
        case
        for case in CASES
        if (case.row.requirement, case.side, case.play.__name__) == (requirement, "refuses", name)
    )
    return found


def off(file: str, condition: str, *cases: str) -> Guard:
    """The condition never holds."""
    keyword = condition.split(maxsplit=1)[0]
    return guard(file, condition, f"{keyword} False:", *cases)


def unwise(file: str, code: str, *cases: str) -> Guard:
    """What keeps a portal closed is only a warning."""
    begins = f'blocking(\n            "{code}"'
    return guard(file, begins, begins.replace("blocking", "warning"), *cases)
