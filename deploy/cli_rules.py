"""A merchant's rules before they are in force."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn

from contracts.shop import PortalConfigured
from deploy import cli_archive, cli_portal
from deploy.cli_archive import AsJson, Capabilities, Mongo
from deploy.cli_explained import explained
from deploy.local import ending
from deploy.ops.dead_letters.choice import moment
from deploy.ops.dead_letters.refused import Refused
from deploy.settings_file.checking import Checked

app = typer.Typer(no_args_is_help=True, help=__doc__)


@app.callback()
def group() -> None:
    """A merchant's rules before they are in force."""


@app.command("dry-run")
def dry_run(
    settings: Annotated[Path, typer.Option(help="The settings to try, as YAML.")],
    mongo: Mongo,
    since: Annotated[
        str, typer.Option("--from", help="Requests decided since: 2026-03-01, or 7d ago.")
    ] = "30d",
    until: Annotated[
        str | None, typer.Option("--to", help="The last day, inclusive; or an instant.")
    ] = None,
    portal: Annotated[
        str | None, typer.Option(help="Whose requests. Default: those of the file's portal.")
    ] = None,
    capabilities: Capabilities = None,
    as_json: AsJson = False,
) -> None:
    """Put recorded requests to other settings and say what would have come out differently.

    Every request is judged at its own time, by what was known of its parcel then, and with the
    price the other settings would have shown. Nothing is told and nothing is written.
    """
    now = datetime.now(UTC)
    with explained():
        begins = _instant(since, now, last=False)
        ends = now if until is None else _instant(until, now, last=True)
        found = cli_portal.read(settings, capabilities, now.date())
        if not as_json:
            for line in cli_portal.lines(settings, found.remarks):
                typer.echo(line)
        tried = _settings(settings, found, portal)
        with (
            cli_archive.archive(mongo, capabilities) as archive,
            _counted(quiet=as_json) as progress,
        ):
            rehearsal = ending.run(archive.rehearsal(tried, begins, ends, progress))
    from deploy.ops.returns import comparing  # noqa: PLC0415  # brings the whole service along

    about = {
        "portal_id": tried.portal_id,
        "from": begins.isoformat(),
        "to": ends.isoformat(),
        "opens": not found.blocking,
    }
    if as_json:
        typer.echo(json.dumps({**about, **comparing.summary(rehearsal)}))
        return
    if found.blocking:
        typer.echo("These settings would keep the portal closed: nothing would be accepted.")
    typer.echo(f"{tried.portal_id}, decided from {begins:%Y-%m-%d %H:%M} to {ends:%Y-%m-%d %H:%M}")
    for line in comparing.lines(rehearsal):
        typer.echo(line)


def _settings(file: Path, found: Checked, portal: str | None) -> PortalConfigured:
    if found.settings is None:
        said = f"{file.name} cannot be read as settings: see `retour portal check`"
        raise Refused("settings-unreadable", said)
    if portal is not None:
        named = cli_archive.name(portal, "not-a-portal")
        return found.settings.model_copy(update={"portal_id": named})
    return found.settings


def _instant(text: str, now: datetime, *, last: bool) -> datetime:
    """The beginning of a day, or its end; or what `moment` reads."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return moment(text, now)
    return datetime.combine(day + timedelta(days=last), time(), tzinfo=UTC)


@contextmanager
def _counted(*, quiet: bool) -> Iterator[Callable[[int], None]]:
    """How many requests were judged so far, on the terminal."""
    console = Console(stderr=True)
    hidden = quiet or not console.is_terminal
    columns = (SpinnerColumn(), TextColumn("{task.completed} requests judged"))
    with Progress(*columns, console=console, transient=True, disable=hidden) as shown:
        task = shown.add_task("")
        yield lambda done: shown.update(task, completed=done)
