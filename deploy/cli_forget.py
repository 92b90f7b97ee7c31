"""A customer asks to be forgotten, and an operator sees to it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Annotated, Any, Final

import typer
from pydantic import TypeAdapter, ValidationError
from rich.console import Console
from rich.table import Table

from contracts.shape import Name
from deploy import cli_reach
from deploy.cli_explained import explained, fail, who
from deploy.local import ending
from deploy.ops.dead_letters.refused import Refused
from deploy.ops.erasing import erasure
from deploy.ops.erasing.finding import KINDS, Kind, Present

_WORDS: Final[dict[Kind, str]] = {
    "shipment": "the shipment",
    "requests": "requests for returns",
    "documents": "labels and codes",
    "letters": "dead letters",
    "put_back": "dead letters put back",
}
OUT_OF_REACH: Final = (
    "letters in the customer's own mailbox",
    "what carriers keep of their labels",
    "backups made before: see docs/erasure.md",
)

_NAME: Final[TypeAdapter[str]] = TypeAdapter(Name)


def forget(
    shipment: Annotated[str, typer.Argument(help="The shipment's id, as its shop named it.")],
    kafka: Annotated[str, typer.Option(envvar="RETOUR_KAFKA", help="Bootstrap servers.")],
    yes: Annotated[
        bool, typer.Option("--yes", help="Do it. Without, it is only said what would be.")
    ] = False,
    by: Annotated[
        str | None, typer.Option(help="Who you are, for the audit. Default: your login.")
    ] = None,
    ticket: Annotated[
        str | None, typer.Option(help="Where the wish is filed, for the audit. No names.")
    ] = None,
    patience: Annotated[
        float, typer.Option(help="Seconds that services may take to hear of it.")
    ] = erasure.PATIENCE_SECONDS,
    force: Annotated[
        bool, typer.Option("--force", help="Also if nothing of the shipment is on Kafka.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Have a customer forgotten: by every service, and in everything on Kafka. Cannot be undone.

    Once more is harmless, and finds what was on its way the first time.
    """
    with explained():
        reached = cli_reach.kafka(kafka)
        shipment_id = _named("not-a-shipment", shipment)
        filed = None if ticket is None else _named("not-a-ticket", ticket)
        if not yes:
            found = ending.run(erasure.look(reached, shipment_id, force=force))
            _say(found.present, found.differ, as_json=as_json)
            return
        order = erasure.Order(who(by), filed, patience, force)
        done = ending.run(erasure.forget(reached, shipment_id, order, lambda: datetime.now(UTC)))
        _say(done.present, done.differ, done, as_json=as_json)
        if done.behind:
            fail(
                "services-behind",
                f"{', '.join(done.behind)} did not hear of it within {patience:.0f} s: is it "
                "running? Run this again when it is",
                1,
            )


def _named(code: str, text: str) -> str:
    try:
        return _NAME.validate_python(text)
    except ValidationError:
        raise Refused(code, "letters, digits and . _ : / - make a name, 64 at most") from None


def _say(
    found: Present, differ: tuple[str, ...], done: erasure.Done | None = None, *, as_json: bool
) -> None:
    if as_json:
        typer.echo(json.dumps(_summary(found, differ, done)))
        return
    console = Console(highlight=False, soft_wrap=True)
    console.print(_table(found, done))
    for sentence in _sentences(found, differ, done):
        console.print(sentence)
    if done is None:
        typer.echo("nothing was done: --yes does it", err=True)


def _table(found: Present, done: erasure.Done | None) -> Table:
    table = Table("what", "to erase" if done is None else "erased now", "erased before")
    for kind in KINDS:
        fresh, before = found.count(kind, erased=False), found.count(kind, erased=True)
        if kind == "shipment" and done is not None:
            fresh, before = int(done.recorded), int(not done.recorded)
        table.add_row(_WORDS[kind], str(fresh), str(before))
    return table


def _sentences(found: Present, differ: tuple[str, ...], done: erasure.Done | None) -> Iterator[str]:
    if found.lookups.records:
        yield (
            f"{found.lookups.records} look-ups with its number go by themselves, "
            f"by {found.lookups.gone_by:%Y-%m-%d %H:%M} UTC"
        )
    if done is not None:
        if not done.behind:
            yield "All services have forgotten."
        yield (
            f"On Kafka the bytes are gone by {done.gone_by:%Y-%m-%d}, where something is written "
            "meanwhile: run this once more in a day to be certain."
        )
    if found.misfiled:
        yield (
            f"Misfiled by the shop under {', '.join(sorted(found.misfiled))}: erased once the shop "
            "tells those shipments again"
        )
    if found.others:
        yield f"Perhaps the same customer: {', '.join(sorted(found.others))}"
    yield from (f"later than that: {one} (retour topics --alter)" for one in differ)
    yield f"Out of reach: {'; '.join(OUT_OF_REACH)}."


def _summary(found: Present, differ: tuple[str, ...], done: erasure.Done | None) -> dict[str, Any]:
    gone_by = found.lookups.gone_by
    return {
        "shipment_id": found.shipment_id,
        "done": done is not None,
        "shipment": found.last,
        "erased" if done is not None else "to_erase": {
            kind: found.count(kind, erased=False) for kind in KINDS if kind != "shipment"
        },
        "erased_before": {
            kind: found.count(kind, erased=True) for kind in KINDS if kind != "shipment"
        },
        "lookups": {
            "records": found.lookups.records,
            "gone_by": None if gone_by is None else gone_by.isoformat(),
        },
        "misfiled": sorted(found.misfiled),
        "others": sorted(found.others),
        "gone_by": None if done is None else done.gone_by.isoformat(),
        "services_behind": [] if done is None else list(done.behind),
        "topics_differ": list(differ),
        "out_of_reach": list(OUT_OF_REACH),
    }
