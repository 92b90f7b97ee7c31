"""The outbound parcel as rules knows it: items, dates and country, nobody's name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from contracts.rules import JudgedItem, RequestedItem
from contracts.shape import Money
from contracts.shop import ShipmentRecorded


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the parcel."""

    line_id: str
    sku: str
    name: str
    quantity: int
    unit_price: Money
    final_sale: bool
    category: str | None = None
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Parcel:
    """A delivered or travelling parcel, and how many units of each line are promised back."""

    shipment_id: str
    portal_id: str
    order_no: str
    country: str
    ordered_at: datetime
    delivered_at: datetime | None
    lines: Mapping[str, Line]
    taken: Mapping[str, int]
    revision: int
    """Counts up with every change of `taken`."""
    returns: int = 0
    """How many returns of it were approved or wait for approval, and were not cancelled."""
    carrier: str | None = None
    """Who delivered it."""

    def left(self, line_id: str) -> int:
        """Units of this line that may still be asked for."""
        return self.lines[line_id].quantity - self.taken.get(line_id, 0)

    def without(self, items: Iterable[RequestedItem | JudgedItem]) -> Parcel:
        """The parcel after these items were promised back, by one more return."""
        return self._changed(items, +1)

    def restored(self, items: Iterable[RequestedItem | JudgedItem]) -> Parcel:
        """The parcel after the return that promised these items came to nothing."""
        return self._changed(items, -1)

    def _changed(self, items: Iterable[RequestedItem | JudgedItem], sign: int) -> Parcel:
        taken = dict(self.taken)
        for item in items:
            taken[item.line_id] = taken.get(item.line_id, 0) + sign * item.quantity
        return self.resumed(taken, self.revision + 1, self.returns + sign)

    def resumed(self, taken: Mapping[str, int], revision: int, returns: int) -> Parcel:
        """The parcel with this much taken by so many returns."""
        return replace(self, taken=taken, revision=revision, returns=returns)


def parcel_of(shipment: ShipmentRecorded) -> Parcel:
    """The parcel in `shipment`, nothing taken from it yet."""
    return Parcel(
        shipment_id=shipment.shipment_id,
        portal_id=shipment.portal_id,
        order_no=shipment.order_no,
        country=shipment.deliver_to.country,
        ordered_at=shipment.ordered_at,
        delivered_at=shipment.delivered_at,
        lines={
            item.line_id: Line(
                *(item.line_id, item.sku, item.name, item.quantity, item.unit_price),
                *(item.final_sale, item.category, item.tags),
            )
            for item in shipment.items
        },
        taken={},
        revision=0,
        carrier=shipment.carrier,
    )
