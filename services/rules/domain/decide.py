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

    Default is allow. A parcel may come back up to and including the last instant of its window.
    A return is never dearer than what was shown, but it may be cheaper: what waives a fee is known
    only with the items. A parcel of another portal is as good as unknown.
    """
    if parcel is None or parcel.portal_id != request.portal_id:
        unknown = Refusal(code=Refused.SHIPMENT_UNKNOWN)
        return _rejected(request, portal, None, (*_closed(portal), unknown), now)
    value = _value(request, portal, parcel)
    price = portal.price(request.return_method, parcel.country, value)
    refusals = (
        *_closed(portal),
        *parcel_refusals(portal, parcel, now),
        *_wish_refusals(request, portal, price),
        *_item_refusals(request, portal, parcel),
    )
    if refusals or portal.return_to is None:
        return _rejected(request, portal, parcel, refusals, now)
    return ReturnApproved(
        return_id=request.return_id,
        portal_id=request.portal_id,
        shipment_id=request.shipment_id,
        order_no=parcel.order_no,
        settings_version=portal.version,
        country=parcel.country,
        items=_judged(request, parcel),
        refund_method=request.refund_method,
        return_method=request.return_method,
        price=price,
        value=value,
        return_to=portal.return_to,
        carrier=portal.carrier_for(request.return_method),
        service_point_id=request.service_point_id,
        send_back_by=portal.return_until(parcel.ordered_at, parcel.delivered_at or now),
        decided_at=now,
        language=request.language,
    )


def without_comments(request: RequestReturn) -> RequestReturn:
    """The request without what the customer typed: no verdict hangs on it, and it is not kept."""
    items = tuple([item.model_copy(update={"comment": None}) for item in request.items])
    return request.model_copy(update={"items": items})


def _closed(portal: Portal) -> tuple[Refusal, ...]:
    return () if portal.open else (Refusal(code=Refused.PORTAL_CLOSED),)


def parcel_refusals(portal: Portal, parcel: Parcel, now: datetime) -> Iterator[Refusal]:
    """Why nothing of this parcel may come back now."""
    if parcel.country in portal.blocked:
        yield Refusal(code=Refused.COUNTRY_BLOCKED)
    if parcel.delivered_at is None or parcel.delivered_at > now:
        yield Refusal(code=Refused.NOT_DELIVERED)
    elif now > portal.return_until(parcel.ordered_at, parcel.delivered_at):
        yield Refusal(code=Refused.WINDOW_CLOSED)


def line_refusal(portal: Portal, parcel: Parcel, line: Line, units: int = 1) -> Refused | None:
    """Why so many units of this line may not come back, whoever asks."""
    if line.final_sale or line.sku in portal.not_returnable:
        return Refused.NOT_RETURNABLE
    if units > parcel.left(line.line_id):
        return Refused.QUANTITY_EXCEEDED
    return None


def _wish_refusals(request: RequestReturn, portal: Portal, price: Money) -> Iterator[Refusal]:
    if request.refund_method not in portal.settings.refund_methods:
        yield Refusal(code=Refused.REFUND_METHOD_NOT_OFFERED)
    if not portal.offers(request.return_method):
        yield Refusal(code=Refused.RETURN_METHOD_NOT_OFFERED)
    if request.price_shown is not None and _dearer(price, request.price_shown):
        yield Refusal(code=Refused.PRICE_CHANGED)


def _dearer(due: Money, shown: Money) -> bool:
    """Whether `due` is more than `shown`, or cannot be compared with it."""
    return due.currency != shown.currency or due.minor > shown.minor


def _item_refusals(request: RequestReturn, portal: Portal, parcel: Parcel) -> Iterator[Refusal]:
    seen: set[str] = set()
    for item in request.items:
        line_id = item.line_id
        line = parcel.lines.get(line_id)
        if line is None:
            yield Refusal(code=Refused.ITEM_UNKNOWN, line_id=line_id)
            continue
        if line_id in seen:
            yield Refusal(code=Refused.ITEM_TWICE, line_id=line_id)
        seen.add(line_id)
        if item.reason not in portal.reasons:
            yield Refusal(code=Refused.REASON_NOT_OFFERED, line_id=line_id)
        never = line_refusal(portal, parcel, line, item.quantity)
        if never is not None:
            yield Refusal(code=never, line_id=line_id)


def _value(request: RequestReturn, portal: Portal, parcel: Parcel) -> Money:
    """What the known items cost the customer, in the portal's currency."""
    total, currency = 0, portal.settings.currency
    for item in request.items:
        line = parcel.lines.get(item.line_id)
        if line is not None and line.unit_price.currency == currency:
            total += item.quantity * line.unit_price.minor
    return Money(minor=total, currency=currency)


def _judged(request: RequestReturn, parcel: Parcel | None) -> tuple[JudgedItem, ...]:
    lines = {} if parcel is None else parcel.lines
    return tuple([_judged_item(item, lines.get(item.line_id)) for item in request.items])


def _judged_item(item: RequestedItem, line: Line | None) -> JudgedItem:
    if line is None:
        return JudgedItem(line_id=item.line_id, quantity=item.quantity, reason=item.reason)
    return JudgedItem(
        line_id=item.line_id,
        quantity=item.quantity,
        reason=item.reason,
        sku=line.sku,
        name=line.name,
        unit_price=line.unit_price,
    )


def _rejected(
    request: RequestReturn,
    portal: Portal,
    parcel: Parcel | None,
    refusals: tuple[Refusal, ...],
    now: datetime,
) -> ReturnRejected:
    return ReturnRejected(
        return_id=request.return_id,
        portal_id=request.portal_id,
        shipment_id=request.shipment_id,
        settings_version=portal.version,
        country=None if parcel is None else parcel.country,
        items=_judged(request, parcel),
        refund_method=request.refund_method,
        return_method=request.return_method,
        refusals=refusals,
        decided_at=now,
        language=request.language,
    )
