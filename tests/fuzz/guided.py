"""`python -m tests.fuzz.guided CORPUS... [-max_total_time=SECONDS]`: led by coverage, by Atheris.

Atheris is no dependency of ours: `pip install atheris` (Linux, CPython). What it finds worth
keeping it writes into the first folder; a crash it writes into the current one.
"""

from __future__ import annotations

import sys

import atheris

with atheris.instrument_imports(include=["contracts", "services._runtime.reading"]):
    from tests.fuzz.decoder import judged
    from tests.fuzz.records import parsed


def one(data: bytes) -> None:
    """A record of these bytes is judged."""
    judged(parsed(data))


if __name__ == "__main__":
    atheris.Setup(sys.argv, one)
    atheris.Fuzz()
