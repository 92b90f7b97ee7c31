"""Talks to pigeons over HTTP."""

from __future__ import annotations

from services.labels.adapters.carriers.pigeon import mapping
from services.labels.adapters.lines.http import Ask, HttpLine
from services.labels.domain.connection import Connection
from services.labels.domain.issued import IssuedLabel
from services.labels.domain.order import LabelOrder
from services.labels.ports.carriers import Doubt


class Pigeon:
    """See `ports.carriers.Carrier`."""

    def __init__(self, line: HttpLine) -> None:
        self._line = line

    async def issue(self, order: LabelOrder, connection: Connection) -> IssuedLabel:
        """See `ports.carriers.Carrier`."""
        seed = {"x-seed": connection.secrets["seed"]}
        ask = Ask("POST", f"{connection.url}/flights", seed, body=mapping.request(order))
        return mapping.issued(await self._line.order(ask))

    async def recover(self, _doubt: Doubt, _connection: Connection) -> IssuedLabel | None:
        """See `ports.carriers.Carrier`. The same ring again is the same flight."""
        return None
