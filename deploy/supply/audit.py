"""Known vulnerabilities of what is locked, as pip-audit finds them; nothing unasked is clean.

pip-audit calls a package clean that its advisory service does not know, and a service behind a
mirror may know none. Here each such package is counted, and an audit that reached nobody is none.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from deploy.supply.lock import Pin, pins

ACCEPTED = Path(__file__).with_name("accepted.toml")
PATIENCE_SECONDS = 600


@dataclass(frozen=True, slots=True)
class Accepted:
    """Somebody looked at a vulnerability and says why we can live with it, and until when."""

    id: str
    package: str
    why: str
    until: date


@dataclass(frozen=True, slots=True)
class Finding:
    """One known vulnerability of one package that we ship."""

    package: str
    version: str
    ids: tuple[str, ...]
    fixed_in: tuple[str, ...]

    def __str__(self) -> str:
        fixed = f"fixed in {', '.join(self.fixed_in)}" if self.fixed_in else "no fix yet"
        return f"{self.package} {self.version}: {self.ids[0]} ({fixed})"


@dataclass(slots=True)
class Report:
    """What an audit found."""

    audited: list[str] = field(default_factory=list)
    unaudited: dict[str, str] = field(default_factory=dict)
    """By package: why nobody could say anything about it."""
    found: list[Finding] = field(default_factory=list)
    accepted: list[Finding] = field(default_factory=list)
    expired: list[Accepted] = field(default_factory=list)
    """What was accepted until a day that has passed."""

    @property
    def vulnerable(self) -> bool:
        """Whether something must be done."""
        return bool(self.found or self.expired)


def accepted(file: Path = ACCEPTED) -> list[Accepted]:
    """What was looked at.

    Raises:
        ValueError: an entry lacks its reason or its date.
    """
    rows = tomllib.loads(file.read_text(encoding="utf-8")).get("accepted", [])
    for row in rows:
        dated = isinstance(row.get("until"), date)
        if set(row) != {"id", "package", "why", "until"} or not row["why"].strip() or not dated:
            raise ValueError(f"{file.name}: each entry needs id, package, why and until, a date")
    return [Accepted(**row) for row in rows]


def audit(
    lock: Path, today: date, looked_at: list[Accepted] | None = None, osv_url: str | None = None
) -> Report:
    """What is known about everything in this lock. Nothing is resolved or installed for it.

    Args:
        lock: pins with hashes.
        today: the day on which what was accepted may have expired.
        looked_at: what was accepted; None is what `accepted.toml` says.
        osv_url: an OSV service to ask instead of the Python Package Index.
    """
    locked = {pin.name.lower(): pin for pin in pins(lock)}
    known = accepted() if looked_at is None else looked_at
    answer, trouble = _asked(lock, osv_url)
    report = Report(expired=[each for each in known if each.until < today])
    for name, pin in locked.items():
        said = answer.get(name)
        if said is None or "skip_reason" in said:
            shipped = (said or {}).get("skip_reason") or trouble
            if pin.shipped or said is not None:
                report.unaudited[name] = shipped
            continue
        report.audited.append(name)
        for vulnerability in said["vulns"]:
            _sort_in(_finding(pin, vulnerability), known, today, report)
    return report


def _asked(lock: Path, osv_url: str | None) -> tuple[dict[str, Any], str]:
    """By package: what pip-audit says; and what kept it from saying anything."""
    service = ["--vulnerability-service", "osv", "--osv-url", osv_url] if osv_url else []
    words = ["--requirement", str(lock), "--require-hashes", "--disable-pip", "--format", "json"]
    command = [sys.executable, "-m", "pip_audit", *words, *service]
    quiet = ["--progress-spinner", "off", "--timeout", "20"]
    try:
        ended = subprocess.run(
            [*command, *quiet],
            capture_output=True,
            text=True,
            check=False,
            timeout=PATIENCE_SECONDS,
        )
        said = json.loads(ended.stdout)["dependencies"]
    except subprocess.TimeoutExpired:
        return {}, "the advisory service did not answer in time"
    except (json.JSONDecodeError, KeyError):
        lines = ended.stderr.strip().splitlines() or ["pip-audit said nothing"]
        return {}, lines[-1][:200]
    return {each["name"].lower(): each for each in said}, "not mentioned by pip-audit"


def _finding(pin: Pin, said: dict[str, Any]) -> Finding:
    ids = (said["id"], *said.get("aliases", ()))
    return Finding(pin.name, pin.version, ids, tuple(said.get("fix_versions") or ()))


def _sort_in(finding: Finding, known: list[Accepted], today: date, report: Report) -> None:
    looked_at = any(
        each.package.lower() == finding.package.lower()
        and each.id in finding.ids
        and each.until >= today
        for each in known
    )
    (report.accepted if looked_at else report.found).append(finding)
