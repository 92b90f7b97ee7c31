"""A mail server in memory: keeps its promise to drop repeats, gone with the process."""

from __future__ import annotations

from datetime import datetime

from services.notifications.domain.letter import Letter
from services.notifications.ports import Answer, Taken


class MailMemory:
    """See `ports.Mail`."""

    def __init__(self) -> None:
        self.letters: dict[str, Letter] = {}
        """What was taken, by Message-ID."""
        self.handed_in = 0
        """How often a letter was handed in, repeats included."""

    async def send(self, letter: Letter, message_id: str, at: datetime) -> Answer:  # noqa: ARG002
        """See `ports.Mail`."""
        self.handed_in += 1
        self.letters.setdefault(message_id, letter)
        return Taken()
