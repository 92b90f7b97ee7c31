"""A connection that breaks while it is written to is a broken connection, on every event loop.

aiokafka expects an OSError there. uvloop says RuntimeError instead (aiokafka issue 1038), and that
ends the routine that sends for the producer, or that keeps our place in the group, for good.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from aiokafka.conn import AIOKafkaConnection, CloseReason
from aiokafka.errors import KafkaConnectionError


def mend() -> None:
    """From now on clients of this process hear of it as they expect, and connect anew."""
    original: Callable[..., Any] = AIOKafkaConnection.send
    if hasattr(original, "__wrapped__"):
        return

    @wraps(original)
    def send(self: AIOKafkaConnection, *request: Any, **how: Any) -> Any:
        try:
            return original(self, *request, **how)
        except RuntimeError as closed:
            self.close(reason=CloseReason.CONNECTION_BROKEN)
            broken = f"Connection at {self.host}:{self.port} broken: {closed}"
            raise KafkaConnectionError(broken) from closed

    AIOKafkaConnection.send = send  # type: ignore[method-assign]
