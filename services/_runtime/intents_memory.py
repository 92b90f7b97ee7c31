"""Intents in memory: a real store for tests of one service, gone with the process."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from services._runtime.errors import Conflict
from services._runtime.intents import SETTLED, SPENT, Intent, State, forgotten
from services._runtime.words import Change


class IntentsMemory:
    """See `intents.Intents`."""

    def __init__(self) -> None:
        self.all: dict[str, Intent] = {}

    def plan(self, intents: Sequence[Intent]) -> None:
        """The intents are there; those planned before are untouched."""
        for intent in intents:
            self.all.setdefault(intent.id, intent)

    def forget(self, about: Sequence[str]) -> None:
        """See `ledger.Ledger.keep`."""
        for intent in list(self.all.values()):
            if intent.about in about and intent.state in SETTLED:
                self.all[intent.id] = forgotten(intent)

    async def claim(self, now: datetime, lease: timedelta, most: int) -> Sequence[Intent]:
        """See `intents.Intents`."""
        due = [i for i in self.all.values() if i.wake_at is not None and i.wake_at <= now][:most]
        claimed = [self._claimed(intent, now + lease) for intent in due]
        self.all |= {intent.id: intent for intent in claimed}
        return claimed

    @staticmethod
    def _claimed(intent: Intent, until: datetime) -> Intent:
        held = replace(intent, fence=intent.fence + 1, wake_at=until)
        if intent.state is State.PLANNED:
            return replace(held, state=State.IN_FLIGHT, attempts=intent.attempts + 1)
        return replace(held, interrupted=intent.state is State.IN_FLIGHT)

    async def settle(
        self, intent: Intent, changes: Sequence[Change] = (), planned: Sequence[Intent] = ()
    ) -> bool:
        """See `intents.Intents`."""
        if self.all[intent.id].fence != intent.fence:
            return False
        apply(changes)
        self.plan(planned)
        over = intent.wake_at is None and intent.state in SPENT
        self.all[intent.id] = replace(intent, order=b"", tells=()) if over else intent
        return True

    async def told(self, intents: Sequence[Intent]) -> None:
        """See `intents.Intents`."""
        for intent in intents:
            if self.all[intent.id].fence == intent.fence:
                self.all[intent.id] = replace(
                    self.all[intent.id], wake_at=None, order=b"", tells=()
                )


def apply(changes: Sequence[Change]) -> None:
    """The writes are done, each a function; guarded ones answer whether they found their match.

    Guarded ones go first, so that a conflict leaves the others undone.

    Raises:
        Conflict: a guarded write found nothing to change.
    """
    for change in sorted(changes, key=lambda change: not change.guarded):
        write: Callable[[], bool | None] = change.write
        if write() is False and change.guarded:
            raise Conflict
