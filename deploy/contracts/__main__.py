"""Write or compare the documents of the contracts: `python -m deploy.contracts [--check]`."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import contracts
from contracts import documents
from deploy.contracts.story import samples


def main(argv: list[str] | None = None) -> int:
    """0 when everything is up to date (or was made so); 1 when `--check` finds a difference."""
    parser = argparse.ArgumentParser(prog="python -m deploy.contracts", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; fail on a difference")
    checks = parser.parse_args(argv).check
    folder = Path(contracts.__file__).parent
    paths = documents.stale(folder, samples()) if checks else documents.write(folder, samples())
    for path in paths:
        print(f"{'out of date' if checks else 'wrote'}: contracts/{path}")
    if checks and paths:
        print("`make contracts` writes them anew.", file=sys.stderr)
        return 1
    if not paths:
        print("The documents say what the models say.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
