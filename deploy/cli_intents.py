"""What services mean to do outside: labels, letters, and those that wait for a person."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Annotated, Any, Final

import typer
from pymongo.errors import PyMongoError

from contracts.topics import SERVICES
from deploy import cli_reach
from deploy.cli_explained import explained, fail, who
from deploy.local import ending
from deploy.ops.dead_letters.refused import Refused
from deploy.ops.dead_letters.shown import table
from deploy.ops.intents import listing, resolving
from deploy.ops.intents.listing import Found, Wanted
from deploy.ops.intents.resolving import Resolved, checked
from services._runtime.intents import State
from services._runtime.mongo import MongoAccess
from services.labels.app import Verdict

app = typer.Typer(no_args_is_help=True, help=__doc__)

Mongo = Annotated[str, typer.Option(envvar="RETOUR_MONGO", help="Connection string.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Services = Annotated[list[str] | None, typer.Option("--service", help="Of whom; repeatable.")]
States = Annotated[
    list[State] | None,
    typer.Option("--state", help="How far; repeatable. Default: unknown, overdue and stuck."),
]
Codes = Annotated[list[str] | None, typer.Option("--code", help="Why; repeatable.")]
Kinds = Annotated[list[str] | None, typer.Option("--kind", help="What; repeatable.")]
Id = Annotated[str, typer.Argument(help="As in list: issue_label:<return>:1.")]

_UNITS: Final = {"s": 1, "m": 60, "h": 3600, "d": 86400}
COLUMNS: Final = ("service", "id", "why", "code", "age", "attempts", "fence")


@app.command("list")
def list_(
    mongo: Mongo,
    service: Services = None,
    state: States = None,
    code: Codes = None,
    kind: Kinds = None,
    key: Annotated[str, typer.Option(help="Its business key begins so: a return's id.")] = "",
    older: Annotated[str, typer.Option(help="Planned so long ago, or longer: 90m, 7d.")] = "0s",
    limit: Annotated[int, typer.Option(min=1, help="At most so many, the oldest.")] = 50,
    as_json: AsJson = False,
) -> None:
    """List intents, the oldest first: by default those that somebody should look at."""
    with explained(), _mongo_explained():
        wanted = Wanted(_known(service), state or (), code or (), kind or (), key, _long(older))
        found = ending.run(_listed(cli_reach.mongo(mongo), wanted, limit))
    if as_json:
        _print(found)
    else:
        rows = ([str(_shown(one, name)) for name in COLUMNS] for one in found)
        _lines(table(COLUMNS, rows))


@app.command()
def show(mongo: Mongo, intent: Id, service: Services = None, as_json: AsJson = False) -> None:
    """Show one intent. What was ordered is not shown: it may be about a person."""
    with explained(), _mongo_explained():
        found = ending.run(_one(cli_reach.mongo(mongo), intent, _known(service)))
    if as_json:
        _print(found)
    else:
        _lines(f"{name}: {value}" for name, value in found.items())


@app.command()
def resolve(
    mongo: Mongo,
    intent: Id,
    because: Annotated[str, typer.Option(help="How you know, for the audit. No names.")],
    bought: Annotated[
        str | None, typer.Option(help="It was bought: its tracking number, as the carrier says.")
    ] = None,
    not_bought: Annotated[
        bool, typer.Option("--not-bought", help="It was not: one new purchase is allowed.")
    ] = False,
    fence: Annotated[
        int | None, typer.Option(help="As in list: refused if it has moved on since.")
    ] = None,
    by: Annotated[
        str | None, typer.Option(help="Who you are, for the audit. Default: your login.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Decide about a label order in doubt, after asking its carrier. The service goes on by it."""
    with explained(), _mongo_explained():
        if not_bought == (bought is not None):
            raise Refused("say-which", "say either --bought NUMBER or --not-bought")
        verdict = checked(Verdict(bought, who(by), because))
        done: Resolved = ending.run(
            resolving.resolve(cli_reach.mongo(mongo), intent, fence, verdict)
        )
    if as_json:
        _print(vars(done))
    else:
        typer.echo(f"{done.intent}: {done.state}, and kept in the audit")


async def _listed(access: MongoAccess, wanted: Wanted, most: int) -> list[dict[str, Any]]:
    async with listing.opened(access, wanted.services) as client:
        now = await listing.now_at(client)
        return [one.summary(now) for one in await listing.listed(client, wanted, most)]


async def _one(access: MongoAccess, intent: str, services: list[str]) -> dict[str, Any]:
    async with listing.opened(access, services) as client:
        found: Found = await listing.one(client, intent, services)
        return found.summary(await listing.now_at(client))


@contextmanager
def _mongo_explained() -> Iterator[None]:
    """What MongoDB complains of is one line with a code."""
    try:
        yield
    except PyMongoError as fault:
        fail("mongo-failed", str(fault).partition(",")[0] or type(fault).__name__, 1)


def _known(services: list[str] | None) -> list[str]:
    for one in services or ():
        if one not in SERVICES:
            raise Refused("service-unknown", f"{one} is none of {', '.join(SERVICES)}")
    return services or []


def _long(said: str) -> timedelta:
    found = re.fullmatch(r"([0-9]{1,6})([smhd])", said)
    if found is None:
        raise Refused("not-a-time", "say it as 90m, 12h or 7d")
    return timedelta(seconds=int(found[1]) * _UNITS[found[2]])


def _shown(one: dict[str, Any], name: str) -> object:
    if name == "age":
        return str(timedelta(seconds=one["age_seconds"]))
    return one.get(name) or "-" if name == "code" else one[name]


def _lines(lines: Iterable[str]) -> None:
    for line in lines:
        typer.echo(line)


def _print(said: object) -> None:
    typer.echo(json.dumps(said, default=str))
