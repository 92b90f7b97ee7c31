"""What labels does outside for somebody who looks for a point: it asks carriers, and proposes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from contracts.words import WhyNoPoints
from services._runtime.intents import Intent
from services._runtime.words import Clock
from services._runtime.worker import Again, Deed, Done, Rejected
from services.labels.domain import faults
from services.labels.domain.point import Near
from services.labels.domain.postcode import compact
from services.labels.domain.proposal import (
    Whereabouts,
    days_proposed,
    nothing_proposed,
    points_proposed,
)
from services.labels.domain.proposing import Question
from services.labels.domain.sender import Forgotten, Sender
from services.labels.ports import Connections, Senders
from services.labels.ports.carriers import Adapter
from services.labels.ports.points import Places
from services.labels.workers.finding import NOT_CONNECTED, Finder

FIRST_LOOK_SECONDS, LONGEST_LOOK_SECONDS = 0.2, 10.0
"""How soon and how seldom we look again for a parcel that its offer overtook."""


class ProposePoints:
    """Performs `propose_points`: one question, one answer. Asking a carrier twice does no harm."""

    def __init__(
        self,
        senders: Senders,
        places: Places,
        finder: Finder,
        carriers: Mapping[str, Adapter],
        connections: Connections,
        now: Clock,
    ) -> None:
        self._senders, self._places, self._finder = senders, places, finder
        self._carriers, self._connections, self._now = carriers, connections, now

    async def perform(self, intent: Intent) -> Deed:
        """See `worker.Performer`."""
        question = intent.ordered(Question)
        if not (question.point_wanted or question.day_wanted):
            return Done((nothing_proposed(question, WhyNoPoints.NO_POINT_NEEDED),))
        where = await self._where(question, intent.attempts)
        if isinstance(where, Again | Rejected):
            return where
        if where is None:
            return Done((nothing_proposed(question, WhyNoPoints.PLACE_UNKNOWN),))
        if question.day_wanted:
            days, because = await self._days(question, where)
            return Done((days_proposed(question, days, because),))
        found, where, keep = await self._finder.found(question, where)
        return Done((points_proposed(question, where, found),), tuple(keep))

    async def recover(self, intent: Intent) -> Deed:
        """See `worker.Performer`. Looking once more changes nothing anywhere."""
        return await self.perform(intent)

    async def give_up(self, intent: Intent, code: str) -> Rejected:
        """See `worker.Performer`. Whoever still looks learns that nothing comes."""
        return _nowhere(intent.ordered(Question), code)

    async def _where(
        self, question: Question, attempts: int
    ) -> Whereabouts | Again | Rejected | None:
        """Where points are wanted; None if nobody knows, and otherwise what follows."""
        if question.shipment_id is None:
            return await self._at(question.country or "", question.postal_code or "")
        match await self._senders.of(question.shipment_id):
            case None:
                return Again("sender_unknown", _look_again_seconds(attempts))
            case Forgotten():
                return _nowhere(question, "sender_erased")
            case Sender(portal_id=portal_id) if portal_id != question.portal_id:
                return _nowhere(question, "portal_mismatch")
            case Sender() as sender:
                return await self._home(sender)

    async def _at(self, country: str, postal_code: str) -> Whereabouts | None:
        """The middle of a postal code; None if it is no postal code."""
        code = compact(postal_code)
        if code is None:
            return None
        spot = await self._places.middle_of(country, postal_code)
        return Whereabouts(country, code, spot, approximate=True)

    async def _home(self, sender: Sender) -> Whereabouts | None:
        """Where the customer lives: exactly if the shop knows, else as their postal code says."""
        if sender.spot is None:
            return await self._at(sender.country, sender.postal_code)
        return Whereabouts(sender.country, compact(sender.postal_code) or "", sender.spot)

    async def _days(
        self, question: Question, where: Whereabouts
    ) -> tuple[Sequence[date], str | None]:
        """When the carrier comes there; none, and perhaps why, if it does not say."""
        carrier = self._carriers.get(question.carrier or "")
        if carrier is None or carrier.collects is None:
            return (), None
        connection = self._connections.of(question.portal_id, carrier.name)
        if connection is None:
            return (), NOT_CONNECTED
        near, today = Near(where.country, where.postal_code), self._now().date()
        try:
            days = await carrier.collects.days(near, today, connection)
        except faults.CarrierFault as fault:
            return (), fault.code
        return [day for day in days if day >= today], None


def _nowhere(question: Question, code: str) -> Rejected:
    return Rejected(code, (nothing_proposed(question, WhyNoPoints.PLACE_UNKNOWN),))


def _look_again_seconds(attempts: int) -> float:
    doublings = min(attempts - 1, 10)
    return float(min(FIRST_LOOK_SECONDS * 2**doublings, LONGEST_LOOK_SECONDS))
