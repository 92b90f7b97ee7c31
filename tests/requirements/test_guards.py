"""Every refusing case hangs on a line of ours that is there, and is named."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.mutants.catching import Ran
from tests.mutants.mutant import Edit, stale
from tests.mutants.tree import ROOT
from tests.requirements.__main__ import missed
from tests.requirements.guards import GUARDS
from tests.requirements.table import CASES

PRICE = next(guard for guard in GUARDS if "price_shown" in guard.row.name)


@pytest.mark.parametrize("guard", GUARDS, ids=lambda guard: guard.row.name)
def test_a_guard_stands_where_the_table_says(guard):
    """Code moves on; a row left behind would prove nothing and look as if it did."""
    assert list(stale(guard.row, ROOT)) == []
    assert all(edit.before != edit.after for edit in guard.row.edits)


def test_every_refusing_case_has_a_guard():
    """A refusal that nobody ever saw missing may come from somewhere else."""
    refusing = [case.name for case in CASES if case.side == "refuses"]

    assert sorted(case.name for guard in GUARDS for case in guard.notices) == sorted(refusing)


def test_a_guard_that_is_gone_is_noticed():
    """The check above can fail."""
    gone = replace(PRICE.row, edits=(Edit(PRICE.row.edits[0].file, "no such line", ""),))

    assert list(stale(gone, ROOT))


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("AssertionError: assert 'approved' == 'price_changed'", []),
        ("tests.requirements.scene.Silence", []),
        ("ModuleNotFoundError: No module named 'services'", ["said"]),
        (None, ["passed,"]),
    ],
    ids=["compared", "not answered", "broken", "passed"],
)
def test_only_a_case_that_says_what_it_is_for_has_noticed(said, found):
    """A tree that cannot be imported would be noticed by every case."""
    guard = replace(PRICE, notices=PRICE.notices[:1])
    (case,) = guard.notices
    failures = [] if said is None else [(f"test_requirements::test_x[{case.name}]", said)]

    assert [why.split()[1] for why in missed(guard, Ran(failures, (), 0, 1.0))] == found
