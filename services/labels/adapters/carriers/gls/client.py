"""Talks to GLS: ShipIT for labels and shops, Track & Trace for parcels, one token for both."""

from __future__ import annotations

import json
import time
from base64 import b64encode
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from http import HTTPStatus
from typing import Any

from contracts.words import Cancelled, ReturnMethod
from services._runtime.clock import utc_now
from services._runtime.words import Clock
from services.labels.adapters.carriers.gls import mapping, points, statuses
from services.labels.adapters.carriers.gls.days import as_late_as_anywhere, days_from, pickup_day
from services.labels.adapters.carriers.gls.said import LetIn
from services.labels.adapters.lines.http import Answer, Ask, HttpLine
from services.labels.adapters.lines.tokens import Token, Tokens, token_in
from services.labels.domain import faults
from services.labels.domain.connection import Connection
from services.labels.domain.issued import IssuedLabel, LabelRow
from services.labels.domain.order import LabelOrder
from services.labels.domain.point import Near, Point
from services.labels.domain.scan import Scan
from services.labels.ports.carriers import Doubt

NAME = "gls"
ITSELF = "https://api.gls-group.net"
SHIPIT = "/shipit-farm/v1/backend"
TOKEN = "/oauth2/v2/token"  # noqa: S105  # an address
JSON = "application/glsVersion1+json"


class Gls:
    """See `ports.carriers`: a `Carrier` that `Cancels`, `Tracks`, `Locates` and `Collects`."""

    numbers_at_once = statuses.NUMBERS_AT_ONCE
    calls_a_day = statuses.CALLS_A_DAY

    def __init__(
        self,
        line: HttpLine,
        now: Clock = utc_now,
        steady: Callable[[], float] = time.monotonic,
    ) -> None:
        self._line, self._now = line, now
        self._tokens = Tokens(self._token, steady)

    async def issue(self, order: LabelOrder, connection: Connection) -> IssuedLabel:
        """See `ports.carriers.Carrier`."""
        if order.method not in mapping.SERVICES:
            raise faults.NotCovered(order.method)
        pickup_on = pickup_day(order.collect_on, as_late_as_anywhere(self._now()))
        ask = _post(connection, "/rs/shipments", mapping.shipment(order, connection, pickup_on))
        answer = await self._let_in(self._line.order, ask, connection)
        return mapping.issued(answer, order.reference, order.method, pickup_on)

    async def recover(self, doubt: Doubt, connection: Connection) -> IssuedLabel | None:
        """See `ports.carriers.Carrier`. A label is found by printing it again under our reference.

        A pickup is left to a person: it has no print, and what GLS does to the driver's order when
        asked for one is nowhere said.
        """
        if doubt.method == ReturnMethod.PICKUP:
            raise faults.OutcomeUnknown("a pickup cannot be read back")
        ask = _post(connection, "/rs/shipments/reprintparcel", mapping.reprint(doubt.reference))
        answer = await self._let_in(self._line.question, ask, connection)
        return mapping.recovered(answer, doubt.reference)

    async def cancel(self, label: LabelRow, connection: Connection) -> Cancelled:
        """See `ports.carriers.Cancels`. GLS takes the wish; its depot decides."""
        track_id = label.carrier_id or label.tracking_number
        ask = _post(connection, f"/rs/shipments/cancel/{track_id}", None)
        try:
            answer = await self._let_in(self._line.order, ask, connection)
        except faults.OutcomeUnknown as fault:  # asking again does no harm
            raise faults.Unavailable(str(fault)) from fault
        return mapping.cancelled(answer, track_id)

    async def track(self, labels: Sequence[LabelRow], connection: Connection) -> Sequence[Scan]:
        """See `ports.carriers.Tracks`."""
        numbers = [label.tracking_number for label in labels]
        ask = Ask("GET", _base(connection) + statuses.path(numbers))
        return statuses.scans(await self._let_in(self._line.question, ask, connection), numbers)

    async def near(self, near: Near, connection: Connection) -> Sequence[Point]:
        """See `ports.carriers.Locates`."""
        where, body = points.question(near)
        ask = _post(connection, where, body)
        answer = await self._let_in(self._line.question, ask, connection)
        return points.points(answer, near, self._now().date(), NAME)

    async def days(self, _near: Near, today: date, _connection: Connection) -> Sequence[date]:
        """See `ports.carriers.Collects`. Which countries it comes in, rules know."""
        return days_from(today)

    async def _let_in(
        self, line: Callable[[Ask], Awaitable[Answer]], ask: Ask, connection: Connection
    ) -> Answer:
        """The answer to what is asked with a token.

        At the door is turned away whoever has a token that is not good (any more): a 401 says that
        nothing behind the door has heard a word. So even an order may be made once more, with a
        fresh token. It is not made a third time.
        """
        token = await self._tokens.of(connection)
        answer = await line(_with(ask, token))
        if answer.status != HTTPStatus.UNAUTHORIZED:
            return answer
        self._tokens.drop(connection, token)
        return await line(_with(ask, await self._tokens.of(connection)))

    async def _token(self, connection: Connection) -> Token:
        """OAuth 2.0, client credentials: who asks stands in the header, what for in a form."""
        secrets = connection.secrets
        pair = f"{secrets['client_id']}:{secrets['client_secret']}".encode()
        ask = Ask(
            "POST",
            f"{_base(connection)}{TOKEN}",
            headers={"authorization": f"Basic {b64encode(pair).decode()}"},
            form={"grant_type": "client_credentials"},
        )
        return token_in(await self._line.question(ask), LetIn)


def _base(connection: Connection) -> str:
    return (connection.url or ITSELF).rstrip("/")


def _post(connection: Connection, path: str, body: Mapping[str, Any] | None) -> Ask:
    """Something asked of ShipIT, in its own kind of JSON."""
    return Ask(
        "POST",
        f"{_base(connection)}{SHIPIT}{path}",
        headers={"content-type": JSON, "accept": f"{JSON}, application/json"},
        body=None if body is None else json.dumps(body, ensure_ascii=False).encode(),
    )


def _with(ask: Ask, token: str) -> Ask:
    return replace(ask, headers={**ask.headers, "authorization": f"Bearer {token}"})
