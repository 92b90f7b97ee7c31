"""A sixth service is added, and nobody else has to move."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from uuid import uuid4

import pytest
from pymongo import MongoClient

from deploy.demo.frontend import Frontend
from deploy.local.processes import Process, free_port
from tests.support.builders import a_judged_item, an_approval
from tests.support.eventually import eventually
from tests.support.ground import Ground

ROOT = Path(__file__).parents[2]
NEWCOMER = Path(__file__).parents[1] / "support" / "loyalty"
BIN = Path(sys.executable).parent


@dataclass(frozen=True)
class House:
    """A copied tree with a sixth service, and a digest of every file of the other five."""

    tree: Path
    neighbours: dict[str, str]


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> House:
    """The newcomer's folder, its name in the lists of services and walls, and nothing else."""
    tree = tmp_path_factory.mktemp("house") / "retour"
    made = shutil.ignore_patterns("__pycache__")
    for part in ("contracts", "services", "deploy"):
        shutil.copytree(ROOT / part, tree / part, ignore=made)
    shutil.copy(ROOT / ".importlinter", tree)
    neighbours = files_of(tree / "services")
    shutil.copytree(NEWCOMER, tree / "services" / "loyalty", ignore=made)
    replaced(
        tree / ".importlinter",
        "    services.labels\n",
        "    services.labels\n    services.loyalty\n",
    )
    replaced(
        tree / "contracts" / "topics.py", "SERVICES: Final = (", 'SERVICES: Final = ("loyalty", '
    )
    return House(tree, neighbours)


def replaced(file: Path, before: str, after: str) -> None:
    """Wherever one stood, the other stands."""
    text = file.read_text()
    assert before in text
    file.write_text(text.replace(before, after))


def files_of(folder: Path) -> dict[str, str]:
    """Every file that people wrote, and a digest of it."""
    return {
        str(path.relative_to(folder)): sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


def ran(tree: Path, *command: str | Path) -> subprocess.CompletedProcess[str]:
    """The command, run in this tree and on it."""
    return subprocess.run(
        command,
        cwd=tree,
        env={**os.environ, "PYTHONPATH": str(tree), "COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def loyalty(house: House, real_ground: Ground, tmp_path: Path) -> Iterator[Process]:
    """The newcomer's process, becoming ready, on topics made the way an operator makes them."""
    made = ran(house.tree, BIN / "retour", "topics", "--kafka", real_ground.kafka)
    assert made.returncode == 0, made.stderr
    process = Process(
        "loyalty",
        [sys.executable, "-m", "services.loyalty"],
        log=tmp_path / "loyalty.log",
        environment={
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(house.tree),
            "RETOUR_KAFKA": real_ground.kafka,
            "RETOUR_MONGO": real_ground.mongo,
            "RETOUR_HTTP_PORT": str(free_port()),
        },
        folder=house.tree,
    )
    process.start()
    try:
        yield process
    finally:
        process.stop()


@pytest.mark.real
@pytest.mark.slow
async def test_a_sixth_service_hears_what_the_others_tell(
    loyalty: Process, house: House, real_ground: Ground
):
    """It listens from the beginning, counts a return once, and no other service was edited."""
    ids = [str(uuid4()) for _ in range(20)]
    async with Frontend(real_ground.kafka, source="/test/rules") as rules:
        for return_id in (*ids, *ids):
            await rules.tell(an_approval(return_id=return_id, items=(a_judged_item(quantity=2),)))

    with MongoClient(real_ground.mongo) as client:
        stamps, ours = client.loyalty.stamps, {"_id": {"$in": ids}}
        await eventually(
            lambda: stamps.count_documents(ours) == len(ids), f"stamps, see {loyalty.tail()}", 60
        )
        units = {stamp["_id"]: stamp["units"] for stamp in stamps.find(ours)}
    loyalty.stop()

    assert units == dict.fromkeys(ids, 2)
    assert loyalty.exit_code == 0
    after = files_of(house.tree / "services")
    assert {file: after[file] for file in house.neighbours} == house.neighbours
    assert {file.split("/")[0] for file in after.keys() - house.neighbours.keys()} == {"loyalty"}


def test_the_walls_stand_with_a_sixth_service(house: House):
    """Its name in the lists of the walls is all it takes."""
    linted = ran(house.tree, BIN / "lint-imports", "--no-cache")

    assert linted.returncode == 0, linted.stdout


@pytest.mark.parametrize(
    ("file", "line", "wall"),
    [
        ("handlers.py", "import services.rules.ports", "Services never import each other"),
        ("domain/__init__.py", "import motor", "Domain code is pure"),
    ],
)
def test_the_walls_hold_the_sixth_service_too(house: House, file: str, line: str, wall: str):
    """A newcomer outside the walls would be the first to lean on its neighbours."""
    target = house.tree / "services" / "loyalty" / file
    innocent = target.read_text()
    future = "from __future__ import annotations\n"
    replaced(target, future, f"{future}\n{line}\n")

    linted = ran(house.tree, BIN / "lint-imports", "--no-cache")

    target.write_text(innocent)
    assert linted.returncode != 0
    assert re.search(rf"{re.escape(wall)}.*BROKEN", linted.stdout), linted.stdout
