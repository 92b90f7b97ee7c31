"""Reasons in memory: the same answers as the real ones, gone with the process."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

from contracts.analytics import FindReasons, ReasonsFound
from services._runtime.words import Change
from services.analytics.domain.rank import rank
from services.analytics.domain.record import AWAITING, Cancellation, ReasonRecord


class ReasonsMemory:
    """See `ports.Reasons`."""

    def __init__(self) -> None:
        self.records: dict[str, ReasonRecord] = {}
        self.cancellations: dict[str, Cancellation] = {}

    def keep(self, records: Iterable[ReasonRecord]) -> tuple[Change, ...]:
        """See `ports.Reasons`."""
        return tuple(
            Change(
                "reasons",
                partial(self.records.setdefault, record.id, record)
                if record.verdict == AWAITING
                else partial(self.records.__setitem__, record.id, record),
            )
            for record in records
        )

    def cancel(self, cancelled: Cancellation) -> Change:
        """See `ports.Reasons`."""
        mark = partial(self.cancellations.__setitem__, cancelled.return_id, cancelled)
        return Change("cancellations", mark)

    async def ranked(self, query: FindReasons) -> ReasonsFound:
        """See `ports.Reasons`."""
        return rank(self.records.values(), query, self.cancellations.keys())
