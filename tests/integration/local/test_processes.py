"""Children end when told to, and when we end; nothing here needs a broker."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from deploy.local.faults import NotReady
from deploy.local.processes import Process, free_port, is_free, until
from deploy.local.runs import ROOT
from tests.support.eventually import eventually

PATIENCE_SECONDS = 30.0


@pytest.fixture
def child(tmp_path):
    """Makes a child that runs a Python program; ends it afterwards."""
    made = []

    def make(program: str) -> Process:
        process = Process(
            "teapot",
            [sys.executable, "-uc", program],
            log=tmp_path / "teapot.log",
            environment={"PATH": os.environ["PATH"], "COLOUR": "blue"},
            folder=tmp_path,
        )
        made.append(process)
        return process

    yield make
    for process in made:
        process.kill()


def is_running(pid: int) -> bool:
    """A zombie has ended: only its parent has not looked yet."""
    with suppress(FileNotFoundError, ProcessLookupError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False


async def has_said(process: Process, words: str) -> None:
    """The child has written these words to its log."""
    await eventually(lambda: words in process.tail(), f"{process.name} says {words}")


async def test_a_child_knows_only_what_it_was_told(child, monkeypatch):
    """A carrier's key must not reach the mailbox because both started from one shell."""
    monkeypatch.setenv("RETOUR_SECRET", "not for children")
    process = child("import os; print(sorted(os.environ))")

    process.start()

    await has_said(process, "COLOUR")
    assert "RETOUR_SECRET" not in process.tail()


async def test_a_child_that_obeys_ends_by_itself(child):
    """An orderly end is what commits offsets and closes files."""
    process = child(
        "import signal, sys, time\n"
        "signal.signal(signal.SIGTERM, lambda *_: (print('bye'), sys.exit(0)))\n"
        "print('up'); time.sleep(60)"
    )
    process.start()
    await has_said(process, "up")

    process.stop(PATIENCE_SECONDS)

    assert process.exit_code == 0
    assert "bye" in process.tail()


async def test_a_child_that_does_not_obey_is_killed_at_the_deadline(child):
    """One stuck service must not keep the whole stack from ending."""
    process = child(
        "import signal, time\n"
        "signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up'); time.sleep(60)"
    )
    process.start()
    await has_said(process, "up")

    process.stop(deadline_seconds=0.1)

    assert process.exit_code == -signal.SIGKILL


@pytest.mark.parametrize("end", [Process.stop, Process.kill])
async def test_what_a_child_started_ends_with_it(child, end):
    """Labels draws its documents in processes of its own: they are ours to end, too."""
    process = child(
        "import subprocess, time\n"
        "print('nested', subprocess.Popen(['sleep', '60']).pid); time.sleep(60)"
    )
    process.start()
    await has_said(process, "nested")
    nested = int(process.tail().split()[-1])
    assert is_running(nested)

    end(process)

    await eventually(lambda: not is_running(nested), "the nested process ends")
    assert not is_running(process.pid)


async def test_a_restarted_child_is_another_process_with_the_same_log(child):
    """After kill -9 a service comes back, and the story of both lives is in one file."""
    process = child("import os, time; print('I am', os.getpid()); time.sleep(60)")
    process.start()
    first = process.pid
    await has_said(process, f"I am {first}")
    process.kill()

    process.restart()

    assert process.pid != first
    await has_said(process, f"I am {process.pid}")
    assert f"I am {first}" in process.tail()


async def test_a_child_dies_with_a_parent_that_was_killed(tmp_path):
    """After kill -9 no line of ours runs: the kernel must do it."""
    parent = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import pathlib, time; from deploy.local.processes import Process\n"
            f"here = pathlib.Path({str(tmp_path)!r})\n"
            "child = Process('sleep', ['sleep', '60'], log=here / 'log', environment={'PATH': "
            f"{os.environ['PATH']!r}" + "}, folder=here)\n"
            "child.start(); print(child.pid, flush=True); time.sleep(60)",
        ],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    orphan = int(parent.stdout.readline())
    became = Path(f"/proc/{orphan}/cmdline")
    await eventually(lambda: became.read_bytes().startswith(b"sleep"), "it is the command now")

    parent.kill()
    parent.communicate()

    await eventually(lambda: not is_running(orphan), "the orphan ends")


def test_waiting_for_a_dead_process_ends_at_once_and_shows_its_last_words(child):
    """A service with a bad setting ends in a second: nobody should wait a minute to hear why."""
    process = child("raise SystemExit('settings_invalid: RETOUR_TEAPOT')")
    process.start()

    async def never() -> bool:
        return False

    with pytest.raises(NotReady, match="teapot ended with 1") as fault:
        asyncio.run(until(never, PATIENCE_SECONDS, "The teapot", process=process))

    assert "settings_invalid: RETOUR_TEAPOT" in str(fault.value)


def test_waiting_has_a_deadline_even_when_the_question_hangs():
    """A broker that accepts and never answers is not ready."""

    async def hangs() -> bool:
        await asyncio.Event().wait()
        return True

    with pytest.raises(NotReady, match=r"The kettle: not within 0\.05 s"):
        asyncio.run(until(hangs, 0.05, "The kettle"))


def test_free_ports_are_free_and_never_given_twice():
    """Nine listeners start side by side, each on its own port."""
    ports = [free_port() for _ in range(200)]

    assert len(set(ports)) == 200
    assert all(is_free(port) for port in ports)
