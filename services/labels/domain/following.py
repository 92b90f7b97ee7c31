"""What a parcel's scans add up to, in whatever order and however often they are heard.

A parcel is in the highest phase of `ORDER` that any scan of it named. Whatever comes late, or comes
again, is kept and not told: what is told of a parcel never goes back.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from contracts.envelope import Envelope
from contracts.labels import LabelLapsed, ParcelMoved
from contracts.words import Lapsed, Phase
from services.labels.domain.issued import LabelRow
from services.labels.domain.scan import Scan

ORDER: Final = (
    Phase.ANNOUNCED,
    Phase.CANCELLED,  # and posted all the same: then it is told where it is
    Phase.HANDED_OVER,
    Phase.IN_TRANSIT,
    Phase.AT_CUSTOMS,
    Phase.OUT_FOR_DELIVERY,
    Phase.DELIVERY_FAILED,
    Phase.LOST,  # and found again: then it is delivered
    Phase.DELIVERED,
    Phase.RETURNED_TO_SENDER,  # what is delivered after that is delivered to the customer
)
"""From the first to the last. `unknown` stands nowhere: it says nothing about where a parcel is."""
FINAL: Final = frozenset({Phase.DELIVERED, Phase.RETURNED_TO_SENDER})
"""Nobody asks for the parcel any more."""
UNSEEN: Final = frozenset({Phase.ANNOUNCED, Phase.CANCELLED})
"""No carrier has had the parcel in its hands."""
MOST_SCANS: Final = 200
"""So many scans of a parcel are kept. What comes after them still moves it."""
NO_LONGER_AFTER: Final = timedelta(days=60)
"""So long after its label, and half as long after it last moved, nobody asks for a parcel."""
LATE_SCANS: Final = timedelta(days=2)
"""A parcel that was handed over on the last day may be seen so much later."""

_RANK: Final[Mapping[str, int]] = {phase: place for place, phase in enumerate(ORDER)}


@dataclass(frozen=True, slots=True)
class Parcel:
    """A parcel on its way back: nothing about a person.

    `told_by` is the intent that told of it last, and `cause` the message its label was ordered by.
    `look_at` is when its carrier is asked next; None is never.
    """

    reference: str
    return_id: str
    portal_id: str
    shipment_id: str
    parcel_no: int
    carrier: str
    connection: str
    tracking_number: str
    issued_at: datetime
    cause: Envelope
    told_by: str
    phase: str = Phase.ANNOUNCED
    moved_at: datetime | None = None
    strange: bool = False
    """Its carrier said something that nobody has a word for, and that was told."""
    scans: tuple[Scan, ...] = ()
    look_at: datetime | None = None
    revision: int = 0


class Step(NamedTuple):
    """What follows from scans. Without `after` nothing is new."""

    after: Parcel | None = None
    tell: tuple[ParcelMoved, ...] = ()


def parcel_of(row: LabelRow, cause: Envelope, told_by: str) -> Parcel:
    """The parcel of a fresh label, of which it was told that it is announced."""
    return Parcel(
        reference=row.reference,
        return_id=row.return_id,
        portal_id=row.portal_id,
        shipment_id=row.shipment_id,
        parcel_no=row.parcel_no,
        carrier=row.carrier,
        connection=row.connection,
        tracking_number=row.tracking_number,
        issued_at=row.issued_at,
        cause=cause,
        told_by=told_by,
    )


def fresh(parcel: Parcel, scans: Iterable[Scan]) -> tuple[Scan, ...]:
    """Those nobody has heard before, each once, as they happened."""
    held = {_identity(scan) for scan in parcel.scans}
    new = {
        _identity(scan): scan for scan in scans if scan.tracking_number == parcel.tracking_number
    }
    return tuple(sorted((new[key] for key in new.keys() - held), key=_happening))


def moved(parcel: Parcel, scans: Iterable[Scan], now: datetime) -> Step:
    """The parcel after these scans, and each phase it reached by them.

    Scans are taken as they happened, not as they came: what is `delivered` after a parcel went back
    to its sender was not delivered to the merchant. Nothing happens later than `now`.
    """
    new = fresh(parcel, scans)
    if not new:
        return Step()
    after, tell = parcel, []
    for scan in new:
        if scan.phase not in _RANK:
            if after.strange or after.phase in FINAL:
                continue
            after = replace(after, strange=True)
            tell.append(_told(parcel, scan, Phase.UNKNOWN, now))
        elif _RANK[scan.phase] > _RANK[after.phase]:
            after = replace(after, phase=scan.phase, moved_at=min(scan.happened_at, now))
            tell.append(_told(parcel, scan, scan.phase, now))
    kept = (*parcel.scans, *new)[:MOST_SCANS]
    if not tell and kept == parcel.scans:
        return Step()
    return Step(replace(after, scans=kept, revision=parcel.revision + 1), tuple(tell))


def is_seen(parcel: Parcel) -> bool:
    """Whether its carrier may have it, or has had it. What nobody has a word for may mean that."""
    return parcel.phase not in UNSEEN or parcel.strange


def lapsed(
    parcel: Parcel, valid_until: datetime | None, send_back_by: datetime, language: str | None
) -> LabelLapsed | None:
    """That its label is of no use any more; None where the parcel was seen, or is not expected."""
    if is_seen(parcel) or parcel.phase == Phase.CANCELLED:
        return None
    ended = valid_until is not None and valid_until < send_back_by
    return LabelLapsed(
        return_id=parcel.return_id,
        portal_id=parcel.portal_id,
        shipment_id=parcel.shipment_id,
        parcel_no=parcel.parcel_no,
        carrier=parcel.carrier,
        tracking_number=parcel.tracking_number,
        because=Lapsed.VALIDITY_ENDED if ended else Lapsed.NEVER_HANDED_OVER,
        lapsed_at=last_day(valid_until, send_back_by),
        language=language,
    )


def last_day(valid_until: datetime | None, send_back_by: datetime) -> datetime:
    """The last instant at which handing it over is of any use."""
    return min(send_back_by, valid_until or send_back_by)


def _identity(scan: Scan) -> tuple[str, datetime]:
    """Which scan this is, to the second: what is kept may have lost what is finer."""
    return scan.code, scan.happened_at.replace(microsecond=0)


def _happening(scan: Scan) -> tuple[datetime, int, str]:
    return scan.happened_at, _RANK.get(scan.phase, -1), scan.code


def _told(parcel: Parcel, scan: Scan, phase: str, now: datetime) -> ParcelMoved:
    return ParcelMoved(
        return_id=parcel.return_id,
        portal_id=parcel.portal_id,
        parcel_no=parcel.parcel_no,
        carrier=parcel.carrier,
        tracking_number=parcel.tracking_number,
        phase=phase,
        happened_at=min(scan.happened_at, now),
        carrier_code=scan.code,
        country=scan.country,
    )


def by_number(scans: Sequence[Scan]) -> Mapping[str, tuple[Scan, ...]]:
    """The scans of each parcel, by its number."""
    found: dict[str, tuple[Scan, ...]] = {}
    for scan in scans:
        found[scan.tracking_number] = (*found.get(scan.tracking_number, ()), scan)
    return found
