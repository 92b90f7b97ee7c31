"""Failpoints: off unless armed, and then death exactly there."""

from __future__ import annotations

import signal
import subprocess
import sys

import pytest

from services._runtime import failpoints
from services._runtime.failpoints import FAILPOINTS, Step, durable
from services.rules.settings import Settings

NEEDED = {
    "RETOUR_KAFKA": "kafka:9092",
    "RETOUR_MONGO": "mongodb://db/?replicaSet=rs0",
    "RETOUR_DIGEST_KEY": "ab" * 32,
}
PROGRAM = """
import sys
from services._runtime import failpoints
from services._runtime.failpoints import Step, durable

failpoints.arm(sys.argv[1])
for each in ("first", "second", "third"):
    with durable(Step.LEDGER_WRITE):
        print(each, flush=True)
    print("behind", flush=True)
with durable(Step.LEDGER_COMMIT):
    print("commit", flush=True)
"""


def walked(setting: str) -> tuple[int, list[str]]:
    """How a program that was armed like this ended, and how far it came."""
    ended = subprocess.run(
        [sys.executable, "-c", PROGRAM, setting], capture_output=True, text=True, check=False
    )
    return ended.returncode, ended.stdout.split()


@pytest.mark.parametrize(
    ("setting", "came"),
    [
        ("ledger.write.before", []),
        ("ledger.write.after", ["first"]),
        ("ledger.write.before:2", ["first", "behind"]),
        ("ledger.write.after:3", ["first", "behind", "second", "behind", "third"]),
        ("ledger.commit.before", ["first", "behind", "second", "behind", "third", "behind"]),
    ],
)
def test_an_armed_process_dies_exactly_there(setting: str, came: list[str]):
    """By SIGKILL, as a machine would take it: nothing is finished, nothing is said."""
    assert walked(setting) == (-signal.SIGKILL, came)


def test_an_armed_process_that_never_gets_there_lives():
    """A sweep must tell a point that was hit from one that was not."""
    code, came = walked("mail.hand_over.before")

    assert (code, came[-1]) == (0, "commit")


def test_unarmed_nothing_happens_and_nothing_is_made():
    """Production walks through every step: all of them share one context that does nothing."""
    assert failpoints._armed.at is None
    assert durable(Step.LEDGER_WRITE) is durable(Step.MAIL_HAND_OVER)

    with durable(Step.LEDGER_WRITE):
        pass


def test_a_step_that_failed_is_not_passed(monkeypatch):
    """What did not happen has no afterwards: the point behind it belongs to the repeat."""
    reached: list[str] = []
    monkeypatch.setattr(failpoints, "_reach", reached.append)
    failpoints.arm("ledger.write.after")
    try:
        with pytest.raises(ConnectionError), durable(Step.LEDGER_WRITE):
            raise ConnectionError
    finally:
        failpoints.arm(None)

    assert reached == ["ledger.write.before"]


@pytest.mark.parametrize(
    "wrong",
    ["", "ledger.write", "ledger.write.inside", "ledger.write.after:0", "ledger.write.after:x",
     "ledger.write.after:1:2", "LEDGER.WRITE.AFTER", " ledger.write.after"],
)  # fmt: skip
def test_an_unknown_failpoint_ends_the_process_at_its_start(wrong: str):
    """A sweep over a misspelt point would prove nothing, in silence."""
    with pytest.raises(SystemExit) as ended:
        Settings.load(NEEDED | {"RETOUR_FAILPOINT": wrong})

    assert "RETOUR_FAILPOINT" in str(ended.value)


@pytest.mark.parametrize("name", FAILPOINTS)
def test_every_failpoint_can_be_named(name: str):
    """By itself, or with the time of passing."""
    for setting in (name, f"{name}:7"):
        assert Settings.load(NEEDED | {"RETOUR_FAILPOINT": setting}).failpoint == setting


def test_without_the_setting_there_is_no_failpoint():
    """Nobody arms a service by forgetting something."""
    assert Settings.load(NEEDED).failpoint is None
