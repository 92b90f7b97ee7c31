"""The security page promises a test for each line: a promise whose test is gone is noticed."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "security.md"
LINE = re.compile(r"\| (D\d+) \| (.+) \| (.+) \|")
NAMED = re.compile(r"`(tests/[\w/.]+)(?:::(\w+))?`")
COMMAND = re.compile(r"`(make \w+|python -m [\w.]+)`")
READ = map(LINE.fullmatch, PAGE.read_text().splitlines())
LINES = {found[1]: found[3] for found in READ if found}


def missing(tried_by: str) -> list[str]:
    """What the last column names and is not there."""
    wrong = []
    for path, test in NAMED.findall(tried_by):
        file = ROOT / path
        if not file.exists() or (test and f"def {test}(" not in file.read_text()):
            wrong.append(f"{path}::{test}")
    for command in COMMAND.findall(tried_by):
        kind, _, what = command.rpartition(" ")
        module = ROOT / what.replace(".", "/")
        if kind == "make":
            there = f"\n{what}:" in (ROOT / "Makefile").read_text()
        else:
            there = module.with_suffix(".py").exists() or (module / "__main__.py").exists()
        if not there:
            wrong.append(command)
    return wrong


def test_every_line_is_there_once_and_in_order():
    """A line that fell out is a promise nobody keeps."""
    assert list(LINES) == [f"D{number}" for number in range(1, 46)]


@pytest.mark.parametrize("line", LINES)
def test_a_line_names_what_tries_it_or_why_nothing_does(line: str):
    """A reader can run what stands there."""
    tried_by = LINES[line]

    assert NAMED.search(tried_by) or COMMAND.search(tried_by) or tried_by.startswith("none: ")
    assert missing(tried_by) == []


@pytest.mark.parametrize(
    "tried_by",
    [
        "`tests/security/test_gone.py`",
        "`tests/security/test_doors.py::test_that_never_was`",
        "`make nothing`",
        "`python -m tests.nothing`",
    ],
)
def test_a_promise_without_a_test_is_noticed(tried_by: str):
    """The check above can fail."""
    assert missing(tried_by) != []
