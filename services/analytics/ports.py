"""What analytics needs from the world."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from contracts.analytics import FindReasons, ReasonsFound
from services._runtime.words import Change
from services.analytics.domain.label import BoughtLabel
from services.analytics.domain.record import Cancellation, ReasonRecord
from services.analytics.domain.shipped import Shipment


class Reasons(Protocol):
    """Every reason ever given."""

    def keep(self, records: Iterable[ReasonRecord]) -> tuple[Change, ...]:
        """The records stand, each once, however often they are kept.

        A record that waits stands only where none that is decided does, whichever came first.
        """
        ...

    def cancel(self, cancelled: Cancellation) -> Change:
        """The return is marked as cancelled, whether its records stand already or come later."""
        ...

    async def ranked(self, query: FindReasons) -> ReasonsFound:
        """The answer of `domain.rank.rank` over every record that stands now.

        Raises:
            Permanent: `question_too_large`, finding it out would hold up everything else.
        """
        ...


class Labels(Protocol):
    """What the way back costs the merchant."""

    def keep(self, label: BoughtLabel) -> Change:
        """The label stands once, however often it is kept."""
        ...


class Shipments(Protocol):
    """What was sent out: what returns are a share of."""

    def keep(self, shipment: Shipment) -> Change:
        """The shipment stands as its youngest version has it."""
        ...

    def forget(self, shipment_id: str) -> Change:
        """Nothing stands of this shipment."""
        ...
