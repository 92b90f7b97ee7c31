"""What analytics remembers of a label: what it cost and how it goes, not its number."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from contracts.labels import LabelIssued
from contracts.shape import Money
from services.analytics.domain.instants import whole


@dataclass(frozen=True, slots=True)
class BoughtLabel:
    """A label of one parcel of one return."""

    return_id: str
    parcel_no: int
    portal_id: str
    kind: str
    return_method: str
    carrier: str
    issued_at: datetime
    cost: Money | None = None
    """What the carrier charges the merchant; absent where the carrier does not say."""

    @property
    def id(self) -> str:
        """The same for every telling of the same label."""
        return f"{self.return_id}:{self.parcel_no}"


def bought(issued: LabelIssued) -> BoughtLabel:
    """The label as a cost."""
    return BoughtLabel(
        return_id=issued.return_id,
        parcel_no=issued.parcel_no,
        portal_id=issued.portal_id,
        kind=issued.kind,
        return_method=issued.return_method,
        carrier=issued.carrier,
        issued_at=whole(issued.issued_at),
        cost=issued.cost,
    )
