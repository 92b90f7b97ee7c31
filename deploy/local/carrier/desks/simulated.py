"""A carrier in a language of our own, for everything that needs no real carrier's words.

    POST /labels               201 with a new label, 200 with the one sold before, or 422
    GET  /labels?reference=…   200 with the label, 404 `label_absent`
    GET  /scans?numbers=A,B    200 with every scan of these parcels, 10 at most
    POST /scans                201: these scans have happened; the desk of a depot, not a customer's

It keeps the promise that labels relies on: **under one reference one label is sold**, however often
and with whatever else it is asked.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import partial
from http import HTTPStatus
from typing import Annotated, Any

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from deploy.local.carrier.desk import Asked, Desk, Reply, Task
from deploy.local.carrier.sales import Label, Ledger, drawn_digits

VALID_DAYS = 60
MOST_NUMBERS = 10
COSTS = {"drop_off_point": 449, "drop_off_labelless": 479, "pickup": 799}
"""Euro cents within one country, by method."""
ABROAD = 600
"""Euro cents on top, to another country."""

Line = Annotated[str, StringConstraints(min_length=1, max_length=200)]


class Party(BaseModel):
    """One end of the parcel's way."""

    model_config = ConfigDict(extra="forbid", strict=True)

    name: Line
    street: Line
    house_number: Annotated[str, Field(max_length=20)] = ""
    addition: Annotated[str, Field(max_length=200)] = ""
    postal_code: Annotated[str, Field(max_length=20)]
    town: Line
    country: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]


class Order(BaseModel):
    """One label, please."""

    model_config = ConfigDict(extra="forbid", strict=True)

    reference: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._:-]{8,80}$")]
    method: Annotated[str, StringConstraints(pattern=r"^[a-z_]{1,64}$")]
    sender: Party
    recipient: Party


class Scan(BaseModel):
    """A parcel was seen."""

    model_config = ConfigDict(extra="forbid", strict=True)

    tracking_number: Annotated[str, StringConstraints(pattern=r"^[A-Z0-9]{8,26}$")]
    code: Annotated[str, StringConstraints(pattern=r"^[A-Z_]{1,40}$")]
    at: AwareDatetime
    country: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")] | None = None


class Scans(BaseModel):
    """Parcels were seen."""

    model_config = ConfigDict(extra="forbid", strict=True)

    scans: Annotated[list[Scan], Field(max_length=500)]


def desk(ledger: Ledger) -> Desk:
    """The desk at the root. It knows scans for as long as it stands."""
    scans: list[Scan] = []

    def served(asked: Asked) -> Task | Reply:
        match asked.method, asked.path:
            case "POST", "/labels":
                wanted = _order(asked.body)
                if isinstance(wanted, Reply):
                    return Task("", "order", lambda *, forgetful=False: wanted)  # noqa: ARG005
                return Task(wanted.reference, "order", partial(_sold, ledger, wanted))
            case "GET", "/scans":
                numbers = asked.query.get("numbers", "").split(",")[:MOST_NUMBERS]
                return Task(numbers[0], "track", partial(_seen, scans, numbers))
            case "POST", "/scans":
                return _scanned(ledger, scans, asked.body)
            case "GET", "/labels":
                reference = asked.query.get("reference", "")
                return Task(reference, "question", partial(_found, ledger, reference))
            case _:
                return Reply(HTTPStatus.NOT_FOUND, {"code": "no_such_place"})

    return served


def _order(body: bytes) -> Order | Reply:
    """What is ordered, or why that is no order."""
    try:
        order = Order.model_validate_json(body)
    except ValidationError as error:
        fields = sorted({".".join(map(str, e["loc"])) for e in error.errors()} - {""})
        return _refused("order_invalid", fields)
    return order if order.method in COSTS else _refused("method_not_covered", ["method"])


def _refused(code: str, fields: list[str]) -> Reply:
    return Reply(HTTPStatus.UNPROCESSABLE_ENTITY, {"code": code, "fields": fields})


def _sold(ledger: Ledger, order: Order, *, forgetful: bool = False) -> Reply:
    held = ledger.find(order.reference)
    if held is not None and not forgetful:
        return Reply(HTTPStatus.OK, _answer(ledger.repeat(held)))
    made = _made(order, datetime.now(UTC))
    if held is not None:
        another = tracking_number(f"{held.tracking_number} again")
        made = made.model_copy(update={"tracking_number": another})
    return Reply(HTTPStatus.CREATED, _answer(ledger.sell(made)))


def _found(ledger: Ledger, reference: str, *, forgetful: bool = False) -> Reply:  # noqa: ARG001
    label = ledger.find(reference)
    if label is None:
        return Reply(HTTPStatus.NOT_FOUND, {"code": "label_absent"})
    return Reply(HTTPStatus.OK, _answer(label))


def _scanned(ledger: Ledger, scans: list[Scan], body: bytes) -> Reply:
    """What a depot saw is known from now on. A number that was never sold is nobody's."""
    try:
        fresh = Scans.model_validate_json(body).scans
    except ValidationError:
        return _refused("scans_invalid", [])
    strange = [one for one in fresh if ledger.by_number(one.tracking_number, "simulated") is None]
    if strange:
        return _refused("number_unknown", ["tracking_number"])
    scans.extend(fresh)
    return Reply(HTTPStatus.CREATED, {"scans": len(fresh)})


def _seen(scans: list[Scan], numbers: list[str], *, forgetful: bool = False) -> Reply:  # noqa: ARG001
    found = [one for one in scans if one.tracking_number in numbers]
    return Reply(HTTPStatus.OK, {"scans": [one.model_dump(mode="json") for one in found]})


def _answer(label: Label) -> dict[str, Any]:
    """The label as JSON."""
    said = {"reference", "tracking_number", "kind", "routing", "valid_until"}
    shown = label.model_dump(mode="json", include=said)
    return {**shown, "cost": {"minor": label.cost_minor, "currency": label.currency}}


def tracking_number(reference: str) -> str:
    """SIM, sixteen digits that follow from the reference, and their GS1 check digit."""
    digits = drawn_digits(reference, 16)
    weighted = (int(digit) * (3, 1)[place % 2] for place, digit in enumerate(reversed(digits)))
    return f"SIM{digits}{-sum(weighted) % 10}"


def _made(order: Order, now: datetime) -> Label:
    sender, recipient = order.sender, order.recipient
    abroad = sender.country != recipient.country
    number = tracking_number(order.reference)
    return Label(
        reference=order.reference,
        tracking_number=number,
        kind="qr_code" if order.method == "drop_off_labelless" else "label",
        cost_minor=COSTS[order.method] + (ABROAD if abroad else 0),
        currency="EUR",
        method=order.method,
        routing=" ".join(filter(None, (recipient.country, _zone(recipient), number[3:5]))),
        valid_until=now.replace(microsecond=0) + timedelta(days=VALID_DAYS),
    )


def _zone(party: Party) -> str:
    """The first letters of a postal code, as far as they can be printed on any label."""
    return "".join(c for c in party.postal_code.upper() if c.isascii() and c.isalnum())[:4]
