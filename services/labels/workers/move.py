"""What a carrier said of parcels becomes what is told of them: each phase once, never backwards."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import structlog

from services._runtime.intents import Intent
from services._runtime.words import Clock, Plan
from services._runtime.worker import Again, Deed, Done, Rejected, Unknown
from services.labels.domain.errands import Posted, Scanned
from services.labels.domain.following import UNSEEN, Parcel, by_number, moved
from services.labels.domain.looking import next_look
from services.labels.ports.parcels import TAKE_HOOK, Parcels
from services.labels.workers.follow import following, moving

log = structlog.get_logger()

UNREADABLE: Final = "hook_unreadable"
EARLIER_WORD: Final = "earlier_word_not_out"
A_MOMENT_SECONDS: Final = 0.5
LATER_SECONDS: Final = (60.0, 900.0)
"""When scans of a number that we do not know are looked at again: its label may just be bought."""


class MoveParcel:
    """Performs `move_parcel`: looks at scans of one parcel, and tells what is new."""

    def __init__(self, parcels: Parcels, now: Clock) -> None:
        self._parcels, self._now = parcels, now

    async def perform(self, intent: Intent) -> Deed:
        """See `worker.Performer`."""
        order, now = intent.ordered(Scanned), self._now()
        parcel = await self._parcels.of(order.reference)
        if parcel is None:
            return Done()
        step = moved(parcel, [one.scan() for one in order.scans], now)
        if step.after is None:
            return Done()
        if not step.tell:
            return Done(keep=(self._parcels.moved(parcel, step.after),))
        if not await self._parcels.has_told(parcel.told_by):
            return Again(EARLIER_WORD, A_MOMENT_SECONDS)
        after = replace(step.after, told_by=intent.id)
        if parcel.look_at is not None:
            after = replace(after, look_at=next_look(after, now))
        log.info("parcel_moved", carrier=parcel.carrier, phase=after.phase)
        ahead = () if after.look_at is None else (self._ahead(after),)
        return Done(step.tell, (self._parcels.moved(parcel, after),), ahead)

    async def recover(self, intent: Intent) -> Deed:
        """See `worker.Performer`. What was kept is not new, and what was not is decided again."""
        return await self.perform(intent)

    async def give_up(self, intent: Intent, code: str) -> Rejected:  # noqa: ARG002
        """See `worker.Performer`. The next scan says as much."""
        return Rejected(code)

    def _ahead(self, after: Parcel) -> Plan:
        now = self._now()
        return following(after.carrier, after.connection, after.look_at or now, now)


class TakeHook:
    """Performs `take_hook`: what a carrier posted goes to the parcels it is about.

    What could not be read waits for a person, once of each kind.
    """

    def __init__(self, parcels: Parcels) -> None:
        self._parcels = parcels

    async def perform(self, intent: Intent) -> Deed:
        """See `worker.Performer`."""
        posted = intent.ordered(Posted)
        if posted.unreadable is not None:
            return Unknown(UNREADABLE)
        scans = by_number([one.scan() for one in posted.scans])
        known = await self._parcels.numbered(posted.carrier, posted.connection, scans.keys())
        plans = [moving(parcel, scans[parcel.tracking_number]) for parcel in known]
        strangers = scans.keys() - {parcel.tracking_number for parcel in known}
        return Done(plan=(*plans, *self._later(intent, posted, strangers)))

    async def recover(self, intent: Intent) -> Deed:
        """See `worker.Performer`. Nothing left the house."""
        return await self.perform(intent)

    async def give_up(self, intent: Intent, code: str) -> Rejected:  # noqa: ARG002
        """See `worker.Performer`. The next scan says as much."""
        return Rejected(code)

    def _later(self, intent: Intent, posted: Posted, strangers: set[str]) -> tuple[Plan, ...]:
        """Scans of strangers are looked at again, in case their label was not kept yet.

        Most are parcels of the merchant's that are no returns: what was only announced is no news.
        """
        tries = posted.tries
        rest = tuple(
            one
            for one in posted.scans
            if one.tracking_number in strangers and one.phase not in UNSEEN
        )
        if not rest or tries >= len(LATER_SECONDS):
            return ()
        again = posted.model_copy(update={"scans": rest, "tries": tries + 1})
        key = f"{intent.key.partition('#')[0]}#{tries + 1}"
        return (Plan(TAKE_HOOK, key, again, wait_seconds=LATER_SECONDS[tries]),)
