"""A look from outside that costs the same however much was done before."""

from __future__ import annotations

from datetime import UTC, datetime

from tests.support.killing import SLEEPS, InHand, Watch


class LeanWatch(Watch):
    """Sees lag and intents only: what is half done would take reading every letter and sale."""

    async def in_hand(self, service: str) -> InHand:
        """See `Watch.in_hand`."""
        lag = await self._lag(service, await self._committed(service))
        soon = datetime.now(UTC) + SLEEPS
        awake = {"wake_at": {"$type": "date", "$lt": soon}}  # the kind, as the index has it
        intents = await self._mongo[service]["intents"].count_documents(awake)
        return InHand(lag, intents, frozenset())
