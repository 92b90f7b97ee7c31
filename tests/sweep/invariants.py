"""Everything that must hold when nothing moves any more, as sentences about what does not."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from pymongo import AsyncMongoClient

from contracts import topics
from contracts.topics import SERVICES, dead_letters_of
from deploy.demo.frontend import Frontend
from deploy.demo.play import top_reasons
from deploy.demo.sample import PORTALS
from deploy.local.stack import Stack
from tests.support import outside_reader
from tests.support.killing import SLEEPS
from tests.support.oracle import violations
from tests.support.outside_reader import Record
from tests.support.wire import DEAD_LETTERS, everything
from tests.support.witness import seen
from tests.sweep.traffic import Traffic

ANSWERS = {topics.SHIPMENT_FOUND.name, topics.SHIPMENT_NOT_FOUND.name}


async def broken(stack: Stack, frontend: Frontend, traffic: Traffic) -> list[str]:
    """Every way in which the world is not what it must be. Nothing may move meanwhile."""
    top = {portal: await top_reasons(frontend, portal) for portal in PORTALS}
    records = everything(stack.kafka)
    world = seen(stack, records, top)
    world.parked = ()  # counted below: each exactly once
    return [
        *traffic.in_vain,
        *violations(traffic.asked, traffic.orders.without(world)),
        *traffic.orders.broken(records),
        *await traffic.orders.broken_books(stack.mongo),
        *of_dead_letters(records, traffic.poison),
        *of_repeats(records),
        *of_late_questions(records, traffic.late),
        *of_the_wire(records),
        *[said async for said in _of_intents(stack)],
    ]


def of_the_wire(records: Iterable[Record]) -> Iterator[str]:
    """A reader who knows nothing but the documents finds nothing wrong with any message."""
    documents, report = outside_reader.Documents(), outside_reader.Report()
    described = set(documents.topics)
    for record in records:
        if record.topic() in described:
            outside_reader.judge(record, documents, report)
    yield from (f"wire: {said}" for said in report.violations)


def of_repeats(records: Iterable[Record]) -> Iterator[str]:
    """No id stands for two things: whoever is told again is told the same."""
    told = defaultdict(set)
    for record in records:
        headers = dict(record.headers() or [])
        if record.topic() in DEAD_LETTERS or "ce_id" not in headers:
            continue
        words = (record.topic(), record.key(), record.value())
        told[headers["ce_source"], headers["ce_id"]].add(words)
    for (source, _), said in told.items():
        if len(said) > 1:
            yield f"repeat of {(source or b'').decode()}: in other words"


def of_dead_letters(
    records: Iterable[Record], poison: Sequence[tuple[str, str, str]]
) -> Iterator[str]:
    """What cannot be read lies there, by its origin, and nothing else does."""
    lies = set()
    for record in records:
        if record.topic() in DEAD_LETTERS:
            marks = dict(record.headers() or [])
            origin = (marks.get("dlq_original_topic"), marks.get("dlq_original_offset"))
            lies.add((record.topic(), *((each or b"?").decode() for each in origin)))
    due = {(dead_letters_of(service), topic, offset) for service, topic, offset in poison}
    yield from (f"dead letter: {' '.join(one)} is missing" for one in sorted(due - lies))
    yield from (f"dead letter: {' '.join(one)} does not belong" for one in sorted(lies - due))


def of_late_questions(records: Iterable[Record], late: Iterable[str]) -> Iterator[str]:
    """Each is answered with no, under one id."""
    answers = defaultdict(set)
    for record in records:
        if record.topic() in ANSWERS:
            ce_id = dict(record.headers() or [])["ce_id"]
            answers[(record.key() or b"").decode()].add((record.topic(), ce_id))
    for lookup_id in late:
        kinds = [topic for topic, _ in answers[lookup_id]]
        if kinds != [topics.SHIPMENT_NOT_FOUND.name]:
            yield f"late question {lookup_id}: answered {len(kinds)} times, {sorted(set(kinds))}"


async def _of_intents(stack: Stack) -> Any:
    """Each is over, and no person has to look at it."""
    async with AsyncMongoClient[dict[str, Any]](stack.mongo) as client:
        for service in SERVICES:
            asleep = {"state": "planned", "wake_at": {"$gt": datetime.now(UTC) + SLEEPS}}
            cancelled = {"state": "rejected", "code": "return_cancelled"}
            found = client[service]["intents"].find({"$nor": [asleep, cancelled]}, {"state": 1})
            states = Counter([one["state"] async for one in found])
            for state in ("planned", "in_flight", "unknown", "rejected"):
                if service == "lookup" and state == "rejected":
                    continue  # a late question that is answered with no
                if states[state]:
                    yield f"intents of {service}: {states[state]} {state}"
