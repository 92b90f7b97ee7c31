"""`retour explain`: why a return came out as it did."""

from __future__ import annotations

import json

import typer

from deploy import cli_archive
from deploy.cli_archive import AsJson, Capabilities, Mongo, Return, return_id
from deploy.cli_explained import explained
from deploy.local import ending


def explain(
    wanted: Return, mongo: Mongo, capabilities: Capabilities = None, as_json: AsJson = False
) -> None:
    """Say why a return was approved or refused: rules, facts, price, way back, and its history."""
    with explained():
        named = return_id(wanted)
        with cli_archive.archive(mongo, capabilities) as archive:
            found = ending.run(archive.explanation(named))
        if found is None:
            raise cli_archive.unknown(named)
    from deploy.ops.returns import explaining  # noqa: PLC0415  # brings the whole service along
    from deploy.ops.returns.plain import plain  # noqa: PLC0415

    if as_json:
        typer.echo(json.dumps(plain(found)))
        return
    for line in explaining.lines(found):
        typer.echo(line)
