"""A carrier that sells labels no post will take: HTTP outside, a ledger inside.

    python -m deploy.local.carrier --port 2600 --ledger sales.jsonl [--latency-ms 200]
                                   [--mischief tricks.json]

    GET  /health               200
    POST /labels               201 with a new label, 200 with the one sold before, or 422
    GET  /labels?reference=…   200 with the label, 404 `label_absent`

It keeps the promise that labels relies on: **under one reference one label is sold**, however often
and with whatever else it is asked. What it sold is on disk before it answers, so the promise
holds across restarts and `kill -9`. The ledger names nobody. What it does wrong on purpose, and
only when it was given a file that says so, is in `carrier_tricks`.
"""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from datetime import UTC, datetime
from functools import partial
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import uvicorn
from pydantic import ValidationError

from deploy.local import carrier_tricks
from deploy.local.carrier_tricks import Reply
from deploy.local.mischief import Mischief
from deploy.local.processes import LOOPBACK
from deploy.local.sales import COSTS, Ledger, Order

LARGEST_ORDER_BYTES = 64 * 1024

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Door = Callable[[Message, Receive, Send], Awaitable[None]]
"""An ASGI application."""


def door(ledger: Ledger, latency_seconds: float = 0.0, mischief: Mischief | None = None) -> Door:
    """The carrier's counter: every order and question waits `latency_seconds`, then is served."""

    async def served(scope: Message, receive: Receive, send: Send) -> None:
        match scope["method"], scope["path"]:
            case "GET", "/health":
                await _say(send, Reply(HTTPStatus.OK, {"status": "open"}))
                return
            case "POST", "/labels":
                wanted = _order(await _body(receive))
                reference = wanted.reference if isinstance(wanted, Order) else ""
                step, work = "order", partial(_sold, ledger, wanted)
            case "GET", "/labels":
                reference = _reference(scope["query_string"])
                step, work = "question", partial(_found, ledger, reference)
            case _:
                await _say(send, Reply(HTTPStatus.NOT_FOUND, {"code": "no_such_place"}))
                return
        await asyncio.sleep(latency_seconds)
        trick = mischief.against(reference, step) if mischief else None
        if trick is None:
            await _say(send, work())
        elif (reply := await carrier_tricks.played(trick, work, receive)) is not None:
            await _say(send, reply)

    return served


def _order(body: bytes | None) -> Order | Reply:
    """What is ordered, or why that is no order."""
    if body is None:
        return Reply(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, {"code": "order_too_large"})
    try:
        order = Order.model_validate_json(body)
    except ValidationError as error:
        fields = sorted({".".join(map(str, e["loc"])) for e in error.errors()} - {""})
        return _refused("order_invalid", fields)
    return order if order.method in COSTS else _refused("method_not_covered", ["method"])


def _refused(code: str, fields: list[str]) -> Reply:
    return Reply(HTTPStatus.UNPROCESSABLE_ENTITY, {"code": code, "fields": fields})


def _sold(ledger: Ledger, wanted: Order | Reply, *, forgetful: bool = False) -> Reply:
    if isinstance(wanted, Reply):
        return wanted
    label, fresh = ledger.sell(wanted, datetime.now(UTC), forgetful=forgetful)
    return Reply(HTTPStatus.CREATED if fresh else HTTPStatus.OK, label.answer())


def _reference(query: bytes) -> str:
    return parse_qs(query.decode("latin-1")).get("reference", [""])[0]


def _found(ledger: Ledger, reference: str, *, forgetful: bool = False) -> Reply:  # noqa: ARG001
    label = ledger.find(reference)
    if label is None:
        return Reply(HTTPStatus.NOT_FOUND, {"code": "label_absent"})
    return Reply(HTTPStatus.OK, label.answer())


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


def main() -> None:
    """The process, until SIGINT or SIGTERM."""
    words = argparse.ArgumentParser(prog="python -m deploy.local.carrier")
    words.add_argument("--host", default=LOOPBACK, help="where to listen")
    words.add_argument("--port", type=int, required=True, help="port to listen on")
    words.add_argument("--ledger", type=Path, required=True, help="where sales are written down")
    words.add_argument("--latency-ms", type=int, default=0, help="how long every answer takes")
    words.add_argument("--mischief", type=Path, help="file of what to do wrong on purpose")
    told = words.parse_args()
    mischief = Mischief(told.mischief) if told.mischief else None
    uvicorn.run(
        door(Ledger(told.ledger), told.latency_ms / 1000, mischief),
        host=told.host,
        port=told.port,
        lifespan="off",
        log_level="warning",
        server_header=False,
        timeout_graceful_shutdown=5,
    )


if __name__ == "__main__":
    main()
