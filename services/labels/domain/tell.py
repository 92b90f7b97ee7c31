"""What is told, and what is kept, about a label."""

from __future__ import annotations

from datetime import datetime

from contracts.labels import (
    Document,
    LabelIssued,
    LabelPrinted,
    LabelRefused,
    ParcelMoved,
    ServicePoint,
)
from contracts.rules import ReturnApproved
from contracts.shape import Shape
from contracts.words import Phase
from services.labels.domain.choose import is_carried
from services.labels.domain.issued import IssuedLabel, LabelRow
from services.labels.domain.order import FIRST_PARCEL, described, reference_of


def told(
    approved: ReturnApproved,
    row: LabelRow,
    documents: tuple[Document, ...],
    label: IssuedLabel | None = None,
    point: ServicePoint | None = None,
) -> tuple[Shape, ...]:
    """The label is issued, these are its documents, and its carrier, if any, expects the parcel.

    `label` says when somebody comes and where its code is shown, `point` where the customer goes.
    """
    collected_from = None if label is None else label.collected_from
    collected_until = None if label is None else label.collected_until
    issued = LabelIssued(
        return_id=row.return_id,
        portal_id=row.portal_id,
        shipment_id=row.shipment_id,
        parcel_no=row.parcel_no,
        kind=row.kind,
        return_method=row.return_method,
        carrier=row.carrier,
        tracking_number=row.tracking_number,
        cost=row.cost,
        valid_until=row.valid_until,
        issued_at=row.issued_at,
        service_point_id=row.service_point_id,
        collected_from=collected_from,
        collected_until=collected_until,
    )
    printed = LabelPrinted(
        return_id=row.return_id,
        portal_id=row.portal_id,
        shipment_id=row.shipment_id,
        parcel_no=row.parcel_no,
        kind=row.kind,
        return_method=row.return_method,
        carrier=row.carrier,
        tracking_number=row.tracking_number,
        send_back_by=min(approved.send_back_by, row.valid_until or approved.send_back_by),
        language=approved.language,
        kept=tuple(described(item) for item in approved.items if item.kept),
        documents=documents,
        service_point=point,
        collected_from=collected_from,
        collected_until=collected_until,
        link=None if label is None else label.link,
    )
    if not is_carried(row.carrier):
        return issued, printed
    announced = ParcelMoved(
        return_id=row.return_id,
        portal_id=row.portal_id,
        parcel_no=row.parcel_no,
        carrier=row.carrier,
        tracking_number=row.tracking_number,
        phase=Phase.ANNOUNCED,
        happened_at=row.issued_at,
    )
    return issued, printed, announced


def refused(approved: ReturnApproved, code: str) -> LabelRefused:
    """There will be no label."""
    return LabelRefused(
        return_id=approved.return_id,
        portal_id=approved.portal_id,
        shipment_id=approved.shipment_id,
        parcel_no=FIRST_PARCEL,
        code=code,
        language=approved.language,
    )


def row_of(
    approved: ReturnApproved, label: IssuedLabel, carrier: str, evidence: str, now: datetime
) -> LabelRow:
    """The label as it is kept."""
    return LabelRow(
        reference=reference_of(approved),
        return_id=approved.return_id,
        portal_id=approved.portal_id,
        shipment_id=approved.shipment_id,
        parcel_no=FIRST_PARCEL,
        return_method=approved.return_method,
        kind=label.kind,
        carrier=carrier,
        evidence=evidence,
        tracking_number=label.tracking_number,
        cost=label.cost,
        valid_until=label.valid_until,
        issued_at=now,
        service_point_id=approved.service_point_id,
    )
