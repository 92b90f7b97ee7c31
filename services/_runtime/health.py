"""Alive means progress while there is lag; ready means that nothing we need is missing."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Awaitable, Callable
from typing import Any

from aiokafka.errors import KafkaError
from faststream.asgi import AsgiResponse, get

from services._runtime.intake import Intake

STUCK_SECONDS = 60.0
ASK_SECONDS = 3.0


async def lag(intake: Intake) -> int | None:
    """Records of our partitions not yet committed, or None where Kafka cannot be asked."""
    consumer = intake.consumer
    if consumer is None:
        return None
    try:
        async with asyncio.timeout(ASK_SECONDS):
            ours = consumer.assignment()
            ends = await consumer.end_offsets(ours) if ours else {}
            # What was deleted is no work any more: nobody can commit his way past it.
            begins = await consumer.beginning_offsets(ours) if ours else {}
            behind: list[int] = [
                end - max(await consumer.committed(place) or 0, begins[place])
                for place, end in ends.items()
                if end > begins[place]
            ]
    except (KafkaError, TimeoutError):
        return None
    return sum(behind)


async def kafka_answers(intake: Intake) -> bool:
    """Whether the brokers answer our consumer now.

    A consumer that is cut off raises nothing: it hears no message, as on a quiet day.
    """
    if intake.consumer is None:
        return False
    try:
        async with asyncio.timeout(ASK_SECONDS):
            await intake.consumer.topics()
    except (KafkaError, TimeoutError):
        return False
    return True


async def stuck(intake: Intake) -> bool:
    """Whether there is work, the brokers answer, and yet nothing was finished for a minute.

    A broker or database that is down does not make us stuck: restarting us would not bring it back.
    """
    if intake.waiting_for_dependency or time.monotonic() - intake.progressed_at < STUCK_SECONDS:
        return False
    behind = await lag(intake)
    if not behind:
        intake.progressed_at = time.monotonic()
        return False
    return True


def routes(
    intake: Intake, wanting: Callable[[], Awaitable[list[str]]]
) -> list[tuple[str, Callable[..., Any]]]:
    """`/live` (200 or 500) and `/ready` (200 or 503), each with what is wrong in JSON.

    `wanting` names the dependencies that are missing now.
    """

    @get(include_in_schema=False)
    async def live(scope: Any) -> AsgiResponse:  # noqa: ARG001  # FastStream hands it in
        return (
            _answer({"stuck": True}, 500) if await stuck(intake) else _answer({"stuck": False}, 200)
        )

    @get(include_in_schema=False)
    async def ready(scope: Any) -> AsgiResponse:  # noqa: ARG001
        missing = await wanting()
        return _answer({"missing": missing}, 503 if missing else 200)

    return [("/live", live), ("/ready", ready)]


def _answer(said: dict[str, Any], status: int) -> AsgiResponse:
    return AsgiResponse(
        json.dumps(said).encode(),
        status,
        headers={"content-type": "application/json", "cache-control": "no-store"},
    )
