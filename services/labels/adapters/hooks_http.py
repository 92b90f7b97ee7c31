"""Where carriers post what they know: `POST /hooks/<carrier>/<portal>`, and `*` for all portals.

Nothing is believed before its signature, and nothing is answered with yes before it is kept. What
is kept are scans: what else was posted may be about a person, and is dropped here.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from hashlib import sha256
from http import HTTPStatus
from typing import Any, Final

import structlog

from contracts.envelope import Envelope, derived_id
from services._runtime.errors import is_outage
from services._runtime.words import Plan
from services.labels.domain import faults
from services.labels.domain.connection import Connection
from services.labels.domain.errands import Posted, seen
from services.labels.domain.skeleton import skeleton
from services.labels.ports import Connections
from services.labels.ports.carriers import Adapter, Hook, Hooks
from services.labels.ports.parcels import TAKE_HOOK, Inbox

log = structlog.get_logger()

BEGINS: Final = "/hooks/"
LARGEST_HOOK_BYTES: Final = 256 * 1024
AT_ONCE: Final = 32
"""So many are read at the same time. Whoever comes then is asked to come again."""
READ_SECONDS, KEEP_SECONDS = 10.0, 10.0
_PATH: Final = re.compile(r"/hooks/([a-z][a-z0-9_]{0,63})/([^?#]{1,64})")

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]


class HookDoor:
    """The ASGI application behind `/hooks/`.

    200 nothing in it is news · 202 kept · 401 not signed by a connection's secret · 404 no such
    carrier, or one that posts nothing · 405, 408, 413 no hook · 503 come again.

    What is signed and not understood is answered with 202, so that it is not repeated for ever, and
    waits for an operator: without its values, and once of each kind.
    """

    def __init__(
        self, carriers: Mapping[str, Adapter], connections: Connections, inbox: Inbox
    ) -> None:
        self._carriers, self._connections, self._inbox = carriers, connections, inbox
        self._reading = 0

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """See `_runtime.doors.App`."""
        if self._reading >= AT_ONCE:
            await _answer(send, HTTPStatus.SERVICE_UNAVAILABLE)
            return
        self._reading += 1
        try:
            status = await self._served(scope, receive)
        finally:
            self._reading -= 1
        await _answer(send, status)

    async def _served(self, scope: Message, receive: Receive) -> HTTPStatus:
        if scope["method"] != "POST":
            return HTTPStatus.METHOD_NOT_ALLOWED
        found = _PATH.fullmatch(scope["path"])
        adapter = self._carriers.get(found[1]) if found else None
        if found is None or adapter is None or adapter.hooks is None:
            return HTTPStatus.NOT_FOUND
        body = await _body(scope, receive)
        if isinstance(body, HTTPStatus):
            return body
        return await self._judged(adapter.hooks, Hook(_names(scope), body), found[1], found[2])

    async def _judged(self, hooks: Hooks, hook: Hook, carrier: str, portal_id: str) -> HTTPStatus:
        connection = self._exactly(portal_id, carrier)
        posted = None if connection is None else _read(hooks, hook, connection)
        if connection is None or posted is None:
            # The same answer, so that nobody learns who the merchants are.
            log.info("hook_refused", carrier=carrier)
            return HTTPStatus.UNAUTHORIZED
        if not posted.scans and posted.unreadable is None:
            return HTTPStatus.OK
        return await self._kept(posted, connection, hook.body)

    def _exactly(self, portal_id: str, carrier: str) -> Connection | None:
        """The connection of this portal itself: nobody signs for another."""
        connection = self._connections.of(portal_id, carrier)
        ours = connection is not None and connection.portal_id == portal_id
        return connection if ours else None

    async def _kept(self, posted: Posted, connection: Connection, body: bytes) -> HTTPStatus:
        what = posted.body() if posted.unreadable is not None else body
        digest = sha256(connection.id.encode() + b"\n" + what).hexdigest()
        cause = Envelope(derived_id("hook", digest), f"/carriers/{posted.carrier}", TAKE_HOOK)
        try:
            async with asyncio.timeout(KEEP_SECONDS):
                await self._inbox.take(Plan(TAKE_HOOK, digest[:40], posted), cause)
        except Exception as error:  # an outage has many names; nothing else is swallowed here
            if not is_outage(error):
                raise
            log.warning("hook_not_kept", carrier=posted.carrier, error=type(error).__name__)
            return HTTPStatus.SERVICE_UNAVAILABLE
        return HTTPStatus.ACCEPTED


def _names(scope: Message) -> Mapping[str, str]:
    return {name.decode("latin-1").lower(): v.decode("latin-1") for name, v in scope["headers"]}


def _read(hooks: Hooks, hook: Hook, connection: Connection) -> Posted | None:
    """What was posted, or None if it was not signed as it must be."""
    carrier, whose = connection.carrier, connection.portal_id
    try:
        scans = hooks.scans(hook, connection)
    except faults.Forged:
        return None
    except faults.Unreadable:
        log.warning("hook_unreadable", connection=connection.id, size=len(hook.body))
        return Posted(carrier=carrier, connection=whose, unreadable=skeleton(hook.body))
    return Posted(carrier=carrier, connection=whose, scans=seen(scans))


async def _body(scope: Message, receive: Receive) -> bytes | HTTPStatus:
    """What was sent, or why it was not read to its end: it took too long, or is too much."""
    try:
        async with asyncio.timeout(READ_SECONDS):
            body = await _pieces(scope, receive)
    except TimeoutError:
        return HTTPStatus.REQUEST_TIMEOUT
    return HTTPStatus.REQUEST_ENTITY_TOO_LARGE if body is None else body


async def _pieces(scope: Message, receive: Receive) -> bytes | None:
    """All of it, or None if it is too much; what says that it is too long is not read at all."""
    for name, value in scope["headers"]:
        if name.lower() == b"content-length" and (
            not value.isdigit() or int(value[:12]) > LARGEST_HOOK_BYTES
        ):
            return None
    body, more = bytearray(), True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False) and message["type"] == "http.request"
        if len(body) > LARGEST_HOOK_BYTES:
            return None
    return bytes(body)


async def _answer(send: Send, status: HTTPStatus) -> None:
    body = json.dumps({"status": status.phrase}).encode()
    headers = [
        (b"content-type", b"application/json"),
        (b"content-length", str(len(body)).encode()),
        (b"cache-control", b"no-store"),
    ]
    if status is HTTPStatus.SERVICE_UNAVAILABLE:
        headers.append((b"retry-after", b"10"))
    await send({"type": "http.response.start", "status": status.value, "headers": headers})
    await send({"type": "http.response.body", "body": body})
