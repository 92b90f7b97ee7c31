"""Every durable step has a failpoint around it, and every failpoint has a step and a sweep."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from contracts.topics import SERVICES
from services._runtime.failpoints import FAILPOINTS, Step
from tests.sweep.crash_points import CRASH_POINTS, NEVER_THERE, QUICK

ROOT = Path(__file__).parents[2]
DURABLE = frozenset(
    {
        *("bulk_write", "insert_one", "insert_many", "update_one", "update_many"),
        *("replace_one", "delete_one", "delete_many", "find_one_and_update"),
        *("find_one_and_replace", "find_one_and_delete", "commit_transaction", "with_transaction"),
        *("send_batch", "send_and_wait", "commit"),
        *("post", "put", "patch", "delete", "request", "stream", "send"),
        *("data", "sendmail", "send_message"),
    }
)
"""What drivers call it when something outlives us: MongoDB, Kafka, HTTP, SMTP."""
MAY_TOUCH_A_DRIVER = ("services/_runtime/", "/adapters/")
"""The walls let nobody else."""
PURE = ("mapping",)
"""A carrier's mapping makes a `request` without sending it."""


def files() -> list[str]:
    """Every file of `services/` that may touch a driver."""
    found = (str(path.relative_to(ROOT)) for path in (ROOT / "services").rglob("*.py"))
    return sorted(file for file in found if any(part in file for part in MAY_TOUCH_A_DRIVER))


def bare_steps(source: str) -> list[str]:
    """Durable calls that stand in no `with durable(...)`, with their lines."""
    return [f"{name}, line {line}" for name, line in _bare(ast.parse(source), covered=False)]


def _bare(node: ast.AST, *, covered: bool) -> Iterator[tuple[str, int]]:
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
        covered = False  # it runs later, wherever it was written
    if isinstance(node, ast.With | ast.AsyncWith):
        covered = covered or any(_is_durable(item.context_expr) for item in node.items)
    if isinstance(node, ast.Call) and not covered:
        called = node.func
        if isinstance(called, ast.Attribute) and called.attr in DURABLE and not _is_pure(called):
            yield called.attr, node.lineno
    for child in ast.iter_child_nodes(node):
        yield from _bare(child, covered=covered)


def _is_pure(called: ast.Attribute) -> bool:
    return isinstance(called.value, ast.Name) and called.value.id in PURE


def _is_durable(expression: ast.expr) -> bool:
    return (
        isinstance(expression, ast.Call)
        and isinstance(expression.func, ast.Name)
        and expression.func.id == "durable"
    )


def steps_named(source: str) -> set[str]:
    """Every member of `Step` a file names."""
    return {
        node.attr
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id == "Step"
    }


@pytest.mark.parametrize("file", files())
def test_every_durable_step_has_a_failpoint_around_it(file: str):
    """A step the sweep cannot stop at is a crash nobody has tried."""
    assert bare_steps((ROOT / file).read_text()) == []


def test_the_rule_sees_the_steps_that_are_there():
    """If the floor were rewritten so that it sees none, it would guard nothing."""
    for file, least in {
        "services/_runtime/ledger_mongo.py": 2,
        "services/_runtime/intents_mongo.py": 7,
        "services/_runtime/speaker.py": 2,
        "services/_runtime/intake.py": 1,
        "services/labels/adapters/lines/http.py": 1,
        "services/notifications/adapters/mail_smtp.py": 1,
    }.items():
        source = (ROOT / file).read_text()
        uncovered = source.replace("with durable(", "with anything(")
        assert len(bare_steps(uncovered)) >= least, file


@pytest.mark.parametrize(
    "source",
    [
        "async def keep(db):\n    await db.things.insert_one({})",
        "def keep(db):\n    with durable(Step.X):\n        pass\n    db.things.update_many({}, {})",
        "def keep(db):\n    with durable(Step.X):\n        return lambda: db.things.delete_one({})",
        "def keep(db):\n    with timed(Step.X):\n        db.things.bulk_write([])",
        "async def tell(p):\n    await p.send_batch(b, 't', partition=0)",
        "async def sold(http):\n    return await http.post('/labels')",
    ],
)
def test_the_rule_notices_a_bare_step(source: str):
    """A rule that never fires is no rule."""
    assert bare_steps(source)


@pytest.mark.parametrize("file", files())
def test_a_driver_is_not_hidden_behind_getattr(file: str):
    """What the rule cannot see must not be there."""
    calls = [n for n in ast.walk(ast.parse((ROOT / file).read_text())) if isinstance(n, ast.Call)]
    hidden = [
        call.args[1].value
        for call in calls
        if isinstance(call.func, ast.Name)
        and call.func.id == "getattr"
        and isinstance(call.args[1], ast.Constant)
    ]

    assert DURABLE.isdisjoint(hidden)


def test_every_step_is_somewhere():
    """A name without a step is a point that no process can reach."""
    named = {name for file in files() for name in steps_named((ROOT / file).read_text())}

    assert named == set(Step.__members__)


@pytest.mark.parametrize("service", SERVICES)
def test_every_failpoint_of_every_service_is_swept_or_excused(service: str):
    """What is in neither table was forgotten; what is in both is a contradiction."""
    swept = {point.name for point in CRASH_POINTS if point.service == service}
    excused = {
        name
        for name in FAILPOINTS
        for step in NEVER_THERE.get(service, {})
        if name.startswith(f"{step}.")
    }

    assert swept | excused == set(FAILPOINTS)
    assert swept & excused == set()


def test_the_quick_sweep_dies_at_every_step_somewhere():
    """The sweep of every test run leaves no kind of step out."""
    died_at = {name.rpartition(".")[0] for point in QUICK for name in point.armed}

    assert died_at == {str(step) for step in Step}
