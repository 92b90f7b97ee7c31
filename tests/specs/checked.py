"""Nothing goes to a carrier, and nothing comes back, but what its own OpenAPI file allows.

How a carrier's tests use it:

    GLS = Spec("gls-shipit", closed=True)          # the file's name, see `spec.Spec`
    BASE = "http://carrier/gls"                    # what stands in `Connection.url`

    line = HttpLine(Checked("gls", desk(tmp_path), {f"{BASE}/shipit-farm/v1/backend": GLS}))
    line = HttpLine(Checked("gls", canned(422, {"errors": []}), {...: [LABELLING, SHIPMENT]}))
    client = Gls(line)                             # the adapter as it is in production

`desk(tmp_path)` is the simulator, in this process; `canned(status, said, headers)` always says the
same; `in_turn(canned(...), canned(...))` one after the other. A request that the file forbids, or
that no file describes, fails the test, and so does an answer that the file does not describe,
unless the test says what it plays: `canned(..., spoilt=True)` for an answer that is wrong on
purpose (`Checked(..., spoilt=True)` for all of a desk's, under tricks), `unwritten={500}` for
statuses that the file forgot, and `beyond=("/oauth2/",)` for addresses (by their beginning, after
the host) that no file is about.
Every interaction is noted under the test's name; `make specs` prints the table of them.
"""

from __future__ import annotations

import json
import os
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import httpx

from deploy.local.carrier.counter import door
from deploy.local.carrier.sales import Ledger
from deploy.local.mischief import Mischief
from tests.specs.spec import Spec

SPOILT = "x-spoilt-on-purpose"

Judgement = Literal["ok", "unwritten", "spoilt", "none", "WRONG"]


@dataclass(frozen=True)
class Interaction:
    """One request with its answer. `WRONG` failed its test."""

    carrier: str
    spec: str
    operation: str
    case: str
    status: int | None
    request: Judgement
    answer: Judgement
    why: str = ""


NOTED: list[Interaction] = []
"""Every interaction of this process, in order."""


class Against(AssertionError):
    """Somebody said what the carrier's file does not allow."""


class Checked(httpx.AsyncBaseTransport):
    """A transport that judges what passes through it."""

    def __init__(
        self,
        carrier: str,
        inner: httpx.AsyncBaseTransport,
        specs: Mapping[str, Spec | Sequence[Spec]],
        *,
        unwritten: Collection[int] = (),
        beyond: tuple[str, ...] = (),
        spoilt: bool = False,
    ) -> None:
        """`specs` by the base address at which each is served."""
        self._carrier, self._inner = carrier, inner
        self._specs = [
            spec.at(base)
            for base, given in specs.items()
            for spec in ([given] if isinstance(given, Spec) else given)
        ]
        self._unwritten, self._beyond, self._spoilt = unwritten, beyond, spoilt

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """The answer, if there is nothing to object to."""
        await request.aread()
        spec = next((one for one in self._specs if one.knows(request)), None)
        if spec is None:
            if request.url.path.startswith(self._beyond or ("//",)):
                return await _fresh(await self._inner.handle_async_request(request))
            self._note(None, request, None, "WRONG", "none", "no file describes this request")
        if wrong := list(spec.wrong_in_request(request)):
            self._note(spec, request, None, "WRONG", "none", " | ".join(wrong))
        try:
            response = await self._inner.handle_async_request(request)
            await response.aread()
        except (httpx.HTTPError, TimeoutError):
            self._note(spec, request, None, "ok", "none")
            raise
        self._judge(spec, request, response)
        return await _fresh(response)

    async def aclose(self) -> None:
        """The inner transport is closed."""
        await self._inner.aclose()

    def _judge(self, spec: Spec, request: httpx.Request, response: httpx.Response) -> None:
        status = response.status_code
        if self._spoilt or response.headers.get(SPOILT):
            self._note(spec, request, status, "ok", "spoilt")
        elif not spec.documents(request, status) and status in self._unwritten:
            self._note(spec, request, status, "ok", "unwritten")
        elif wrong := list(spec.wrong_in_answer(request, response)):
            self._note(spec, request, status, "ok", "WRONG", " | ".join(wrong))
        else:
            self._note(spec, request, status, "ok", "ok")

    def _note(
        self,
        spec: Spec | None,
        request: httpx.Request,
        status: int | None,
        sent: Judgement,
        answer: Judgement,
        why: str = "",
    ) -> None:
        name = spec.name if spec else "-"
        operation = spec.operation(request) if spec else f"{request.method} {request.url.path}"
        one = Interaction(self._carrier, name, operation, case(), status, sent, answer, why)
        NOTED.append(one)
        if "WRONG" in (sent, answer):
            side = "request" if sent == "WRONG" else f"answer {status}"
            raise Against(f"{name} {operation}, {side}: {why}")


class _Unread(httpx.AsyncByteStream):
    """What `HttpLine` reads as it comes: a response made of bytes counts as read."""

    def __init__(self, content: bytes) -> None:
        self._content = content

    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield self._content


async def _fresh(response: httpx.Response) -> httpx.Response:
    """The same answer, not read yet."""
    content = await response.aread()
    headers = [pair for pair in response.headers.raw if pair[0].lower() != SPOILT.encode()]
    return httpx.Response(response.status_code, headers=headers, stream=_Unread(content))


def case() -> str:
    """The test that is running."""
    test, _, _ = os.environ.get("PYTEST_CURRENT_TEST", "no test").rpartition(" (")
    return test.rpartition("::")[2]


def desk(folder: Path, mischief: Mischief | None = None) -> httpx.AsyncBaseTransport:
    """The simulator in this process, its ledger in that folder: `sales.jsonl`."""
    return httpx.ASGITransport(door(Ledger(folder / "sales.jsonl"), mischief=mischief))


def canned(
    status: int,
    said: Any = None,
    headers: Mapping[str, str] | None = None,
    *,
    spoilt: bool = False,
) -> httpx.MockTransport:
    """Always this answer: bytes as they are, anything else as JSON, None as no body at all.

    JSON is `application/json` unless `headers` say otherwise.
    """
    content = (
        said if isinstance(said, bytes) else b"" if said is None else json.dumps(said).encode()
    )
    told = {} if said is None else {"content-type": "application/json"}
    told |= {name.lower(): value for name, value in (headers or {}).items()}
    told |= {SPOILT: "yes"} if spoilt else {}
    return httpx.MockTransport(lambda _: httpx.Response(status, headers=told, content=content))


def in_turn(*answers: httpx.AsyncBaseTransport) -> httpx.AsyncBaseTransport:
    """One answer after the other; the last one for ever."""
    waiting = list(answers)

    async def next_one(request: httpx.Request) -> httpx.Response:
        teller = waiting.pop(0) if len(waiting) > 1 else waiting[0]
        return await teller.handle_async_request(request)

    return httpx.MockTransport(next_one)
