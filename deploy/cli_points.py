"""Service points and the middles of postal codes: imported, and looked at."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer
from pydantic import ValidationError
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn

from contracts.labels import FindServicePoints, ServicePointsProposed
from deploy import cli_reach
from deploy.cli_archive import mongo_explained
from deploy.cli_explained import explained
from deploy.local import ending
from deploy.ops.dead_letters.refused import Refused

if TYPE_CHECKING:
    from deploy.ops.points.importing import Imported
    from deploy.ops.points.rows import Advance

app = typer.Typer(no_args_is_help=True, help=__doc__)

MOST_SAID: Final = 50
NOBODY: Final = "00000000-0000-0000-0000-000000000000"
"""The lookup of an operator, who looks nothing up."""

Mongo = Annotated[
    str,
    typer.Option(envvar="RETOUR_MONGO", help="Connection string. You log in as labels."),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


class Kind(StrEnum):
    """What a file is about."""

    POINTS = "points"
    PLACES = "places"


@app.callback()
def group() -> None:
    """Service points and the middles of postal codes: imported, and looked at."""


@app.command("import")
def import_file(
    file: Annotated[Path, typer.Argument(help="CSV or GeoJSON: deploy/demo/points shows how.")],
    mongo: Mongo,
    kind: Annotated[Kind, typer.Option(help="Points, or the middles of postal codes.")] = (
        Kind.POINTS
    ),
    carrier: Annotated[
        str | None, typer.Option(help="Whose points these are, where no column says so.")
    ] = None,
    full: Annotated[
        bool, typer.Option("--full", help="The file is all there is: close what it leaves out.")
    ] = False,
    force: Annotated[
        bool, typer.Option("--force", help="With --full: even if that closes more than half.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Import points or places from a file. What is there already is replaced; again is the same.

    A row that cannot be used is left out and named by its line. Exit code 1 if there is one, or
    if --full closed nothing.
    """
    from deploy.ops.points import importing  # noqa: PLC0415  # brings the whole service along
    from deploy.ops.points.rows import rows  # noqa: PLC0415
    from services.labels import app as labels  # noqa: PLC0415

    if kind is Kind.PLACES and (carrier or full):
        raise typer.BadParameter("places are nobody's: no --carrier, no --full")

    async def work(advance: Advance) -> Imported:
        async with labels.atlas(cli_reach.mongo(mongo)) as atlas:
            if kind is Kind.PLACES:
                return await importing.places(atlas, rows(file, advance))
            now = datetime.now(UTC)
            return await importing.points(
                atlas, rows(file, advance), now, carrier=carrier, full=full, force=force
            )

    with explained(), mongo_explained(), _bar(file, quiet=as_json) as advance:
        done = ending.run(work(advance))
    if as_json:
        typer.echo(json.dumps(asdict(done)))
    else:
        _say(file, done)
    if done.faulty or done.not_closed:
        raise typer.Exit(1)


@app.command()
def near(
    mongo: Mongo,
    country: Annotated[str, typer.Option(help="ISO 3166-1: FR.")],
    postal_code: Annotated[str, typer.Option(help="As customers write it.")],
    carrier: Annotated[str | None, typer.Option(help="Default: every carrier there is.")] = None,
    method: Annotated[
        str | None, typer.Option(help="What shall be done there, such as drop_off_labelless.")
    ] = None,
    limit: Annotated[int, typer.Option(help="How many, 50 at most.")] = 10,
    as_json: AsJson = False,
) -> None:
    """Show which points of our collection would be proposed near a postal code.

    Carriers that have a list of their own are asked for it by labels, and not by this command.
    """
    from services.labels import app as labels  # noqa: PLC0415  # brings the whole service along

    with explained(), mongo_explained():
        asked = _asked(country, postal_code, carrier, method, limit)

        async def work() -> ServicePointsProposed:
            async with labels.atlas(cli_reach.mongo(mongo)) as atlas:
                return await atlas.proposed(asked, datetime.now(UTC).date())

        found = ending.run(work())
    if as_json:
        said = json.loads(found.body())
        typer.echo(json.dumps({k: v for k, v in said.items() if k not in _OF_NOBODY}))
        return
    for line in _lines(found):
        typer.echo(line)


_OF_NOBODY: Final = ("lookup_id", "portal_id")


def _asked(
    country: str, postal_code: str, carrier: str | None, method: str | None, limit: int
) -> FindServicePoints:
    try:
        return FindServicePoints(
            lookup_id=NOBODY,
            portal_id="operator",
            country=country.upper(),
            postal_code=postal_code,
            carrier=carrier,
            return_method=method,
            limit=limit,
        )
    except ValidationError as fault:
        wrong = ", ".join(str(error["loc"][0]) for error in fault.errors())
        raise Refused("not-a-question", f"this cannot be asked: {wrong}") from None


def _lines(found: ServicePointsProposed) -> Iterator[str]:
    about = "about " if found.approximate else ""
    for number, point in enumerate(found.points, 1):
        far = f"{about}{point.distance_metres / 1000:.1f} km"
        where = ", ".join(filter(None, (point.street, f"{point.postal_code} {point.town}")))
        yield f"{number:>2}. {far:>13}  {point.carrier}/{point.point_id}  {point.name}, {where}"
        can = " ".join(point.abilities)
        open_at = "; ".join(f"{d} {h or 'closed'}" for d, h in point.opening_hours.items())
        yield f"{'':>19}{can}; {open_at or 'opening hours unknown'}"
    if not found.points:
        yield f"none: {found.why_not}"


def _say(file: Path, done: Imported) -> None:
    for one in done.faults[:MOST_SAID]:
        typer.echo(f"{file}:{one.line}: {one.code} {one.field}: {one.sentence}", err=True)
    if len(done.faults) > MOST_SAID:
        typer.echo(f"and {len(done.faults) - MOST_SAID} more", err=True)
    typer.echo(f"{done.rows} rows, {done.kept} {done.kind} kept, {done.faulty} rows left out")
    for carrier, closed in done.closed.items():
        typer.echo(f"{carrier}: {closed} points that are not in the file were closed")
    for carrier, because in done.not_closed.items():
        typer.echo(f"{carrier}: nothing was closed ({because})", err=True)


@contextmanager
def _bar(file: Path, *, quiet: bool) -> Iterator[Any]:
    """How much of the file was read so far, on the terminal."""
    console = Console(stderr=True)
    columns = (TextColumn(file.name), BarColumn(), DownloadColumn())
    hidden = quiet or not console.is_terminal
    with Progress(*columns, console=console, transient=True, disable=hidden) as shown:
        task = shown.add_task("", total=file.stat().st_size if file.is_file() else None)
        yield lambda done: shown.update(task, completed=done)
