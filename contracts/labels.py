"""Messages owned by labels."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

from contracts.shape import (
    Base64,
    Code,
    Count,
    Country,
    Instant,
    Language,
    Money,
    Name,
    RandomId,
    Shape,
    Text,
)

ParcelNo = Annotated[int, Field(ge=1, le=99)]
TrackingNumber = Annotated[str, StringConstraints(pattern=r"^[A-Z0-9]{4,40}$")]


class FindServicePoints(Shape):
    """Order to labels: where near this postal code can a parcel be handed over?"""

    lookup_id: RandomId
    portal_id: Name
    country: Country
    postal_code: Text
    carrier: Code | None = None
    limit: Annotated[int, Field(ge=1, le=50)] = 10


class ServicePoint(Shape):
    """A place that takes parcels."""

    point_id: Name
    carrier: Code
    name: Text
    street: Text
    postal_code: Text
    town: Text
    country: Country
    latitude: Annotated[float, Field(ge=-90, le=90)]
    longitude: Annotated[float, Field(ge=-180, le=180)]
    distance_metres: Count
    opening_hours: dict[Code, Text] = {}
    abilities: tuple[Code, ...] = ()


class ServicePointsProposed(Shape):
    """Fact: the points near the customer, nearest first."""

    lookup_id: RandomId
    portal_id: Name
    points: tuple[ServicePoint, ...]
    approximate: bool = False
    """Distances are measured from the middle of the postal code."""


class LabelIssued(Shape):
    """Fact: the carrier took the order; the customer has something to show at the counter."""

    return_id: RandomId
    portal_id: Name
    shipment_id: Name
    parcel_no: ParcelNo = 1
    kind: Code
    return_method: Code
    carrier: Code
    tracking_number: TrackingNumber
    cost: Money | None = None
    """What the carrier charges the merchant."""
    valid_until: Instant | None = None
    issued_at: Instant


class Document(Shape):
    """One file a customer needs."""

    kind: Code
    media_type: Text
    content: Base64


class LabelPrinted(Shape):
    """Fact: these are the documents of a label. Personal, and kept for days only."""

    return_id: RandomId
    portal_id: Name
    shipment_id: Name
    parcel_no: ParcelNo = 1
    kind: Code
    return_method: Code
    carrier: Code
    tracking_number: TrackingNumber
    send_back_by: Instant
    language: Language | None = None
    kept: Annotated[tuple[Text, ...], Field(max_length=100)] = ()
    """Items of the return that stay with the customer: they do not belong in this parcel."""
    documents: Annotated[tuple[Document, ...], Field(min_length=1, max_length=5)]


class LabelDelayed(Shape):
    """Fact: the carrier cannot answer now; the label follows."""

    return_id: RandomId
    portal_id: Name
    shipment_id: Name
    parcel_no: ParcelNo = 1
    code: Code
    retry_at: Instant


class LabelRefused(Shape):
    """Fact: no carrier will take this parcel, and why."""

    return_id: RandomId
    portal_id: Name
    shipment_id: Name
    parcel_no: ParcelNo = 1
    code: Code
    language: Language | None = None


class LabelCancelled(Shape):
    """Fact: what became of the wish to cancel a label.

    `outcome` is `cancelled`, `requested`, `too_late` or `unsupported`.
    """

    return_id: RandomId
    portal_id: Name
    parcel_no: ParcelNo = 1
    outcome: Code


class ParcelMoved(Shape):
    """Fact: the returned parcel reached another phase."""

    return_id: RandomId
    portal_id: Name
    parcel_no: ParcelNo = 1
    carrier: Code
    tracking_number: TrackingNumber
    phase: Code
    happened_at: Instant
    carrier_code: Text | None = None
    """The carrier's own word for it."""
    country: Country | None = None
