"""What services could not handle, and what an operator does about it."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from deploy import cli_reach
from deploy.cli_explained import explained, who
from deploy.local import ending
from deploy.ops.dead_letters import handling, reading, shown
from deploy.ops.dead_letters.choice import Choice, Found, moment
from deploy.ops.dead_letters.letter import Place
from deploy.ops.dead_letters.refused import Refused

app = typer.Typer(no_args_is_help=True, help=__doc__)

Kafka = Annotated[str, typer.Option(envvar="RETOUR_KAFKA", help="Bootstrap servers.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Services = Annotated[list[str] | None, typer.Option("--service", help="Parked by; repeatable.")]
Codes = Annotated[list[str] | None, typer.Option("--code", help="Error code; repeatable.")]
Topics = Annotated[list[str] | None, typer.Option("--topic", help="Original topic; repeatable.")]
Since = Annotated[str | None, typer.Option(help="Parked since: 2026-03-10T09:00:00Z, 90m, 7d.")]
Until = Annotated[str | None, typer.Option(help="Parked before.")]
Limit = Annotated[int | None, typer.Option(min=1, help="At most so many, the oldest.")]
All = Annotated[bool, typer.Option("--all", help="Also what was redriven or discarded.")]
Ids = Annotated[list[str] | None, typer.Argument(help="Letters, as in list: rules/0:3.")]
Yes = Annotated[bool, typer.Option("--yes", help="Do it. Without, it is only said what would be.")]
By = Annotated[str | None, typer.Option(help="Who you are, for the audit. Default: your login.")]


@app.command()
def stats(
    kafka: Kafka,
    service: Services = None,
    code: Codes = None,
    topic: Topics = None,
    since: Since = None,
    until: Until = None,
    everything: All = False,
    as_json: AsJson = False,
) -> None:
    """Count letters by service, code and topic."""
    with explained():
        counted = shown.stats(
            _found(kafka, _choice(service, code, topic, since, until, everything=everything))
        )
    if as_json:
        _print(counted)
        return
    head = ("service", "code", "topic", "count", "oldest", "newest")
    _lines(shown.table(head, ([str(one[name]) for name in head] for one in counted)))


@app.command("list")
def list_(
    kafka: Kafka,
    service: Services = None,
    code: Codes = None,
    topic: Topics = None,
    since: Since = None,
    until: Until = None,
    limit: Limit = 50,
    everything: All = False,
    as_json: AsJson = False,
) -> None:
    """List letters, the oldest first. Shows nothing that is about a person."""
    with explained():
        found = _found(kafka, _choice(service, code, topic, since, until, everything=everything))
    if as_json:
        _print([shown.summary(one) for one in found[:limit]])
        return
    now = datetime.now(UTC)
    _lines(shown.table(shown.COLUMNS, (shown.row(one, now) for one in found[:limit])))
    if more := len(found[limit:]):
        typer.echo(f"and {more} more: --limit", err=True)


@app.command()
def show(
    kafka: Kafka,
    letter: Annotated[str, typer.Argument(help="As in list: rules/0:3.")],
    service: Services = None,
    raw: Annotated[
        bool, typer.Option("--raw", help="Print the bytes, escaped: personal data too.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Show one letter; what is personal, or unknown to the contract, is veiled."""
    with explained():
        choice = _choice(service, ids=[letter], everything=True)
        (one,) = _all_there(_found(kafka, choice), choice)
    if raw and as_json:
        _print(shown.exported(one.letter))
    elif raw:
        _lines(f"{name}: {text}" for name, text in shown.raw(one.letter))
    else:
        _show(shown.whole(one), as_json=as_json)


@app.command()
def redrive(
    kafka: Kafka,
    ids: Ids = None,
    service: Services = None,
    code: Codes = None,
    topic: Topics = None,
    since: Since = None,
    until: Until = None,
    limit: Limit = None,
    everything: All = False,
    yes: Yes = False,
    canary: Annotated[int, typer.Option(min=0, help="Try so many first; stop if one fails.")] = 0,
    rate: Annotated[int, typer.Option(min=1, help="At most so many a second.")] = 100,
    patience: Annotated[float, typer.Option(help="Seconds the canary may take.")] = 60.0,
    force: Annotated[
        bool, typer.Option("--force", help=f"Also after {handling.MOST_REDRIVES} redrives.")
    ] = False,
    by: By = None,
    why: Annotated[str, typer.Option(help="What has changed, for the audit.")] = "",
    as_json: AsJson = False,
) -> None:
    """Put letters back for the service that parked them, and for no other."""
    with explained():
        choice = _narrow(_choice(service, code, topic, since, until, ids, everything=everything))
        found = _all_there(_found(kafka, choice)[:limit], choice)
        left = [] if force else [one for one in found if handling.looping(one.letter)]
        meant = [one for one in found if one not in left]
        if yes and meant:
            order = handling.Order(who(by), why, rate, canary, patience)
            letters = [one.letter for one in meant]
            reached = cli_reach.kafka(kafka)
            ending.run(handling.redrive(reached, letters, order, lambda: datetime.now(UTC)))
    _said("redriven", meant, as_json=as_json, done=yes, looping=[str(o.letter.place) for o in left])
    if left and not as_json:
        typer.echo(
            f"{len(left)} came back {handling.MOST_REDRIVES} times and were left: --force", err=True
        )


