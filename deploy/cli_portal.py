"""A portal's settings, from a file: checked, and told."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from contracts.rules import Finding, PortalRefused
from contracts.shop import PortalConfigured
from deploy import cli_reach
from deploy.cli_explained import explained, fail
from deploy.local import ending
from deploy.ops import portals
from deploy.settings_file.checking import Checked, Remark, checked

app = typer.Typer(no_args_is_help=True, help=__doc__)

CAPABILITIES = "RETOUR_CAPABILITIES_FILE"
File = Annotated[Path, typer.Argument(help="Settings as YAML: deploy/examples/portals shows how.")]
Capabilities = Annotated[
    Path | None,
    typer.Option(envvar=CAPABILITIES, help="Facts about carriers besides those shipped (CSV)."),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.command()
def check(
    file: File,
    capabilities: Capabilities = None,
    on: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Judge for that day, not today.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Name everything that is wrong with settings, or unwise, by line and field. Needs no Kafka.

    Exit code 1: they would not open the portal.
    """
    day = datetime.now(UTC).date() if on is None else on.date()
    found = read(file, capabilities, day)
    if as_json:
        typer.echo(json.dumps(_summary(file, found)))
    else:
        _say(lines(file, found.remarks))
        typer.echo(_counted(found.remarks), err=True)
    if found.blocking:
        raise typer.Exit(1)


@app.command()
def apply(
    file: File,
    kafka: Annotated[str, typer.Option(envvar="RETOUR_KAFKA", help="Bootstrap servers.")],
    capabilities: Capabilities = None,
    patience: Annotated[
        float, typer.Option(help="Seconds that rules may take to answer.")
    ] = portals.PATIENCE_SECONDS,
    as_json: AsJson = False,
) -> None:
    """Check settings, tell them, and wait until the portal is opened or refused.

    What would not open the portal is not told, unless the file says `open: false`. Without a
    `version` they become the next one; the same settings once more change nothing. You log in as
    `back-office`.
    """
    found = read(file, capabilities, datetime.now(UTC).date())
    stops = found.settings is None or (found.blocking and not found.closed_on_purpose)
    if not as_json:
        _say(lines(file, found.remarks))
    if found.settings is None or stops:
        if as_json:
            typer.echo(json.dumps({**_summary(file, found), "told": False}))
        fail("not-told", f"{file.name}: {_counted(found.remarks)}", 1)
        return
    with explained():
        done = ending.run(
            portals.apply(
                cli_reach.kafka(kafka),
                found.settings,
                versioned=found.versioned,
                patience=patience,
                now=lambda: datetime.now(UTC),
            )
        )
    if as_json:
        typer.echo(json.dumps({**_summary(file, found), **_outcome(done)}))
    else:
        _say(_verdict(found.settings, done))
    if isinstance(done.verdict, PortalRefused) and not found.closed_on_purpose:
        raise typer.Exit(1)


def read(file: Path, capabilities: Path | None, on: date) -> Checked:
    """What the file says, and everything there is to say against it."""
    from services.rules import app as rules  # noqa: PLC0415  # brings the whole service along

    try:
        body = file.read_bytes()
    except OSError as fault:
        fail("file-unreadable", f"{file}: {(fault.strerror or 'unreadable').lower()}", 2)
    registry = rules.known_of_carriers(capabilities)

    def gate(settings: PortalConfigured) -> Sequence[Finding]:
        return rules.inspected(settings, registry, on)

    return checked(body, gate)


def lines(file: Path, remarks: Iterable[Remark]) -> Iterable[str]:
    """The remarks, as compilers write theirs."""
    for one in remarks:
        where = f"{file}:{one.line}:{one.column}"
        field = one.field or "(file)"
        yield f"{where}: {one.severity} {one.code} {field}: {one.sentence}"


def _counted(remarks: Sequence[Remark]) -> str:
    blocking = sum(one.severity == "blocking" for one in remarks)
    warnings = len(remarks) - blocking
    if not remarks:
        return "nothing to say against it"
    return f"{blocking} blocking, {warnings} {'warning' if warnings == 1 else 'warnings'}"


def _summary(file: Path, found: Checked) -> dict[str, Any]:
    return {
        "file": os.fspath(file),
        "portal_id": None if found.settings is None else found.settings.portal_id,
        "opens": not found.blocking,
        "remarks": [asdict(one) for one in found.remarks],
    }


def _outcome(done: portals.Applied) -> dict[str, Any]:
    verdict = done.verdict
    said: Any = None if verdict is None else json.loads(verdict.body())
    return {
        "told": verdict is not None,
        "version": done.version,
        "verdict": None if verdict is None else type(verdict).__name__,
        "said": said,
    }


def _verdict(settings: PortalConfigured, done: portals.Applied) -> Iterable[str]:
    name = f"{settings.portal_id}, version {done.version}"
    if done.verdict is None:
        yield f"{name}: unchanged, nothing was told"
    elif isinstance(done.verdict, PortalRefused):
        yield f"{name}: closed ({', '.join(one.code for one in done.verdict.findings)})"
    else:
        unwise = ", ".join(one.code for one in done.verdict.warnings)
        yield f"{name}: open{f' (warnings: {unwise})' if unwise else ''}"


def _say(lines: Iterable[str]) -> None:
    for line in lines:
        typer.echo(line)
