"""Talks to Sendcloud over HTTP."""

from __future__ import annotations

import asyncio
from base64 import b64encode
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from contracts.words import Cancelled
from services._runtime.words import Clock
from services.labels.adapters.carriers.sendcloud import (
    listing,
    mapping,
    papers,
    points,
    refusals,
    returns,
    tracking,
)
from services.labels.adapters.carriers.sendcloud.mapping import Announced
from services.labels.adapters.carriers.sendcloud.returns import Bought, Never, NotYet, State
from services.labels.adapters.lines.http import Answer, Ask, HttpLine
from services.labels.domain import faults
from services.labels.domain.connection import Connection
from services.labels.domain.issued import IssuedLabel, LabelRow
from services.labels.domain.order import LabelOrder
from services.labels.domain.point import Near, Point
from services.labels.domain.scan import Scan
from services.labels.ports.carriers import Doubt

HOST, API = "https://panel.sendcloud.sc", "/api/v3"
PUBLIC_KEY, SECRET_KEY = "public_key", "secret_key"

ISSUE_SECONDS, RECOVER_SECONDS = 10.5, 4.0
"""Together less than a worker's longest call, although both take several questions."""
CLOCKS_DIFFER, LONGEST_AGO = timedelta(hours=1), timedelta(days=7)
"""How far before an order its return is looked for, and how far back if nobody knows when it was
sent: longer than any order is tried."""
MOST_PAGES = 25
"""So many pages of the list are looked through."""

_NOT_SAID = (faults.AuthFailed, faults.RateLimited, faults.Unavailable)


