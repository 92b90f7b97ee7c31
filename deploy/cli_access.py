"""Who may do what on Kafka and MongoDB: shown, and made so."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from pathlib import Path
from typing import Annotated, Literal

import typer
from pydantic import SecretStr

from deploy import cli_reach
from deploy.cli_explained import explained, fail
from deploy.local import ending
from deploy.ops import access, acls, users
from deploy.ops.access import Right
from deploy.ops.dead_letters.shown import table

app = typer.Typer(no_args_is_help=True, help=__doc__)

Form = Literal["table", "json", "kafka-acls", "mongosh"]


@app.command()
def show(form: Annotated[Form, typer.Option("--as", help="In which form.")] = "table") -> None:
    """Show every right that anybody has. Whoever is not named may do nothing."""
    rights = list(access.rights())
    if form == "json":
        _lines([json.dumps([right._asdict() for right in rights])])
    elif form == "kafka-acls":
        _lines(acls.commands(rights))
    elif form == "mongosh":
        _lines(users.commands())
    else:
        _lines(table(("principal", "may", "what", "named"), map(_row, rights)))


@app.command()
def apply(
    kafka: Annotated[str, typer.Option(envvar="RETOUR_KAFKA", help="Bootstrap servers.")],
    mongo: Annotated[
        str | None, typer.Option(help="Also the users of this database; its connection string.")
    ] = None,
    passwords: Annotated[
        Path | None,
        typer.Option(
            exists=True,
            file_okay=False,
            help="A folder of files kafka-<principal> and mongo-<service>: set these passwords.",
        ),
    ] = None,
    yes: Annotated[
        bool, typer.Option("--yes", help="Do it. Without, it is only said what would be.")
    ] = False,
) -> None:
    """Make the access control lists, and users with passwords, what the table says.

    You log in as one who may: RETOUR_KAFKA_SECURITY, _USER, _PASSWORD_FILE and _CA_FILE, and the
    same for RETOUR_MONGO. Rights of principals that the table does not name are left alone.
    """
    reached, wanted = cli_reach.kafka(kafka), set(access.rights())
    of_kafka = _found(passwords, "kafka", access.PRINCIPALS)
    of_mongo = _found(passwords, "mongo", [role.service for role in access.mongo_roles()])
    where = None if mongo is None else cli_reach.mongo(mongo)
    with explained():
        given, taken = ending.run(acls.differences(reached, wanted))
        if yes:
            ending.run(acls.apply(reached, wanted))
            ending.run(acls.give_passwords(reached, of_kafka))
            if where is not None:
                ending.run(users.apply(where, of_mongo))
    _lines(
        f"{'given' if yes else 'would be given'}: {' '.join(_row(one))}" for one in sorted(given)
    )
    _lines(
        f"{'taken' if yes else 'would be taken'}: {' '.join(_row(one))}" for one in sorted(taken)
    )
    said = {"given": len(given), "taken": len(taken), "passwords": len(of_kafka) + len(of_mongo)}
    typer.echo(json.dumps({"done": yes, **said}))
    if not yes:
        typer.echo("nothing was done: --yes does it", err=True)


def _found(folder: Path | None, of: str, names: Collection[str]) -> dict[str, SecretStr]:
    found = {}
    for name in names:
        path = folder / f"{of}-{name}" if folder else None
        if path is None or not path.exists():
            continue
        try:
            secret = path.read_text(encoding="utf-8").rstrip("\r\n")
        except (OSError, UnicodeDecodeError):
            secret = ""
        if not secret:
            fail("secret-unreadable", f"{path.name} holds no password that can be read", 2)
        found[name] = SecretStr(secret)
    return found


def _row(right: Right) -> list[str]:
    named = f"{right.name}*" if right.prefixed else right.name
    return [right.principal, right.operation, right.resource, named]


def _lines(lines: Iterable[str]) -> None:
    for line in lines:
        typer.echo(line)
