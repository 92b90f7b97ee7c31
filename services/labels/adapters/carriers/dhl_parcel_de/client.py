"""Talks to DHL Parcel DE over HTTP."""

from __future__ import annotations

import asyncio
from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from http import HTTPStatus
from typing import NoReturn

import structlog

from contracts.words import Cancelled, ReturnMethod
from services.labels.adapters.carriers.dhl_parcel_de import days, mapping, pickup
from services.labels.adapters.lines.http import Answer, Ask, HttpLine
from services.labels.adapters.lines.tokens import Token, Tokens, token_in
from services.labels.domain import faults
from services.labels.domain.connection import Connection
from services.labels.domain.issued import IssuedLabel, LabelRow
from services.labels.domain.order import LabelOrder
from services.labels.domain.point import Near
from services.labels.ports.carriers import Doubt

log = structlog.get_logger()

PRODUCTION = "https://api-eu.dhl.com"
RETURNS, PICKUPS = "/parcel/de/shipping/returns/v1", "/parcel/de/transportation/pickup/v3"
TOKEN = "/parcel/de/account/auth/ropc/v1/token"  # noqa: S105  # an address
PICKUP_SECONDS, TAKE_BACK_SECONDS = 4.0, 1.0
"""With an order's own ten they stay within the longest call of a worker."""

_ACCEPT = "application/json, application/problem+json"


