"""A lock file, read: what is pinned, and on which machines it is installed."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from packaging.markers import Marker

IMAGE: Final = {
    "implementation_name": "cpython",
    "os_name": "posix",
    "platform_machine": "x86_64",
    "platform_python_implementation": "CPython",
    "platform_system": "Linux",
    "python_full_version": "3.11.0",
    "python_version": "3.11",
    "sys_platform": "linux",
}
"""The machine our image is."""
_PIN: Final = re.compile(
    r"^([A-Za-z0-9._-]+)==([^\s;\\]+)(?:\s*;\s*([^\\\n]+?))?\s*\\?$", re.MULTILINE
)


@dataclass(frozen=True, slots=True)
class Pin:
    """One package at one version."""

    name: str
    version: str
    marker: str | None

    @property
    def shipped(self) -> bool:
        """Whether it is in the image, or there for other machines only."""
        return self.marker is None or Marker(self.marker).evaluate(dict(IMAGE))


def pins(lock: Path) -> list[Pin]:
    """Everything that is pinned there, in order.

    Raises:
        ValueError: it pins nothing, or something without a hash.
    """
    text = lock.read_text(encoding="utf-8")
    found = [Pin(*match) for match in ((m[1], m[2], m[3]) for m in _PIN.finditer(text))]
    requirements = [line for line in text.splitlines() if line[:1].isalnum()]
    if not found or len(found) != len(requirements):
        raise ValueError(f"{lock.name}: {len(found)} of {len(requirements)} lines are exact pins")
    if text.count("--hash=sha256:") < len(found):
        raise ValueError(f"{lock.name}: something is pinned without a hash")
    return found
