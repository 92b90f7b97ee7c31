"""The bill of materials: exactly what is locked, in the words of the standard."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from deploy.supply.lock import Pin, pins
from deploy.supply.sbom import UNKNOWN, licence_of, licences, sbom

ROOT = Path(__file__).parents[3]
LOCK = ROOT / "requirements.lock"


def test_it_names_exactly_the_packages_of_the_lock():
    """Read here by another rule than the one it is made by: a line that begins with a name."""
    locked = {
        tuple(re.split(r"==|[ ;\\]", line)[:2])
        for line in LOCK.read_text().splitlines()
        if re.match(r"[a-z0-9]", line)
    }

    bill = sbom(LOCK)

    assert {(one["name"], one["version"]) for one in bill["components"]} == locked
    assert len(bill["components"]) == len(locked)


def test_it_is_valid_by_the_schema_of_the_standard():
    """Whoever reads such documents reads ours. The validator is the standard's own."""
    validator = JsonStrictValidator(SchemaVersion.V1_6)

    assert validator.validate_str(json.dumps(sbom(LOCK))) is None
    broken = sbom(LOCK) | {"components": [{"type": "library"}]}
    assert validator.validate_str(json.dumps(broken)) is not None


def test_the_same_lock_makes_the_same_document(tmp_path: Path):
    """What differs, differs because something changed."""
    again = tmp_path / "requirements.lock"
    again.write_bytes(LOCK.read_bytes())
    other = tmp_path / "other.lock"
    other.write_text(LOCK.read_text().replace("==", "==9", 1))

    assert json.dumps(sbom(again)) == json.dumps(sbom(LOCK))
    assert sbom(other)["serialNumber"] != sbom(LOCK)["serialNumber"]


def test_what_is_for_other_machines_is_said_to_be_left_out():
    """It is locked, and it is not in the image."""
    scopes = {one["name"]: one["scope"] for one in sbom(LOCK)["components"]}

    assert scopes["colorama"] == "excluded"
    assert scopes["uvloop"] == scopes["pydantic"] == "required"


def test_every_package_we_ship_says_its_licence():
    """What nobody may ship is better known before it is shipped."""
    by_licence = licences(pin for pin in pins(LOCK) if pin.shipped)

    assert UNKNOWN not in by_licence
    assert "pydantic" in by_licence["MIT"]
    assert [name for name in by_licence if re.search(r"\bA?GPL", name)] == []


def test_a_package_that_is_not_here_has_no_known_licence():
    """Better than a guess."""
    assert licence_of(Pin("no-such-teapot", "1.0", None)) == UNKNOWN


@pytest.mark.parametrize(
    "text",
    [
        "",
        "pydantic>=2 --hash=sha256:00",
        "pydantic==2.0",
        "pydantic==2.0 \\\n    --hash=sha256:00\nteapot>1 \\\n    --hash=sha256:00\n",
    ],
)
def test_a_lock_that_leaves_a_choice_is_none(tmp_path: Path, text: str):
    """A bill of what might be installed is no bill."""
    lock = tmp_path / "requirements.lock"
    lock.write_text(text)

    with pytest.raises(ValueError, match=r"requirements\.lock"):
        pins(lock)
