"""What a carrier says about a parcel on its way."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Scan:
    """One scan. `phase` is a `contracts.words.Phase`; `code` is the carrier's own word for it."""

    tracking_number: str
    phase: str
    code: str
    happened_at: datetime
    country: str | None = None
