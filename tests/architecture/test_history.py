"""No secret was ever committed: what was once in the history is there for good (D18)."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SECRETS = {
    "private key": "-----BEGIN " + "([A-Z]+ )?PRIVATE KEY-----$",
    "cloud key": "AKIA" + "[0-9A-Z]{16}",
    "forge token": "gh[pousr]_" + "[A-Za-z0-9]{36}",
    "chat token": "xox[abprs]-" + "[A-Za-z0-9-]{20}",
    "password in a URL": "[a-z][a-z0-9+]*://[A-Za-z0-9_-]+:" + "[^@/[:space:]$<{\"']{12,}@",
    "digest key": "DIGEST_KEY" + "[=:][ \"']*[0-9a-f]{32}",
}
"""By what it is: how it looks, as `git log -G` reads it. No key of ours is ever written out."""
KNOWN = {
    ("password in a URL", "tests/unit/runtime/test_production.py"),  # made up
}

pytestmark = pytest.mark.skipif(not (ROOT / ".git").exists(), reason="not a git clone")


def git(repository: Path, *words: str) -> str:
    """What git says."""
    identity = ("-c", "user.name=Nobody", "-c", "user.email=nobody@example.com")
    return subprocess.run(
        ["git", *identity, *words], capture_output=True, text=True, check=True, cwd=repository
    ).stdout


def ever_in(repository: Path, pattern: str) -> set[str]:
    """The files in which a line like this was ever written or taken out, on any branch."""
    log = git(repository, "log", "--all", "--format=", "--name-only", "-G", pattern)
    return set(log.split())


@pytest.mark.parametrize("what", SECRETS)
def test_no_secret_was_ever_committed(what: str):
    """Whoever clones has it, however soon it was taken out."""
    assert {(what, file) for file in ever_in(ROOT, SECRETS[what])} - KNOWN == set()


def test_the_history_is_really_read():
    """A search that finds nothing must be one that can find something."""
    assert "services/lookup/settings.py" in ever_in(ROOT, "digest_key")


@pytest.mark.parametrize(
    ("what", "line"),
    [
        ("private key", "-----BEGIN " + "PRIVATE KEY-----"),
        ("private key", "-----BEGIN " + "EC PRIVATE KEY-----"),
        ("cloud key", "key = AKIA" + "IOSFODNN7EXAMPLE"),
        ("forge token", "token: ghp_" + "a" * 36),
        ("chat token", "xoxb-" + "1" * 24),
        ("password in a URL", "mongodb://me:" + "correct-horse-battery@db/"),
        ("digest key", "RETOUR_DIGEST_KEY=" + "ab" * 32),
    ],
)
def test_a_secret_that_was_taken_out_again_is_found(tmp_path: Path, what: str, line: str):
    """Planted in a history of its own, and removed in the next commit, as people do."""
    git(tmp_path, "init", "--quiet")
    for text in (f"before\n{line}\nafter\n", "before\nafter\n"):
        (tmp_path / "notes.txt").write_text(text)
        git(tmp_path, "add", "notes.txt")
        git(tmp_path, "commit", "--quiet", "--message", "notes")

    assert ever_in(tmp_path, SECRETS[what]) == {"notes.txt"}
