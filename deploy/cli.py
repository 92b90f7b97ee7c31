"""`retour`: stands the system up, plays the demo, and looks after what runs."""

from __future__ import annotations

import asyncio
import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
)

from deploy import (
    cli_access,
    cli_dead_letters,
    cli_explain,
    cli_forget,
    cli_intents,
    cli_points,
    cli_portal,
    cli_reach,
    cli_returns,
    cli_rules,
)
from deploy.demo import report, run, trials
from deploy.local import ending, up
from deploy.local.faults import CannotStart, NotReady
from deploy.local.stack import Stack
from deploy.ops import drift
from deploy.ops import topics as ops_topics

app = typer.Typer(
    no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help=__doc__
)
app.add_typer(cli_dead_letters.app, name="dead-letters")
app.add_typer(cli_access.app, name="access")
app.add_typer(cli_intents.app, name="intents")
app.add_typer(cli_portal.app, name="portal")
app.add_typer(cli_points.app, name="points")
app.add_typer(cli_returns.app, name="returns")
app.add_typer(cli_rules.app, name="rules")
app.command()(cli_explain.explain)
app.command()(cli_forget.forget)
errors = Console(stderr=True, highlight=False, soft_wrap=True, markup=False, emoji=False)

STARTED = "RETOUR_STARTED_AT"
"""Seconds since 1970 when the command was given, where a wrapper such as make knows better."""


@contextmanager
def _explained() -> Iterator[None]:
    """What keeps a command from its work is one line with a code, and an exit code of its own."""
    with ending.ending_on_signals():
        try:
            yield
        except CannotStart as fault:
            errors.print(f"{fault.code}: {fault.message}")
            raise typer.Exit(fault.exit_code) from None
        except NotReady as fault:
            errors.print(f"not-ready: {fault}")
            raise typer.Exit(fault.exit_code) from None
        except TimeoutError as fault:
            errors.print(f"timed-out: {fault}")
            raise typer.Exit(1) from None


@app.command("up")
def stand_up(
    secured: Annotated[
        bool, typer.Option("--secured", help="With TLS, logins, and rights for each principal.")
    ] = False,
) -> None:
    """Start the whole system on this machine and leave it running until Ctrl-C."""
    console = Console(stderr=True, highlight=False)
    with _explained(), _stack(console, secured=secured) as stack:
        print(json.dumps(up.described(stack)), flush=True)
        console.print(stack.how_to_listen())
        console.print(f"letters: {stack.mail_folder}   logs: {stack.logs}   stop: Ctrl-C")
        up.wait(stack)


def _stack(console: Console, *, secured: bool) -> Stack:
    if not secured:
        return Stack(tell=console.print)
    from deploy.local.secured import SecuredStack  # noqa: PLC0415  # makes certificates: needs more

    return SecuredStack(tell=console.print)


@app.command()
def demo(
    most: Annotated[
        int | None, typer.Option(help="Play only so many returns, and so many by rules.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the tally as JSON.")] = False,
    keep: Annotated[
        bool, typer.Option("--keep", help="Leave the system running until Ctrl-C, to ask it more.")
    ] = False,
) -> None:
    """Play real returns through the whole system, check the result, and stop it again."""
    begun = float(os.environ.get(STARTED) or time.time())
    console = Console(highlight=False, stderr=as_json)
    with _explained(), Stack(tell=console.print) as stack:
        with _bars(console) as bars:
            shown = ending.run(run.demo(stack, most=most, progress=bars))
        tried = ending.run(trials.trials(stack, shown.frontend, shown.by_rules, shown.kept.folder))
        if keep:
            _report(console, shown, tried, begun, as_json=as_json)
            report.show_how_to_ask(console, stack, tried)
            up.wait(stack)
    _report(console, shown, tried, begun, as_json=as_json)


def _report(
    console: Console, shown: run.Shown, tried: trials.Trials, begun: float, *, as_json: bool
) -> None:
    """Everything the demo says at its end. Exit code 1 where the two counts differ."""
    first = shown.first_label_at.timestamp() - begun
    wrong = report.differences(shown.expected, shown.played.tally)
    report.show_gate(console, shown.played)
    report.show_stories(console, shown, tried)
    report.show_reasons(console, shown.played)
    report.show_carriers(console, shown)
    report.show_tally(console, shown.expected, shown.played.tally)
    console.print(f"documents and letters: {shown.kept.folder}")
    console.print(f"why: {tried.explained}   what if: {tried.compared}")
    console.print(f"from command to first label: {first:.1f} s; in all {time.time() - begun:.1f} s")
    if as_json:
        print(json.dumps({**vars(shown.played.tally), "first_label_seconds": first}))
    if wrong:
        for sentence in wrong:
            errors.print(f"tally-differs: {sentence}")
        raise typer.Exit(1)
    console.print("The tally equals the independent count.")


@app.command()
def topics(
    kafka: Annotated[str, typer.Option(help="Bootstrap servers.")],
    partitions: Annotated[int, typer.Option()] = ops_topics.PARTITIONS,
    replicas: Annotated[int, typer.Option()] = 1,
    alter: Annotated[
        bool, typer.Option(help="Set those that differ as the contracts say.")
    ] = False,
) -> None:
    """Create every topic of the contracts that is missing, and name what differs on the others."""
    with _explained():
        reached = cli_reach.kafka(kafka)
        created = asyncio.run(ops_topics.create(reached, partitions, replicas))
        differ = asyncio.run((drift.mend if alter else drift.drifts)(reached))
    said = {"created": created, "altered" if alter else "differ": [str(one) for one in differ]}
    print(json.dumps(said))
    if differ and not alter:
        errors.print("topics-differ: `retour topics --alter` sets them as the contracts say")


class _Bars:
    """A bar for each kind of work, drawn when it is first heard of."""

    def __init__(self, bars: Progress) -> None:
        self._bars = bars
        self._tasks: dict[str, TaskID] = {}

    def __call__(self, what: str, done: int, of: int) -> None:
        if what not in self._tasks:
            self._tasks[what] = self._bars.add_task(what, total=of)
        self._bars.update(self._tasks[what], completed=done)


@contextmanager
def _bars(console: Console) -> Iterator[_Bars]:
    columns = (
        TextColumn("{task.description:20}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console) as bars:
        yield _Bars(bars)