class DhlParcelDe:
    """See `ports.carriers`: `Carrier`, `Cancels` and `Collects`."""

    def __init__(self, line: HttpLine) -> None:
        self._line, self._tokens = line, Tokens(self._token)

    async def issue(self, order: LabelOrder, connection: Connection) -> IssuedLabel:
        """See `ports.carriers.Carrier`. What can be undone is done before the label."""
        paper, body = mapping.paper_for(order), mapping.request(order, connection)
        if order.method != ReturnMethod.PICKUP:
            return await self._bought(order, paper, body, connection)
        coming, day = await self._collected(order, connection)
        try:
            label = await self._bought(order, paper, body, connection)
        except faults.OutcomeUnknown:
            raise  # there may be a label: whoever finds it will want it collected
        except faults.CarrierFault:
            await self._nobody_comes(coming, connection)
            raise
        begins, ends = pickup.window(day)
        return replace(label, carrier_id=coming, collected_from=begins, collected_until=ends)

    async def recover(self, _doubt: Doubt, _connection: Connection) -> NoReturn:
        """See `ports.carriers.Carrier`. DHL tells nobody what it has sold."""
        raise faults.OutcomeUnknown("returns cannot be looked up")

    async def cancel(self, label: LabelRow, connection: Connection) -> Cancelled:
        """See `ports.carriers.Cancels`: nobody comes. A label that is not used runs out."""
        if label.return_method != ReturnMethod.PICKUP or not label.carrier_id:
            return Cancelled.UNSUPPORTED
        return await self._taken_back(label.carrier_id, connection)

    async def days(self, near: Near, today: date, connection: Connection) -> Sequence[date]:
        """See `ports.carriers.Collects`."""
        if near.country != mapping.HOME or not pickup.is_agreed(connection):
            return ()
        return tuple(days.coming(today))

    async def _bought(
        self, order: LabelOrder, paper: str, body: Mapping[str, object], connection: Connection
    ) -> IssuedLabel:
        address = f"{_base(connection)}{RETURNS}/orders"
        headers = await self._headers(connection)
        ask = Ask("POST", address, headers, {"labelType": paper}, body)
        return mapping.issued(self._seen(await self._line.order(ask), ask, connection), order)

    async def _collected(self, order: LabelOrder, connection: Connection) -> tuple[str, date]:
        """The collection that stands for this order: one that was ordered before, or a new one.

        Raises:
            CarrierFault: there is none, or nobody knows; no label was ordered.
        """
        try:
            async with asyncio.timeout(PICKUP_SECONDS):
                return await self._agreed(order, connection)
        except TimeoutError as slow:
            raise faults.Unavailable("pickup: too slow") from slow
        except faults.OutcomeUnknown as doubt:
            raise faults.Unavailable(f"pickup: {doubt}") from doubt  # it is found the next time

    async def _agreed(self, order: LabelOrder, connection: Connection) -> tuple[str, date]:
        soonest = pickup.body(order, connection, None)
        if order.collect_on is not None:
            try:
                return await self._ordered(order, connection, order.collect_on)
            except faults.Rejected as fault:
                if pickup.PICKUP_DATE not in fault.fields:
                    raise  # else the day has passed, or is a holiday there: the next one then
        dry_run = await self._pickups("POST", connection, {"validate": "true"}, soonest)
        return await self._ordered(order, connection, pickup.possible(dry_run))

    async def _ordered(
        self, order: LabelOrder, connection: Connection, day: date
    ) -> tuple[str, date]:
        answer = await self._pickups("GET", connection, pickup.search(order, day))
        if (found := pickup.known(answer, order)) is not None:
            return found, day
        wanted = pickup.body(order, connection, day)
        headers = await self._bearer(connection)
        ask = Ask("POST", f"{_base(connection)}{PICKUPS}/orders", headers, body=wanted)
        return pickup.agreed(self._seen(await self._line.order(ask), ask, connection))

    async def _nobody_comes(self, order_id: str, connection: Connection) -> None:
        """A collection without a label is taken back, if that is quickly done."""
        try:
            async with asyncio.timeout(TAKE_BACK_SECONDS):
                await self._taken_back(order_id, connection)
        except (TimeoutError, faults.CarrierFault) as left:
            # The next attempt finds and uses it; after the last one somebody comes in vain.
            log.warning("collection_left_standing", why=type(left).__name__)

    async def _taken_back(self, order_id: str, connection: Connection) -> Cancelled:
        answer = await self._pickups("DELETE", connection, {"orderID": order_id})
        return pickup.taken_back(answer, order_id)

    async def _pickups(
        self,
        method: str,
        connection: Connection,
        query: Mapping[str, str],
        body: Mapping[str, object] | None = None,
    ) -> Answer:
        """What may be asked twice: a search, a dry run, a collection taken back."""
        headers = await self._bearer(connection)
        ask = Ask(method, f"{_base(connection)}{PICKUPS}/orders", headers, query, body)
        return self._seen(await self._line.question(ask), ask, connection)

    async def _headers(self, connection: Connection) -> Mapping[str, str]:
        """Who we are, in whichever of DHL's two ways the connection allows."""
        if "api_secret" in connection.secrets:
            return await self._bearer(connection)
        secrets = connection.secrets
        word = b64encode(f"{secrets['user']}:{secrets['password']}".encode()).decode()
        known = {"authorization": f"Basic {word}", "dhl-api-key": secrets["api_key"]}
        return known | {"accept": _ACCEPT}

    async def _bearer(self, connection: Connection) -> Mapping[str, str]:
        if "api_secret" not in connection.secrets:
            raise faults.NotCovered("collections need an api_secret")
        token = await self._tokens.of(connection)
        return {"authorization": f"Bearer {token}", "accept": _ACCEPT}

    def _seen(self, answer: Answer, ask: Ask, connection: Connection) -> Answer:
        """The same answer. A token that was refused is not used again."""
        if answer.status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
            self._tokens.drop(connection, ask.headers["authorization"].removeprefix("Bearer "))
        return answer

    async def _token(self, connection: Connection) -> Token:
        secrets = connection.secrets
        form = {
            "grant_type": "password",
            "username": secrets["user"],
            "password": secrets["password"],
            "client_id": secrets["api_key"],
            "client_secret": secrets["api_secret"],
        }
        ask = Ask("POST", f"{_base(connection)}{TOKEN}", form=form)
        return token_in(await self._line.question(ask))


def _base(connection: Connection) -> str:
    return connection.url or PRODUCTION
