"""The decision. Pure: same arguments, same answer."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from contracts.lookup import ShipmentFound, ShipmentNotFound
from services.lookup.domain.parcel import Parcel
from services.lookup.domain.portal import Portal
from services.lookup.domain.question import Question


def answer(
    asked: Question, portal: Portal | None, named: Sequence[Parcel], now: datetime
) -> ShipmentFound | ShipmentNotFound:
    """Found, if the portal is open and exactly one parcel `named` by the claim was delivered.

    A parcel is delivered from the very instant of its delivery; one that is said to be delivered
    later than `now` is not. Every other case gets the same answer, so that it teaches nothing.
    """
    delivered = [parcel for parcel in named if _delivered(parcel, now)]
    if portal is not None and portal.open and len(delivered) == 1:
        (parcel,) = delivered
        return ShipmentFound(
            lookup_id=asked.lookup_id,
            portal_id=asked.portal_id,
            shipment_id=parcel.shipment_id,
            country=parcel.country,
            language=asked.language,
        )
    return no(asked)


def no(asked: Question) -> ShipmentNotFound:
    """The one answer for every kind of no."""
    return ShipmentNotFound(lookup_id=asked.lookup_id, portal_id=asked.portal_id)


def _delivered(parcel: Parcel, now: datetime) -> bool:
    return parcel.delivered_at is not None and parcel.delivered_at <= now
