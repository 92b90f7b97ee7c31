"""A new carrier is a folder for labels, and a desk for the simulator. Nothing else moves."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

import pytest

from deploy.local.carrier.sales import entries
from deploy.local.processes import LOOPBACK, Process, free_port
from deploy.local.readiness import until_http

ROOT = Path(__file__).parents[2]
PIGEON = Path(__file__).parents[1] / "support" / "pigeon"
ADDED = {
    "services/labels/adapters/carriers/pigeon/__init__.py",
    "services/labels/adapters/carriers/pigeon/client.py",
    "services/labels/adapters/carriers/pigeon/mapping.py",
    "deploy/local/carrier/desks/pigeon.py",
}


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tree as it stands, with pigeons in it."""
    tree = tmp_path_factory.mktemp("loft") / "retour"
    made = shutil.ignore_patterns("__pycache__")
    for part in ("contracts", "services", "deploy"):
        shutil.copytree(ROOT / part, tree / part, ignore=made)
    shutil.copy(ROOT / ".importlinter", tree)
    before = files_of(tree)
    carriers = tree / "services" / "labels" / "adapters" / "carriers"
    shutil.copytree(PIGEON / "carrier", carriers / "pigeon", ignore=made)
    shutil.copy(PIGEON / "desk.py", tree / "deploy" / "local" / "carrier" / "desks" / "pigeon.py")
    after = files_of(tree)
    assert after.keys() - before.keys() == ADDED
    assert {file: after[file] for file in before} == before
    return tree


def files_of(tree: Path) -> dict[str, str]:
    """Every file, and a digest of it."""
    return {
        str(path.relative_to(tree)): sha256(path.read_bytes()).hexdigest()
        for path in tree.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


async def test_a_label_is_issued_by_a_carrier_that_was_only_added(tree: Path, tmp_path: Path):
    """Its folder is found by labels and its desk by the simulator: no list names either."""
    port, ledger = free_port(), tmp_path / "sales.jsonl"
    command = (sys.executable, "-m", "deploy.local.carrier", "--port", str(port))
    simulator = Process(
        "carrier",
        [*command, "--ledger", ledger],
        log=tmp_path / "carrier.log",
        environment={"PYTHONPATH": str(tree)},
        folder=tree,
    )
    simulator.start()
    try:
        await until_http(port, "/health", simulator)
        errand = subprocess.run(
            [sys.executable, PIGEON / "errand.py", f"http://{LOOPBACK}:{port}"],
            cwd=tree,
            env={**os.environ, "PYTHONPATH": f"{tree}{os.pathsep}{ROOT}"},
            capture_output=True,
            text=True,
            check=False,
        )
    finally:
        simulator.stop()

    assert errand.returncode == 0, errand.stderr
    told = json.loads(errand.stdout.splitlines()[-1])
    assert told["tree"] == str(tree / "services")
    assert (told["carrier"], told["media_types"]) == ("pigeon", ["application/pdf"])
    (sold,) = entries(ledger)
    assert (sold.event, sold.carrier, sold.tracking_number) == (
        "sold",
        "pigeon",
        told["tracking_number"],
    )


def test_the_walls_stand_with_a_new_carrier(tree: Path):
    """It lives by the same rules as its neighbours, and no rule had to be changed for it."""
    linted = subprocess.run(
        [Path(sys.executable).parent / "lint-imports", "--no-cache"],
        cwd=tree,
        env={**os.environ, "PYTHONPATH": str(tree), "COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert linted.returncode == 0, linted.stdout
