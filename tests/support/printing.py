"""What a label printer of 203 dpi makes of ZPL, and what commands a ZPL file consists of.

The printer is npm's zpl-renderer-js, pinned in `zpl/` and installed from its lock the first time.
"""

from __future__ import annotations

import fcntl
import hashlib
import re
import shutil
import subprocess
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

TOOLS = Path(__file__).parent / "zpl"

_COMMAND = re.compile(r"([\^~])([A-Z@][A-Z0-9@]?)", re.IGNORECASE)
_BYTE = re.compile(r"_([0-9A-Fa-f]{2})")


@cache
def why_no_printer() -> str | None:
    """Why nothing can be printed here, or None if it can."""
    for program in ("node", "npm"):
        if shutil.which(program) is None:
            return f"{program} is not installed: printing ZPL needs Node 20 or newer"
    lock = (TOOLS / "package-lock.json").read_bytes()
    stamp = TOOLS / "node_modules" / f".installed-{hashlib.sha256(lock).hexdigest()[:16]}"
    with (TOOLS / ".gitignore").open() as door:
        fcntl.flock(door, fcntl.LOCK_EX)  # another run of the tests may be installing just now
        if not stamp.exists():
            made = subprocess.run(
                ["npm", "ci"], cwd=TOOLS, capture_output=True, text=True, timeout=300, check=False
            )
            if made.returncode:
                return f"the ZPL printer cannot be installed: {made.stderr.strip()[-200:]}"
            stamp.touch()
    return None


def printed_zpl(labels: Sequence[bytes]) -> list[bytes]:
    """A PNG of each label, on paper of 4 inches by 148 mm."""
    if reason := why_no_printer():
        raise RuntimeError(reason)
    with TemporaryDirectory() as folder:
        files = [Path(folder, f"{number:04}.zpl") for number in range(len(labels))]
        for file, label in zip(files, labels, strict=True):
            file.write_bytes(label)
        command = ["node", "render.mjs", *map(str, files)]
        subprocess.run(command, cwd=TOOLS, capture_output=True, timeout=300, check=True)
        return [Path(f"{file}.png").read_bytes() for file in files]


def commands(zpl: bytes) -> list[str]:
    """Every command a printer would find, in order: wherever `^` or `~` stands, one begins."""
    text = zpl.decode("ascii")
    found = [f"{mark}{name.upper()[:2]}" for mark, name in _COMMAND.findall(text)]
    assert len(found) == text.count("^") + text.count("~"), "a mark without a command"
    return found


def fields(zpl: bytes) -> list[str]:
    """The text of every field, as the printer reads it."""
    raw = re.findall(r"\^FH\^FD([^^~]*)\^FS", zpl.decode("ascii"))
    return [
        _BYTE.sub(lambda one: chr(int(one[1], 16)), field).encode("latin-1").decode()
        for field in raw
    ]
