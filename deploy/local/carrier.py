"""A carrier that sells labels no post will take: HTTP outside, a ledger inside.

    python -m deploy.local.carrier --port 2600 --ledger sales.jsonl [--latency-ms 200]

    GET  /health               200
    POST /labels               201 with a new label, 200 with the one sold before, or 422
    GET  /labels?reference=…   200 with the label, 404 `label_absent`

It keeps the promise that labels relies on: **under one reference one label is sold**, however often
and with whatever else it is asked. What it sold is on disk before it answers, so the promise
holds across restarts and `kill -9`. The ledger names nobody.
"""

from __future__ import annotations

import argparse
import asyncio
import json
from collections.abc import Awaitable, Callable, MutableMapping
from datetime import UTC, datetime
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import uvicorn
from pydantic import ValidationError

from deploy.local.processes import LOOPBACK
from deploy.local.sales import COSTS, Ledger, Order

LARGEST_ORDER_BYTES = 64 * 1024

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Door = Callable[[Message, Receive, Send], Awaitable[None]]
"""An ASGI application."""


def door(ledger: Ledger, latency_seconds: float = 0.0) -> Door:
    """The carrier's counter: every order and question waits `latency_seconds`, then is served."""

    async def served(scope: Message, receive: Receive, send: Send) -> None:
        match scope["method"], scope["path"]:
            case "GET", "/health":
                await _say(send, HTTPStatus.OK, {"status": "open"})
            case "POST", "/labels":
                body = await _body(receive)
                await asyncio.sleep(latency_seconds)
                await _say(send, *_sold(ledger, body))
            case "GET", "/labels":
                await asyncio.sleep(latency_seconds)
                await _say(send, *_found(ledger, scope["query_string"]))
            case _:
                await _say(send, HTTPStatus.NOT_FOUND, {"code": "no_such_place"})

    return served


def _sold(ledger: Ledger, body: bytes | None) -> tuple[HTTPStatus, dict[str, Any]]:
    if body is None:
        return HTTPStatus.REQUEST_ENTITY_TOO_LARGE, {"code": "order_too_large"}
    try:
        order = Order.model_validate_json(body)
    except ValidationError as error:
        fields = sorted({".".join(map(str, e["loc"])) for e in error.errors()} - {""})
        return HTTPStatus.UNPROCESSABLE_ENTITY, {"code": "order_invalid", "fields": fields}
    if order.method not in COSTS:
        return HTTPStatus.UNPROCESSABLE_ENTITY, {"code": "method_not_covered", "fields": ["method"]}
    label, fresh = ledger.sell(order, datetime.now(UTC))
    return HTTPStatus.CREATED if fresh else HTTPStatus.OK, label.answer()


def _found(ledger: Ledger, query: bytes) -> tuple[HTTPStatus, dict[str, Any]]:
    reference = parse_qs(query.decode("latin-1")).get("reference", [""])[0]
    label = ledger.find(reference)
    if label is None:
        return HTTPStatus.NOT_FOUND, {"code": "label_absent"}
    return HTTPStatus.OK, label.answer()


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


async def _say(send: Send, status: HTTPStatus, said: dict[str, Any]) -> None:
    body = json.dumps(said).encode()
    headers = [
        (b"content-type", b"application/json"),
        (b"content-length", str(len(body)).encode()),
    ]
    await send({"type": "http.response.start", "status": status.value, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def main() -> None:
    """The process, until SIGINT or SIGTERM."""
    words = argparse.ArgumentParser(prog="python -m deploy.local.carrier")
    words.add_argument("--host", default=LOOPBACK, help="where to listen")
    words.add_argument("--port", type=int, required=True, help="port to listen on")
    words.add_argument("--ledger", type=Path, required=True, help="where sales are written down")
    words.add_argument("--latency-ms", type=int, default=0, help="how long every answer takes")
    told = words.parse_args()
    uvicorn.run(
        door(Ledger(told.ledger), told.latency_ms / 1000),
        host=told.host,
        port=told.port,
        lifespan="off",
        log_level="warning",
        server_header=False,
        timeout_graceful_shutdown=5,
    )


if __name__ == "__main__":
    main()
