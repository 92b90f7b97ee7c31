"""The catalogue of bad input, as rows: what is sent, to whom, and what must become of it.

A new kind of bad input is a new row in one of the modules named in `MODULES`.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from importlib import import_module

from contracts import topics
from tests.faults.desk import GOOD, Desk, Passed, Place
from tests.faults.sent import Change, Sent, said
from tests.support.eventually import eventually

ANYBODY = topics.SERVICES
"""Rows about the floor: every service behaves so."""


@dataclass(frozen=True)
class Result:
    """What became of one row at one service."""

    outcome: str
    """`DLQ <code>`, `OK`, `OK-norm`, `DUP`, `NEG <code>`, `REFUSED <error>`; or what went wrong."""
    delay_seconds: float
    """The longest that the next good message of the partition waited for its answer."""


@dataclass(frozen=True)
class Row:
    """One bad input and what must become of it."""

    id: str
    says: str
    expected: str
    services: tuple[str, ...]
    """Who may be asked; one of them is in a quick run, all in a long one."""
    play: Callable[[Desk, str], Awaitable[Result]]
    note: str = ""
    """Why ours differs from what others would expect, if it does."""

    def __str__(self) -> str:
        return self.id


@dataclass(frozen=True)
class NotHere:
    """An entry that is not played: what it needs does not exist yet, or another test has it."""

    id: str
    says: str
    why: str


def parked(
    id_: str,
    says: str,
    code: str,
    change: Change,
    services: tuple[str, ...] = ANYBODY,
    note: str = "",
) -> Row:
    """A row whose record is a service's good one, changed, and ends in its dead letters."""

    async def play(desk: Desk, service: str) -> Result:
        message, _ = GOOD[service]
        return await into_the_letters(desk, service, change(said(message())))

    return Row(id_, says, f"DLQ {code}", services, play, note)


def taken(
    id_: str,
    says: str,
    change: Change,
    services: tuple[str, ...] = ANYBODY,
    expected: str = "OK",
    note: str = "",
) -> Row:
    """A row whose record is a service's good one, changed, and is answered as if it were not."""

    async def play(desk: Desk, service: str) -> Result:
        message, answer = GOOD[service]
        record = change(said(message()))
        _, delay = await amid_good_ones(desk, service, record)
        told = await desk.answer(answer, record.about)
        _is_clean(told)
        return Result(expected, delay)

    return Row(id_, says, expected, services, play, note)


async def into_the_letters(desk: Desk, service: str, record: Sent) -> Result:
    """The record is sent alone and amid good ones; each time it is parked, whole, at once."""
    place, alone = await _alone(desk, service, record)
    codes = {_whole(one, await desk.letter(one, place), record) for one in hearers(record, service)}
    place, among = await amid_good_ones(desk, service, record)
    codes |= {
        _whole(one, await desk.letter(one, place), record) for one in hearers(record, service)
    }
    (code,) = codes
    answers = {answer for _, answer in GOOD.values()} - {record.topic}
    told = [answer for answer in answers if desk.answers[answer, record.about]]
    assert not told, f"something was told about what was parked: {told}"
    return Result(f"DLQ {code}", max(alone, among))


def hearers(record: Sent, service: str) -> set[str]:
    """Who hears this topic, whoever is asked: each parks for itself."""
    listening = {
        name
        for name in topics.SERVICES
        if record.topic in {one.name for one in import_module(f"services.{name}").READS}
    }
    assert service in listening, f"{service} does not hear {record.topic}"
    return listening


async def amid_good_ones(desk: Desk, service: str, record: Sent) -> tuple[Place, float]:
    """Sent between two good messages of its partition, in one batch with them, if it can be.

    Returns where it lies, and how long the good one behind it waited for its answer.
    """
    message, answer = GOOD[service]
    before, after = said(message()), said(message())
    if record.topic != before.topic or record.codec:
        return await _alone(desk, service, record)
    begun = time.monotonic()
    _, place, _ = await desk.hand_in(before, record, after)
    await desk.answer(answer, before.about)
    return place, (await desk.answer(answer, after.about)).at - begun


async def _alone(desk: Desk, service: str, record: Sent) -> tuple[Place, float]:
    """Sent by itself; then a good one on the same partition, which must be answered."""
    message, answer = GOOD[service]
    after = said(message())
    (place,) = await desk.hand_in(record)
    begun = time.monotonic()
    await desk.hand_in(after, partition=place.partition)
    return place, (await desk.answer(answer, after.about)).at - begun


def _whole(service: str, letter: Passed, record: Sent) -> str:
    """The letter's code, once it is certain that the letter is the record, tried once."""
    marks = {n: v for n, v in letter.headers if n.startswith("dlq_")}
    theirs = tuple((n, v) for n, v in letter.headers if not n.startswith("dlq_"))
    assert letter.value == record.value, "the value changed"
    assert letter.key == record.key, "the key changed"
    assert theirs == tuple(h for h in record.headers if not h[0].startswith("dlq_")), "headers"
    assert marks["dlq_attempts"] == b"1", "it was tried again"
    assert marks["dlq_consumer_group"] == service.encode()
    return (marks["dlq_error_code"] or b"").decode()


def _is_clean(told: Passed) -> None:
    """Nothing a stranger put beside a message travels on."""
    names = {name for name, _ in told.headers}
    assert not {name for name in names if name.startswith("dlq_")}
    assert names <= OURS, names - OURS


OURS = {
    *("ce_specversion", "ce_id", "ce_source", "ce_type", "ce_time", "ce_subject"),
    *("ce_correlationid", "ce_causationid", "traceparent", "content-type"),
}


async def committed(desk: Desk, service: str, place: Place) -> None:
    """The service will not hear this record again."""

    async def passed() -> bool:
        found = await desk.admin.list_consumer_group_offsets(service)
        ends = {(at.topic, at.partition): meta.offset for at, meta in found.items()}
        return ends.get((place.topic, place.partition), 0) > place.offset

    await eventually(passed, f"{place} committed by {service}")
