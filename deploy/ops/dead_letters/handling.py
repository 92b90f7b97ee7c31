"""Letters put back or discarded: first done, then written down, never the other way round.

Whoever is killed in between has put back what the audit does not know. That is safe: put back
again, it is the same message, and what was decided about it is told again.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from contracts.topics import DEAD_LETTERS_HANDLED, dead_letters_of, redriven_to
from deploy.ops.dead_letters import reading
from deploy.ops.dead_letters.letter import Letter
from deploy.ops.dead_letters.refused import Stopped
from deploy.ops.lag import until_caught_up
from services._runtime.dead_letters import redriven
from services._runtime.kafka_access import Kafka
from services._runtime.speaker import KafkaSpeaker, Speaker
from services._runtime.words import Tell

MOST_REDRIVES: Final = 5
"""A record that was put back so often and failed again is left alone unless it is forced."""
SLICES_A_SECOND: Final = 10


@dataclass(frozen=True, slots=True)
class Order:
    """Who wants it, why, and how carefully."""

    by: str
    why: str = ""
    rate: int = 100
    """At most so many a second."""
    canary: int = 0
    """So many go first, and the rest only if all of them came through. 0 is none."""
    patience_seconds: float = 60.0
    """How long the canary may take."""


def looping(letter: Letter) -> bool:
    """Whether it has come back too often to be put back without force."""
    return letter.origin.redrives >= MOST_REDRIVES


async def redrive(
    kafka: Kafka, letters: Sequence[Letter], order: Order, now: Callable[[], datetime]
) -> None:
    """Each letter was put back for the service that parked it, and for nobody else.

    Raises:
        Stopped: `canary-parked-again` or `canary-not-taken`; the others were left where they are.
        KafkaError, TimeoutError: the broker does not answer. What was put back is written down.
    """
    async with _speaking(kafka) as speaker:
        if canary := letters[: order.canary]:
            await _try(kafka, speaker, canary, order, now, left=len(letters) - len(canary))
        await _put_back(speaker, letters[order.canary :], order, now)


async def discard(
    kafka: Kafka, letters: Sequence[Letter], order: Order, now: Callable[[], datetime]
) -> None:
    """Each letter is hidden from now on. Its bytes lie there until the topic's days are over."""
    async with _speaking(kafka) as speaker:
        await speaker.tell([_audit(letter, "discarded", order, now()) for letter in letters])


async def _put_back(
    speaker: Speaker, letters: Sequence[Letter], order: Order, now: Callable[[], datetime]
) -> None:
    for number, part in enumerate(_slices(letters, max(1, order.rate // SLICES_A_SECOND))):
        if number:
            await asyncio.sleep(len(part) / order.rate)
        at = now()
        await speaker.tell(
            [redriven(one.record, one.place.service, order.by, order.why, at) for one in part]
        )
        await speaker.tell([_audit(one, "redriven", order, at) for one in part])


async def _try(
    kafka: Kafka,
    speaker: Speaker,
    letters: Sequence[Letter],
    order: Order,
    now: Callable[[], datetime],
    left: int,
) -> None:
    services = {letter.place.service for letter in letters}
    before = await reading.ends_of(kafka, [dead_letters_of(service) for service in services])
    await _put_back(speaker, letters, order, now)
    for service in services:
        try:
            await until_caught_up(kafka, [service], [redriven_to(service)], order.patience_seconds)
        except TimeoutError:
            raise Stopped(
                "canary-not-taken",
                f"{service} took the canary of {len(letters)} not within "
                f"{order.patience_seconds:.0f} s: is it running? {left} were left",
            ) from None
    back = {one.origin._replace(redrives=one.origin.redrives + 1) for one in letters}
    again = [
        letter.code
        for service in services
        for letter in await reading.letters_of(kafka, service, before)
        if letter.origin in back
    ]
    if again:
        codes = ", ".join(f"{code} {count}" for code, count in Counter(again).most_common())
        raise Stopped(
            "canary-parked-again",
            f"{len(again)} of {len(letters)} were parked again ({codes}); {left} were left",
        )


def _audit(letter: Letter, action: str, order: Order, at: datetime) -> Tell:
    said = letter.handled(action, order.by, order.why, at)
    headers: list[tuple[str, bytes | None]] = [("content-type", b"application/json")]
    return Tell(DEAD_LETTERS_HANDLED, letter.place.key, headers, said.body())


def _slices(letters: Sequence[Letter], size: int) -> Iterator[Sequence[Letter]]:
    for start in range(0, len(letters), size):
        yield letters[start : start + size]


@asynccontextmanager
async def _speaking(kafka: Kafka) -> AsyncIterator[Speaker]:
    speaker = KafkaSpeaker(kafka, "dead-letters")
    await speaker.start()
    try:
        yield speaker
    finally:
        await speaker.stop()
