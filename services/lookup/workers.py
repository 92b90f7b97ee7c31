"""What lookup does later: a late question gets its no only after facts had time to come; alerts."""

from __future__ import annotations

import structlog

from contracts.lookup import ShipmentFound
from services._runtime.intents import Intent
from services._runtime.words import Clock
from services._runtime.worker import Again, Deed, Done, Rejected
from services.lookup.domain.budget import BudgetSpent
from services.lookup.domain.match import answer, no
from services.lookup.domain.question import Question
from services.lookup.ports import Facts

log = structlog.get_logger()

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
        if isinstance(told, ShipmentFound) and not asked.refused:
            return Done((told,))
        return Again("not_found_yet", LOOK_AGAIN_SECONDS)

    async def recover(self, intent: Intent) -> Deed:
        """Nothing left the house: looking again is safe."""
        return await self.perform(intent)

    async def give_up(self, intent: Intent, code: str) -> Rejected:
        """The facts had their time: the same no as ever."""
        return Rejected(code, (no(intent.ordered(Question)),))


class Alert:
    """Tells an operator that a budget is spent: who reads the logs, and whatever alerts on them.

    The line names the budget's document, which names nobody.
    """

    async def perform(self, intent: Intent) -> Deed:
        """See `worker.Performer`."""
        spent = intent.ordered(BudgetSpent)
        log.warning(
            "lookup_budget_spent",
            scope=spent.scope,
            portal=spent.portal_id,
            budget=spent.key,
            wrong=spent.wrong,
        )
        return Done()

    async def recover(self, intent: Intent) -> Deed:
        """Better said twice than never."""
        return await self.perform(intent)

    async def give_up(self, intent: Intent, code: str) -> Rejected:
        """It was late, and is said all the same."""
        await self.perform(intent)
        return Rejected(code)
