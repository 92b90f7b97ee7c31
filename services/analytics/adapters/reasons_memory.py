"""Reasons in memory: the same answers as the real ones, gone with the process."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

from contracts.analytics import FindReasons, ReasonsFound
from services._runtime.words import Change
from services.analytics.domain.rank import rank
from services.analytics.domain.record import ReasonRecord


class ReasonsMemory:
    """See `ports.Reasons`."""

    def __init__(self) -> None:
        self.records: dict[str, ReasonRecord] = {}

    def keep(self, records: Iterable[ReasonRecord]) -> tuple[Change, ...]:
        """See `ports.Reasons`."""
        return tuple(
            Change("reasons", partial(self.records.__setitem__, record.id, record))
            for record in records
        )

    async def ranked(self, query: FindReasons) -> ReasonsFound:
        """See `ports.Reasons`."""
        return rank(self.records.values(), query)
