"""Looking for the secrets of one run wherever they must not be."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Self

from deploy.local.secured import SecuredStack

SHORTEST = 16


def secrets_of(stack: SecuredStack) -> dict[str, bytes]:
    """By file: every password and key, as it would be recognised. Certificates are no secrets."""
    found: dict[str, bytes] = {}
    for path in sorted(stack.secrets.iterdir()):
        content = path.read_bytes()
        if b"PRIVATE KEY" in content:
            body = content.partition(b"PRIVATE KEY-----")[2].strip()
            found[path.name] = body.splitlines()[0]
        elif b"CERTIFICATE" not in content and path.suffix != ".conf":
            found[path.name] = content.strip()
    assert all(len(secret) >= SHORTEST for secret in found.values()), sorted(found)
    return found


def seen_in(text: bytes, secrets: Mapping[str, bytes]) -> set[str]:
    """Which of these secrets are in the text, by their files."""
    return {name for name, secret in secrets.items() if secret in text}


def seen_in_files(files: Iterable[Path], secrets: Mapping[str, bytes]) -> set[tuple[str, str]]:
    """Which are in which file."""
    return {(path.name, name) for path in files for name in seen_in(path.read_bytes(), secrets)}


class Bystander(threading.Thread):
    """Lists the processes of this machine over and over, as anybody on it can: all they say.

    Keeps every command line and, of what descends from us, every environment it could read.
    """

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.heard: set[bytes] = set()
        self.looks = 0
        self._over = threading.Event()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self.join(30)

    def run(self) -> None:
        """Until it is over."""
        while not self._over.wait(0.02):
            self.looks += 1
            for entry in os.scandir("/proc"):
                if entry.name.isdecimal():
                    self.heard |= _said(Path(entry.path))


def _said(process: Path) -> set[bytes]:
    said = set()
    for name in ("cmdline", "environ"):
        try:
            said.add((process / name).read_bytes())
        except OSError:  # over, or not ours to read
            continue
    return said
