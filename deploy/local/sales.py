"""What the simulated carrier sells, for how much, and the ledger of all it ever sold."""

from __future__ import annotations

import os
from datetime import datetime, timedelta
from hashlib import blake2b
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

VALID_DAYS = 60
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


class Label(BaseModel):
    """A label as the customer of this carrier sees it."""

    reference: str
    tracking_number: str
    kind: Literal["label", "qr_code"]
    cost_minor: int
    currency: str
    routing: str
    valid_until: datetime

    def answer(self) -> dict[str, Any]:
        """The label as JSON."""
        shown = self.model_dump(mode="json", exclude={"cost_minor", "currency"})
        return {**shown, "cost": {"minor": self.cost_minor, "currency": self.currency}}


class Entry(Label):
    """One line of the ledger: a label was sold, or asked for again."""

    event: Literal["sold", "repeated"]


class Ledger:
    """Every sale and every repeated order, in a file of JSON lines that only grows.

    It never awaits, so that no two sales can be under way at once.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        _without_torn_line(path)
        self._sold = {entry.reference: entry for entry in entries(path) if entry.event == "sold"}

    def find(self, reference: str) -> Label | None:
        """The label sold under this reference."""
        return self._sold.get(reference)

    def sell(self, order: Order, now: datetime, *, forgetful: bool = False) -> tuple[Label, bool]:
        """The one label of this reference, and whether it was sold just now. On disk when told.

        A forgetful carrier sells another under the same reference.
        """
        held = self._sold.get(order.reference)
        if held is not None and not forgetful:
            self._write(held.model_copy(update={"event": "repeated"}))
            return held, False
        made = _made(order, now)
        if held is not None:
            another = tracking_number(f"{held.tracking_number} again")
            made = made.model_copy(update={"tracking_number": another})
        sold = Entry(event="sold", **made.model_dump())
        self._write(sold)
        self._sold[order.reference] = sold
        return sold, True

    def _write(self, entry: Entry) -> None:
        with self._path.open("ab") as file:
            file.write(entry.model_dump_json().encode() + b"\n")
            file.flush()
            os.fsync(file.fileno())


def entries(path: Path) -> list[Entry]:
    """Everything a ledger holds, in order. A carrier that never ran holds nothing."""
    if not path.exists():
        return []
    whole, _, _ = path.read_bytes().rpartition(b"\n")  # the last line may be half written
    return [Entry.model_validate_json(line) for line in whole.splitlines()]


def tracking_number(reference: str) -> str:
    """SIM, sixteen digits that follow from the reference, and their GS1 check digit."""
    digest = blake2b(reference.encode(), digest_size=8, person=b"simulator").digest()
    digits = f"{int.from_bytes(digest) % 10**16:016d}"
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
        routing=" ".join(filter(None, (recipient.country, _zone(recipient), number[3:5]))),
        valid_until=now.replace(microsecond=0) + timedelta(days=VALID_DAYS),
    )


def _zone(party: Party) -> str:
    """The first letters of a postal code, as far as they can be printed on any label."""
    return "".join(c for c in party.postal_code.upper() if c.isascii() and c.isalnum())[:4]


def _without_torn_line(path: Path) -> None:
    """The file ends with a whole line: what was being written when it died was never told."""
    if path.exists():
        whole, newline, _ = path.read_bytes().rpartition(b"\n")
        os.truncate(path, len(whole) + len(newline))
