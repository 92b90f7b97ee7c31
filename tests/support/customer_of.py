"""A customer of one carrier: its adapter, with the one connection a test needs."""

from __future__ import annotations

from datetime import UTC, datetime

import httpx

from services.labels.adapters.carriers import simulated
from services.labels.adapters.lines.http import HttpLine
from services.labels.domain.connection import PLATFORM, Connection
from services.labels.domain.issued import IssuedLabel
from services.labels.domain.order import LabelOrder
from services.labels.ports.carriers import Doubt


class CustomerOfSimulated:
    """Buys from the simulated carrier at this address."""

    def __init__(self, url: str, transport: httpx.AsyncBaseTransport | None = None) -> None:
        self._adapter = simulated.adapter(HttpLine(transport))
        self._connection = Connection(PLATFORM, simulated.NAME, url)

    async def issue(self, order: LabelOrder) -> IssuedLabel:
        """See `ports.carriers.Carrier`."""
        return await self._adapter.carrier.issue(order, self._connection)

    async def recover(self, reference: str) -> IssuedLabel | None:
        """See `ports.carriers.Carrier`."""
        doubt = Doubt(reference, None, datetime.now(UTC))
        return await self._adapter.carrier.recover(doubt, self._connection)

    async def close(self) -> None:
        """No connection is open."""
        await self._adapter.close()
