"""A copy of the project that may be spoilt: everything git would see, and nothing it would not."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("contracts", "deploy", "services", "tests")


@contextmanager
def copied() -> Iterator[Path]:
    """The project as it stands now, changes and all, in a folder of its own; gone afterwards.

    The broker's jars are shared, the data of runs is not.

    Raises:
        AssertionError: Python would import the original out of the copy.
    """
    with tempfile.TemporaryDirectory(prefix="retour-mutants-") as folder:
        tree = Path(folder, "tree")
        for name in _names():
            source, target = ROOT / name, tree / name
            if source.is_file():  # git also lists what was deleted a moment ago
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(source, target)
        local = tree / ".local"
        local.mkdir()
        for jars in (ROOT / ".local").glob("kafka-libs-*.*.*"):
            if jars.is_dir():
                local.joinpath(jars.name).symlink_to(jars)
        _committed(tree)
        _is_its_own(tree)
        yield tree


def surroundings(tree: Path) -> dict[str, str]:
    """The environment in which Python, and every process it starts, finds the copy first."""
    return {**os.environ, "PYTHONPATH": str(tree), "PYTHONDONTWRITEBYTECODE": "1"}


def _committed(tree: Path) -> None:
    """What a mutant changes can be compared with what stood there before."""
    who = ("-c", "user.name=mutants", "-c", "user.email=mutants@localhost")
    for words in (("init", "-q"), ("add", "-A"), (*who, "commit", "-q", "-m", "unspoilt")):
        subprocess.run(("git", *words), cwd=tree, capture_output=True, check=True)


def _names() -> list[str]:
    asked = ("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard")
    listed = subprocess.run(asked, cwd=ROOT, capture_output=True, check=True).stdout
    return [name for name in listed.decode().split("\0") if name]


def _is_its_own(tree: Path) -> None:
    asked = "import {0}; print(*(m.__file__ for m in ({0})))".format(", ".join(PACKAGES[:3]))
    said = subprocess.run(
        (sys.executable, "-c", asked),
        cwd=tree.parent,
        env=surroundings(tree),
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    strangers = [file for file in said.split() if not Path(file).is_relative_to(tree)]
    if strangers:
        raise AssertionError(f"the copy would import {strangers}")
