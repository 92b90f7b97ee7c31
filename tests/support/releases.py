"""Another release, out of this repository's history, whose services run beside those of now.

It runs on the same packages, and knows neither the settings nor the contracts that came later.
"""

from __future__ import annotations

import io
import json
import subprocess
import sys
import tarfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from contracts.topics import SERVICES
from deploy.local.processes import Process

ROOT = Path(__file__).parents[2]

ASK = """
import importlib, json, sys
import contracts, services
known = {}
for name in sys.argv[1:]:
    settings = importlib.import_module(f"services.{name}.settings").Settings
    known[name] = [f"RETOUR_{field.upper()}" for field in settings.model_fields]
print(json.dumps({"code": [contracts.__file__, services.__file__], "settings": known}))
"""


@dataclass(frozen=True)
class Release:
    """The tree of a release, and the settings that each of its services knows."""

    tree: Path
    settings: Mapping[str, frozenset[str]]

    def of(self, service: str) -> Callable[[Process], None]:
        """What makes a process of this service one of this release, before it starts."""
        known = self.settings[service]

        def change(process: Process) -> None:
            process.folder = self.tree
            process.environment = {
                **{n: v for n, v in process.environment.items() if _is_for(n, known)},
                "PYTHONPATH": str(self.tree),
            }

        return change

    def read_by(self, service: str) -> bool:
        """Whether a process of this service took its code from this tree: Python leaves traces.

        Whoever else looked into the tree left none.
        """
        begun = self.tree / "services" / service / "__pycache__"
        contracts = self.tree / "contracts" / "__pycache__"
        return any(begun.glob("handlers.*.pyc")) and any(contracts.glob("topics.*.pyc"))


def no_history(revision: str) -> str:
    """Why that release cannot be had here, if so: this is no clone, or one cut short."""
    asked = ("git", "-C", str(ROOT), "cat-file", "-e", f"{revision}^{{commit}}")
    try:
        found = subprocess.run(asked, capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        return "git is not here"
    return "" if found else f"the release before, {revision}, is not in the history here"


def brought(revision: str, folder: Path) -> Release:
    """That release lies in the folder, which must be new."""
    archive = ("git", "-C", str(ROOT), "archive", "--format=tar", revision)
    packed = subprocess.run(archive, capture_output=True, check=True).stdout
    with tarfile.open(fileobj=io.BytesIO(packed)) as tar:
        tar.extractall(folder, filter="data")
    said = subprocess.run(
        [sys.executable, "-B", "-c", ASK, *SERVICES],
        capture_output=True,
        check=True,
        cwd=folder,
        env={"PYTHONPATH": str(folder)},
    ).stdout
    found = json.loads(said)
    assert all(Path(file).is_relative_to(folder) for file in found["code"]), found["code"]
    return Release(folder, {name: frozenset(known) for name, known in found["settings"].items()})


def _is_for(name: str, known: frozenset[str]) -> bool:
    return not name.startswith("RETOUR_") or name in known
