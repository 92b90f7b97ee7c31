"""`python -m tests.requirements`: takes each guard away and shows that its cases notice.

    python -m tests.requirements R9 price     guards whose requirements or line hold one of these

Exit code 1 if a case did not notice, or noticed something else.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from rich.console import Console

from tests.mutants.catching import Ran, run, spoilt
from tests.mutants.mutant import stale
from tests.mutants.tree import ROOT, copied
from tests.requirements.guard import Guard
from tests.requirements.guards import GUARDS


def chosen(words: Sequence[str]) -> list[Guard]:
    """The guards that hold any of these words; all, if none is given."""
    return [
        guard
        for guard in GUARDS
        if not words or any(w in (*guard.row.breaks.split(), guard.row.name) for w in words)
    ]


def tried(guard: Guard, tree: Path) -> list[str]:
    """Which of its cases did not notice that it is gone."""
    with spoilt(guard.row, tree):
        ran = run(guard.row.caught_by.split(), tree, first=False)
    return list(missed(guard, ran))


def missed(guard: Guard, ran: Ran) -> Iterator[str]:
    """What was to fail by saying what it was written to say, and did not."""
    said = {test.partition("[")[2].removesuffix("]"): words for test, words in ran.failures}
    for case in guard.notices:
        if case.name not in said:
            yield f"{case.name} passed, or never ran: {'; '.join(ran.troubles)[:120]}"
        elif not re.search(guard.row.says, said[case.name]):
            yield f"{case.name} said {said[case.name][:120]!r}"


def main() -> None:
    """See the module."""
    console = Console(width=150)
    guards = chosen(sys.argv[1:])
    old = [why for guard in guards for why in stale(guard.row, ROOT)]
    if old or not guards:
        sys.exit("\n".join(old) or "no guard holds these words")
    wrong = 0
    with copied() as tree:
        for guard in guards:
            found = tried(guard, tree)
            wrong += len(found)
            console.print(
                f"{'MISSED' if found else 'noticed'}  {guard.row.breaks}  {guard.row.name}"
            )
            for case in guard.notices:
                console.print(f"         {case.name}", style="dim")
            for why in found:
                console.print(f"         {why}", markup=False)
    cases = sum(len(guard.notices) for guard in guards)
    console.print(f"{len(guards)} guards taken away, {cases - wrong} of {cases} cases noticed")
    sys.exit(wrong != 0)


if __name__ == "__main__":
    main()
