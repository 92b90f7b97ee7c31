"""Talks to the simulated carrier over HTTP, with a limit on everything it may do to us."""

from __future__ import annotations

import asyncio

import httpx

from services._runtime.failpoints import Step, durable
from services.labels.adapters.carriers.simulated import mapping
from services.labels.adapters.carriers.simulated.mapping import Answer
from services.labels.domain import faults
from services.labels.domain.issued import IssuedLabel
from services.labels.domain.order import LabelOrder
from services.labels.ports import Evidence

ISSUE_SECONDS, RECOVER_SECONDS = 10.0, 4.0
"""Together less than a worker's longest call: a doubt is looked into within the same attempt."""
CONNECT_SECONDS = 3.0
LARGEST_ANSWER_BYTES = 1024 * 1024

_NEVER_SENT = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.UnsupportedProtocol,
)


class Simulated:
    """See `ports.Carrier`. The reference goes out with every order; under it is sold once."""

    name = "simulated"
    title = "Simulated carrier"
    evidence: Evidence = "simulator"

    def __init__(self, url: str, transport: httpx.AsyncBaseTransport | None = None) -> None:
        self._http = httpx.AsyncClient(
            base_url=url,
            transport=transport,
            timeout=httpx.Timeout(ISSUE_SECONDS, connect=CONNECT_SECONDS),
            follow_redirects=False,
            trust_env=False,  # no proxy, no .netrc: it lives beside us
            # We drop a connection before the carrier does, or an order might meet a closed one.
            limits=httpx.Limits(keepalive_expiry=2.0),
            # An answer that arrives small cannot unpack to something huge.
            headers={"accept": "application/json", "accept-encoding": "identity"},
        )

    async def issue(self, order: LabelOrder) -> IssuedLabel:
        """See `ports.Carrier`."""
        question = self._http.build_request("POST", "/labels", json=mapping.request(order))
        try:
            async with asyncio.timeout(ISSUE_SECONDS):
                answer = await self._asked(question, Step.CARRIER_ORDER)
        except _NEVER_SENT as error:
            raise faults.Unavailable(type(error).__name__) from error
        except (httpx.HTTPError, TimeoutError) as error:
            raise faults.OutcomeUnknown(type(error).__name__) from error
        return mapping.issued(answer, order.reference)

    async def recover(self, reference: str) -> IssuedLabel | None:
        """See `ports.Carrier`."""
        question = self._http.build_request("GET", "/labels", params={"reference": reference})
        try:
            async with asyncio.timeout(RECOVER_SECONDS):
                answer = await self._asked(question, Step.CARRIER_ASK)
        except (httpx.HTTPError, TimeoutError) as error:
            raise faults.Unavailable(type(error).__name__) from error
        return mapping.recovered(answer, reference)

    async def close(self) -> None:
        """No connection is open."""
        await self._http.aclose()

    async def _asked(self, question: httpx.Request, step: Step) -> Answer:
        """The carrier's answer, of at most `LARGEST_ANSWER_BYTES`.

        Raises:
            httpx.HTTPError: it did not answer, or not in HTTP, or without end.
        """
        with durable(step):
            response = await self._http.send(question, stream=True)
            try:
                body = bytearray()
                async for piece in response.aiter_raw():
                    body += piece
                    if len(body) > LARGEST_ANSWER_BYTES:
                        raise httpx.ReadError("answer too large", request=question)
            finally:
                await response.aclose()
        return Answer(response.status_code, bytes(body), response.headers.get("retry-after"))
