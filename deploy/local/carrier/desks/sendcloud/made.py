"""One return, as Sendcloud remembers it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from deploy.local.carrier.sales import Label


@dataclass
class Return:
    """One return, as long as this process lives; after that, what the ledger knows of it."""

    reference: str
    return_id: int
    body: Mapping[str, Any]
    created_at: datetime
    label: Label | None = None
    failed: bool = False
    cancelled: bool = False
    scans: list[tuple[str, datetime]] = field(default_factory=list)

    @property
    def parcel_id(self) -> int:
        """Every return has one parcel."""
        return self.return_id + 1

    @property
    def tracking_number(self) -> str | None:
        """Once it is announced."""
        return self.label.tracking_number if self.label else None

    @property
    def history(self) -> list[tuple[str, datetime]]:
        """Its states in order."""
        if self.label is None:
            return [("announcement-failed" if self.failed else "announcing", self.created_at)]
        ends = [("cancelled", datetime.now(UTC))] if self.cancelled else []
        return [("announced", self.created_at), *self.scans, *ends]
