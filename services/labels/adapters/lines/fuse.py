"""A fuse between us and a carrier: while it does not answer, nobody waits for it in vain.

Every order that is not answered holds one of the worker's hands until patience ends. A carrier that
is down would soon hold them all, and merchants of every other carrier would wait behind it.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace

import structlog

from services.labels.adapters.lines.locating import QuickCollects, QuickLocates
from services.labels.domain import faults
from services.labels.domain.connection import Connection
from services.labels.domain.issued import IssuedLabel
from services.labels.domain.order import LabelOrder
from services.labels.ports.carriers import Adapter, Carrier, Doubt

log = structlog.get_logger()

BLOWS_AFTER, RESTS_SECONDS = 5, 10.0
"""So many orders in a row without an answer blow it, and for so long nothing is ordered. Then one
order goes through: if it is answered the fuse holds again, else the carrier rests once more."""

_NO_ANSWER = (faults.OutcomeUnknown, faults.Unavailable)


class Fused:
    """See `ports.Carrier`. Questions about orders in doubt pass at all times: they cost little."""

    def __init__(
        self, name: str, carrier: Carrier, steady: Callable[[], float] = time.monotonic
    ) -> None:
        self._name, self._carrier, self._steady = name, carrier, steady
        self._in_vain = 0
        self._rests_until = 0.0

    async def issue(self, order: LabelOrder, connection: Connection) -> IssuedLabel:
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
            label = await self._carrier.issue(order, connection)
        except _NO_ANSWER:
            self._failed()
            raise
        except faults.CarrierFault:
            self._answered()
            raise
        self._answered()
        return label

    async def recover(self, doubt: Doubt, connection: Connection) -> IssuedLabel | None:
        """See `ports.Carrier`."""
        return await self._carrier.recover(doubt, connection)

    def _failed(self) -> None:
        self._in_vain += 1
        if self._in_vain >= BLOWS_AFTER:
            self._rests_until = self._steady() + RESTS_SECONDS
            log.warning("carrier_rests", carrier=self._name, seconds=RESTS_SECONDS)

    def _answered(self) -> None:
        if self._in_vain >= BLOWS_AFTER:
            log.info("carrier_answers_again", carrier=self._name)
        self._in_vain, self._rests_until = 0, 0.0


def fused(adapter: Adapter) -> Adapter:
    """The same carrier behind a fuse, if it is reached over a line."""
    if not adapter.connected:
        return adapter
    name, locates, collects = adapter.name, adapter.locates, adapter.collects
    return replace(
        adapter,
        carrier=Fused(name, adapter.carrier),
        locates=None if locates is None else QuickLocates(name, locates),
        collects=None if collects is None else QuickCollects(name, collects),
    )
