"""Returns over the counter of the merchant's own shop: a QR code, no carrier, no cost."""

from __future__ import annotations

from contracts.words import LabelKind
from services.labels.domain.choose import IN_STORE
from services.labels.domain.connection import Connection
from services.labels.domain.issued import IssuedLabel
from services.labels.domain.order import LabelOrder
from services.labels.domain.tracking import own_number
from services.labels.ports.carriers import Adapter, Doubt, Evidence


class InStore:
    """See `ports.Carrier`. Its numbers follow from the reference, so a repeat gives the same."""

    async def issue(self, order: LabelOrder, _connection: Connection) -> IssuedLabel:
        """See `ports.Carrier`."""
        number = own_number(order.reference)
        return IssuedLabel(number, LabelKind.QR_CODE, product="Return in store")

    async def recover(self, _doubt: Doubt, _connection: Connection) -> IssuedLabel | None:
        """See `ports.Carrier`. Nothing left the house: there is nothing to find."""
        return None


def adapter() -> Adapter:
    """Complete: it needs nobody else."""
    return Adapter(IN_STORE, "In store", Evidence("own"), InStore(), connected=False)
