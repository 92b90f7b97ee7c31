"""Purchases and purses in memory, gone with the process."""

from __future__ import annotations

from dataclasses import replace

from contracts.shape import Money
from services._runtime.words import Change
from services.labels.domain.purchase import Aside, Purchase


class PurchasesMemory:
    """See `ports.Purchases`."""

    def __init__(self) -> None:
        self._held: dict[str, Purchase] = {}

    async def of(self, reference: str) -> Purchase | None:
        """See `ports.Purchases`."""
        return self._held.get(reference)

    async def order(self, note: Purchase, portal_id: str) -> Purchase | None:
        """See `ports.Purchases`."""
        held = self._held.get(note.reference, Purchase(note.reference))
        if held.cancelled_by == portal_id or held.bought is not None:
            return None
        return self._keep(
            replace(
                held,
                ordered_at=note.ordered_at,
                connection=note.connection,
                set_aside=note.set_aside,
            )
        )

    async def reserve(self, reference: str, number: str, connection: str) -> str:
        """See `ports.Purchases`."""
        held = self._held.get(reference, Purchase(reference))
        if held.reserved is not None and held.reserved_by == connection:
            return held.reserved
        self._keep(replace(held, reserved=number, reserved_by=connection))
        return number

    def not_taken(self, note: Purchase) -> Change:
        """See `ports.Purchases`."""

        def write() -> None:
            held = self._held.get(note.reference, Purchase(note.reference))
            if held.ordered_at == note.ordered_at:
                self._keep(replace(held, ordered_at=None))

        return Change("purchases", write)

    async def settle(self, reference: str, portal_id: str) -> bool:
        """See `ports.Purchases`."""
        held = self._held.get(reference, Purchase(reference))
        if held.cancelled_by == portal_id and not held.settled:
            return False
        self._keep(replace(held, settled=True))
        return True

    async def cancel(self, reference: str, portal_id: str) -> Purchase:
        """See `ports.Purchases`."""
        held = self._held.get(reference, Purchase(reference))
        return self._keep(replace(held, cancelled_by=held.cancelled_by or portal_id))

    def _keep(self, purchase: Purchase) -> Purchase:
        self._held[purchase.reference] = purchase
        return purchase


class SpendingMemory:
    """See `ports.Spending`."""

    def __init__(self) -> None:
        self.spent_minor: dict[str, int] = {}
        self._open: dict[tuple[str, str], tuple[int, object]] = {}

    async def set_aside(self, aside: Aside, note: Purchase) -> bool:
        """See `ports.Spending`."""
        place = aside.purse, note.reference
        minor, _ = self._open.get(place, (aside.cost.minor, None))
        so_far = self.spent_minor.get(aside.purse, 0)
        if place not in self._open:
            if so_far + minor > aside.cap.minor:
                return False
            self.spent_minor[aside.purse] = so_far + minor
        self._open[place] = minor, note.ordered_at
        return True

    def give_back(self, aside: Aside, note: Purchase) -> Change:
        """See `ports.Spending`."""

        def write() -> None:
            minor, at = self._open.get((aside.purse, note.reference), (0, None))
            if at == note.ordered_at:
                self._close(aside.purse, note.reference, -minor)

        return Change("spending", write)

    def spent(self, aside: Aside, reference: str, cost: Money) -> Change:
        """See `ports.Spending`."""

        def write() -> None:
            if held := self._open.get((aside.purse, reference)):
                self._close(aside.purse, reference, cost.minor - held[0])

        return Change("spending", write)

    def _close(self, purse: str, reference: str, by: int) -> None:
        self.spent_minor[purse] = self.spent_minor.get(purse, 0) + by
        self._open.pop((purse, reference), None)
