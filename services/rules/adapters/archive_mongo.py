"""What operators read of rules: why a return came out so, who waits, what would have been.

Nothing here writes.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from datetime import datetime

from contracts.shop import PortalConfigured
from services._runtime.mongo import Database
from services.rules.adapters.facts_mongo import FactsMongo
from services.rules.adapters.returns_mongo import ReturnsMongo
from services.rules.domain.capability import Registry
from services.rules.domain.explaining.explanation import Explanation, explained
from services.rules.domain.explaining.rehearsal import Recorded as Asked
from services.rules.domain.explaining.rehearsal import Rehearsal, Replayed, replay
from services.rules.domain.portal import Portal, compiled
from services.rules.domain.returned import Returned


def _silent(_done: int) -> None:
    """Progress, told to nobody."""


class ArchiveMongo:
    """Reads what `ReturnsMongo` and `FactsMongo` keep."""

    def __init__(self, db: Database, registry: Registry) -> None:
        self._db, self._registry = db, registry
        self._returns, self._facts = ReturnsMongo(db), FactsMongo(db, registry)
        self._versions: dict[tuple[str, int], Portal | None] = {}

    async def portal_of(self, return_id: str) -> str | None:
        """Of which portal this return was asked; None if it was not."""
        found = (await self._returns.of([return_id])).get(return_id)
        return None if found is None else found.request.portal_id

    async def explanation(self, return_id: str) -> Explanation | None:
        """Everything there is to say of this return; None if it was never decided."""
        record = await self._returns.record(return_id)
        if record is None:
            return None
        held = record.returned
        portal = await self._judged_by(held.request.portal_id, record.verdict.settings_version)
        return explained(held, record.verdict, record.parcel, portal)

    def waiting(self, portal_id: str | None = None) -> AsyncIterator[Returned]:
        """The returns that wait for a person, the oldest first."""
        return self._returns.waiting(portal_id)

    async def rehearsal(
        self,
        settings: PortalConfigured,
        since: datetime,
        until: datetime,
        progress: Callable[[int], None] = _silent,
    ) -> Rehearsal:
        """The requests of that portal decided from `since` to before `until`, put to `settings`."""
        after = compiled(settings, self._registry)
        found = list[Replayed]()
        async for record in self._returns.records(settings.portal_id, since, until):
            held, verdict = record.returned, record.verdict
            asked = Asked(held.request, record.parcel, verdict, held.decided_at)
            before = await self._judged_by(settings.portal_id, verdict.settings_version)
            found.append(replay(asked, after, before))
            progress(len(found))
        return Rehearsal(tuple(found))

    async def _judged_by(self, portal_id: str, version: int) -> Portal | None:
        key = (portal_id, version)
        if key not in self._versions:
            settings = await self._facts.settings_of(portal_id, version)
            known = None if settings is None else compiled(settings, self._registry)
            self._versions[key] = known
        return self._versions[key]

    def close(self) -> None:
        """The connection is gone."""
        self._db.client.close()