@app.command()
def discard(
    kafka: Kafka,
    why: Annotated[str, typer.Option(help="Why nobody needs it, for the audit.")],
    ids: Ids = None,
    service: Services = None,
    code: Codes = None,
    topic: Topics = None,
    since: Since = None,
    until: Until = None,
    limit: Limit = None,
    yes: Yes = False,
    by: By = None,
    as_json: AsJson = False,
) -> None:
    """Hide letters that nobody needs. Their bytes go when their days are over."""
    with explained():
        if not why.strip():
            raise Refused("no-reason", "say why nobody needs them: --why")
        choice = _narrow(_choice(service, code, topic, since, until, ids))
        meant = _all_there(_found(kafka, choice)[:limit], choice)
        if yes and meant:
            letters = [one.letter for one in meant]
            order = handling.Order(who(by), why)
            reached = cli_reach.kafka(kafka)
            ending.run(handling.discard(reached, letters, order, lambda: datetime.now(UTC)))
    _said("discarded", meant, as_json=as_json, done=yes)


@app.command()
def export(
    kafka: Kafka,
    file: Annotated[Path, typer.Argument(help="A new file, for your eyes only.")],
    service: Services = None,
    code: Codes = None,
    topic: Topics = None,
    since: Since = None,
    until: Until = None,
    limit: Limit = None,
    everything: All = False,
    as_json: AsJson = False,
) -> None:
    """Write letters to a file, a line of JSON each, their bytes in base64: personal data too."""
    with explained():
        found = _found(kafka, _choice(service, code, topic, since, until, everything=everything))
        try:
            handle = os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        except FileExistsError:
            raise Refused("file-exists", f"{file} is there already") from None
        except OSError as error:
            raise Refused("no-file", f"{file}: {error.strerror}") from None
        with os.fdopen(handle, "w", encoding="utf-8") as lines:
            for one in found[:limit]:
                lines.write(json.dumps(shown.exported(one.letter)) + "\n")
    _said("exported", found[:limit], as_json=as_json, done=True)


def _choice(
    services: Sequence[str] | None = None,
    codes: Sequence[str] | None = None,
    topics: Sequence[str] | None = None,
    since: str | None = None,
    until: str | None = None,
    ids: Sequence[str] | None = None,
    *,
    everything: bool = False,
) -> Choice:
    now, named = datetime.now(UTC), tuple(services or ())
    return Choice(
        services=named,
        codes=tuple(codes or ()),
        topics=tuple(topics or ()),
        since=moment(since, now) if since else None,
        until=moment(until, now) if until else None,
        places=tuple(Place.of(text, named) for text in ids or ()),
        handled_too=everything,
    )


def _narrow(choice: Choice) -> Choice:
    if not choice.narrows:
        raise Refused("nothing-chosen", "say which: ids, --service, --code, --topic, --since")
    return choice


def _found(kafka: str, choice: Choice) -> list[Found]:
    found: list[Found] = ending.run(reading.found(cli_reach.kafka(kafka), choice))
    return found


def _all_there(found: list[Found], choice: Choice) -> list[Found]:
    if missing := set(choice.places) - {one.letter.place for one in found}:
        raise Refused(
            "no-such-letter",
            f"{', '.join(map(str, sorted(missing)))}: not there, or handled before (--all)",
        )
    return found


def _said(action: str, meant: Sequence[Found], *, as_json: bool, done: bool, **more: Any) -> None:
    ids = [str(one.letter.place) for one in meant]
    if as_json:
        _print({"action": action, "done": done, "letters": ids, **more})
    elif done:
        typer.echo(f"{action}: {len(ids)}")
    else:
        now = datetime.now(UTC)
        _lines(shown.table(shown.COLUMNS, (shown.row(one, now) for one in meant)))
        typer.echo(f"{len(ids)} would be {action}: --yes does it", err=True)


def _show(said: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        _print(said)
        return
    headers, body = said.pop("headers"), said.pop("body")
    _lines(f"{name}: {'-' if value is None else value}" for name, value in said.items())
    _lines(f"header {name}: {'<null>' if value is None else value}" for name, value in headers)
    typer.echo(body if isinstance(body, str) else json.dumps(body, ensure_ascii=False, indent=2))


def _print(said: Any) -> None:
    typer.echo(json.dumps(said, ensure_ascii=False))


def _lines(lines: Iterator[str] | Sequence[str]) -> None:
    for line in lines:
        typer.echo(line)
