"""What lookup does later: a question heard late gets its no only after facts had time to come."""

from __future__ import annotations

from contracts.lookup import ShipmentFound, ShipmentNotFound
from services._runtime.intents import Intent
from services._runtime.words import Clock
from services._runtime.worker import Again, Deed, Done, Rejected
from services.lookup.domain.match import answer
from services.lookup.domain.question import Question
from services.lookup.ports import Facts

LOOK_AGAIN_SECONDS = 2.0


class LookAgain:
    """Answers a late question as soon as its parcel is known, or with no when patience ends."""

    def __init__(self, facts: Facts, now: Clock) -> None:
        self._facts, self._now = facts, now

    async def perform(self, intent: Intent) -> Deed:
        """See `worker.Performer`."""
        asked = intent.ordered(Question)
        known = await self._facts.known({asked.portal_id}, {asked.digest})
        portal, named = known.portals.get(asked.portal_id), known.parcels.get(asked.digest, ())
        told = answer(asked, portal, named, self._now())
        if isinstance(told, ShipmentFound):
            return Done((told,))
        return Again("not_found_yet", LOOK_AGAIN_SECONDS)

    async def recover(self, intent: Intent) -> Deed:
        """Nothing left the house: looking again is safe."""
        return await self.perform(intent)

    async def give_up(self, intent: Intent, code: str) -> Rejected:
        """The facts had their time: the same no as ever."""
        asked = intent.ordered(Question)
        no = ShipmentNotFound(lookup_id=asked.lookup_id, portal_id=asked.portal_id)
        return Rejected(code, (no,))
