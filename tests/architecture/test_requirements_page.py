"""The requirements page names who decides each line and what tries it: neither may be gone."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.requirements.table import ASKED_FOR, ROWS

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "requirements.md"
LINE = re.compile(r"\| (R\d+) \| (.+) \| (.+) \| (.+) \|")
DECIDED = re.compile(r"`(services/[\w/.]+)`")
NAMED = re.compile(r"`(tests/[\w/.]+)(?:::(\w+))?`")
READ = [found for found in map(LINE.fullmatch, PAGE.read_text().splitlines()) if found]
LINES = {found[1]: (found[3], found[4]) for found in READ}
NOTHING = "none"


def missing(decided_in: str, tried_by: str) -> list[str]:
    """What the last two columns name and is not there."""
    wrong = [path for path in DECIDED.findall(decided_in) if not (ROOT / path).is_file()]
    for path, test in NAMED.findall(tried_by):
        file = ROOT / path
        if not file.is_file() or (test and f"def {test}(" not in file.read_text()):
            wrong.append(f"{path}::{test}")
    return wrong


def test_every_requirement_is_there_once_and_in_order():
    """A line that fell out is a wish nobody remembers."""
    assert [found[1] for found in READ] == [f"R{number}" for number in range(1, 47)]


@pytest.mark.parametrize("line", LINES)
def test_a_line_names_who_decides_and_what_tries_it_or_that_there_is_nothing(line: str):
    """A reader can open the one and run the other."""
    decided_in, tried_by = LINES[line]

    assert DECIDED.search(decided_in) or decided_in.startswith((NOTHING, "all five services"))
    assert NAMED.search(tried_by) or tried_by.startswith(NOTHING)
    assert missing(decided_in, tried_by) == []


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.requirement)
def test_a_line_names_the_file_its_row_stands_in(row):
    """Whoever looks for R31 finds its scenes."""
    files = {case.play.__module__.replace(".", "/") + ".py" for case in row.cases}

    assert files <= {path for path, _ in NAMED.findall(LINES[row.requirement][1])}


@pytest.mark.parametrize("row", [row for row in ROWS if row.lacks], ids=lambda row: row.requirement)
def test_a_line_says_what_is_not_there_yet(row):
    """A row that lacks something may not look complete to a reader."""
    assert f"; {NOTHING} for " in LINES[row.requirement][1]


@pytest.mark.parametrize(
    ("decided_in", "tried_by"),
    [
        ("`services/rules/domain/gone.py`", "`tests/requirements/of_items.py`"),
        ("`services/rules/domain/hearing/case.py`", "`tests/requirements/of_nothing.py`"),
        ("`services/rules/domain/hearing/case.py`", "`tests/requirements/of_items.py::never_was`"),
    ],
)
def test_a_line_that_leads_nowhere_is_noticed(decided_in: str, tried_by: str):
    """The check above can fail."""
    assert missing(decided_in, tried_by) != []


def test_the_table_is_about_lines_of_the_page():
    """One list of requirements, not two."""
    assert set(ASKED_FOR) <= LINES.keys()
