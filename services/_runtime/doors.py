"""Doors beside Kafka: what posts to a service over HTTP, behind the health endpoint's own.

A door answers for everything it lets in: nothing is taken before it is kept.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from typing import Any

from contracts.envelope import Envelope
from services._runtime.intents import caused
from services._runtime.ledger import Ledger
from services._runtime.words import Clock, Plan

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Message, Receive, Send], Awaitable[None]]
"""An ASGI application."""


class Planned:
    """Takes in what is to be done, once under its key, and wakes whoever does it."""

    def __init__(self, ledger: Ledger, now: Clock, wake: Callable[[], None]) -> None:
        self._ledger, self._now, self._wake = ledger, now, wake

    async def take(self, plan: Plan, cause: Envelope) -> None:
        """It will be done, once. Kept when this returns.

        Raises whatever the store does if it is down.
        """
        await self._ledger.keep((), (), (caused(plan, cause, self._now()),))
        self._wake()


Door = Callable[[Planned], App]
"""Makes the application behind a door, which plans what it lets in."""


def behind(house: App, doors: Mapping[str, App]) -> App:
    """The house, and each door for every path that begins with its name, such as `/hooks/`."""
    if not doors:
        return house

    async def served(scope: Message, receive: Receive, send: Send) -> None:
        path = scope.get("path", "") if scope["type"] == "http" else ""
        door = next((app for name, app in doors.items() if path.startswith(name)), house)
        await door(scope, receive, send)

    return served
