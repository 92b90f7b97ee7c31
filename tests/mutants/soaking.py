"""A mutant in the whole system: a short soak must end with something violated."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

from tests.mutants.catching import Verdict, spoilt
from tests.mutants.mutant import Mutant
from tests.mutants.tree import surroundings

AMOUNT = ("--returns", "200", "--minutes", "0.75", "--patience", "60")
SEEDS = (7, 8, 9)
"""Of soaks that are tried until one notices: what befalls the system is left to chance."""
PATIENCE_SECONDS = 420.0
_NAMES = re.compile(r"[0-9a-f]{8}-[0-9a-f-]+(:\d+)?|SIM\d+|b?'[^']*'|\d+")


def soaked(row: Mutant, tree: Path) -> Verdict:
    """The mutant is put in, the whole system runs among the row's faults, and is judged."""
    begun = time.monotonic()
    violations: list[str] | str = []
    with spoilt(row, tree):
        for seed in SEEDS:
            violations = violations or violated(row.soak.split(), tree, seed)
    seconds = time.monotonic() - begun
    if isinstance(violations, str):
        return Verdict(row, False, f"TROUBLE {violations[-120:]!r}", seconds)
    if not violations:
        return Verdict(row, False, "SURVIVED", seconds)
    return Verdict(row, True, kinds_of(violations), seconds)


def violated(faults: list[str], tree: Path, seed: int = SEEDS[0]) -> list[str] | str:
    """Every violation of a short soak among these faults; or its last words, if it did not end."""
    report = tree / ".local" / "soak.json"
    report.unlink(missing_ok=True)
    said = _soak((*AMOUNT, "--seed", str(seed), "--faults", *faults, "--json", str(report)), tree)
    if not report.exists():
        return said or "it said nothing"
    violations: list[str] = json.loads(report.read_text())["violations"]
    return violations


def kinds_of(violations: list[str]) -> str:
    """The sentences without their names and numbers, the commonest first."""
    kinds = Counter(_NAMES.sub("…", said) for said in violations)
    (first, times), *others = kinds.most_common()
    more = f", and {len(others)} other kinds" if others else ""
    return f"{times} x {first[:90]}{more}"


def _soak(words: tuple[str, ...], tree: Path) -> str:
    child = subprocess.Popen(
        (sys.executable, "-m", "tests.soak", *words),
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
        os.killpg(child.pid, signal.SIGKILL)  # what it started is tethered to it, and ends with it
        return child.communicate()[0] or "it did not end"
