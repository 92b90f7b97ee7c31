"""`make soak`: returns for as long as it takes, and everything that can fail fails among them.

    make soak                                       10 000 returns, 20 minutes, a seed of its own
    make soak ARGS="--seed 7"                       the same faults in the same order once more
    make soak ARGS="--returns 300 --minutes 1.5 --faults F3 F20"

Exit code 0 if nothing was violated, 1 if something was.
"""

from __future__ import annotations

import argparse
import json
import logging
import sys
import time
from dataclasses import asdict
from pathlib import Path
from random import SystemRandom

from rich.console import Console

from deploy.local import ending
from tests.soak.chaos import OUTSIDE, chosen, inside
from tests.soak.flow import Amount
from tests.soak.report import told
from tests.soak.run import Soaked, soak


def main() -> int:
    """The exit code."""
    words = argparse.ArgumentParser(prog="python -m tests.soak", description=__doc__)
    words.add_argument("--returns", type=int, default=10_000, help="at least so many")
    words.add_argument("--minutes", type=float, default=20.0, help="at least so long")
    words.add_argument("--at-once", type=int, default=200, help="customers on their way")
    words.add_argument("--patience", type=float, default=420.0, help="seconds until all is quiet")
    words.add_argument("--seed", type=int, help="of the faults; one is drawn if none is given")
    words.add_argument("--faults", nargs="*", default=[], help="ids or names; none means all")
    words.add_argument("--json", type=Path, help="write what came of it here, too")
    given = words.parse_args()
    seed = SystemRandom().randrange(10**6) if given.seed is None else given.seed
    amount = Amount(given.returns, given.minutes * 60, given.at_once, given.patience)
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)  # the frontend's own troubles
    console = Console(width=120) if not sys.stdout.isatty() else Console()
    begun = time.monotonic()

    def tell(line: str) -> None:
        console.print(f"{time.monotonic() - begun:7.1f} {line}", highlight=False, markup=False)

    tell(f"seed {seed}: {amount.returns} returns, {given.minutes:g} minutes")
    hands = (chosen(inside(), given.faults), chosen(OUTSIDE, given.faults))
    with ending.ending_on_signals():
        soaked = ending.run(soak(amount, seed, *hands, tell))
    told(soaked, console)
    if given.json:
        given.json.write_text(json.dumps(written(soaked), indent=2, default=str))
    return 1 if soaked.violations else 0


def written(soaked: Soaked) -> dict[str, object]:
    """As JSON has it: numbers, and what is wrong."""
    return {
        "seed": soaked.seed,
        "returns": len(soaked.asked),
        "seconds": soaked.seconds,
        "faults": soaked.struck.bit,
        "void": soaked.struck.void,
        "again": soaked.mishaps.again,
        "poison": len(soaked.mishaps.poisoned),
        "judgement": asdict(soaked.judgement) if soaked.judgement else None,
        "violations": soaked.violations,
    }


if __name__ == "__main__":
    sys.exit(main())
