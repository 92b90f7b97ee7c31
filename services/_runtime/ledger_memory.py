"""A ledger in memory, for tests of one service: strict as the real one, gone with the process."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from services._runtime.errors import Conflict
from services._runtime.intents import Intent
from services._runtime.intents_memory import IntentsMemory, apply
from services._runtime.words import Change, Decision


class LedgerMemory:
    """See `ledger.Ledger`."""

    def __init__(self, intents: IntentsMemory) -> None:
        self.decisions: dict[str, Decision] = {}
        self._intents = intents

    async def decided(self, identities: Sequence[str]) -> Mapping[str, Decision]:
        """See `ledger.Ledger`."""
        return {i: self.decisions[i] for i in identities if i in self.decisions}

    async def keep(
        self,
        decisions: Sequence[Decision],
        changes: Sequence[Change],
        intents: Sequence[Intent],
        forget: Sequence[str] = (),
    ) -> None:
        """See `ledger.Ledger`."""
        if any(decision.identity in self.decisions for decision in decisions):
            raise Conflict
        apply(changes)
        self.decisions |= {decision.identity: decision for decision in decisions}
        self._intents.plan(intents)
        self._intents.forget(forget)
