"""Returns the customer posts: a printed address label, a number of ours, their own postage."""

from __future__ import annotations

from contracts.words import LabelKind, ReturnMethod
from services.labels.domain import faults
from services.labels.domain.choose import OWN_LABEL
from services.labels.domain.connection import Connection
from services.labels.domain.issued import IssuedLabel
from services.labels.domain.order import LabelOrder
from services.labels.domain.tracking import own_number
from services.labels.ports.carriers import Adapter, Doubt, Evidence


class OwnLabel:
    """See `ports.Carrier`. Its numbers follow from the reference, so a repeat gives the same.

    Drop-off only: without a carrier nobody collects the parcel, and no counter prints its label.
    """

    async def issue(self, order: LabelOrder, _connection: Connection) -> IssuedLabel:
        """See `ports.Carrier`."""
        if order.method != ReturnMethod.DROP_OFF_POINT:
            raise faults.NotCovered(order.method)
        return IssuedLabel(
            own_number(order.reference),
            LabelKind.LABEL,
            product="Own postage",
            note="Pay the postage where you hand the parcel over.",
        )

    async def recover(self, _doubt: Doubt, _connection: Connection) -> IssuedLabel | None:
        """See `ports.Carrier`. Nothing left the house: there is nothing to find."""
        return None


def adapter() -> Adapter:
    """Complete: it needs nobody else."""
    return Adapter(OWN_LABEL, "Return parcel", Evidence("own"), OwnLabel(), connected=False)
