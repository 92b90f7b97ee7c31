"""`python -m tests.fuzz [--minutes N] [--seed S]`: bytes for the decoder, words for the outputs.

Led by coverage where Atheris is installed, by dice where it is not. What breaks something is
written to a file, to be put into `tests/fuzz/corpus` once it is understood.
"""

from __future__ import annotations

import argparse
import importlib.util
import random
import resource
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

from tests.fuzz import outputs
from tests.fuzz.decoder import judged, torn
from tests.fuzz.records import parsed, seeds

MOST_GROWTH_MIB = 200
AT_ONCE = {
    outputs.letters_hold: 200,
    outputs.labels_hold: 100,
    outputs.lines_hold: 500,
    outputs.listings_hold: 500,
}


def main() -> int:
    """0 if everything held."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--minutes", type=float, default=5.0, help="for all of it together")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(2**32))
    parser.add_argument("--findings", type=Path, default=Path(".local/fuzz"))
    given = parser.parse_args()
    given.findings.mkdir(parents=True, exist_ok=True)
    half = given.minutes * 30
    print(f"seed {given.seed}", flush=True)
    if importlib.util.find_spec("atheris"):
        _led_by_coverage(given.findings, half / 2)
        half -= half / 2
    held = _decoder(random.Random(given.seed), half, given.findings)
    return 0 if _outputs(random.Random(given.seed), given.minutes * 30) and held else 1


def _led_by_coverage(findings: Path, seconds: float) -> None:
    """Raises `CalledProcessError` if something broke; Atheris has said what."""
    corpus = findings / "corpus"
    corpus.mkdir(exist_ok=True)
    for number, seed in enumerate(seeds()):
        (corpus / f"seed-{number}").write_bytes(seed)
    options = [f"-max_total_time={seconds:.0f}", "-max_len=20000", "-rss_limit_mb=1024"]
    command = [sys.executable, "-m", "tests.fuzz.guided", str(corpus), *options]
    subprocess.run([*command, f"-artifact_prefix={findings}/", "-print_final_stats=1"], check=True)


def _decoder(dice: random.Random, seconds: float, findings: Path) -> bool:
    ends, kept, before = time.monotonic() + seconds, seeds(), _peak_mib()
    said: Counter[str] = Counter()
    while time.monotonic() < ends:
        data = torn(dice, kept)
        try:
            found = judged(parsed(data))
        except Exception as error:  # noqa: BLE001  # any at all is what we are looking for
            file = findings / f"broken-{sum(said.values())}.record"
            file.write_bytes(data)
            print(f"{type(error).__name__} after {sum(said.values())} records: {file}")
            return False
        said[getattr(found, "code", "read")] += 1
    grown = _peak_mib() - before
    print(f"decoder: {sum(said.values())} records held, {grown} MiB more memory; {dict(said)}")
    return grown < MOST_GROWTH_MIB


def _outputs(dice: random.Random, seconds: float) -> bool:
    ends = time.monotonic() + seconds
    strings: Counter[str] = Counter()
    while time.monotonic() < ends:
        for hold, count in AT_ONCE.items():
            try:
                strings[hold.__name__.removesuffix("_hold")] += hold(dice, count)
            except AssertionError as error:
                print(f"{hold.__name__}: {str(error)!a}")
                return False
    print(f"outputs: {sum(strings.values())} strings held; {dict(strings)}")
    return True


def _peak_mib() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


if __name__ == "__main__":
    sys.exit(main())
