"""Decide once: where decisions, what they change and what they plan are kept, all or nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Protocol

from services._runtime.errors import Conflict
from services._runtime.intents import Intent
from services._runtime.intents_memory import IntentsMemory, apply
from services._runtime.words import Change, Decision

KEPT = timedelta(days=75)
"""Longer than any topic or dead letter could bring a decision's cause back."""


class Ledger(Protocol):
    """What a service has decided. Survives the process."""

    async def decided(self, identities: Sequence[str]) -> Mapping[str, Decision]:
        """The decisions already taken under `identities`; the others are missing."""
        ...

    async def keep(
        self, decisions: Sequence[Decision], changes: Sequence[Change], intents: Sequence[Intent]
    ) -> None:
        """All of it stands, durably, or none of it does.

        An intent whose business key is already planned changes nothing.

        Raises:
            Conflict: a guarded change found nothing to change, or an identity was decided
                meanwhile. Nothing was kept.
        """
        ...


class LedgerMemory:
    """A ledger for tests of one service: as strict as the real one, gone with the process."""

    def __init__(self, intents: IntentsMemory) -> None:
        self.decisions: dict[str, Decision] = {}
        self._intents = intents

    async def decided(self, identities: Sequence[str]) -> Mapping[str, Decision]:
        """See `Ledger`."""
        return {i: self.decisions[i] for i in identities if i in self.decisions}

    async def keep(
        self, decisions: Sequence[Decision], changes: Sequence[Change], intents: Sequence[Intent]
    ) -> None:
        """See `Ledger`."""
        if any(decision.identity in self.decisions for decision in decisions):
            raise Conflict
        apply(changes)
        self.decisions |= {decision.identity: decision for decision in decisions}
        self._intents.plan(intents)
