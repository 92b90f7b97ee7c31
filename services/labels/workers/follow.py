"""Asking carriers where parcels are: seldom, together, and never more often than they bear.

One intent per contract and slot of time. Whoever looks at parcels plans the slot of the next look,
so that there is always one ahead while any parcel of the contract is followed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

import structlog

from contracts.envelope import derived_id
from services._runtime.intents import Intent
from services._runtime.words import Change, Clock, Plan
from services._runtime.worker import Deed, Done, Rejected
from services.labels.domain import faults
from services.labels.domain.connection import Connection
from services.labels.domain.errands import Asking, Scanned, seen
from services.labels.domain.following import Parcel, by_number, fresh, moved
from services.labels.domain.looking import (
    calls_until,
    first_look,
    next_look,
    on_grid,
    wait_for_a_call,
)
from services.labels.domain.scan import Scan
from services.labels.ports import Connections, Labels
from services.labels.ports.carriers import Adapter, Tracks
from services.labels.ports.parcels import FOLLOW_PARCELS, MOVE_PARCEL, Calls, Parcels

log = structlog.get_logger()

MOST_PARCELS: Final = 200
"""At most so many are asked about in one attempt,"""
LONGEST_ROUND: Final = timedelta(seconds=5)
"""and no call is begun after so long."""
SLOT: Final = timedelta(minutes=1)
FIRST_REST, LONGEST_REST = timedelta(minutes=2), timedelta(hours=4)
"""How long a carrier that does not answer is left alone, at first and at most."""
KEPT_UP_SECONDS: Final = 70 * 24 * 3600.0
"""Longer than any parcel is followed."""


def following(carrier: str, connection: str, at: datetime, now: datetime, in_vain: int = 0) -> Plan:
    """The carrier is asked at `at`, in a slot that is not over yet."""
    slot = on_grid(max(at, now + timedelta(seconds=1)), SLOT)
    wait = (slot - now).total_seconds()
    return Plan(
        FOLLOW_PARCELS,
        f"{connection}/{carrier}:{slot.astimezone(UTC):%Y-%m-%dT%H:%MZ}",
        Asking(carrier=carrier, connection=connection, in_vain=in_vain),
        wait_seconds=wait,
        deadline_seconds=wait + KEPT_UP_SECONDS,
    )


def first_following(parcel: Parcel, now: datetime) -> Plan:
    """Its carrier is asked for it for the first time."""
    at = parcel.look_at or first_look(parcel.issued_at)
    return following(parcel.carrier, parcel.connection, at, now)


def moving(parcel: Parcel, scans: Sequence[Scan]) -> Plan:
    """These scans of the parcel are looked at, once, in the story of its own return."""
    kept = Scanned(reference=parcel.reference, scans=seen(scans))
    number = derived_id(*(f"{one.code} {one.happened_at.isoformat()}" for one in kept.scans))
    return Plan(MOVE_PARCEL, f"{parcel.reference}:{number}", kept, cause=parcel.cause)


class FollowParcels:
    """Performs `follow_parcels`: what the carrier says of each parcel becomes an intent of its own.

    Nothing but reading happens at the carrier's, so that every attempt may be repeated.
    """

    def __init__(
        self,
        parcels: Parcels,
        labels: Labels,
        calls: Calls,
        carriers: Mapping[str, Adapter],
        connections: Connections,
        now: Clock,
    ) -> None:
        self._parcels, self._labels, self._calls = parcels, labels, calls
        self._carriers, self._connections, self._now = carriers, connections, now

    async def perform(self, intent: Intent) -> Deed:
        """See `worker.Performer`."""
        order, now = intent.ordered(Asking), self._now()
        due = await self._parcels.due(order.carrier, order.connection, now, MOST_PARCELS)
        rest: timedelta | None
        adapter = self._carriers.get(order.carrier)
        contract = self._connections.of(order.connection, order.carrier)
        if adapter is None or adapter.tracks is None or contract is None:
            rest, found, in_vain = LONGEST_REST, _Found(), 0
        else:
            rest, found, in_vain = await self._asked(adapter.tracks, contract, due, order.in_vain)
        ahead = await self._ahead(order, due, found, rest, in_vain)
        return Done((), found.keep(self._parcels), (*found.plans, *ahead))

    async def recover(self, intent: Intent) -> Deed:
        """See `worker.Performer`. Asking again is safe."""
        return await self.perform(intent)

    async def give_up(self, intent: Intent, code: str) -> Rejected:  # noqa: ARG002
        """See `worker.Performer`. Nobody is followed for so long."""
        return Rejected(code)

    async def _asked(
        self, tracks: Tracks, contract: Connection, due: Sequence[Parcel], in_vain: int
    ) -> tuple[timedelta | None, _Found, int]:
        """How long to rest before the rest is asked about, what was found, and vain calls so far.

        No rest: everybody was asked about, or time is up and the next slot goes on.
        """
        found, began = _Found(), self._now()
        for some in _together(due, tracks.numbers_at_once):
            now = self._now()
            if now - began > LONGEST_ROUND:
                break
            most = calls_until(now, tracks.calls_a_day)
            if not await self._calls.count(contract.id, now.astimezone(UTC).date(), most):
                log.info("daily_calls_used", connection=contract.id, calls=most)
                wait = wait_for_a_call(now, tracks.calls_a_day)
                return timedelta(seconds=wait), found, in_vain
            held = [await self._labels.of(one.reference) for one in some]
            try:
                said = await tracks.track([row for row in held if row is not None], contract)
            except faults.RateLimited as fault:
                return timedelta(seconds=max(fault.after_seconds, 1)), found, in_vain
            except faults.CarrierFault as fault:
                log.warning("carrier_not_tracking", carrier=contract.carrier, code=fault.code)
                rest = min(FIRST_REST * 2 ** min(in_vain, 12), LONGEST_REST)
                return rest, found, in_vain + 1
            in_vain = 0
            found.learn(some, said, now)
        return None, found, in_vain

    async def _ahead(
        self,
        order: Asking,
        due: Sequence[Parcel],
        found: _Found,
        rest: timedelta | None,
        in_vain: int,
    ) -> tuple[Plan, ...]:
        """The slot in which it goes on; none if no parcel of this contract is followed any more."""
        now = self._now()
        left = len(found.looks) < len(due) or len(due) == MOST_PARCELS
        later = await self._parcels.next_due(order.carrier, order.connection, now)
        times = [at for at in found.looks.values() if at is not None]
        times += [later] if later is not None else []
        if left:
            times.append(now + (rest or SLOT))
        if not times:
            return ()
        at = max(min(times), now + rest) if rest is not None else min(times)
        return (following(order.carrier, order.connection, at, now, in_vain),)


class _Found:
    """What one round has learnt."""

    def __init__(self) -> None:
        self.plans: list[Plan] = []
        self.looks: dict[str, datetime | None] = {}

    def learn(self, asked: Sequence[Parcel], said: Sequence[Scan], now: datetime) -> None:
        """Everybody was asked about now; scans of parcels nobody asked about are nobody's."""
        scans = by_number(said)
        for parcel in asked:
            new = fresh(parcel, scans.get(parcel.tracking_number, ()))
            if new:
                self.plans.append(moving(parcel, new))
            after = moved(parcel, new, now).after or parcel
            self.looks[parcel.reference] = next_look(after, now)

    def keep(self, parcels: Parcels) -> tuple[Change, ...]:
        """The next look at each, one write for all of the same time."""
        times: dict[datetime | None, list[str]] = {}
        for reference, at in self.looks.items():
            times.setdefault(at, []).append(reference)
        return tuple(parcels.looked(references, at) for at, references in times.items())


def _together(parcels: Sequence[Parcel], at_once: int) -> Iterator[Sequence[Parcel]]:
    for begin in range(0, len(parcels), at_once):
        yield parcels[begin : begin + at_once]
