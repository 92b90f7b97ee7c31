"""Talks to the simulated carrier over HTTP."""

from __future__ import annotations

from collections.abc import Sequence

from services.labels.adapters.carriers.simulated import mapping, statuses
from services.labels.adapters.lines.http import Ask, HttpLine
from services.labels.domain.connection import Connection
from services.labels.domain.issued import IssuedLabel, LabelRow
from services.labels.domain.order import LabelOrder
from services.labels.domain.scan import Scan
from services.labels.ports.carriers import Doubt, Hook


class Simulated:
    """See `ports.carriers.Carrier`. The reference goes out with every order, and is sold once."""

    def __init__(self, line: HttpLine) -> None:
        self._line = line

    async def issue(self, order: LabelOrder, connection: Connection) -> IssuedLabel:
        """See `ports.carriers.Carrier`."""
        ask = Ask("POST", f"{connection.url}/labels", body=mapping.request(order))
        return mapping.issued(await self._line.order(ask), order.reference)

    async def recover(self, doubt: Doubt, connection: Connection) -> IssuedLabel | None:
        """See `ports.carriers.Carrier`."""
        query = {"reference": doubt.reference}
        ask = Ask("GET", f"{connection.url}/labels", query=query)
        return mapping.recovered(await self._line.question(ask), doubt.reference)


class Watched:
    """See `ports.carriers.Tracks`."""

    numbers_at_once = 10
    calls_a_day = 5000

    def __init__(self, line: HttpLine) -> None:
        self._line = line

    async def track(self, labels: Sequence[LabelRow], connection: Connection) -> Sequence[Scan]:
        """See `ports.carriers.Tracks`."""
        numbers = [label.tracking_number for label in labels]
        ask = Ask("GET", f"{connection.url}/scans", query={"numbers": ",".join(numbers)})
        return statuses.tracked(await self._line.question(ask), numbers)


class Telling:
    """See `ports.carriers.Hooks`."""

    def scans(self, hook: Hook, connection: Connection) -> Sequence[Scan]:
        """See `ports.carriers.Hooks`."""
        signature = hook.headers.get(statuses.SIGNATURE, "")
        return statuses.posted(hook.body, signature, connection.secrets.get(statuses.HOOK_KEY, ""))
