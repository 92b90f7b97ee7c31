"""What a customer may choose from: the same questions the verdict will ask."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from contracts.lookup import ShipmentFound
from contracts.rules import OfferedItem, OfferedMethod, OptionsOffered, Refusal
from contracts.words import Refused
from services.rules.domain.decide import line_refusal, parcel_refusals
from services.rules.domain.parcel import Line, Parcel
from services.rules.domain.portal import Portal


def offer(
    found: ShipmentFound, portal: Portal, parcel: Parcel | None, now: datetime
) -> OptionsOffered:
    """Items, reasons, refund methods, ways back with price, deadline and links, as things stand.

    A price is the most the way back can cost: a fee may be waived once the items are known. A
    parcel of another portal is as good as unknown.
    """
    if parcel is not None and parcel.portal_id != found.portal_id:
        parcel = None
    refusals = tuple(_refusals(portal, parcel, now))
    settings = portal.settings
    country = parcel.country if parcel else found.country
    return OptionsOffered(
        lookup_id=found.lookup_id,
        portal_id=found.portal_id,
        shipment_id=found.shipment_id,
        settings_version=portal.version,
        items=tuple(_item(portal, parcel, line) for line in parcel.lines.values())
        if parcel
        else (),
        reasons=tuple(portal.reasons.values()),
        refund_methods=settings.refund_methods,
        return_methods=tuple(_method(portal, method, country) for method in _offered(portal)),
        return_until=(
            portal.return_until(parcel.ordered_at, parcel.delivered_at)
            if parcel and parcel.delivered_at
            else None
        ),
        policy_url=settings.policy_url,
        support_url=settings.support_url,
        refusals=refusals,
    )


def _refusals(portal: Portal, parcel: Parcel | None, now: datetime) -> Iterator[Refusal]:
    if not portal.open:
        yield Refusal(code=Refused.PORTAL_CLOSED)
    if parcel is None:
        yield Refusal(code=Refused.SHIPMENT_UNKNOWN)
    else:
        yield from parcel_refusals(portal, parcel, now)


def _item(portal: Portal, parcel: Parcel, line: Line) -> OfferedItem:
    why_not = line_refusal(portal, parcel, line)
    return OfferedItem(
        line_id=line.line_id,
        sku=line.sku,
        name=line.name,
        unit_price=line.unit_price,
        returnable_units=0 if why_not else parcel.left(line.line_id),
        why_not=why_not,
    )


def _offered(portal: Portal) -> Iterator[str]:
    return (method for method in portal.settings.return_methods if portal.offers(method))


def _method(portal: Portal, method: str, country: str) -> OfferedMethod:
    price = portal.price(method, country, portal.free)
    return OfferedMethod(method=method, price=price, carrier=portal.carrier_for(method))
