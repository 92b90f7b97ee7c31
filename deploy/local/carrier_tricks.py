"""What a carrier may do wrong over an order (`order`) or a question (`question`).

| kind | does the work | what the customer gets |
|---|---|---|
| `error_before` | no | status 500 |
| `busy` | no | status 429 and `retry-after: seconds` |
| `late` | after `seconds`, whoever still waits | the answer |
| `slow` | yes | the answer, after `seconds` |
| `error_after` | yes | status 500 |
| `silent` | yes | nothing, however long it waits |
| `cut_short` | yes | half of the answer, then the connection ends |
| `html` | yes | status 200 and a web page |
| `somebody_elses` | yes | the answer, about another reference |
| `forgets` | sells another label under a reference it has sold before | the answer |
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from typing import Any, Protocol

from deploy.local.mischief import Trick

PAGE = "<!doctype html><title>Sorry</title><p>We are mending things. Come back later."
ERROR = HTTPStatus.INTERNAL_SERVER_ERROR


@dataclass(frozen=True)
class Reply:
    """One answer of the carrier."""

    status: HTTPStatus
    said: Mapping[str, Any] | str
    """JSON, or a page as it is."""
    headers: Mapping[str, str] = field(default_factory=dict)
    cut_to: int | None = None
    """How many bytes of the body are sent; None is all."""

    @property
    def body(self) -> bytes:
        """As it goes over the line, if it is not cut short."""
        return (self.said if isinstance(self.said, str) else json.dumps(self.said)).encode()

    @property
    def media_type(self) -> str:
        """What the body claims to be."""
        return "text/html" if isinstance(self.said, str) else "application/json"


class Work(Protocol):
    """What the carrier would have done."""

    def __call__(self, *, forgetful: bool = False) -> Reply:
        """Do it, and say so."""
        ...


async def played(
    trick: Trick, work: Work, receive: Callable[[], Awaitable[MutableMapping[str, Any]]]
) -> Reply | None:
    """What the customer gets. None is nothing at all: it has left."""
    match trick.kind:
        case "error_before":
            return Reply(ERROR, {"code": "out_of_order"})
        case "busy":
            patience = {"retry-after": f"{trick.seconds:.0f}"}
            return Reply(HTTPStatus.TOO_MANY_REQUESTS, {"code": "busy"}, patience)
        case "late":
            await asyncio.sleep(trick.seconds)
            return work()
        case "forgets":
            return work(forgetful=True)
        case _:
            return await _spoilt(trick, work(), receive)


async def _spoilt(
    trick: Trick, reply: Reply, receive: Callable[[], Awaitable[MutableMapping[str, Any]]]
) -> Reply | None:
    """What becomes of the answer when the work is done."""
    match trick.kind:
        case "slow":
            await asyncio.sleep(trick.seconds)
            return reply
        case "error_after":
            return Reply(ERROR, {"code": "out_of_order"})
        case "silent":
            while (await receive())["type"] != "http.disconnect":
                pass
            return None
        case "cut_short":
            return replace(reply, cut_to=len(reply.body) // 2)
        case "html":
            return Reply(HTTPStatus.OK, PAGE)
        case "somebody_elses" if not isinstance(reply.said, str):
            other = "00000000" + str(reply.said.get("reference", ""))[8:]
            return replace(reply, said={**reply.said, "reference": other})
        case unknown:
            raise ValueError(f"no such trick: {unknown}")
