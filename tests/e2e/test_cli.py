"""`retour demo` as a person runs it: what it prints, how it ends, and that nothing is left."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from deploy.demo.expected import expected
from deploy.demo.run import chosen
from deploy.demo.sample import read
from deploy.local.carrier.sales import entries
from deploy.local.processes import free_port, is_free
from deploy.local.runs import LOCAL, ROOT
from deploy.local.stack import SERVICES
from tests.support.eventually import eventually
from tests.support.leftovers import folder_of, processes_of

pytestmark = [pytest.mark.real, pytest.mark.slow]

RETOUR = Path(sys.executable).with_name("retour")
PARTS = ("kafka", "mongod", "carrier", "mailbox")
PATIENCE_SECONDS = 180.0


@dataclass
class Command:
    """`retour` at work, on ports we chose, with a folder of its own for temporary files."""

    program: subprocess.Popen[str]
    ports: list[int]
    temporary: Path
    seen: set[int] = field(default_factory=set)

    @property
    def run(self) -> Path:
        """Where its data lies while it runs."""
        return folder_of(self.program.pid)

    def look(self) -> dict[int, str]:
        """Its processes now; all that were ever seen are remembered."""
        found = processes_of(self.run)
        self.seen |= found.keys()
        return found

    def ended(self) -> tuple[int, str, str]:
        """Exit code, and what it said on both channels."""
        out, err = self.program.communicate(timeout=PATIENCE_SECONDS)
        return self.program.returncode, out, err

    def left_behind(self) -> list[str]:
        """Everything of it that outlived it."""
        alive = [f"process {pid}: {command}" for pid, command in processes_of(self.run).items()]
        ports = [f"port {port}" for port in self.ports if not is_free(port)]
        places = [self.run, *LOCAL.glob(f"{self.run.name}-*"), *self.temporary.iterdir()]
        folders = [str(path) for path in places if path.exists()]
        return [*alive, *ports, *folders]


@contextmanager
def retour(folder: Path, *words: str, **environment: str) -> Iterator[Command]:
    """The command runs inside; it is not left running."""
    temporary = folder / "tmp"
    temporary.mkdir()
    names = ("KAFKA", "CONTROLLER", "MONGO", "MAIL", "CARRIER", *map(str.upper, SERVICES))
    ports = {f"RETOUR_PORT_{name}": free_port() for name in names}
    program = subprocess.Popen(
        [RETOUR, *words],
        cwd=ROOT,
        env={
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "TMPDIR": str(temporary),
            **{name: str(port) for name, port in ports.items()},
            **environment,
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield Command(program, list(ports.values()), temporary)
    finally:
        program.terminate()
        program.communicate(timeout=PATIENCE_SECONDS)


def runs_everything(command: Command) -> bool:
    """Whether every service and every other part has its process."""
    commands = " ".join(command.look().values())
    modules = (*(f"services.{name}" for name in SERVICES), "kafka.Kafka", "mongod --replSet")
    return all(module in commands for module in (*modules, "local.carrier", "local.mailbox"))


async def test_the_demo_prints_its_tally_and_leaves_nothing(tmp_path: Path):
    """Exit code 0, one line of JSON that equals the count, and not a process, port or folder."""
    asked, by_rules = chosen(read(), 10)
    must = expected([*asked, *by_rules], wrong_codes=len(asked))

    with retour(tmp_path, "demo", "--most", "10", "--json") as command:
        await eventually(lambda: runs_everything(command), "the whole stack", PATIENCE_SECONDS)
        code, out, err = command.ended()

    assert code == 0, err
    (line,) = out.splitlines()
    told = json.loads(line)
    assert told.pop("first_label_seconds") > 0
    assert told == {
        **vars(must),
        "refusals": dict(must.refusals),
        "reasons": dict(must.reasons),
        "refunds": dict(must.refunds),
        "rules": dict(must.rules),
    }
    assert "The tally equals the independent count." in err
    assert len(command.seen) >= len((*SERVICES, *PARTS))
    assert command.left_behind() == []


def has_begun(command: Command) -> bool:
    """The first part of the stack runs."""
    return bool(command.look())


def has_sold_a_label(command: Command) -> bool:
    """Returns are on their way through all five services."""
    command.look()
    return bool(entries(command.run / "carrier.jsonl"))


@pytest.mark.parametrize("moment", [has_begun, has_sold_a_label], ids=lambda m: m.__name__)
async def test_a_demo_that_is_interrupted_leaves_nothing(
    tmp_path: Path, moment: Callable[[Command], bool]
):
    """Ctrl-C is how most demos end."""
    with retour(tmp_path, "demo", "--json") as command:
        await eventually(lambda: moment(command), moment.__name__, PATIENCE_SECONDS)
        command.program.send_signal(signal.SIGINT)
        code, out, err = command.ended()

    assert code == 128 + signal.SIGINT
    assert out == ""
    assert "Traceback" not in err
    assert command.seen
    assert command.left_behind() == []


def test_without_java_one_line_says_what_to_do(tmp_path: Path):
    """Nothing is started, and nobody has to read a stack trace to find the way out."""
    empty = tmp_path / "empty"
    empty.mkdir()

    with retour(tmp_path, "demo", "--json", PATH=str(empty), JAVA_HOME="") as command:
        code, out, err = command.ended()

    assert code == 2
    assert out == ""
    (line,) = err.splitlines()
    assert line.startswith("java-missing: ")
    assert "openjdk" in line
    assert command.left_behind() == []
