"""Senders in memory, gone with the process."""

from __future__ import annotations

from dataclasses import dataclass, field

from services._runtime.words import Change
from services.labels.domain.sender import Forgotten, Sender


@dataclass
class SendersMemory:
    """See `ports.Senders`."""

    _held: dict[str, Sender] = field(default_factory=dict)
    _forgotten: dict[str, int] = field(default_factory=dict)
    """The version each forgotten shipment had."""

    def keep(self, shipment_id: str, sender: Sender) -> Change:
        """See `ports.Senders`."""

        def write() -> None:
            held = self._held.get(shipment_id)
            known = held.version if held else self._forgotten.get(shipment_id, 0)
            if known < sender.version:
                self._forgotten.pop(shipment_id, None)
                self._held[shipment_id] = sender

        return Change("senders", write)

    def forget(self, shipment_id: str) -> Change:
        """See `ports.Senders`."""

        def write() -> None:
            held = self._held.pop(shipment_id, None)
            self._forgotten.setdefault(shipment_id, held.version if held else 0)

        return Change("senders", write)

    async def of(self, shipment_id: str) -> Sender | Forgotten | None:
        """See `ports.Senders`."""
        return Forgotten() if shipment_id in self._forgotten else self._held.get(shipment_id)
