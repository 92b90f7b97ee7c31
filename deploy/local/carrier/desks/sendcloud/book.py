"""What Sendcloud remembers of each return. Labels are in the ledger; what names somebody is not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from deploy.local.carrier.desks.sendcloud import words
from deploy.local.carrier.desks.sendcloud.made import Return
from deploy.local.carrier.sales import Label, Ledger, drawn_digits

NAME = "sendcloud"
LATER, FAILS = "later", "fails"
VALID = timedelta(days=30)
COSTS = {"drop_off_point": 615, "drop_off_labelless": 645, "pickup": 895, "in_store": 0}
"""Euro cents, by method."""


class Book:
    """Every return there is."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._all: dict[int, Return] = {}
        for label in ledger.every(NAME):
            self._add(_remembered(label, is_cancelled=ledger.is_cancelled(label)))

    def has(self, reference: str) -> bool:
        """Whether there is a return under this reference, whatever became of it."""
        return any(one.reference == reference for one in self._all.values())

    def make(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """A return is made, and announced unless its shipping option says otherwise."""
        reference = body["external_reference"]
        again = sum(one.reference == reference for one in self._all.values())
        return_id = 2 * int(drawn_digits(f"{reference} {again}", 8)) + 2
        made = Return(reference, return_id, body, datetime.now(UTC))
        self._add(made)
        option = body["ship_with"]["shipping_option_code"]
        made.failed = option.endswith(FAILS)
        if not option.endswith((LATER, FAILS)):
            self._announced(made)
        return {"return_id": return_id, "parcel_id": made.parcel_id, "multi_collo_ids": []}

    def announce(self, reference: str) -> bool:
        """The label comes that was late. False if none was."""
        late = (one for one in self._all.values() if one.reference == reference and not one.label)
        found = next((one for one in late if not one.failed), None)
        if found is not None:
            self._announced(found)
        return found is not None

    def cancel(self, one: Return) -> bool:
        """It shall be taken back. False if it cannot be (any more)."""
        if one.label is None or one.cancelled or one.scans:
            return False
        one.cancelled = True
        self._ledger.cancel(one.label)
        return True

    def by_id(self, return_id: int) -> Return | None:
        """The return of that id."""
        return self._all.get(return_id)

    def by_parcel(self, parcel_id: int) -> Return | None:
        """The return that parcel is."""
        return self._all.get(parcel_id - 1)

    def by_number(self, number: str) -> Return | None:
        """The return whose label has that number."""
        return next((one for one in self._all.values() if one.tracking_number == number), None)

    def page(self, query: Mapping[str, str]) -> dict[str, Any]:
        """A part of what was made between two instants, the youngest first."""
        size, begins = int(query.get("page_size", "40")), int(query.get("cursor", "0"))
        found = sorted(self._between(query), key=lambda one: one.created_at, reverse=True)
        said: dict[str, Any] = {
            "data": [words.of_return(one) for one in found[begins : begins + size]]
        }
        if begins + size < len(found):
            following = f"/api/v3/returns?cursor={begins + size}&page_size={size}"
            said["next"] = f"https://panel.sendcloud.sc{following}"
        return said

    def _between(self, query: Mapping[str, str]) -> Iterator[Return]:
        begins, ends = (
            datetime.fromisoformat(query[name]).replace(tzinfo=UTC)
            for name in ("from_date", "to_date")
        )
        return (one for one in self._all.values() if begins <= one.created_at <= ends)

    def _announced(self, made: Return) -> None:
        method = made.body.get("delivery_option") or "drop_off_point"
        made.label = self._ledger.sell(
            Label(
                carrier=NAME,
                reference=made.reference,
                tracking_number=f"3SSEND{made.return_id:010d}",
                kind="qr_code" if method == "drop_off_labelless" else "label",
                cost_minor=COSTS[method],
                valid_until=made.created_at + VALID,
                carrier_id=str(made.return_id),
                method=method,
            )
        )

    def _add(self, made: Return) -> None:
        self._all[made.return_id] = made


def _remembered(label: Label, *, is_cancelled: bool) -> Return:
    """What is left of a return when the process that made it has ended: nobody's address."""
    somebody = {
        "name": "Somebody",
        "address_line_1": "Somewhere",
        "postal_code": "0000",
        "city": "Town",
        "country_code": "NL",
    }
    body = {
        "from_address": somebody,
        "to_address": somebody,
        "weight": {"value": 1_000, "unit": "g"},
        "order_number": label.reference,
        "delivery_option": label.method,
    }
    created_at = (label.valid_until or datetime.now(UTC)) - VALID
    made = Return(label.reference, int(label.carrier_id), body, created_at, label)
    made.cancelled = is_cancelled
    return made
