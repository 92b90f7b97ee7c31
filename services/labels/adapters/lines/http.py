"""HTTP to carriers: timeouts, certificates checked, answers of bounded size, nothing followed."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx

from services._runtime.failpoints import Step, durable
from services.labels.domain import faults

ORDER_SECONDS, QUESTION_SECONDS = 10.0, 4.0
"""Together less than a worker's longest call: a doubt is looked into within the same attempt."""
CONNECT_SECONDS = 3.0
LARGEST_ANSWER_BYTES = 1024 * 1024

_NEVER_SENT = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.UnsupportedProtocol,
)


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP answer, as far as it matters."""

    status: int
    body: bytes = field(repr=False)
    media_type: str = ""
    """What the body claims to be, in lower case and without parameters."""
    retry_after: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    """All of them, names in lower case: some carriers say there what they object to."""


@dataclass(frozen=True, slots=True)
class Ask:
    """One HTTP question. `body` is JSON unless it is bytes."""

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    query: Mapping[str, str] = field(default_factory=dict)
    body: Any = field(default=None, repr=False)
    form: Mapping[str, str] | None = field(default=None, repr=False)


class HttpLine:
    """One pool of connections. Certificates are checked, and there is no way to switch that off."""

    def __init__(
        self,
        transport: httpx.AsyncBaseTransport | None = None,
        largest_answer_bytes: int = LARGEST_ANSWER_BYTES,
    ) -> None:
        self._most = largest_answer_bytes
        self._http = httpx.AsyncClient(
            transport=transport,
            timeout=httpx.Timeout(ORDER_SECONDS, connect=CONNECT_SECONDS),
            follow_redirects=False,
            trust_env=False,  # no proxy, no .netrc: nobody stands between us unasked
            # We drop a connection before the carrier does, or an order might meet a closed one.
            limits=httpx.Limits(keepalive_expiry=2.0),
            # An answer that arrives small cannot unpack to something huge.
            headers={"accept": "application/json", "accept-encoding": "identity"},
        )

    async def order(self, ask: Ask) -> Answer:
        """The answer to something that costs money or changes something at the carrier's.

        Raises:
            Unavailable: it never went out.
            OutcomeUnknown: it may have arrived, and no whole answer came.
        """
        try:
            async with asyncio.timeout(ORDER_SECONDS):
                return await self._asked(ask, Step.CARRIER_ORDER)
        except _NEVER_SENT as error:
            raise faults.Unavailable(type(error).__name__) from error
        except (httpx.HTTPError, TimeoutError) as error:
            raise faults.OutcomeUnknown(type(error).__name__) from error

    async def question(self, ask: Ask) -> Answer:
        """The answer to something that may be asked as often as one likes.

        Raises:
            Unavailable: no whole answer came.
        """
        try:
            async with asyncio.timeout(QUESTION_SECONDS):
                return await self._asked(ask, Step.CARRIER_ASK)
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError) as error:
            raise faults.Unavailable(type(error).__name__) from error

    async def close(self) -> None:
        """No connection is open."""
        await self._http.aclose()

    async def _asked(self, ask: Ask, step: Step) -> Answer:
        """The carrier's answer, of at most so many bytes.

        Raises:
            httpx.HTTPError: it did not answer, or not in HTTP, or without end.
        """
        content = ask.body if isinstance(ask.body, bytes) else None
        request = self._http.build_request(
            ask.method,
            ask.url,
            params=dict(ask.query) or None,
            headers=dict(ask.headers),
            content=content,
            data=None if ask.form is None else dict(ask.form),
            json=ask.body if content is None and ask.body is not None else None,
        )
        with durable(step):
            response = await self._http.send(request, stream=True)
            try:
                body = bytearray()
                async for piece in response.aiter_raw():
                    body += piece
                    if len(body) > self._most:
                        raise httpx.ReadError("answer too large", request=request)
            finally:
                await response.aclose()
        told = response.headers
        media_type = told.get("content-type", "").partition(";")[0].strip().lower()
        return Answer(
            response.status_code, bytes(body), media_type, told.get("retry-after"), dict(told)
        )