class Sendcloud:
    """See `ports.carriers`: it sells, cancels, tracks and locates.

    An order is announced to the carrier behind it at once. Where that takes longer than an answer
    may, its label is fetched later, and never ordered anew.
    """

    numbers_at_once = 1
    calls_a_day = 50_000
    """Sendcloud allows 1,000 questions a minute, for everything an account does."""

    def __init__(self, line: HttpLine, now: Clock) -> None:
        self._line, self._now = line, now

    async def issue(self, order: LabelOrder, connection: Connection) -> IssuedLabel:
        """See `ports.carriers.Carrier`."""
        body = mapping.request(order, connection)
        try:
            async with asyncio.timeout(ISSUE_SECONDS):
                return await self._issued(order.reference, body, connection)
        except TimeoutError as error:
            raise faults.OutcomeUnknown("took too long") from error

    async def recover(self, doubt: Doubt, connection: Connection) -> IssuedLabel | None:
        """See `ports.carriers.Carrier`. The list of returns is looked through for the reference."""
        try:
            async with asyncio.timeout(RECOVER_SECONDS):
                match await self._sought(doubt, connection):
                    case Bought() as bought:
                        return await self._fetched(bought, connection)
                    case NotYet():
                        raise faults.Unavailable("announced, and no label yet")
                    case _:
                        return None
        except TimeoutError as error:
            raise faults.Unavailable("took too long") from error

    async def cancel(self, label: LabelRow, connection: Connection) -> Cancelled:
        """See `ports.carriers.Cancels`.

        Raises:
            NotCovered: Sendcloud never told the id of this return.
        """
        if not label.carrier_id.isdecimal():
            raise faults.NotCovered
        path = f"/returns/{label.carrier_id}"
        answer = await self._line.order(_ask(connection, "PATCH", f"{path}/cancel"))
        outcome = mapping.cancelled(answer)
        if outcome is not None:
            return outcome
        return returns.after_conflict(await self._answer(connection, path))

    async def track(self, labels: Sequence[LabelRow], connection: Connection) -> Sequence[Scan]:
        """See `ports.carriers.Tracks`."""
        found: list[Scan] = []
        for label in labels:
            number = label.tracking_number
            answer = await self._answer(connection, f"/parcels/tracking/{number}")
            found += tracking.scans(answer, number)
        return found

    async def near(self, near: Near, connection: Connection) -> Sequence[Point]:
        """See `ports.carriers.Locates`."""
        query = points.question(near, connection.options)
        answer = await self._answer(connection, f"/service-points?{query}")
        return points.points(answer, near, connection.options)

    async def _issued(
        self, reference: str, body: dict[str, Any], connection: Connection
    ) -> IssuedLabel:
        order = _ask(connection, "POST", "/returns/announce-synchronously", body=body)
        answer = await self._line.order(order)
        made: Announced | None = None
        try:
            made = mapping.announced(answer)
        except refusals.ReferenceTaken:
            pass  # it was ordered before, whatever we were told then
        except faults.Rejected as refused:
            raise await self._reason(refused, body, connection) from None
        with _ordered_already():
            if made is None:
                doubt = Doubt(reference, None, self._now() - LONGEST_AGO)
                state = await self._sought(doubt, connection)
            else:
                state = await self._made(made, reference, connection)
            match state:
                case Bought() as bought:
                    return await self._fetched(bought, connection)
                case Never(fields):
                    raise faults.Rejected(fields)
                case _:
                    raise faults.OutcomeUnknown("announced, and no label yet")

    async def _reason(
        self, refused: faults.Rejected, body: dict[str, Any], connection: Connection
    ) -> faults.CarrierFault:
        """The same refusal, with the names of fields: only a dry run tells them."""
        if refused.fields:
            return refused
        try:
            dry_run = _ask(connection, "POST", "/returns/validate", body=body)
            return mapping.objections(await self._line.question(dry_run)) or refused
        except faults.Unavailable:
            return refused

    async def _made(self, made: Announced, reference: str, connection: Connection) -> State:
        """What became of the return we have just made."""
        answer = await self._answer(connection, f"/returns/{made.return_id}")
        state = returns.detail(answer, reference)
        return returns.with_ids(state, made) if isinstance(state, Bought) else state

    async def _sought(self, doubt: Doubt, connection: Connection) -> State | None:
        """The return under our reference that was made since then.

        Raises:
            OutcomeUnknown: there are several, or too many to look through.
        """
        found: list[State] = []
        cursor: str | None = None
        for _ in range(MOST_PAGES):
            query = listing.query(doubt.ordered_at - CLOCKS_DIFFER, self._now(), cursor)
            answer = await self._answer(connection, f"/returns?{query}")
            page = listing.page(answer, doubt.reference)
            found += page.found
            cursor = page.cursor
            if cursor is None:
                return listing.only(found, doubt.reserved)
        raise faults.OutcomeUnknown("too many returns to look through")

    async def _fetched(self, bought: Bought, connection: Connection) -> IssuedLabel:
        """The label with everything that is printed of it."""
        if bought.parcel_id is None:
            raise faults.Unavailable("no label to fetch yet")
        place = f"/parcels/{bought.parcel_id}/documents"
        answer = await self._answer(connection, f"{place}/{papers.LABEL}", papers.wanted(bought))
        documents = [papers.label(answer, bought)]
        if bought.declared:
            answer = await self._answer(connection, f"{place}/{papers.CUSTOMS}", papers.PAPER)
            declaration = papers.declaration(answer)
            documents += [declaration] if declaration else []
        return papers.issued(bought, tuple(documents))

    async def _answer(
        self, connection: Connection, path: str, accept: str = "application/json"
    ) -> Answer:
        return await self._line.question(_ask(connection, "GET", path, accept))


def _ask(
    connection: Connection,
    method: str,
    path: str,
    accept: str = "application/json",
    body: Any = None,
) -> Ask:
    keys = (connection.secrets.get(PUBLIC_KEY, ""), connection.secrets.get(SECRET_KEY, ""))
    basic = b64encode(":".join(keys).encode()).decode()
    headers = {"accept": accept, "authorization": f"Basic {basic}"}
    return Ask(method, f"{connection.url or HOST}{API}{path}", headers, body=body)


@contextmanager
def _ordered_already() -> Iterator[None]:
    """What is not said now is asked again later: the order stands, and is never made anew.

    Raises:
        OutcomeUnknown: instead of everything after which one may order again.
    """
    try:
        yield
    except _NOT_SAID as fault:
        raise faults.OutcomeUnknown(fault.code) from fault
