"""What loyalty needs from the world."""

from __future__ import annotations

from typing import Protocol

from services._runtime.words import Change
from services.loyalty.domain import Stamp


class Stamps(Protocol):
    """The stamps that were given."""

    def keep(self, stamp: Stamp) -> Change:
        """The stamp stands once, however often it is kept."""
        ...
