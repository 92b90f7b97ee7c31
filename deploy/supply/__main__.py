"""`python -m deploy.supply`: the bill of materials, the licences, and the audit of what we ship.

Exit code 1: something is vulnerable, or a licence is unknown. 3: with `--required`, when not every
package could be audited. Without it that is said, and is no failure: whoever is offline may build.
"""

from __future__ import annotations

import argparse
import json
import sys
from datetime import UTC, datetime
from pathlib import Path

from deploy.supply.audit import Report, audit
from deploy.supply.lock import pins
from deploy.supply.sbom import UNKNOWN, licences, sbom

ROOT = Path(__file__).resolve().parents[2]
LOCKS = ("requirements.lock", "requirements-build.lock")
SHIPPED = LOCKS[0]
"""What the image holds; the other builds our wheel."""


def main() -> None:
    """The process."""
    words = argparse.ArgumentParser(prog="python -m deploy.supply", description=__doc__)
    words.add_argument("--required", action="store_true", help="fail if not all could be audited")
    words.add_argument("--osv-url", help="ask this OSV service, not the Python Package Index")
    words.add_argument("--sbom", type=Path, default=ROOT / "dist/sbom.cdx.json")
    words.add_argument("locks", nargs="*", type=Path, default=[ROOT / name for name in LOCKS])
    told = words.parse_args()

    told.sbom.parent.mkdir(parents=True, exist_ok=True)
    bill = sbom(ROOT / SHIPPED)
    told.sbom.write_text(json.dumps(bill, indent=2) + "\n")
    print(f"{told.sbom.name}: {len(bill['components'])} packages of {SHIPPED}")
    shipped = [pin for pin in pins(ROOT / SHIPPED) if pin.shipped]
    by_licence = licences(shipped)
    for licence, names in by_licence.items():
        print(f"  {licence}: {', '.join(names)}")

    today = datetime.now(UTC).date()
    reports = [(lock, audit(lock, today, osv_url=told.osv_url)) for lock in told.locks]
    for lock, report in reports:
        show(lock.name, report)
    if UNKNOWN in by_licence or any(report.vulnerable for _, report in reports):
        sys.exit(1)
    if told.required and any(report.unaudited for _, report in reports):
        sys.exit(3)


def show(lock: str, report: Report) -> None:
    """What was found, a line each."""
    whole = len(report.audited) + len(report.unaudited)
    print(f"{lock}: {len(report.audited)} of {whole} audited, {len(report.found)} vulnerable")
    for finding in report.found:
        print(f"  vulnerable: {finding}")
    for finding in report.accepted:
        print(f"  accepted: {finding}")
    for entry in report.expired:
        print(f"  expired: {entry.package} {entry.id} was accepted until {entry.until}: look again")
    if report.unaudited:
        why = next(iter(report.unaudited.values()))
        print(f"  not audited: {len(report.unaudited)} packages ({why})")


if __name__ == "__main__":
    main()
