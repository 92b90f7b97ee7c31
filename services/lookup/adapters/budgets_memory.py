"""Budgets in memory: as strict as the real ones, gone with the process."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from services._runtime.words import Change
from services.lookup.domain.budget import Budget, Standing, Tally, Traffic


class BudgetsMemory:
    """See `ports.Budgets`. Nothing is dropped; what is too old does not count."""

    def __init__(self) -> None:
        self.budgets: dict[str, Budget] = {}
        self.traffic: dict[str, dict[tuple[int, int], Traffic]] = {}

    async def standing(self, keys: Collection[str], portals: Collection[str]) -> Standing:
        """See `ports.Budgets`."""
        return Standing(
            {key: self.budgets[key] for key in keys if key in self.budgets},
            {p: tuple(self.traffic[p].values()) for p in portals if p in self.traffic},
        )

    def spent(self, tally: Tally, writer: int, now: datetime) -> tuple[Change, ...]:
        """See `ports.Budgets`."""
        del now  # nothing expires here
        budgets = [
            self._written(key, tally.kept(key), budget) for key, budget in tally.budgets.items()
        ]
        traffic = [self._counted(portal, writer, t) for portal, t in tally.traffic.items()]
        return (*budgets, *traffic)

    def _written(self, key: str, before: Budget, after: Budget) -> Change:
        def write() -> bool:
            if self.budgets.get(key, Budget()).version != before.version:
                return False
            self.budgets[key] = after
            return True

        return Change("budgets", write, guarded=True)

    def _counted(self, portal: str, writer: int, added: Traffic) -> Change:
        def write() -> None:
            slots = self.traffic.setdefault(portal, {})
            held = slots.get((added.slot, writer), Traffic(added.slot))
            slots[added.slot, writer] = Traffic(
                added.slot,
                held.found + added.found,
                held.wrong + added.wrong,
                held.refused + added.refused,
            )

        return Change("traffic", write)
