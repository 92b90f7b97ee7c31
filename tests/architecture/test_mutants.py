"""The table of mutants fits the tree: each row spoils something, and no invariant goes without."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.mutants.catching import Ran, judged
from tests.mutants.mutant import Edit, Mutant, stale
from tests.mutants.table import INVARIANTS, MUTANTS, WITHOUT
from tests.mutants.tree import ROOT

EVERY_ROW = pytest.mark.parametrize("row", MUTANTS, ids=lambda row: row.name)
FENCE = next(row for row in MUTANTS if row.name == "settled without a fence")


@EVERY_ROW
def test_a_row_spoils_exactly_what_it_says(row: Mutant):
    """Code moves on; a row left behind would prove nothing and look as if it did."""
    assert list(stale(row, ROOT)) == []
    assert all(edit.before != edit.after for edit in row.edits)


def test_every_invariant_has_a_mutant_or_a_reason():
    """A guarantee nobody ever broke on purpose is a hope."""
    broken = {name for row in MUTANTS for name in row.breaks.split()}

    assert broken | WITHOUT.keys() == set(INVARIANTS)
    assert broken & WITHOUT.keys() == set()


def test_every_row_has_a_name_of_its_own():
    """Two rows of one name would be one line in the table."""
    assert len({row.name for row in MUTANTS}) == len(MUTANTS)


@pytest.mark.parametrize(
    "spoilt",
    [
        replace(FENCE, edits=(Edit(FENCE.edits[0].file, "no such line", ""),)),
        replace(FENCE, edits=(Edit(FENCE.edits[0].file, "self", ""),)),
        replace(FENCE, edits=(Edit("services/nobody.py", "x", ""),)),
        replace(FENCE, caught_by="tests/integration/runtime/test_intents.py::test_of_nothing"),
        replace(FENCE, caught_by="tests/nowhere.py"),
    ],
    ids=["text gone", "text not unique", "file gone", "test gone", "tests gone"],
)
def test_a_stale_row_is_noticed(spoilt: Mutant):
    """The check itself must be able to fail."""
    assert list(stale(spoilt, ROOT))


@pytest.mark.parametrize(
    ("ran", "caught", "by"),
    [
        (Ran([("t", "AssertionError: assert 2 == 1")], (), 0, 1.0), True, "t"),
        (Ran([("t", "ModuleNotFoundError: services")], (), 0, 1.0), False, "WRONG REASON"),
        (Ran((), ("t: NotReady: kafka",), 0, 1.0), False, "TROUBLE"),
        (Ran((), (), 3, 1.0), False, "SURVIVED"),
    ],
    ids=["an assertion", "an import", "the set-up", "nothing"],
)
def test_only_a_test_that_says_what_it_is_for_has_caught_anything(ran, caught, by):
    """A mutant that merely cannot be imported would be caught by every test."""
    verdict = judged(FENCE, ran)

    assert verdict.caught is caught
    assert verdict.by.startswith(by)
