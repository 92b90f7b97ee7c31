"""The bill of materials (CycloneDX 1.6, JSON): what is in the image, from the lock that makes it.

The same lock makes the same document, byte for byte: it holds no time and no chance.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from importlib.metadata import PackageMetadata, PackageNotFoundError, metadata, version
from pathlib import Path
from typing import Any, Final
from uuid import NAMESPACE_URL, uuid5

from deploy.supply.lock import Pin, pins

UNKNOWN: Final = "unknown"
_LONGEST: Final = 60
_CLASSIFIER: Final = "License :: OSI Approved :: "


def sbom(lock: Path) -> dict[str, Any]:
    """Every package of this lock, with the licence it says it has."""
    digest = hashlib.sha256(lock.read_bytes()).hexdigest()
    locked = pins(lock)
    ours = version("retour")
    root = f"pkg:pypi/retour@{ours}"
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid5(NAMESPACE_URL, digest)}",
        "version": 1,
        "metadata": {
            "component": {
                "type": "application",
                "bom-ref": root,
                "name": "retour",
                "version": ours,
                "purl": root,
                "licenses": [{"license": {"id": "Apache-2.0"}}],
            },
            "properties": [{"name": f"retour:{lock.name}:sha256", "value": digest}],
        },
        "components": [_component(pin) for pin in locked],
        "dependencies": [{"ref": root, "dependsOn": [_purl(pin) for pin in locked]}],
    }


def licence_of(pin: Pin) -> str:
    """What the package says of itself; `unknown` where it says nothing or is not installed here."""
    try:
        said = metadata(pin.name)
    except PackageNotFoundError:
        return UNKNOWN
    return _word(said, "License-Expression") or _short(said) or _classified(said) or UNKNOWN


def licences(locked: Iterable[Pin]) -> dict[str, list[str]]:
    """By licence: the packages that have it."""
    found: dict[str, list[str]] = {}
    for pin in locked:
        found.setdefault(licence_of(pin), []).append(pin.name)
    return dict(sorted(found.items()))


def _component(pin: Pin) -> dict[str, Any]:
    said = licence_of(pin)
    component: dict[str, Any] = {
        "type": "library",
        "bom-ref": _purl(pin),
        "name": pin.name,
        "version": pin.version,
        "purl": _purl(pin),
        "scope": "required" if pin.shipped else "excluded",
    }
    if said != UNKNOWN:
        component["licenses"] = [{"license": {"name": said}}]
    return component


def _purl(pin: Pin) -> str:
    return f"pkg:pypi/{pin.name}@{pin.version}"


def _word(said: PackageMetadata, name: str) -> str:
    return next(iter(said.get_all(name) or ()), "")


def _short(said: PackageMetadata) -> str:
    """Some put the whole text there."""
    text = _word(said, "License").strip()
    return text if len(text) <= _LONGEST and "\n" not in text else ""


def _classified(said: PackageMetadata) -> str:
    found = [c for c in said.get_all("Classifier") or [] if c.startswith(_CLASSIFIER)]
    return " OR ".join(each.removeprefix(_CLASSIFIER) for each in found)
