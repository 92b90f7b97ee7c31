"""Returns in memory: as strict as the real ones, gone with the process."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection
from dataclasses import replace
from datetime import datetime

from contracts.rules import ReturnApproved
from services._runtime.words import Change
from services.rules.domain.parcel import Parcel
from services.rules.domain.returned import Returned, Told, granted_of
from services.rules.ports import Record


class ReturnsMemory:
    """See `ports.Returns`."""

    def __init__(self) -> None:
        self.all: dict[str, Record] = {}

    async def of(self, return_ids: Collection[str]) -> dict[str, Returned]:
        """See `ports.Returns`."""
        return {i: self.all[i].returned for i in return_ids if i in self.all}

    async def record(self, return_id: str) -> Record | None:
        """Everything that is known of this return."""
        return self.all.get(return_id)

    async def records(
        self, portal_id: str, since: datetime, until: datetime
    ) -> AsyncIterator[Record]:
        """The returns of a portal first decided from `since` to before `until`, oldest first."""
        for one in sorted(self.all.values(), key=lambda record: record.returned.decided_at):
            held = one.returned
            if held.request.portal_id == portal_id and since <= held.decided_at < until:
                yield one

    def opened(self, fresh: Returned, told: Told, parcel: Parcel | None) -> Change:
        """See `ports.Returns`."""
        verdict = granted_of(fresh) if isinstance(told, ReturnApproved) else told
        seen = None if parcel is None else replace(parcel, order_no="")
        record = Record(fresh, verdict, seen)

        def write() -> bool:
            return self.all.setdefault(fresh.return_id, record) is record

        return Change("returns", write, guarded=True)

    def changed(self, before: Returned, after: Returned) -> Change:
        """See `ports.Returns`."""

        def write() -> bool:
            held = self.all.get(before.return_id)
            if held is None or held.returned.revision != before.revision:
                return False
            self.all[before.return_id] = replace(held, returned=after)
            return True

        return Change("returns", write, guarded=True)
