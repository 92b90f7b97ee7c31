"""The counter: takes a question, lets it wait, plays a trick if one is due, answers."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Container, MutableMapping
from dataclasses import dataclass
from http import HTTPStatus
from random import Random
from typing import Any

from deploy.local.carrier import tricks
from deploy.local.carrier.desk import Asked, Reply, Task, query_of
from deploy.local.carrier.desks import HOUSE, desks
from deploy.local.carrier.sales import Ledger
from deploy.local.mischief import Mischief

LARGEST_ORDER_BYTES = 64 * 1024

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Door = Callable[[Message, Receive, Send], Awaitable[None]]
"""An ASGI application."""


@dataclass(frozen=True)
class Pace:
    """How long an answer takes: `seconds`, give or take `jitter_seconds`, evenly spread."""

    seconds: float = 0.0
    jitter_seconds: float = 0.0

    def next(self, dice: Random) -> float:
        """The next answer's time."""
        return max(0.0, self.seconds + dice.uniform(-self.jitter_seconds, self.jitter_seconds))


AT_ONCE = Pace()


def door(ledger: Ledger, pace: Pace = AT_ONCE, mischief: Mischief | None = None) -> Door:
    """Every desk behind one door: every question waits as `pace` says, then is served."""
    behind, dice = desks(ledger), Random(0)  # noqa: S311  # spreads answers, guards nothing

    async def served(scope: Message, receive: Receive, send: Send) -> None:
        if (scope["method"], scope["path"]) == ("GET", "/health"):
            await _say(send, Reply(HTTPStatus.OK, {"status": "open"}))
            return
        body = await _body(receive)
        if body is None:
            too_large = Reply(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, {"code": "order_too_large"})
            await _say(send, too_large)
            return
        name, asked = _asked(scope, body, behind)
        task = behind[name](asked)
        if isinstance(task, Reply):
            task = _at_once(task)
        await asyncio.sleep(pace.next(dice))
        trick = mischief.against(task.reference, task.step) if mischief else None
        if trick is None:
            await _say(send, task.work())
        elif (reply := await tricks.played(trick, task.work, receive)) is not None:
            await _say(send, reply)

    return served


def _asked(scope: Message, body: bytes, names: Container[str]) -> tuple[str, Asked]:
    """Whose desk, and what it is asked."""
    first, _, rest = scope["path"].removeprefix("/").partition("/")
    name, path = (first, f"/{rest}") if first in names else (HOUSE, scope["path"])
    headers = {key.decode("latin-1").lower(): v.decode("latin-1") for key, v in scope["headers"]}
    asked = Asked(scope["method"], path, query_of(scope["query_string"]), headers, body)
    return name, asked


def _at_once(reply: Reply) -> Task:
    """A no that needs no work."""
    return Task("", "refusal", lambda *, forgetful=False: reply)  # noqa: ARG005


async def _body(receive: Receive) -> bytes | None:
    """What was sent, or None if it is more than any order needs."""
    body = bytearray()
    more = True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
        if len(body) > LARGEST_ORDER_BYTES:
            return None
    return bytes(body)


async def _say(send: Send, reply: Reply) -> None:
    body = reply.body
    headers = [
        (b"content-type", reply.media_type.encode()),
        (b"content-length", str(len(body)).encode()),
        *((name.encode(), value.encode()) for name, value in reply.headers.items()),
    ]
    await send({"type": "http.response.start", "status": reply.status.value, "headers": headers})
    # Less than was announced ends the connection: that is how an answer is cut short.
    await send({"type": "http.response.body", "body": body[: reply.cut_to]})
