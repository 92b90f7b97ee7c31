"""A handful of mutants that memory alone can catch. `make mutants` tries them all."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.mutants.catching import tried
from tests.mutants.mutant import Edit, Mutant
from tests.mutants.soaking import kinds_of
from tests.mutants.table import MUTANTS
from tests.mutants.tree import ROOT, copied

HANDFUL = (
    "a fresh id at each telling",
    "told before it is kept",
    "blind resend of a letter in doubt",
)
OF_A_KIND = next(row for row in MUTANTS if row.name == HANDFUL[0])


@pytest.fixture(scope="module")
def tree() -> Iterator[Path]:
    """A copy of the project that may be spoilt."""
    with copied() as found:
        yield found


@pytest.mark.slow
@pytest.mark.parametrize(
    "row", [one for one in MUTANTS if one.name in HANDFUL], ids=lambda row: row.name
)
def test_a_broken_guarantee_is_noticed(row: Mutant, tree: Path):
    """Its own test fails, and says what it is for."""
    verdict = tried(row, tree)

    assert verdict.caught, verdict.by
    assert not verdict.by.startswith(("WRONG", "TROUBLE", "SURVIVED"))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("after", "by"),
    [("# Harmless.\n", "SURVIVED"), ("import nothing_of_ours\n", "TROUBLE")],
    ids=["harmless", "cannot be imported"],
)
def test_what_breaks_no_guarantee_is_not_called_caught(after: str, by: str, tree: Path):
    """The runner itself must be able to say no."""
    (edit,) = OF_A_KIND.edits
    head = "from __future__ import annotations\n"
    row = replace(OF_A_KIND, edits=(Edit(edit.file, head, head + after),))

    verdict = tried(row, tree)

    assert not verdict.caught
    assert verdict.by.startswith(by)


@pytest.mark.slow
def test_the_tree_is_afterwards_as_it_was(tree: Path):
    """The next mutant must be the only one."""
    tried(OF_A_KIND, tree)

    for edit in OF_A_KIND.edits:
        assert (tree / edit.file).read_bytes() == (ROOT / edit.file).read_bytes()


def test_a_soak_that_found_much_says_it_in_a_line():
    """A thousand returns lost are one kind of wrong."""
    lost = [f"return 0000000{n}-0000-4000-8000-00000000000{n}: waits for ever" for n in range(9)]

    assert kinds_of([*lost, "labels: 3 intents are awake"]) == (
        "9 x return …: waits for ever, and 1 other kinds"
    )
