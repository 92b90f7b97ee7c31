"""What rules does later: what overtook something is answered, and who waits too long is refused."""

from __future__ import annotations

from collections.abc import Mapping

from contracts.labels import ParcelMoved
from contracts.lookup import ShipmentFound
from contracts.rules import ApproveReturn, RequestReturn
from contracts.words import Unchanged
from services._runtime.intents import Intent
from services._runtime.words import Clock
from services._runtime.worker import Again, Deed, Done, Performer, Rejected
from services.rules.domain.decide import decide
from services.rules.domain.offer import offer
from services.rules.domain.orders import obeyed, unchanged
from services.rules.domain.returned import Returned, State, Step, expired, moved, opened
from services.rules.ports import (
    EXPIRE_APPROVAL,
    JUDGE_REQUEST,
    LATER,
    OFFER_OPTIONS,
    Books,
    Facts,
    Late,
    expiry,
)

LOOK_AGAIN_SECONDS = 0.5


def performers(books: Books, now: Clock) -> Mapping[str, Performer]:
    """Who performs which kind of intent."""
    late = {kind: ObeyLater(said, books, now) for said, kind in LATER.items()}
    return {
        JUDGE_REQUEST: JudgeRequest(books, now),
        OFFER_OPTIONS: OfferOptions(books.facts, now),
        EXPIRE_APPROVAL: ExpireApproval(books, now),
        **late,
    }


class JudgeRequest:
    """Judges a request as soon as its parcel is recorded, or refuses it when patience ends."""

    def __init__(self, books: Books, now: Clock) -> None:
        self._books, self._now = books, now

    async def perform(self, intent: Intent) -> Deed:
        """See `worker.Performer`."""
        request = intent.ordered(RequestReturn)
        known = await self._books.facts.known({request.portal_id}, {request.shipment_id})
        parcel, portal = known.parcels.get(request.shipment_id), known.portals[request.portal_id]
        if parcel is None:
            return Again("shipment_unknown", LOOK_AGAIN_SECONDS)
        if await self._books.returns.of({request.return_id}):
            return Done()  # decided before, and told then
        now = self._now()
        verdict = decide(request, portal, parcel, now)
        step = opened(request, verdict.told, verdict.granted, portal.settings.refund_when, now)
        keep = self._books.opening(step, verdict.told, parcel)
        return Done(step.tell, keep, expiry(verdict.told))

    async def recover(self, intent: Intent) -> Deed:
        """Nothing left the house: judging again is safe."""
        return await self.perform(intent)

    async def give_up(self, intent: Intent, code: str) -> Rejected:
        """The parcel never came: refused, with that reason."""
        request, now = intent.ordered(RequestReturn), self._now()
        known = await self._books.facts.known({request.portal_id}, ())
        portal = known.portals[request.portal_id]
        told = decide(request, portal, None, now).told
        step = opened(request, told, None, portal.settings.refund_when, now)
        return Rejected(code, step.tell, self._books.opening(step, told, None))


class OfferOptions:
    """Offers options as soon as the parcel is recorded, or says that there are none."""

    def __init__(self, facts: Facts, now: Clock) -> None:
        self._facts, self._now = facts, now

    async def perform(self, intent: Intent) -> Deed:
        """See `worker.Performer`."""
        found = intent.ordered(ShipmentFound)
        known = await self._facts.known({found.portal_id}, {found.shipment_id})
        parcel = known.parcels.get(found.shipment_id)
        if parcel is None:
            return Again("shipment_unknown", LOOK_AGAIN_SECONDS)
        return Done((offer(found, known.portals[found.portal_id], parcel, self._now()),))

    async def recover(self, intent: Intent) -> Deed:
        """Nothing left the house: offering again is safe."""
        return await self.perform(intent)

    async def give_up(self, intent: Intent, code: str) -> Rejected:
        """The parcel never came: nothing of it can come back."""
        found = intent.ordered(ShipmentFound)
        known = await self._facts.known({found.portal_id}, ())
        return Rejected(code, (offer(found, known.portals[found.portal_id], None, self._now()),))


class ObeyLater:
    """Obeys what overtook its return as soon as that is decided, or says that there is none."""

    def __init__(self, said: type[Late], books: Books, now: Clock) -> None:
        self._said, self._books, self._now = said, books, now

    async def perform(self, intent: Intent) -> Deed:
        """See `worker.Performer`."""
        said = intent.ordered(self._said)
        held = (await self._books.returns.of({said.return_id})).get(said.return_id)
        if held is None:
            return Again("return_unknown", LOOK_AGAIN_SECONDS)
        step = await self._step(held, said)
        return Done(step.tell, self._books.changing(held, step))

    async def _step(self, held: Returned, said: Late) -> Step:
        if isinstance(said, ParcelMoved):
            return moved(held, said, self._now())
        parcel = None
        if isinstance(said, ApproveReturn):
            shipment = held.request.shipment_id
            parcel = (await self._books.facts.known((), {shipment})).parcels.get(shipment)
        return obeyed(held, said, self._now(), "" if parcel is None else parcel.order_no)

    async def recover(self, intent: Intent) -> Deed:
        """Nothing left the house: what was obeyed before is found so."""
        return await self.perform(intent)

    async def give_up(self, intent: Intent, code: str) -> Rejected:
        """Nobody ever asked for this return. Whoever ordered something is told."""
        said = intent.ordered(self._said)
        if isinstance(said, ParcelMoved):
            return Rejected(code)
        return Rejected(code, unchanged(said, Unchanged.RETURN_UNKNOWN, self._now()).tell)


class ExpireApproval:
    """Refuses a return that waits for a person when its time is up."""

    def __init__(self, books: Books, now: Clock) -> None:
        self._books, self._now = books, now

    async def perform(self, intent: Intent) -> Deed:
        """See `worker.Performer`."""
        held = (await self._books.returns.of({intent.key})).get(intent.key)
        if held is None or held.state is not State.WAITING:
            return Done()
        now = self._now()
        step = expired(held, now)
        if step.after is None:  # clocks differ, or an operator woke it
            left = (held.expires_at or now) - now
            return Again("not_yet", max(left.total_seconds(), LOOK_AGAIN_SECONDS))
        return Done(step.tell, self._books.changing(held, step))

    async def recover(self, intent: Intent) -> Deed:
        """Nothing left the house: who was refused waits no more."""
        return await self.perform(intent)

    async def give_up(self, intent: Intent, code: str) -> Rejected:
        """Whatever kept us from it: nobody may wait for ever."""
        deed = await self.perform(intent)
        return Rejected(code, deed.tell, deed.keep) if isinstance(deed, Done) else Rejected(code)
