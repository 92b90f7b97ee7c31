"""The life of a return: it waits, is approved, refused or cancelled, travels, and is paid for once.

Whatever is ordered or happens, in whatever order and however often: a step leads on, or nothing
changes.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Final, NamedTuple

from contracts.labels import ParcelMoved
from contracts.rules import (
    RefundDue,
    Refusal,
    RequestReturn,
    ReturnApproved,
    ReturnAwaitingApproval,
    ReturnRejected,
)
from contracts.shape import Money, Shape
from contracts.words import Phase, Refused, ReturnMethod

Told = ReturnApproved | ReturnRejected | ReturnAwaitingApproval

ON_ITS_WAY: Final = frozenset(
    {
        *(Phase.HANDED_OVER, Phase.IN_TRANSIT, Phase.AT_CUSTOMS, Phase.OUT_FOR_DELIVERY),
        *(Phase.DELIVERED, Phase.DELIVERY_FAILED),
    }
)
"""Phases of a parcel that was handed over and travels to the merchant."""
HANDED_OVER: Final = ON_ITS_WAY | {Phase.RETURNED_TO_SENDER, Phase.LOST}
"""Phases of a parcel that was handed over, wherever it went."""

WHEN_HANDED_OVER, WHEN_DELIVERED, MANUALLY = "handed_over", "delivered", "manually"
"""What a merchant's `refund_when` may say."""
NOTHING_TO_SEND = "nothing_to_send"


class State(StrEnum):
    """Where a return stands."""

    WAITING = "waiting"
    APPROVED = "approved"
    REFUSED = "refused"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Due:
    """What the merchant owes, why, and since when."""

    amount: Money
    because: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Passage:
    """Something that happened to a return after its first verdict, for whoever asks later."""

    what: str
    at: datetime
    by: str | None = None


@dataclass(frozen=True, slots=True)
class Returned:
    """A return as it stands. Nothing in it is about the person who asked for it."""

    state: State
    request: RequestReturn
    """Without what the customer typed."""
    settings_version: int
    refund_when: str
    decided_at: datetime
    granted: ReturnApproved | None = None
    """What holds, or will once a person says yes; without the order's number."""
    expires_at: datetime | None = None
    """Until when it may wait for that person."""
    handed_over_at: datetime | None = None
    refund: Due | None = None
    passages: tuple[Passage, ...] = ()

    @property
    def return_id(self) -> str:
        """Which return this is."""
        return self.request.return_id

    @property
    def revision(self) -> int:
        """Counts up with every change."""
        return len(self.passages)


class Step(NamedTuple):
    """What follows. Without `after` nothing has changed."""

    after: Returned | None = None
    tell: tuple[Shape, ...] = ()
    frees: bool = False
    """Its items may be asked for again."""


def opened(
    request: RequestReturn,
    told: Told,
    granted: ReturnApproved | None,
    refund_when: str,
    now: datetime,
) -> Step:
    """The return as its first verdict leaves it."""
    state = State.REFUSED
    if granted is not None:
        state = State.APPROVED if isinstance(told, ReturnApproved) else State.WAITING
    after = Returned(
        state=state,
        request=request,
        settings_version=told.settings_version,
        refund_when=refund_when,
        decided_at=now,
        granted=None if granted is None else granted.model_copy(update={"order_no": ""}),
        expires_at=told.expires_at if isinstance(told, ReturnAwaitingApproval) else None,
    )
    return due_if_nothing_travels(after, told, now)


def moved(held: Returned, parcel: ParcelMoved, now: datetime) -> Step:
    """What becomes of the return when its parcel reaches a phase, whichever was told before it."""
    ours = parcel.portal_id == held.request.portal_id and held.state is State.APPROVED
    if not ours or parcel.phase not in HANDED_OVER:
        return Step()
    pays = held.refund is None and _triggers(held.refund_when, parcel.phase)
    if held.handed_over_at is not None and not pays:
        return Step()
    since = held.handed_over_at or parcel.happened_at
    after = passed(replace(held, handed_over_at=since), parcel.phase, parcel.happened_at)
    return due(after, held.refund_when, now) if pays else Step(after)


def _triggers(refund_when: str, phase: str) -> bool:
    if refund_when == WHEN_HANDED_OVER:
        return phase in ON_ITS_WAY
    return refund_when == WHEN_DELIVERED and phase == Phase.DELIVERED


def expired(held: Returned, now: datetime) -> Step:
    """A return that nobody approved in time is refused. Any other stays as it is."""
    if held.state is not State.WAITING or not is_late(held, now):
        return Step()
    return refused(held, Refused.APPROVAL_EXPIRED, now)


def is_late(held: Returned, now: datetime) -> bool:
    """Whether nobody can approve it any more: at `expires_at` it is too late."""
    return held.expires_at is not None and now >= held.expires_at


def refused(
    held: Returned, code: Refused, now: datetime, by: str | None = None, because: str | None = None
) -> Step:
    """A waiting return does not take place."""
    granted = granted_of(held)
    told = ReturnRejected(
        return_id=granted.return_id,
        portal_id=granted.portal_id,
        shipment_id=granted.shipment_id,
        settings_version=granted.settings_version,
        country=granted.country,
        items=granted.items,
        refund_method=granted.refund_method,
        return_method=granted.return_method,
        refusals=(Refusal(code=code),),
        decided_at=now,
        language=granted.language,
        facts=granted.facts,
        refused_by=by,
        because=because,
    )
    after = replace(passed(held, code, now, by), state=State.REFUSED)
    return Step(after, (told,), frees=True)


def due_if_nothing_travels(after: Returned, told: Shape, now: datetime) -> Step:
    """`after` with `told`; where nothing travels, nothing is waited for before the refund."""
    nothing = after.granted is not None and after.granted.return_method == ReturnMethod.NONE
    if not nothing or after.state is not State.APPROVED or after.refund_when == MANUALLY:
        return Step(after, (told,))
    paid = due(after, NOTHING_TO_SEND, now)
    return Step(paid.after, (told, *paid.tell))


def due(held: Returned, because: str, now: datetime, wished: Money | None = None) -> Step:
    """The refund: what was wished, at most the items' value less the price, never below nothing."""
    granted = granted_of(held)
    price = granted.price.minor if granted.price.currency == granted.value.currency else 0
    most = max(granted.value.minor - price, 0)
    minor = most if wished is None else min(wished.minor, most)
    amount = Money(minor=minor, currency=granted.value.currency)
    told = RefundDue(
        return_id=granted.return_id,
        portal_id=granted.portal_id,
        amount=amount,
        refund_method=granted.refund_method,
        because=because,
        due_at=now,
        value=granted.value,
        price=granted.price,
    )
    return Step(replace(held, refund=Due(amount, because, now)), (told,))


def passed(held: Returned, what: str, at: datetime, by: str | None = None) -> Returned:
    """`held`, and one more thing has happened to it."""
    return replace(held, passages=(*held.passages, Passage(str(what), at, by)))


def granted_of(held: Returned) -> ReturnApproved:
    """What it has, or waits for.

    Raises:
        ValueError: it was refused at once, and nothing was ever granted.
    """
    if held.granted is None:
        raise ValueError("nothing was granted")
    return held.granted
