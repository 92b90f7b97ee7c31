"""What rules does later: messages that overtook their parcel are answered once it is recorded."""

from __future__ import annotations

from contracts.lookup import ShipmentFound
from contracts.rules import RequestReturn, ReturnApproved
from services._runtime.intents import Intent
from services._runtime.words import Clock
from services._runtime.worker import Again, Deed, Done, Rejected
from services.rules.domain.decide import decide
from services.rules.domain.offer import offer
from services.rules.ports import Facts

LOOK_AGAIN_SECONDS = 0.5


class JudgeRequest:
    """Judges a request as soon as its parcel is recorded, or refuses it when patience ends."""

    def __init__(self, facts: Facts, now: Clock) -> None:
        self._facts, self._now = facts, now

    async def perform(self, intent: Intent) -> Deed:
        """See `worker.Performer`."""
        request = intent.ordered(RequestReturn)
        known = await self._facts.known({request.portal_id}, {request.shipment_id})
        parcel = known.parcels.get(request.shipment_id)
        if parcel is None:
            return Again("shipment_unknown", LOOK_AGAIN_SECONDS)
        told = decide(request, known.portals[request.portal_id], parcel, self._now())
        if not isinstance(told, ReturnApproved):
            return Done((told,))
        return Done((told,), (self._facts.taken(parcel, parcel.without(request.items)),))

    async def recover(self, intent: Intent) -> Deed:
        """Nothing left the house: judging again is safe."""
        return await self.perform(intent)

    async def give_up(self, intent: Intent, code: str) -> Rejected:
        """The parcel never came: refused, with that reason."""
        request = intent.ordered(RequestReturn)
        known = await self._facts.known({request.portal_id}, ())
        return Rejected(
            code, (decide(request, known.portals[request.portal_id], None, self._now()),)
        )


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
