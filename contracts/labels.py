"""Messages owned by labels."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

from contracts.shape import (
    PERSONAL,
    Base64,
    Code,
    Count,
    Country,
    Day,
    Instant,
    Language,
    Money,
    Name,
    RandomId,
    Shape,
    Text,
)

ParcelNo = Annotated[int, Field(ge=1, le=99)]
_Link = Annotated[
    str,
    StringConstraints(pattern=r"^https://[^\s]{1,500}$"),
    Field(json_schema_extra={PERSONAL: True}),
]
Link = Annotated[_Link | None, Field(repr=False)]
TrackingNumber = Annotated[str, StringConstraints(pattern=r"^[A-Z0-9]{4,40}$")]


class FindServicePoints(Shape):
    """Order to labels: where near this postal code can a parcel be handed over?"""

    lookup_id: RandomId
    portal_id: Name
    country: Country
    postal_code: Text
    carrier: Code | None = None
    """Whose points. Absent means: of every carrier there are points of."""
    return_method: Code | None = None
    """What shall be done there: a `drop_off_labelless` needs a point that prints labels."""
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
    """Fact: the points near the customer, nearest first: the first is the one to preselect.

    Told for each way back of an offer that needs a point or a day, and for each
    `find-service-points`.
    """

    lookup_id: RandomId
    portal_id: Name
    points: tuple[ServicePoint, ...]
    approximate: bool = False
    """Distances are measured from the middle of the postal code."""
    carrier: Code | None = None
    return_method: Code | None = None
    source: Code | None = None
    """`carrier`, or `collection`: those an operator imported."""
    fallback_because: Code | None = None
    """Why the carrier's own list was not used, where it has one: such as `carrier_unavailable`."""
    why_not: Code | None = None
    """Why there are none: `place_unknown`, `no_points_near`, `carrier_unknown`, `no_point_needed`;
    for `pickup`, `no_days_known`."""
    collect_on: Annotated[tuple[Day, ...], Field(max_length=20)] = ()
    """For `pickup`: days on which somebody comes, the first is the one to preselect."""


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
    service_point_id: Name | None = None
    """Where the customer means to hand it over."""
    collected_from: Instant | None = None
    collected_until: Instant | None = None
    """For `pickup`: when somebody comes."""


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
    service_point: ServicePoint | None = None
    """Where the customer means to hand it over, if it is still known."""
    collected_from: Instant | None = None
    collected_until: Instant | None = None
    link: Link = None
    """Where its carrier shows the code on a screen."""


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

    `outcome` is `cancelled`, `requested`, `too_late`, `unsupported` or `never_bought`.
    """

    return_id: RandomId
    portal_id: Name
    parcel_no: ParcelNo = 1
    outcome: Code
    carrier: Code | None = None
    tracking_number: TrackingNumber | None = None
    cost: Money | None = None
    """What the label had cost, and is not owed any more if it is `cancelled`."""
    told_at: Instant | None = None


class LabelLapsed(Shape):
    """Fact: a label that was issued can no longer be used, and nobody has seen the parcel."""

    return_id: RandomId
    portal_id: Name
    shipment_id: Name
    parcel_no: ParcelNo = 1
    carrier: Code
    tracking_number: TrackingNumber
    because: Code
    """`validity_ended` or `never_handed_over`."""
    lapsed_at: Instant
    language: Language | None = None


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
