"""A fuse between us and a carrier: while it does not answer, nobody waits for it in vain.

Every order that is not answered holds one of the worker's hands until patience ends. A carrier that
is down would soon hold them all, and merchants of every other carrier would wait behind it.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Protocol

import structlog

from services.labels.domain import faults
from services.labels.domain.issued import IssuedLabel
from services.labels.domain.order import LabelOrder
from services.labels.ports import Carrier

log = structlog.get_logger()

BLOWS_AFTER, RESTS_SECONDS = 5, 10.0
"""So many orders in a row without an answer blow it, and for so long nothing is ordered. Then one
order goes through: if it is answered the fuse holds again, else the carrier rests once more."""

_NO_ANSWER = (faults.OutcomeUnknown, faults.Unavailable)


class Remote(Carrier, Protocol):
    """A carrier that is reached over a line."""

    async def close(self) -> None:
        """The line is closed."""
        ...


class Fused:
    """See `ports.Carrier`. Questions about orders in doubt pass at all times: they cost little."""

    def __init__(self, carrier: Remote, steady: Callable[[], float] = time.monotonic) -> None:
        self._carrier, self._steady = carrier, steady
        self.name, self.title, self.evidence = carrier.name, carrier.title, carrier.evidence
        self._in_vain = 0
        self._rests_until = 0.0

    async def issue(self, order: LabelOrder) -> IssuedLabel:
        """See `ports.Carrier`.

        Raises:
            Resting: the fuse is blown; certainly not ordered.
        """
        now = self._steady()
        if now < self._rests_until:
            raise faults.Resting(self._rests_until - now)
        if self._in_vain >= BLOWS_AFTER:
            self._rests_until = now + RESTS_SECONDS  # until we know better, this order goes alone
        try:
            label = await self._carrier.issue(order)
        except _NO_ANSWER:
            self._failed()
            raise
        except faults.CarrierFault:
            self._answered()
            raise
        self._answered()
        return label

    async def recover(self, reference: str) -> IssuedLabel | None:
        """See `ports.Carrier`."""
        return await self._carrier.recover(reference)

    async def close(self) -> None:
        """The line is closed."""
        await self._carrier.close()

    def _failed(self) -> None:
        self._in_vain += 1
        if self._in_vain >= BLOWS_AFTER:
            self._rests_until = self._steady() + RESTS_SECONDS
            log.warning("carrier_rests", carrier=self.name, seconds=RESTS_SECONDS)

    def _answered(self) -> None:
        if self._in_vain >= BLOWS_AFTER:
            log.info("carrier_answers_again", carrier=self.name)
        self._in_vain, self._rests_until = 0, 0.0
