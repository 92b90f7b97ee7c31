"""The walls hold, and each of them breaks when it is pushed."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LINT = Path(sys.executable).parent / "lint-imports"

PUSHES = {
    "storeys": ("services/rules/handlers.py", "import deploy.ops.topics"),
    "storeys, lower": ("contracts/words.py", "import services.rules.ports"),
    "independence": ("services/rules/handlers.py", "import services.lookup.ports"),
    "floor": ("services/_runtime/words.py", "import services.rules.ports"),
    "rooms": ("services/rules/domain/decide.py", "import services.rules.ports"),
    "rooms, strangers": ("services/rules/handlers.py", "import services.rules.workers"),
    "rooms, a stray one": ("services/rules/helpers.py", '"""A drawer."""'),
    "pure, the floor": ("services/rules/domain/decide.py", "import services._runtime.words"),
    "pure, a driver": ("services/lookup/domain/__init__.py", "import motor"),
    "pure, the clock": ("services/labels/domain/__init__.py", "import time"),
    "words": ("contracts/shape.py", "import aiokafka"),
    "drivers": ("services/rules/handlers.py", "import motor.motor_asyncio"),
    "door": ("deploy/ops/topics.py", "import services.rules.domain.decide"),
    "cycles": ("contracts/shape.py", "import contracts.topics"),
}
"""What is pushed, and with which line in which file."""


def linted(tree: Path) -> tuple[int, str]:
    """Exit code and words of import-linter on a tree."""
    ended = subprocess.run(
        [LINT, "--no-cache"],
        cwd=tree,
        capture_output=True,
        text=True,
        check=False,
        env={"PYTHONPATH": str(tree), "PATH": "", "COLUMNS": "200"},
    )
    return ended.returncode, ended.stdout + ended.stderr


@pytest.fixture(scope="module")
def copied(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tree without what is generated."""
    tree = tmp_path_factory.mktemp("house") / "retour"
    tree.mkdir()
    for part in ("contracts", "services", "deploy"):
        shutil.copytree(ROOT / part, tree / part, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / ".importlinter", tree)
    return tree


def names_of_walls() -> dict[str, str]:
    """The sentence of each wall by its short name."""
    text = (ROOT / ".importlinter").read_text()
    return dict(re.findall(r"\[importlinter:contract:(\w+)\]\nname = (.+)", text))


def test_every_wall_stands(copied: Path):
    """The clean tree breaks none."""
    code, said = linted(copied)

    assert code == 0, said


@pytest.mark.parametrize("push", PUSHES)
def test_a_pushed_wall_breaks(copied: Path, push: str):
    """A wall nobody has tried to break is not known to be a wall."""
    file, line = PUSHES[push]
    target = copied / file
    before = target.read_text() if target.exists() else None
    future = "from __future__ import annotations\n"
    text = before or ""
    begins = future if future in text else text
    target.write_text(text.replace(begins, f"{begins}\n{line}\n", 1) or line)

    code, said = linted(copied)

    target.unlink() if before is None else target.write_text(before)
    sentence = names_of_walls()[push.split(",", maxsplit=1)[0]]
    broken = re.compile(r"\s+".join(map(re.escape, sentence.split())) + r"\s+BROKEN")
    unheard_of = push == "rooms, a stray one" and "helpers" in said
    assert code != 0
    assert broken.search(said) or unheard_of, said


def test_every_wall_is_pushed():
    """A wall added later must be pushed too."""
    assert {push.split(",")[0] for push in PUSHES} == set(names_of_walls())
