"""Processes whose wall clock can be set while they run, each its own (see `wall_clock.c`)."""

from __future__ import annotations

import atexit
import os
import shutil
import struct
import subprocess
import tempfile
from collections.abc import Iterable, Mapping
from datetime import timedelta
from pathlib import Path

SOURCE = Path(__file__).with_name("wall_clock.c")
FOLDER = Path(tempfile.gettempdir()) / f"retour-clocks-{os.getpid()}"
"""This process's clocks. They go when it ends."""
LIBRARY = FOLDER / "wall_clock.so"


def no_clocks(names: Iterable[str]) -> str:
    """Why there are no clocks to be set here; empty if there are, and then they show the truth."""
    compiler = shutil.which("cc")
    if compiler is None:
        return "a C compiler is needed to make clocks that can be set (Debian: apt install gcc)"
    if not LIBRARY.exists():
        FOLDER.mkdir(exist_ok=True)
        atexit.register(shutil.rmtree, FOLDER, ignore_errors=True)
        command = (compiler, "-shared", "-fPIC", "-O1", "-o", LIBRARY, SOURCE)
        try:
            subprocess.run(command, check=True, capture_output=True)
        except subprocess.CalledProcessError:
            return "the C compiler here cannot make clocks that can be set"
    for name in names:
        put(name, timedelta(0))
    return ""


def by_own_clocks(names: Iterable[str]) -> Mapping[str, Mapping[str, str]]:
    """The environments that give each of these a clock of its own."""
    return {name: {"LD_PRELOAD": str(LIBRARY), "WALL_CLOCK": str(FOLDER / name)} for name in names}


def put(name: str, off: timedelta) -> None:
    """This one's clock is off by so much from now on."""
    file = os.open(FOLDER / name, os.O_WRONLY | os.O_CREAT)
    try:
        os.pwrite(file, struct.pack("=q", int(off.total_seconds())), 0)
    finally:
        os.close(file)
