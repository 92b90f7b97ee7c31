"""The ledger of all that the simulated carriers ever sold: the truth about labels bought."""

from __future__ import annotations

import os
from datetime import datetime
from hashlib import blake2b
from pathlib import Path
from typing import Literal

from pydantic import BaseModel


class Label(BaseModel):
    """A label as its carrier knows it. Nothing in it is about a person."""

    carrier: str = "simulated"
    reference: str
    """The customer's own word for the order: under it, one label is meant to be sold."""
    tracking_number: str
    kind: Literal["label", "qr_code"]
    cost_minor: int = 0
    currency: str = "EUR"
    routing: str = ""
    valid_until: datetime | None = None
    carrier_id: str = ""
    """The carrier's own word for it, where that is not the tracking number."""
    method: str = ""


Event = Literal["sold", "repeated", "cancelled"]


class Entry(Label):
    """One line of the ledger: a label was sold, asked for again, or taken back."""

    event: Event


class Ledger:
    """Every sale, repeated order and cancellation, in a file of JSON lines that only grows.

    It never awaits, so that no two sales can be under way at once.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        _without_torn_line(path)
        self._sold: dict[tuple[str, str], Entry] = {}
        self._numbered: dict[tuple[str, str], Entry] = {}
        self._cancelled: set[tuple[str, str]] = set()
        for entry in entries(path):
            self._note(entry)

    def find(self, reference: str, carrier: str = "simulated") -> Label | None:
        """The label this carrier sold last under this reference."""
        return self._sold.get((carrier, reference))

    def by_number(self, number: str, carrier: str) -> Label | None:
        """The label of this carrier with this tracking number, or id of the carrier's own."""
        return self._numbered.get((carrier, number))

    def every(self, carrier: str) -> list[Label]:
        """Every label this carrier sold, a second one under the same reference too."""
        sold = (
            (one.tracking_number, one) for (n, _), one in self._numbered.items() if n == carrier
        )
        return list(dict(sold).values())

    def is_cancelled(self, label: Label) -> bool:
        """Whether this label was taken back."""
        return (label.carrier, label.tracking_number) in self._cancelled

    def sell(self, label: Label) -> Label:
        """This label is sold. On disk when told."""
        return self._write(label, "sold")

    def repeat(self, label: Label) -> Label:
        """This label, sold before, is told once more."""
        return self._write(label, "repeated")

    def cancel(self, label: Label) -> Label:
        """This label is taken back. Twice is once."""
        return label if self.is_cancelled(label) else self._write(label, "cancelled")

    def count(self, carrier: str) -> int:
        """How many labels this carrier has sold: numbers are made of it."""
        return sum(name == carrier for name, _ in self._sold)

    def _write(self, label: Label, event: Event) -> Entry:
        said = label.model_dump() | {"event": event}
        entry = Entry.model_validate(said)
        with self._path.open("ab") as file:
            file.write(entry.model_dump_json().encode() + b"\n")
            file.flush()
            os.fsync(file.fileno())
        self._note(entry)
        return entry

    def _note(self, entry: Entry) -> None:
        if entry.event == "sold":
            self._sold[entry.carrier, entry.reference] = entry
            for number in filter(None, (entry.carrier_id, entry.tracking_number)):
                self._numbered[entry.carrier, number] = entry
        elif entry.event == "cancelled":
            self._cancelled.add((entry.carrier, entry.tracking_number))


def entries(path: Path) -> list[Entry]:
    """Everything a ledger holds, in order. A carrier that never ran holds nothing."""
    if not path.exists():
        return []
    whole, _, _ = path.read_bytes().rpartition(b"\n")  # the last line may be half written
    return [Entry.model_validate_json(line) for line in whole.splitlines()]


def drawn_digits(reference: str, count: int) -> str:
    """So many digits that follow from the reference alone."""
    digest = blake2b(reference.encode(), digest_size=8, person=b"simulator").digest()
    return f"{int.from_bytes(digest) % 10**count:0{count}d}"


def _without_torn_line(path: Path) -> None:
    """The file ends with a whole line: what was being written when it died was never told."""
    if path.exists():
        whole, newline, _ = path.read_bytes().rpartition(b"\n")
        os.truncate(path, len(whole) + len(newline))
