"""The audit, by the real pip-audit, against an advisory service on loopback that we know."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from deploy.supply.audit import ACCEPTED, Accepted, accepted, audit
from deploy.supply.lock import pins

ROOT = Path(__file__).parents[3]
LOCK = ROOT / "requirements.lock"
TODAY = date(2026, 3, 10)
ADVISORY = {
    "id": "PYSEC-2020-1",
    "aliases": ["CVE-2020-0001"],
    "summary": "Boils over",
    "affected": [
        {
            "package": {"name": "teapot", "ecosystem": "PyPI"},
            "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "2.0"}]}],
        }
    ],
}


class Advisories(BaseHTTPRequestHandler):
    """Answers as the OSV service does: what is known about one package at one version."""

    def do_POST(self):
        asked = json.loads(self.rfile.read(int(self.headers["content-length"])))
        name, version = asked["package"]["name"], asked["version"]
        self.server.asked.append(name)
        body = json.dumps({"vulns": [ADVISORY]} if (name, version) == ("teapot", "1.0") else {})
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *_: object) -> None:
        """Quietly."""


@pytest.fixture
def advisories() -> Iterator[ThreadingHTTPServer]:
    """The service."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Advisories)
    server.asked = []
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def planted(tmp_path: Path) -> Path:
    """Our lock, and one pin more: a package with a known hole."""
    lock = tmp_path / "requirements.lock"
    lock.write_text(LOCK.read_text() + f"teapot==1.0 \\\n    --hash=sha256:{'0' * 64}\n")
    return lock


def url(server: ThreadingHTTPServer) -> str:
    """Where it is asked."""
    return f"http://127.0.0.1:{server.server_port}/v1/query"


def entry(until: date = date(2026, 12, 31), advisory: str = "CVE-2020-0001") -> Accepted:
    """Somebody has looked at the teapot."""
    return Accepted(advisory, "teapot", "we never boil anything", until)


def test_every_package_we_ship_is_asked_about(advisories):
    """What is skipped is not clean."""
    report = audit(LOCK, TODAY, [], url(advisories))

    assert report.unaudited == {}
    assert set(report.audited) == {pin.name for pin in pins(LOCK) if pin.shipped}
    assert set(advisories.asked) >= {pin.name for pin in pins(LOCK) if pin.shipped}
    assert not report.vulnerable


def test_a_planted_vulnerable_pin_is_found(advisories, planted):
    """The gate is shut."""
    report = audit(planted, TODAY, [], url(advisories))

    assert [str(finding) for finding in report.found] == ["teapot 1.0: PYSEC-2020-1 (fixed in 2.0)"]
    assert report.vulnerable


def test_what_somebody_has_looked_at_is_let_through_for_a_while(advisories, planted):
    """By its id or by an alias, for this package, until that day: and then no more."""
    known, late = entry(), entry(until=date(2026, 3, 9))

    assert not audit(planted, TODAY, [known], url(advisories)).vulnerable
    again = audit(planted, TODAY, [late], url(advisories))

    assert again.expired == [late]
    assert len(again.found) == 1


@pytest.mark.parametrize(
    "other",
    [entry(advisory="CVE-2020-9999"), Accepted("CVE-2020-0001", "kettle", "why", date(2027, 1, 1))],
)
def test_what_was_accepted_elsewhere_is_not_accepted_here(advisories, planted, other):
    """An exception is for one hole in one package."""
    assert len(audit(planted, TODAY, [other], url(advisories)).found) == 1


def test_an_audit_that_reaches_nobody_is_none(planted):
    """Silence is not a good answer: every package is named as not audited."""
    report = audit(planted, TODAY, [], "http://127.0.0.1:9/v1/query")

    assert report.audited == []
    assert set(report.unaudited) == {pin.name for pin in pins(planted) if pin.shipped}
    assert all(report.unaudited.values())


@pytest.mark.parametrize(("required", "code"), [([], 0), (["--required"], 3)])
def test_whoever_is_offline_may_build_and_whoever_releases_may_not(tmp_path, required, code):
    """The exit code is what a pipeline reads."""
    ended = command(tmp_path, "http://127.0.0.1:9/v1/query", *required)

    assert ended.returncode == code, ended.stdout + ended.stderr
    assert "not audited:" in ended.stdout
    assert "requirements.lock: 0 of " in ended.stdout
    assert json.loads((tmp_path / "sbom.json").read_text())["bomFormat"] == "CycloneDX"


def test_the_command_fails_for_a_planted_pin(tmp_path, advisories, planted):
    """And says what, and which version is better."""
    ended = command(tmp_path, url(advisories), str(planted))

    assert ended.returncode == 1
    assert "vulnerable: teapot 1.0: PYSEC-2020-1 (fixed in 2.0)" in ended.stdout


def test_every_exception_has_a_reason_and_a_day(tmp_path):
    """One without is one for ever."""
    assert isinstance(accepted(ACCEPTED), list)
    hasty = tmp_path / "accepted.toml"
    for text in (
        '[[accepted]]\nid = "CVE-1"\npackage = "teapot"\nwhy = "hurry"\n',
        '[[accepted]]\nid = "CVE-1"\npackage = "teapot"\nwhy = " "\nuntil = 2026-01-01\n',
        '[[accepted]]\nid = "CVE-1"\npackage = "teapot"\nwhy = "x"\nuntil = "some day"\n',
    ):
        hasty.write_text(text)
        with pytest.raises(ValueError, match="until"):
            accepted(hasty)


def command(folder: Path, osv_url: str, *words: str) -> subprocess.CompletedProcess[str]:
    """`make audit`, as it runs."""
    module = [sys.executable, "-m", "deploy.supply", "--sbom", folder / "sbom.json"]
    return subprocess.run(
        [*module, "--osv-url", osv_url, *words],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
        timeout=300,
    )
