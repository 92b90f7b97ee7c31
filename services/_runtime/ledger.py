"""Decide once: where decisions, what they change and what they plan are kept, all or nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Protocol

from services._runtime.intents import Intent
from services._runtime.words import Change, Decision

KEPT = timedelta(days=75)
"""Longer than any topic or dead letter could bring a decision's cause back."""


class Ledger(Protocol):
    """What a service has decided. Survives the process."""

    async def decided(self, identities: Sequence[str]) -> Mapping[str, Decision]:
        """The decisions already taken under `identities`; the others are missing."""
        ...

    async def keep(
        self,
        decisions: Sequence[Decision],
        changes: Sequence[Change],
        intents: Sequence[Intent],
        forget: Sequence[str] = (),
    ) -> None:
        """All of it stands, durably, or none of it does.

        An intent whose business key is already planned changes nothing. Intents that are over and
        about one of `forget` lose what was ordered, and what they have still to tell of it on
        topics that may be personal.

        Raises:
            Conflict: a guarded change found nothing to change, or an identity was decided
                meanwhile. Nothing was kept.
        """
        ...
