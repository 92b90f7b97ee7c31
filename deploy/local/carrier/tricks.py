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
| `huge` | yes | the answer, and 50 MB of blanks behind it |
| `wrong_media` | yes | the answer, called `image/gif` |
| `no_pdf` | yes | the answer, with a document that is none |
| `other_currency` | yes | the answer, with a cost in Japanese yen |
| `second_number` | yes | the answer, with another tracking number than was sold |
| `forgets` | sells another label under a reference it has sold before | the answer |
"""

from __future__ import annotations

import asyncio
from base64 import b64encode
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from dataclasses import replace
from http import HTTPStatus
from typing import Any

from deploy.local.carrier.desk import Reply, Work
from deploy.local.mischief import Trick

PAGE = "<!doctype html><title>Sorry</title><p>We are mending things. Come back later."
HUGE_BYTES = 50_000_000
ERROR = HTTPStatus.INTERNAL_SERVER_ERROR


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
        case "silent":
            while (await receive())["type"] != "http.disconnect":
                pass
            return None
        case kind if kind in LIES:
            said = reply.said
            told = {**said, **LIES[kind](said)} if isinstance(said, Mapping) else said
            return replace(reply, said=told)
        case kind if kind in SPOILT:
            return SPOILT[kind](reply)
        case unknown:
            raise ValueError(f"no such trick: {unknown}")


SPOILT: Mapping[str, Callable[[Reply], Reply]] = {
    "error_after": lambda _: Reply(ERROR, {"code": "out_of_order"}),
    "cut_short": lambda reply: replace(reply, cut_to=len(reply.body) // 2),
    "html": lambda _: Reply(HTTPStatus.OK, PAGE, media_type="text/html"),
    "huge": lambda reply: replace(reply, said=reply.body + b" " * HUGE_BYTES),
    "wrong_media": lambda reply: replace(reply, media_type="image/gif"),
}
"""What becomes of an answer on its way, whatever it says."""

Said = Mapping[str, Any]


def _somebody_elses(said: Said) -> Said:
    return {"reference": "00000000" + str(said.get("reference", ""))[8:]}


def _no_pdf(_said: Said) -> Said:
    return {"pdf": b64encode(PAGE.encode()).decode()}


def _other_currency(said: Said) -> Said:
    return {"cost": {**(said.get("cost") or {}), "currency": "JPY"}}


def _second_number(said: Said) -> Said:
    return {"tracking_number": str(said.get("tracking_number", ""))[:-1] + "X"}


LIES: Mapping[str, Callable[[Said], Said]] = {
    "somebody_elses": _somebody_elses,
    "no_pdf": _no_pdf,
    "other_currency": _other_currency,
    "second_number": _second_number,
}
"""What an answer says that is not so, in the words of the desk at the root."""
