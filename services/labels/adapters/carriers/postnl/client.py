"""Talks to PostNL over HTTP."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from urllib.parse import quote

from services._runtime.clock import utc_now
from services._runtime.words import Clock
from services.labels.adapters.carriers.postnl import mapping, points, statuses
from services.labels.adapters.carriers.postnl.products import LONG_DAYS, Product, product_of
from services.labels.adapters.lines.http import Answer, Ask, HttpLine
from services.labels.domain import faults
from services.labels.domain.connection import Connection
from services.labels.domain.issued import IssuedLabel, LabelRow
from services.labels.domain.order import LabelOrder
from services.labels.domain.point import Near, Point
from services.labels.domain.scan import Scan
from services.labels.ports.carriers import Doubt

HOME = "https://api.postnl.nl"


class PostNL:
    """See `ports.carriers`: `Carrier`, `Reserves`, `Tracks` and `Locates`."""

    numbers_at_once = 1
    calls_a_day = 5_000
    """PostNL names no limit and asks for restraint: this one is ours."""

    def __init__(self, line: HttpLine, now: Clock = utc_now) -> None:
        self._line, self._now = line, now

    async def reserve(self, order: LabelOrder, connection: Connection) -> str:
        """See `ports.carriers.Reserves`. A number nobody uses is lost for nothing.

        Raises:
            NotCovered: there is no product for this way; no number was taken.
        """
        _product(order, connection)
        query = mapping.reservation(connection)
        return mapping.reserved(await self._asked(connection, "/shipment/v1_1/barcode", query))

    async def issue(self, order: LabelOrder, connection: Connection) -> IssuedLabel:
        """See `ports.carriers.Carrier`. One number is one label, however often."""
        if order.reserved is None:
            raise faults.Unavailable("no number is reserved")
        product, now = _product(order, connection), self._now()
        ask = Ask(
            "POST",
            f"{_base(connection)}/shipment/v2_2/label",
            mapping.headers(connection),
            {"confirm": "true"},
            mapping.request(order, product, order.reserved, connection, now),
        )
        return mapping.issued(await self._line.order(ask), product, order.reserved, now)

    async def recover(self, doubt: Doubt, connection: Connection) -> IssuedLabel | None:  # noqa: ARG002
        """See `ports.carriers.Carrier`. None: ordering again buys nothing twice.

        Not because nothing was taken: `Shippingstatus` learns of a shipment late, and holds no
        label. But the number was kept before the order went out, and goes out with it again: under
        it PostNL knows one shipment and prints the same label. Without one, nothing went out.
        """
        return None

    async def track(self, labels: Sequence[LabelRow], connection: Connection) -> Sequence[Scan]:
        """See `ports.carriers.Tracks`."""
        scans: list[Scan] = []
        for label in labels:
            number = label.tracking_number
            path = f"/shipment/v2/status/barcode/{quote(number, safe='')}"
            answer = await self._asked(connection, path, {"detail": "true"})
            scans += statuses.scans(answer, number)
        return scans

    async def near(self, near: Near, connection: Connection) -> Sequence[Point]:
        """See `ports.carriers.Locates`. None where PostNL has no points."""
        asked = points.question(near)
        if asked is None:
            return ()
        path, query = asked
        return points.points(await self._asked(connection, path, query), near)

    async def _asked(self, connection: Connection, path: str, query: Mapping[str, str]) -> Answer:
        ask = Ask("GET", f"{_base(connection)}{path}", mapping.headers(connection), query)
        return await self._line.question(ask)


def _product(order: LabelOrder, connection: Connection) -> Product:
    return product_of(order, long_term=connection.options.get("return_days") == str(LONG_DAYS))


def _base(connection: Connection) -> str:
    return (connection.url or HOME).rstrip("/")
