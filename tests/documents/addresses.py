"""An address of every country, from the OpenCage test cases, where they lie beside the project."""

from __future__ import annotations

from pathlib import Path

import yaml

from services.labels.domain.sheet import AddressLines

FOLDER = (
    Path(__file__).resolve().parents[3] / "shared/data/address-i18n/opencage/testcases/countries"
)
THERE = FOLDER.is_dir()


def abroad() -> list[AddressLines]:
    """The first test case of each country, in its own script, one line to a line."""
    return [found for file in sorted(FOLDER.glob("*.yaml")) if (found := _first(file)) is not None]


def _first(file: Path) -> AddressLines | None:
    case = next(yaml.safe_load_all(file.read_text()), None)
    if not case or not case.get("expected"):
        return None
    name, *lines = case["expected"].strip().split("\n")
    parts = case["components"]
    return AddressLines(
        name,
        tuple(lines[:-2]),
        str(parts.get("postcode", "")),
        str(parts.get("city", parts.get("town", ""))),
        file.stem.upper()[:2],
    )
