"""Parcels and calls in memory, gone with the process."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import date, datetime

from services._runtime.words import Change
from services.labels.domain.following import Parcel

PARCELS = "parcels"


class ParcelsMemory:
    """See `ports.parcels.Parcels`."""

    def __init__(self) -> None:
        self.all: dict[str, Parcel] = {}

    def opened(self, parcel: Parcel) -> Change:
        """See `ports.parcels.Parcels`."""

        def write() -> None:
            self.all.setdefault(parcel.reference, parcel)

        return Change(PARCELS, write)

    def moved(self, before: Parcel, after: Parcel) -> Change:
        """See `ports.parcels.Parcels`."""

        def write() -> bool:
            held = self.all.get(before.reference)
            if held is None or held.revision != before.revision:
                return False
            self.all[before.reference] = after
            return True

        return Change(PARCELS, write, guarded=True)

    def looked(self, references: Sequence[str], look_at: datetime | None) -> Change:
        """See `ports.parcels.Parcels`."""

        def write() -> None:
            for one in map(self.all.get, references):
                if one is not None and one.look_at is not None:
                    self.all[one.reference] = replace(one, look_at=look_at)

        return Change(PARCELS, write)

    async def of(self, reference: str) -> Parcel | None:
        """See `ports.parcels.Parcels`."""
        return self.all.get(reference)

    async def numbered(
        self, carrier: str, connection: str, numbers: Collection[str]
    ) -> Sequence[Parcel]:
        """See `ports.parcels.Parcels`."""
        return [one for one in self._of(carrier, connection) if one.tracking_number in numbers]

    async def due(
        self, carrier: str, connection: str, now: datetime, most: int
    ) -> Sequence[Parcel]:
        """See `ports.parcels.Parcels`."""
        merchants: dict[str, list[Parcel]] = defaultdict(list)
        for one in sorted(self._waiting(carrier, connection), key=lambda held: held[0]):
            if one[0] <= now:
                merchants[one[1].portal_id].append(one[1])
        turns = [(turn, one) for held in merchants.values() for turn, one in enumerate(held)]
        return [one for _, one in sorted(turns, key=lambda held: (held[0], held[1].look_at))][:most]

    async def next_due(self, carrier: str, connection: str, after: datetime) -> datetime | None:
        """See `ports.parcels.Parcels`."""
        times = (look_at for look_at, _ in self._waiting(carrier, connection) if look_at > after)
        return min(times, default=None)

    async def has_told(self, intent: str) -> bool:  # noqa: ARG002  # the worker is this process
        """See `ports.parcels.Parcels`."""
        return True

    def _of(self, carrier: str, connection: str) -> list[Parcel]:
        whose = (carrier, connection)
        return [one for one in self.all.values() if (one.carrier, one.connection) == whose]

    def _waiting(self, carrier: str, connection: str) -> list[tuple[datetime, Parcel]]:
        held = self._of(carrier, connection)
        return [(one.look_at, one) for one in held if one.look_at is not None]


class CallsMemory:
    """See `ports.parcels.Calls`."""

    def __init__(self) -> None:
        self.made: Counter[tuple[str, date]] = Counter()

    async def count(self, connection: str, day: date, most: int) -> bool:
        """See `ports.parcels.Calls`."""
        if self.made[connection, day] >= most:
            return False
        self.made[connection, day] += 1
        return True
