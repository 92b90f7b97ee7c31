"""The verdict on a request, against our own facts and never the frontend's."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from contracts.rules import (
    Refusal,
    RequestReturn,
    ReturnApproved,
    ReturnAwaitingApproval,
    ReturnRejected,
)
from contracts.shape import Address
from contracts.words import Refused
from services.rules.domain.hearing import trace
from services.rules.domain.hearing.case import case
from services.rules.domain.hearing.hear import Hearing, commented, hear
from services.rules.domain.parcel import Parcel
from services.rules.domain.portal import Portal

A_RULE_ASKS: Final = "needs_approval"
"""Why a return waits for a person: the merchant's rules want one."""
TYPED: Final = "…"
"""Stands for what a customer typed: that there was something is all that is kept."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is told, and what the customer may do: at once, or once a person says yes."""

    told: ReturnApproved | ReturnRejected | ReturnAwaitingApproval
    granted: ReturnApproved | None = None
    """Nothing where the request is refused."""


def decide(request: RequestReturn, portal: Portal, parcel: Parcel | None, now: datetime) -> Verdict:
    """Accept or refuse a return, or leave it to a person; with every reason for a no.

    Default is allow. A parcel may come back up to and including the last instant of its window.
    The price must be what was shown, to the penny. A parcel of another portal is as good as
    unknown.
    """
    if parcel is None or parcel.portal_id != request.portal_id:
        return Verdict(_nothing_known(request, portal, now))
    hearing = hear(request, case(portal, parcel, now))
    if hearing.refusals or portal.return_to is None:
        return Verdict(_rejected(hearing))
    granted = _approved(hearing, portal.return_to)
    if not any(item.effect.needs_approval for item in hearing.items):
        return Verdict(granted, granted)
    return Verdict(_waiting(hearing, granted), granted)


def without_comments(request: RequestReturn) -> RequestReturn:
    """The request without what the customer typed. That something was, is left to be seen."""
    items = tuple(
        [
            item.model_copy(update={"comment": TYPED if commented(item) else None})
            for item in request.items
        ]
    )
    return request.model_copy(update={"items": items})


def _approved(hearing: Hearing, return_to: Address) -> ReturnApproved:
    about, request = hearing.about, hearing.request
    way = about.ways.get(request.return_method)
    return ReturnApproved(
        return_id=request.return_id,
        portal_id=request.portal_id,
        shipment_id=request.shipment_id,
        order_no=about.parcel.order_no,
        settings_version=about.portal.version,
        country=about.parcel.country,
        items=trace.judged(hearing),
        refund_method=request.refund_method,
        return_method=request.return_method,
        price=hearing.price,
        value=hearing.value,
        return_to=return_to,
        carrier=None if way is None else way.carrier,
        service_point_id=request.service_point_id,
        collect_on=hearing.collect_on,
        send_back_by=hearing.send_back_by,
        decided_at=about.now,
        language=request.language,
        facts=trace.facts(hearing),
    )


def _waiting(hearing: Hearing, granted: ReturnApproved) -> ReturnAwaitingApproval:
    patience = timedelta(days=hearing.about.portal.settings.approval_days)
    return ReturnAwaitingApproval(
        return_id=granted.return_id,
        portal_id=granted.portal_id,
        shipment_id=granted.shipment_id,
        settings_version=granted.settings_version,
        because=(A_RULE_ASKS,),
        expires_at=hearing.about.now + patience,
        decided_at=granted.decided_at,
        country=granted.country,
        items=granted.items,
        refund_method=granted.refund_method,
        return_method=granted.return_method,
        price=granted.price,
        value=granted.value,
        language=granted.language,
        facts=granted.facts,
        rules=trace.rule_ids(trace.asking(hearing.items)),
    )


def _rejected(hearing: Hearing) -> ReturnRejected:
    about, request = hearing.about, hearing.request
    return ReturnRejected(
        return_id=request.return_id,
        portal_id=request.portal_id,
        shipment_id=request.shipment_id,
        settings_version=about.portal.version,
        country=about.parcel.country,
        items=trace.judged(hearing),
        refund_method=request.refund_method,
        return_method=request.return_method,
        refusals=hearing.refusals,
        decided_at=about.now,
        language=request.language,
        facts=trace.facts(hearing),
    )


def _nothing_known(request: RequestReturn, portal: Portal, now: datetime) -> ReturnRejected:
    closed = () if portal.open else (Refusal(code=Refused.PORTAL_CLOSED),)
    return ReturnRejected(
        return_id=request.return_id,
        portal_id=request.portal_id,
        shipment_id=request.shipment_id,
        settings_version=portal.version,
        items=trace.unknown(request),
        refund_method=request.refund_method,
        return_method=request.return_method,
        refusals=(*closed, Refusal(code=Refused.SHIPMENT_UNKNOWN)),
        decided_at=now,
        language=request.language,
    )
