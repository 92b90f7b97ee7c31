"""How commands read what rules decided: its database, what carriers can do, faults in one line."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer
from pydantic import TypeAdapter, ValidationError
from pymongo.errors import PyMongoError

from contracts.shape import Name, RandomId
from deploy import cli_reach
from deploy.cli_explained import explained, fail
from deploy.ops.dead_letters.refused import Refused
from services._runtime.mongo import why_not

if TYPE_CHECKING:
    from services.rules.app import ArchiveMongo

Mongo = Annotated[
    str,
    typer.Option(
        envvar="RETOUR_MONGO", help="Connection string. You log in as rules, which may read it."
    ),
]
Capabilities = Annotated[
    Path | None,
    typer.Option(
        envvar="RETOUR_CAPABILITIES_FILE",
        help="Facts about carriers besides those shipped (CSV): the file rules was given.",
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Return = Annotated[str, typer.Argument(help="The return's id.", metavar="RETURN_ID")]

_RETURN_ID: Final[TypeAdapter[str]] = TypeAdapter(RandomId)
_NAME: Final[TypeAdapter[str]] = TypeAdapter(Name)


@contextmanager
def archive(mongo: str, capabilities: Path | None = None) -> Iterator[ArchiveMongo]:
    """Rules' database, open for reading. What keeps the command from it is one line with a code."""
    from services.rules import app as rules  # noqa: PLC0415  # brings the whole service along

    with explained(), mongo_explained():
        opened = rules.archive(cli_reach.mongo(mongo), capabilities)
        try:
            yield opened
        finally:
            opened.close()


@contextmanager
def mongo_explained() -> Iterator[None]:
    """A database that cannot be reached is one line with a code."""
    try:
        yield
    except PyMongoError as fault:
        fail(why_not(fault).replace("_", "-"), "MongoDB did not answer: see --mongo", 1)


def return_id(text: str) -> str:
    """The id of a return, as it was drawn.

    Raises:
        Refused: `not-a-return`.
    """
    try:
        return _RETURN_ID.validate_python(text.strip().lower())
    except ValidationError:
        raise Refused("not-a-return", f"{text[:80]!r} is no UUID") from None


def name(text: str, code: str) -> str:
    """A name as contracts want it.

    Raises:
        Refused: `code`.
    """
    try:
        return _NAME.validate_python(text)
    except ValidationError:
        raise Refused(code, "letters, digits and . _ : / - make a name, 64 at most") from None


def unknown(wanted: str) -> Refused:
    """No such return."""
    return Refused("return-unknown", f"rules never decided about {wanted}")
