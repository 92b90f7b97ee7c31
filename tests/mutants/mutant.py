"""What a mutant is: a line of ours that is spoilt, and the tests that must say so."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

AN_ASSERTION = (
    r"^(AssertionError|assert |Failed: DID NOT RAISE"
    r"|ValueError: (not enough|too many) values to unpack)"
)
"""How a test speaks that has found what it was written to find. Whoever must find exactly one
unpacks it: `(label,) = ...`."""


class Edit(NamedTuple):
    """One text that must occur exactly once in one file, and what stands there instead."""

    file: str
    before: str
    after: str


@dataclass(frozen=True)
class Mutant:
    """A row of the table."""

    breaks: str
    """The invariants it breaks, by their ids, with blanks between."""
    name: str
    edits: tuple[Edit, ...]
    caught_by: str
    """What pytest is to run, with blanks between."""
    says: str = AN_ASSERTION
    """What the failing test must say, where that is not an assertion."""
    soak: str = ""
    """The faults among which a short soak must notice it, too; none if it could not."""


def mutant(
    breaks: str,
    name: str,
    file: str,
    before: str,
    after: str,
    caught_by: str,
    *,
    says: str = AN_ASSERTION,
    soak: str = "",
    also: Iterable[Edit] = (),
) -> Mutant:
    """A row with one edit, or with more of them in `also`."""
    return Mutant(breaks, name, (Edit(file, before, after), *also), caught_by, says, soak)


def stale(row: Mutant, tree: Path) -> Iterator[str]:
    """Why this row no longer fits the tree. A row that spoils nothing proves nothing."""
    for edit in row.edits:
        path = tree / edit.file
        found = path.read_text(encoding="utf-8").count(edit.before) if path.is_file() else 0
        if found != 1:
            yield f"{row.name}: its text stands {found} times in {edit.file}, not once"
    for selection in row.caught_by.split():
        file, _, test = selection.partition("::")
        path = tree / file
        if not path.exists():
            yield f"{row.name}: there is no {file}"
        elif test and not re.search(rf"def {test.partition('[')[0]}\(", path.read_text("utf-8")):
            yield f"{row.name}: there is no test {test} in {file}"


def spoil(row: Mutant, tree: Path) -> None:
    """The tree has the mutant in it."""
    for edit in row.edits:
        path = tree / edit.file
        path.write_text(path.read_text("utf-8").replace(edit.before, edit.after), "utf-8")
