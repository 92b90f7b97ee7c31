"""Returns that need a person: what waits, and what is decided about it. Told on Kafka, always."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer
from pydantic import TypeAdapter, ValidationError

from contracts.rules import (
    ApproveReturn,
    CancelReturn,
    RefundDue,
    RefuseReturn,
    ReleaseRefund,
    ReturnApproved,
    ReturnRejected,
    ReturnUnchanged,
)
from contracts.shape import Code, Money, Text
from contracts.topics import BY_MODEL
from deploy import cli_archive, cli_reach
from deploy.cli_archive import AsJson, Mongo, Return, return_id
from deploy.cli_explained import explained, who
from deploy.local import ending
from deploy.ops.dead_letters.refused import Refused
from deploy.ops.dead_letters.shown import age, table
from deploy.ops.returns import ordering
from deploy.ops.returns.ordering import Answer, Order
from deploy.settings_file import amounts

if TYPE_CHECKING:
    from services.rules.app import Returned

app = typer.Typer(no_args_is_help=True, help=__doc__)

Kafka = Annotated[str, typer.Option(envvar="RETOUR_KAFKA", help="Bootstrap servers.")]
Portal = Annotated[
    str | None, typer.Option(help="The return's portal. Without, it is read from rules' database.")
]
MaybeMongo = Annotated[
    str | None, typer.Option(envvar="RETOUR_MONGO", help="Connection string, to look it up.")
]
By = Annotated[str | None, typer.Option(help="Who you are. Default: your login.")]
Patience = Annotated[float, typer.Option(help="Seconds that rules may take to answer.")]

_CODE: TypeAdapter[str] = TypeAdapter(Code)
_TEXT: TypeAdapter[str] = TypeAdapter(Text)


@app.command()
def waiting(
    mongo: Mongo,
    portal: Annotated[str | None, typer.Option(help="Only those of this portal.")] = None,
    as_json: AsJson = False,
) -> None:
    """List the returns that wait for a person, the oldest first."""

    async def found() -> list[Returned]:
        return [held async for held in archive.waiting(portal)]

    with cli_archive.archive(mongo) as archive:
        held = ending.run(found())
    now = datetime.now(UTC)
    if as_json:
        typer.echo(json.dumps([_summary(one) for one in held]))
        return
    head = ("return", "portal", "asked", "expires", "items", "way back", "worth", "price", "rules")
    for line in table(head, (_row(one, now) for one in held)):
        typer.echo(line)


@app.command()
def approve(
    wanted: Return,
    kafka: Kafka,
    mongo: MaybeMongo = None,
    portal: Portal = None,
    by: By = None,
    patience: Patience = ordering.PATIENCE_SECONDS,
    as_json: AsJson = False,
) -> None:
    """Say yes to a waiting return. Exit code 1: it was not waiting."""
    with explained():
        about = _about(wanted, portal, mongo)
        order = ApproveReturn(**about, by=cli_archive.name(who(by), "not-a-name"))
        _order(kafka, order, patience, as_json=as_json)


@app.command()
def refuse(
    wanted: Return,
    kafka: Kafka,
    because: Annotated[
        str | None, typer.Option(help="What the customer is told. Names nobody.")
    ] = None,
    mongo: MaybeMongo = None,
    portal: Portal = None,
    by: By = None,
    patience: Patience = ordering.PATIENCE_SECONDS,
    as_json: AsJson = False,
) -> None:
    """Say no to a waiting return. Exit code 1: it was not waiting."""
    with explained():
        about, said = _about(wanted, portal, mongo), _text(because)
        name = cli_archive.name(who(by), "not-a-name")
        order = RefuseReturn(**about, by=name, because=said)
        _order(kafka, order, patience, as_json=as_json)


@app.command()
def cancel(
    wanted: Return,
    kafka: Kafka,
    mongo: MaybeMongo = None,
    portal: Portal = None,
    by: Annotated[str, typer.Option(help="For whom: one word, such as customer.")] = "merchant",
    patience: Patience = ordering.PATIENCE_SECONDS,
    as_json: AsJson = False,
) -> None:
    """Call a return off. Exit code 1: too late, or it was over already."""
    with explained():
        about = _about(wanted, portal, mongo)
        _order(kafka, CancelReturn(**about, by=_word(by)), patience, as_json=as_json)


@app.command()
def refund(
    wanted: Return,
    kafka: Kafka,
    amount: Annotated[
        str | None, typer.Option(help="Less than was approved, such as 12.95 GBP.")
    ] = None,
    mongo: MaybeMongo = None,
    portal: Portal = None,
    by: By = None,
    patience: Patience = ordering.PATIENCE_SECONDS,
    as_json: AsJson = False,
) -> None:
    """Make the refund due now, whatever the portal waits for. Exit code 1: it cannot be, or was."""
    with explained():
        about, less = _about(wanted, portal, mongo), _money(amount)
        name = cli_archive.name(who(by), "not-a-name")
        order = ReleaseRefund(**about, by=name, amount=less)
        _order(kafka, order, patience, as_json=as_json)


def _about(wanted: str, portal: str | None, mongo: str | None) -> dict[str, str]:
    """Which return, of which portal.

    Raises:
        Refused: `not-a-return`, `portal-unnamed`, `return-unknown`.
    """
    named = return_id(wanted)
    if portal is not None:
        return {"return_id": named, "portal_id": cli_archive.name(portal, "not-a-portal")}
    if mongo is None:
        raise Refused("portal-unnamed", "of which portal? --portal, or --mongo to look it up")
    with cli_archive.archive(mongo) as archive:
        found = ending.run(archive.portal_of(named))
    if found is None:
        raise cli_archive.unknown(named)
    return {"return_id": named, "portal_id": found}


def _order(kafka: str, order: Order, patience: float, *, as_json: bool) -> None:
    answer = ending.run(
        ordering.ordered(cli_reach.kafka(kafka), order, patience, lambda: datetime.now(UTC))
    )
    if as_json:
        topic = BY_MODEL[type(answer)].name
        typer.echo(json.dumps({"answer": topic, "message": json.loads(answer.body())}))
    else:
        typer.echo(f"{answer.return_id}: {_said(answer)}")
    if isinstance(answer, ReturnUnchanged):
        raise typer.Exit(1)


def _said(answer: Answer) -> str:
    from services.rules.app import wording  # noqa: PLC0415  # brings the whole service along

    match answer:
        case ReturnApproved():
            price = wording.money(answer.price)
            until = f"{answer.send_back_by:%Y-%m-%d}"
            way = f"{answer.return_method} for {price}, to be sent by {until}"
            return f"approved by {answer.approved_by}: {way}"
        case ReturnRejected():
            because = f": {answer.because}" if answer.because else ""
            return f"refused by {answer.refused_by}{because}"
        case RefundDue():
            return f"refund due: {wording.money(answer.amount)} as {answer.refund_method}"
        case ReturnUnchanged():
            return f"unchanged: {answer.because}"
    return f"cancelled, by {answer.by}"


def _summary(held: Returned) -> dict[str, Any]:
    granted, expires = held.granted, held.expires_at
    rules = () if granted is None else (rule for item in granted.items for rule in item.rules)
    return {
        "return_id": held.return_id,
        "portal_id": held.request.portal_id,
        "shipment_id": held.request.shipment_id,
        "decided_at": held.decided_at.isoformat(),
        "expires_at": None if expires is None else expires.isoformat(),
        "items": sum(item.quantity for item in held.request.items),
        "refund_method": held.request.refund_method,
        "return_method": held.request.return_method,
        "value": None if granted is None else granted.value.model_dump(),
        "price": None if granted is None else granted.price.model_dump(),
        "rules": list(dict.fromkeys(rules)),
    }


def _row(held: Returned, now: datetime) -> list[str]:
    from services.rules.app import wording  # noqa: PLC0415  # brings the whole service along

    one, granted, expires = _summary(held), held.granted, held.expires_at
    return [
        held.return_id,
        held.request.portal_id,
        f"{age(now - held.decided_at)} ago",
        "-" if expires is None else f"in {age(expires - now)}",
        str(one["items"]),
        held.request.return_method,
        "-" if granted is None else wording.money(granted.value),
        "-" if granted is None else wording.money(granted.price),
        ", ".join(one["rules"]) or "-",
    ]


def _money(amount: str | None) -> Money | None:
    if amount is None:
        return None
    found = amounts.money(amount)
    if found is None or int(found["minor"]) < 0:
        raise Refused("not-an-amount", f"{amount[:80]!r}: write 12.95 GBP")
    return Money.model_validate(found)


def _word(by: str) -> str:
    try:
        return _CODE.validate_python(by)
    except ValidationError:
        raise Refused(
            "not-a-word", f"{by[:80]!r}: one word, such as customer or merchant"
        ) from None


def _text(because: str | None) -> str | None:
    try:
        return None if because is None else _TEXT.validate_python(because)
    except ValidationError:
        raise Refused("not-a-text", "at most 200 characters, all of them printable") from None
