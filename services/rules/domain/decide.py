"""The verdict on a request, against our own facts and never the frontend's."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from contracts.rules import (
    JudgedItem,
    Refusal,
    RequestedItem,
    RequestReturn,
    ReturnApproved,
    ReturnRejected,
)
from contracts.shape import Money
from contracts.words import Refused
from services.rules.domain.parcel import Line, Parcel
from services.rules.domain.portal import Portal


def decide(
    request: RequestReturn, portal: Portal, parcel: Parcel | None, now: datetime
) -> ReturnApproved | ReturnRejected:
    """Accept or refuse a return, with every reason for a no.

    Default is allow. A parcel may come back up to and including the last instant of its window. Nothing
    is silently changed: a price below the one due, or a method that is not offered, refuses the return.
    """
    parcel = (
        parcel if parcel is not None and parcel.portal_id == portal.settings.portal_id else None
    )
    refusals = tuple(_refusals(request, portal, parcel, now))
    if parcel is None or portal.return_to is None or refusals:
        return _rejected(request, portal, parcel, refusals, now)
    value = _value(request, portal, parcel)
    return ReturnApproved(
        return_id=request.return_id,
        portal_id=request.portal_id,
        shipment_id=request.shipment_id,
        order_no=parcel.order_no,
        settings_version=portal.version,
        country=parcel.country,
        items=tuple(_judged(item, parcel.lines[item.line_id]) for item in request.items),
        refund_method=request.refund_method,
        return_method=request.return_method,
        price=portal.price(request.return_method, parcel.country, value),
        value=value,
        return_to=portal.return_to,
        carrier=portal.carrier_for(request.return_method),
        service_point_id=request.service_point_id,
        send_back_by=portal.return_until(parcel.ordered_at, parcel.delivered_at or now),
        decided_at=now,
        language=request.language,
    )


def _refusals(
    request: RequestReturn, portal: Portal, parcel: Parcel | None, now: datetime
) -> Iterator[Refusal]:
    if not portal.open:
        yield Refusal(code=Refused.PORTAL_CLOSED)
    if parcel is None:
        yield Refusal(code=Refused.SHIPMENT_UNKNOWN)
        return
    yield from parcel_refusals(portal, parcel, now)
    yield from _wish_refusals(request, portal, parcel)
    seen: set[str] = set()
    for item in request.items:
        yield from _item_refusals(item, portal, parcel, seen)
        seen.add(item.line_id)


def parcel_refusals(portal: Portal, parcel: Parcel, now: datetime) -> Iterator[Refusal]:
    """Why nothing of this parcel may come back now."""
    if parcel.country in portal.blocked:
        yield Refusal(code=Refused.COUNTRY_BLOCKED)
    if parcel.delivered_at is None or parcel.delivered_at > now:
        yield Refusal(code=Refused.NOT_DELIVERED)
    elif now > portal.return_until(parcel.ordered_at, parcel.delivered_at):
        yield Refusal(code=Refused.WINDOW_CLOSED)


def line_refusal(portal: Portal, parcel: Parcel, line: Line) -> Refused | None:
    """Why no unit of this line may come back, whoever asks."""
    if line.final_sale or line.sku in portal.not_returnable:
        return Refused.NOT_RETURNABLE
    if parcel.left(line.line_id) < 1:
        return Refused.QUANTITY_EXCEEDED
    return None


def _wish_refusals(request: RequestReturn, portal: Portal, parcel: Parcel) -> Iterator[Refusal]:
    if request.refund_method not in portal.settings.refund_methods:
        yield Refusal(code=Refused.REFUND_METHOD_NOT_OFFERED)
    if not portal.offers(request.return_method):
        yield Refusal(code=Refused.RETURN_METHOD_NOT_OFFERED)
    due = portal.price(request.return_method, parcel.country, _value(request, portal, parcel))
    if request.price_shown is not None and request.price_shown != due:
        yield Refusal(code=Refused.PRICE_CHANGED)


def _item_refusals(
    item: RequestedItem, portal: Portal, parcel: Parcel, seen: set[str]
) -> Iterator[Refusal]:
    line = parcel.lines.get(item.line_id)
    if line is None:
        yield Refusal(code=Refused.ITEM_UNKNOWN, line_id=item.line_id)
        return
    if item.line_id in seen:
        yield Refusal(code=Refused.ITEM_TWICE, line_id=item.line_id)
    if item.reason not in portal.reasons:
        yield Refusal(code=Refused.REASON_NOT_OFFERED, line_id=item.line_id)
    never = line_refusal(portal, parcel, line)
    if never is not None:
        yield Refusal(code=never, line_id=item.line_id)
    elif item.quantity > parcel.left(item.line_id):
        yield Refusal(code=Refused.QUANTITY_EXCEEDED, line_id=item.line_id)


def _value(request: RequestReturn, portal: Portal, parcel: Parcel) -> Money:
    """What the known items cost the customer, in the portal's currency."""
    currency = portal.settings.currency
    lines = ((item, parcel.lines.get(item.line_id)) for item in request.items)
    total = sum(
        item.quantity * line.unit_price.minor
        for item, line in lines
        if line is not None and line.unit_price.currency == currency
    )
    return Money(minor=total, currency=currency)


def _judged(item: RequestedItem, line: Line | None) -> JudgedItem:
    known = {"sku": line.sku, "name": line.name, "unit_price": line.unit_price} if line else {}
    return JudgedItem(line_id=item.line_id, quantity=item.quantity, reason=item.reason, **known)


def _rejected(
    request: RequestReturn,
    portal: Portal,
    parcel: Parcel | None,
    refusals: tuple[Refusal, ...],
    now: datetime,
) -> ReturnRejected:
    lines = parcel.lines if parcel is not None else {}
    return ReturnRejected(
        return_id=request.return_id,
        portal_id=request.portal_id,
        shipment_id=request.shipment_id,
        settings_version=portal.version,
        country=parcel.country if parcel is not None else None,
        items=tuple(_judged(item, lines.get(item.line_id)) for item in request.items),
        refund_method=request.refund_method,
        return_method=request.return_method,
        refusals=refusals,
        decided_at=now,
        language=request.language,
    )
