"""What rules needs from the world."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final, Protocol

from contracts.labels import ParcelMoved
from contracts.rules import (
    ApproveReturn,
    CancelReturn,
    RefuseReturn,
    ReleaseRefund,
    RequestedItem,
    ReturnAwaitingApproval,
)
from contracts.shop import PortalConfigured, ShipmentRecorded
from services._runtime.words import Change, Plan
from services.rules.domain.orders import Order
from services.rules.domain.parcel import Parcel
from services.rules.domain.portal import Portal
from services.rules.domain.returned import Returned, Step, Told

JUDGE_REQUEST, OFFER_OPTIONS = "judge_request", "offer_options"
"""Intents: what must wait because its parcel is not recorded yet."""
EXPIRE_APPROVAL = "expire_approval"
"""Intent: a return that waits for a person is refused when its time is up."""
Late = Order | ParcelMoved
LATER: Final[Mapping[type[Late], str]] = {
    ApproveReturn: "approve_return",
    RefuseReturn: "refuse_return",
    CancelReturn: "cancel_return",
    ReleaseRefund: "release_refund",
    ParcelMoved: "note_movement",
}
"""Intents: what must wait because its return was not decided yet."""
_A_MONTH_SECONDS = 30 * 24 * 3600.0


@dataclass(slots=True)
class Known:
    """The facts around a batch of messages, kept up to date while the batch is decided."""

    portals: dict[str, Portal] = field(default_factory=dict)
    parcels: dict[str, Parcel] = field(default_factory=dict)


class Facts(Protocol):
    """The portals and parcels rules decides on."""

    async def known(self, portals: Collection[str], parcels: Collection[str]) -> Known:
        """What is known of these; what is not known is missing."""
        ...

    async def versions(self, portals: Collection[str]) -> Mapping[str, int]:
        """The settings version in force per portal; unknown portals are missing."""
        ...

    def configured(self, settings: PortalConfigured) -> tuple[Change, ...]:
        """These settings are in force, unless younger ones are; whichever, they can be read again.

        Of two settings with one version the first stays.
        """
        ...

    def recorded(self, shipment: ShipmentRecorded) -> Change:
        """The parcel is known, unless a younger version of it is. What was taken stays taken."""
        ...

    def forgotten(self, shipment_id: str) -> Change:
        """Known is only what was taken of this parcel, and up to which version it was forgotten.

        Only a younger version brings it back, and what was taken stays taken.
        """
        ...

    def taken(self, before: Parcel, after: Parcel) -> Change:
        """What `after` has taken is taken. Guarded: a conflict if it is not as it was `before`."""
        ...

    def freed(self, shipment_id: str, items: Iterable[RequestedItem]) -> Change:
        """What one return had taken may be asked for again, also of a forgotten parcel.

        Not guarded, and not the same when repeated: keep it with a guarded change.
        """
        ...


@dataclass(frozen=True, slots=True)
class Record:
    """A return as it stands, its first verdict, and the parcel as it was judged."""

    returned: Returned
    verdict: Told
    """Without the order's number."""
    parcel: Parcel | None
    """With what was taken before this return, without the order's number. None: it was unknown."""


class Returns(Protocol):
    """Every return that was ever asked for, with its first verdict. Nobody in it can be named."""

    async def of(self, return_ids: Collection[str]) -> dict[str, Returned]:
        """These returns as they stand; those never decided are missing."""
        ...

    def opened(self, fresh: Returned, told: Told, parcel: Parcel | None) -> Change:
        """The return is known, with its verdict and what the parcel was like.

        Guarded: a conflict if it was known before.
        """
        ...

    def changed(self, before: Returned, after: Returned) -> Change:
        """The return is as `after` says. Guarded: a conflict if it is not as it was `before`."""
        ...


@dataclass(frozen=True, slots=True)
class Books:
    """Parcels and returns, which must always agree."""

    facts: Facts
    returns: Returns

    def opening(self, step: Step, told: Told, parcel: Parcel | None) -> tuple[Change, ...]:
        """The writes that make a return known, and take from the parcel what it holds."""
        if step.after is None:
            return ()
        if parcel is not None and parcel.portal_id != told.portal_id:
            parcel = None  # another merchant's: as good as unknown, and not to be shown to this one
        known = self.returns.opened(step.after, told, parcel)
        if parcel is None or step.after.granted is None:
            return (known,)
        return self.facts.taken(parcel, parcel.without(step.after.request.items)), known

    def changing(self, before: Returned, step: Step) -> tuple[Change, ...]:
        """The writes that take a return this step further."""
        if step.after is None:
            return ()
        changed = self.returns.changed(before, step.after)
        if not step.frees:
            return (changed,)
        request = before.request
        return changed, self.facts.freed(request.shipment_id, request.items)


def expiry(told: Told) -> tuple[Plan, ...]:
    """What is due when a return waits for a person, and nobody comes."""
    if not isinstance(told, ReturnAwaitingApproval):
        return ()
    wait = (told.expires_at - told.decided_at).total_seconds()
    return (
        Plan(
            EXPIRE_APPROVAL,
            told.return_id,
            told,
            wait_seconds=wait,
            deadline_seconds=wait + _A_MONTH_SECONDS,
        ),
    )
