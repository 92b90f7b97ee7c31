"""One mutant, its tests, and what they said: caught for the right reason, or not."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree as ET

from tests.mutants.mutant import Mutant, spoil
from tests.mutants.tree import surroundings

PATIENCE_SECONDS = 300.0


@dataclass(frozen=True)
class Verdict:
    """What became of a mutant."""

    mutant: Mutant
    caught: bool
    by: str
    """The test that noticed, or what happened instead."""
    seconds: float


@dataclass(frozen=True)
class Ran:
    """A run of pytest: failures by test, and everything that went wrong beside them."""

    failures: Sequence[tuple[str, str]]
    troubles: Sequence[str]
    passed: int
    seconds: float


def tried(row: Mutant, tree: Path) -> Verdict:
    """The mutant is put in, its tests are run, and the tree is as it was."""
    with spoilt(row, tree):
        ran = run(row.caught_by.split(), tree)
    return judged(row, ran)


@contextmanager
def spoilt(row: Mutant, tree: Path) -> Iterator[None]:
    """Inside, the tree has the mutant in it; afterwards it is as it was."""
    before = {edit.file: (tree / edit.file).read_bytes() for edit in row.edits}
    try:
        spoil(row, tree)
        yield
    finally:
        for file, content in before.items():
            (tree / file).write_bytes(content)


def judged(row: Mutant, ran: Ran) -> Verdict:
    """Caught if a test failed and said what it was written to say; not by any other trouble."""
    for test, said in ran.failures:
        if re.search(row.says, said):
            return Verdict(row, True, test, ran.seconds)
    if ran.failures:
        test, said = ran.failures[0]
        return Verdict(row, False, f"WRONG REASON {test}: {said[:80]!r}", ran.seconds)
    if ran.troubles:
        return Verdict(row, False, f"TROUBLE {ran.troubles[0][:90]}", ran.seconds)
    return Verdict(row, False, f"SURVIVED {ran.passed} tests", ran.seconds)


def run(selection: Sequence[str], tree: Path, *, first: bool = True) -> Ran:
    """What pytest says of these tests in this tree; up to the `first` failure, or to the end."""
    report = tree / ".local" / "report.xml"
    report.unlink(missing_ok=True)
    begun = time.monotonic()
    output = _pytest([*selection, *(["-x"] if first else []), f"--junitxml={report}"], tree)
    seconds = time.monotonic() - begun
    if output is None:
        return Ran((), (f"not done after {PATIENCE_SECONDS:.0f} s",), 0, seconds)
    if not report.exists():
        return Ran((), (output.strip().rpartition("\n")[2] or "pytest said nothing",), 0, seconds)
    failures, troubles, passed = [], [], 0
    for case in ET.parse(report).iter("testcase"):  # noqa: S314  # written by our own pytest
        name = f"{case.get('classname', '').rpartition('.')[2]}::{case.get('name')}"
        failure, error = case.find("failure"), case.find("error")
        if failure is not None:
            failures.append((name, failure.get("message", "")))
        elif error is not None:
            troubles.append(f"{name}: {error.get('message', '')}")
        else:
            passed += case.find("skipped") is None
    if not failures and not troubles and not passed:
        troubles.append("no test ran")
    return Ran(failures, troubles, passed, seconds)


def _pytest(words: Sequence[str], tree: Path) -> str | None:
    """Its output, or None if it did not end; nothing it started is left then."""
    quiet = ("-q", "--tb=short", "-p", "no:cacheprovider")
    child = subprocess.Popen(
        (sys.executable, "-m", "pytest", *quiet, *words),
        cwd=tree,
        env=surroundings(tree),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    try:
        return child.communicate(timeout=PATIENCE_SECONDS)[0]
    except subprocess.TimeoutExpired:
        os.killpg(child.pid, signal.SIGKILL)
        child.communicate()
        return None
