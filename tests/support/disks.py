"""Disks that are small, and can be filled to the last byte and emptied again."""

from __future__ import annotations

import contextlib
import errno
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

BALLAST = "ballast"


@contextlib.contextmanager
def small_disks(sizes_mib: Mapping[str, int]) -> Iterator[Path | None]:
    """A folder whose folders of these names are disks of their own; gone afterwards.

    None if no disk is wanted. RAM is what they are made of (tmpfs).
    """
    if not sizes_mib:
        yield None
        return
    folder = Path(tempfile.mkdtemp(prefix="retour-disks-"))
    with contextlib.ExitStack() as undone:
        undone.callback(shutil.rmtree, folder, ignore_errors=True)
        for name, mib in sizes_mib.items():
            _mount(folder / name, mib)
            undone.callback(subprocess.run, ["umount", "-l", folder / name], check=True)
        yield folder


def no_disks() -> str:
    """Why small disks cannot be had here; empty if they can."""
    try:
        with small_disks({"try": 1}):
            return ""
    except (OSError, subprocess.CalledProcessError):
        return "only root may mount a small disk (`unshare -Urm` makes one)"


def fill(disk: Path) -> int:
    """Not a byte is left on the disk; says how many were taken."""
    ballast = disk / BALLAST
    with ballast.open("ab", buffering=0) as file:
        for size in (2**20, 2**12, 1):
            with contextlib.suppress(OSError):
                while True:
                    file.write(b"\0" * size)
    if not is_full(disk):
        raise OSError(errno.EIO, "not filled", str(disk))
    return ballast.stat().st_size


def is_full(disk: Path) -> bool:
    """Whether nothing can be written there."""
    return shutil.disk_usage(disk).free == 0


def make_room(disk: Path) -> None:
    """What filled the disk is gone."""
    (disk / BALLAST).unlink(missing_ok=True)


def _mount(place: Path, mib: int) -> None:
    place.mkdir()
    options = f"size={mib}m,nr_inodes=100k,mode=1777"
    subprocess.run(
        ["mount", "-t", "tmpfs", "-o", options, "retour", place], check=True, capture_output=True
    )
