"""A portal's settings on Kafka: which version is the last, and telling the next one."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import uuid4

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from pydantic import ValidationError

from contracts.envelope import Envelope, EnvelopeError, open_envelope
from contracts.rules import PortalOpened, PortalRefused
from contracts.shop import PortalConfigured
from contracts.topics import PORTAL_CONFIGURED, PORTAL_OPENED, PORTAL_REFUSED, Topic
from deploy.ops.dead_letters.reading import read
from deploy.ops.dead_letters.refused import Refused, Stopped
from deploy.ops.lag import places
from services._runtime.kafka_access import Kafka, clients

SOURCE: Final = "/retour/back-office"
PATIENCE_SECONDS: Final = 30.0
_POLL_MS: Final = 200
_VERDICTS: Final[dict[str, Topic[Any]]] = {
    topic.name: topic for topic in (PORTAL_OPENED, PORTAL_REFUSED)
}

Verdict = PortalOpened | PortalRefused


@dataclass(frozen=True, slots=True)
class Applied:
    """What came of settings: told or not, as which version, and what the gate said."""

    version: int
    verdict: Verdict | None
    """None: the same settings were told before, so there was nothing to tell."""


async def last(kafka: Kafka, portal_id: str) -> PortalConfigured | None:
    """The settings of this portal with the highest version on Kafka.

    Raises:
        Refused: `topic-missing`.
        KafkaError, TimeoutError: the broker does not answer.
    """
    found: PortalConfigured | None = None
    async for record in read(kafka, PORTAL_CONFIGURED.name):
        if record.key != portal_id.encode() or not record.value:
            continue
        try:
            _, body = open_envelope(record.headers, record.value)
            settings = PortalConfigured.read(body)
        except (EnvelopeError, ValidationError):
            continue  # whatever that is, rules has parked it
        if found is None or settings.version > found.version:
            found = settings
    return found


async def apply(
    kafka: Kafka,
    settings: PortalConfigured,
    *,
    versioned: bool,
    patience: float,
    now: Callable[[], datetime],
) -> Applied:
    """These settings are told, as their own version or as the next one, and judged by rules.

    Raises:
        Refused: `version-taken`, that version or a younger one was told before; `topic-missing`.
        Stopped: `no-verdict`, rules did not answer in time; the settings stay told.
        KafkaError, TimeoutError: the broker does not answer.
    """
    before = await last(kafka, settings.portal_id)
    if not versioned:
        if before is not None and _same(before, settings):
            return Applied(before.version, None)
        version = 1 if before is None else before.version + 1
        settings = settings.model_copy(update={"version": version})
    elif before is not None and before.version >= settings.version:
        raise Refused(
            "version-taken",
            f"version {before.version} of {settings.portal_id} was told already: give a higher "
            "one, or leave `version` out",
        )
    return Applied(settings.version, await _told(kafka, settings, patience, now))


def _same(before: PortalConfigured, settings: PortalConfigured) -> bool:
    return before == settings.model_copy(update={"version": before.version})


async def _told(
    kafka: Kafka, settings: PortalConfigured, patience: float, now: Callable[[], datetime]
) -> Verdict:
    key = settings.portal_id.encode()
    envelope = Envelope(
        str(uuid4()), SOURCE, PORTAL_CONFIGURED.name, now(), subject=settings.portal_id
    )
    consumer = AIOKafkaConsumer(**clients(kafka))
    producer = AIOKafkaProducer(**clients(kafka), acks="all", max_request_size=2 * 1024 * 1024)
    try:  # stopped even if they could not be started
        await consumer.start()
        parts = await places(consumer, list(_VERDICTS))
        consumer.assign(parts)
        await consumer.seek_to_end(*parts)
        await asyncio.gather(*(consumer.position(part) for part in parts))  # before we speak
        await producer.start()
        await producer.send_and_wait(
            PORTAL_CONFIGURED.name, settings.body(), key=key, headers=list(envelope.headers())
        )
        async with asyncio.timeout(patience):
            return await _verdict(consumer, key, envelope.id)
    except TimeoutError:
        raise Stopped(
            "no-verdict",
            f"version {settings.version} is told, and rules did not answer within "
            f"{patience:.0f} s: is it running?",
        ) from None
    finally:
        await producer.stop()
        await consumer.stop()


async def _verdict(consumer: AIOKafkaConsumer, key: bytes, cause: str) -> Verdict:
    """What rules says of exactly this message: somebody else may tell settings just now."""
    while True:
        for records in (await consumer.getmany(timeout_ms=_POLL_MS)).values():
            for record in records:
                if record.key != key or not record.value:
                    continue
                envelope, body = open_envelope(record.headers, record.value)
                if envelope.causation_id == cause:
                    verdict: Verdict = _VERDICTS[record.topic].model.read(body)
                    return verdict
