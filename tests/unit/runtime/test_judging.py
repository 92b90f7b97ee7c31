"""Judging a batch: decided once, neighbours go on, and nothing is parked for an outage."""

from __future__ import annotations

import asyncio
import errno
import json
from collections.abc import Sequence
from typing import Any

import pytest
from pymongo.errors import AutoReconnect

from contracts import topics
from contracts.rules import ReturnApproved
from services._runtime.errors import Conflict, Permanent, Unavailable
from services._runtime.intents_memory import IntentsMemory
from services._runtime.judging import RACES, TRIES, Batch, Judge
from services._runtime.ledger_memory import LedgerMemory
from services._runtime.reading import read
from services._runtime.words import Change, Heard, Outcome, Plan, Route, by_key, by_message
from tests.support.builders import TUESDAY, a_label_issued, a_request, an_approval, an_id
from tests.support.records import a_record, heard


class Desk:
    """A judge of rules with a handler that approves everything, and stumbles where told to."""

    def __init__(self, once: Any = by_message) -> None:
        self.intents = IntentsMemory()
        self.ledger = LedgerMemory(self.intents)
        self.judge = Judge("rules", self.ledger, lambda: TUESDAY)
        self.route = Route(topics.REQUEST_RETURN, self.handle, once)
        self.batches: list[list[str]] = []
        self.stumbles: dict[str, list[Exception]] = {}
        self.outcome = lambda one: Outcome(tell=(an_approval(return_id=one.key),))

    async def handle(self, said: Sequence[Heard[Any]]) -> list[Outcome | Permanent]:
        self.batches.append([one.key for one in said])
        for one in said:
            if errors := self.stumbles.get(one.key):
                raise errors.pop(0)
        return [self.outcome(one) for one in said]

    async def hears(self, *said: Heard[Any]) -> Batch:
        """What these come to, as one batch."""
        batch = Batch()
        await self.judge.judge(self.route, said, batch)
        return batch


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch):
    """Pauses between tries are for the real world."""
    sleep = asyncio.sleep
    monkeypatch.setattr("services._runtime.judging.asyncio.sleep", lambda _: sleep(0))


def a_click(number: int, **changes: Any) -> Heard[Any]:
    """The `number`th customer confirms."""
    envelope = {"id": changes.pop("ce_id", f"click-{number}")}
    return heard(a_request(return_id=an_id(number), **changes), **envelope)


def told(batch: Batch) -> list[str]:
    """The returns that were approved, in order."""
    return [
        ReturnApproved.read(tell.body).return_id
        for tell in batch.tells
        if tell.topic == topics.RETURN_APPROVED.name
    ]


def parked(batch: Batch) -> list[tuple[str, str]]:
    """Code and attempts of everything parked, in order."""
    letters = [t for t in batch.tells if t.topic == topics.dead_letters_of("rules")]
    return [
        (dict(t.headers)["dlq_error_code"].decode(), dict(t.headers)["dlq_attempts"].decode())
        for t in letters
    ]


async def test_a_batch_is_decided_in_one_call_and_told_in_its_order():
    """Which is what makes it fast, and what keeps the order of each key."""
    desk = Desk()

    batch = await desk.hears(a_click(3), a_click(1), a_click(2))

    assert desk.batches == [[an_id(3), an_id(1), an_id(2)]]
    assert told(batch) == [an_id(3), an_id(1), an_id(2)]
    assert (batch.decided, batch.repeated, batch.parked) == (3, 0, 0)


async def test_a_repeat_is_told_again_and_not_decided_again():
    """Within a batch and across batches, in the place where it was heard."""
    desk = Desk()
    first = await desk.hears(a_click(1))

    batch = await desk.hears(a_click(2), a_click(1), a_click(2))

    assert desk.batches == [[an_id(1)], [an_id(2)]]
    assert told(batch) == [an_id(2), an_id(1), an_id(2)]
    assert batch.tells[1] == first.tells[0]
    assert (batch.decided, batch.repeated) == (1, 2)


async def test_another_message_under_an_old_identity_is_parked():
    """Ids are the sender's promise; a broken one is for a person to see."""
    desk = Desk()
    await desk.hears(a_click(1))

    batch = await desk.hears(a_click(1, refund_method="exchange"), a_click(2))

    assert parked(batch) == [("id_reuse", "1")]
    assert told(batch) == [an_id(2)]


async def test_two_messages_under_one_identity_in_one_batch_are_one_decision():
    """The first one counts, the other is parked, if it is another."""
    desk = Desk()

    batch = await desk.hears(a_click(1), a_click(1, refund_method="exchange"))

    assert (told(batch), parked(batch)) == ([an_id(1)], [("id_reuse", "1")])
    assert b"exchange" in batch.tells[1].body


async def test_a_double_click_in_structured_events_is_one_decision():
    """Each click is an event of its own, in an envelope of its own around the same order."""
    desk = Desk(once=by_key)
    clicks = [_in_an_envelope(a_request(), ce_id) for ce_id in ("click-1", "click-2")]

    batch = await desk.hears(*clicks)

    assert clicks[0].record.value != clicks[1].record.value
    assert (batch.decided, batch.repeated, parked(batch)) == (1, 1, [])


def _in_an_envelope(request: Any, ce_id: str) -> Heard[Any]:
    event = {"specversion": "1.0", "id": ce_id, "source": "/f", "type": topics.REQUEST_RETURN.name}
    value = json.dumps(event | {"data": json.loads(request.body())}).encode()
    headers = [("content-type", b"application/cloudevents+json")]
    found = read(a_record(request, value=value, headers=headers), topics.REQUEST_RETURN)
    assert isinstance(found, Heard)
    return found


async def test_a_business_key_is_decided_once_whatever_the_message():
    """A double click is another message about the same return."""
    desk = Desk(once=by_key)

    batch = await desk.hears(a_click(1, ce_id="click"), a_click(1, ce_id="double click"))

    assert desk.batches == [[an_id(1)]]
    assert len({dict(tell.headers)["ce_id"] for tell in batch.tells}) == 1


async def test_a_message_id_counts_per_source():
    """CloudEvents: source and id together name an event."""
    desk = Desk()

    batch = await desk.hears(
        heard(a_request(return_id=an_id(1)), id="7", source="/shop"),
        heard(a_request(return_id=an_id(2)), id="7", source="/till"),
    )

    assert (batch.decided, batch.repeated) == (2, 0)


async def test_what_a_handler_refuses_is_parked_at_first_sight_and_not_remembered():
    """Once the portal is configured, the same message may be put back and decided."""
    desk = Desk()
    approve = desk.outcome
    desk.outcome = lambda one: Permanent("unknown_portal") if one.key == an_id(2) else approve(one)
    batch = await desk.hears(a_click(1), a_click(2), a_click(3))
    assert (told(batch), parked(batch)) == ([an_id(1), an_id(3)], [("unknown_portal", "1")])

    desk.outcome = approve
    batch = await desk.hears(a_click(2))

    assert told(batch) == [an_id(2)]


async def test_a_message_that_stumbles_is_cut_out_and_parked_after_a_few_tries():
    """Its neighbours go on, and each is decided exactly once."""
    desk = Desk()
    desk.stumbles[an_id(2)] = [RuntimeError("a bug")] * 10

    batch = await desk.hears(a_click(1), a_click(2), a_click(3))

    assert told(batch) == [an_id(1), an_id(3)]
    assert parked(batch) == [("unexpected", str(TRIES))]
    assert batch.decided == 2


async def test_a_message_that_stumbles_once_is_decided_the_second_time():
    """Not everything unexpected is for ever."""
    desk = Desk()
    desk.stumbles[an_id(2)] = [RuntimeError("a bug")] * 2

    batch = await desk.hears(a_click(1), a_click(2), a_click(3))

    assert sorted(told(batch)) == [an_id(1), an_id(2), an_id(3)]
    assert parked(batch) == []


async def test_a_permanent_fault_is_not_tried_again():
    """It would be the same tomorrow."""
    desk = Desk()
    desk.stumbles[an_id(2)] = [Permanent("too_odd"), Permanent("too_odd")]

    batch = await desk.hears(a_click(1), a_click(2))

    assert parked(batch) == [("too_odd", "1")]
    assert desk.batches.count([an_id(2)]) == 1


@pytest.mark.parametrize("error", [AutoReconnect("gone"), ConnectionError(), TimeoutError()])
async def test_an_outage_parks_nothing_and_is_the_partitions_business(error: Exception):
    """A thousand good messages must not end in the dead letters because a database restarts."""
    desk = Desk()
    desk.stumbles[an_id(2)] = [error]

    with pytest.raises(type(error)):
        await desk.hears(a_click(1), a_click(2))

    assert desk.batches == [[an_id(1), an_id(2)]]
    assert desk.ledger.decisions == {}


async def test_an_outage_while_one_message_is_tried_alone_parks_nothing():
    """The bug was first, the outage second; the message waits for both."""
    desk = Desk()
    desk.stumbles[an_id(2)] = [RuntimeError("a bug"), RuntimeError("a bug"), AutoReconnect("gone")]

    with pytest.raises(AutoReconnect):
        await desk.hears(a_click(1), a_click(2))


async def test_what_changed_meanwhile_is_decided_again():
    """And only the last decision is told."""
    desk = Desk()
    overtaken = [False, False, True]
    guarded = Change("parcels", lambda: overtaken.pop(0), guarded=True)
    desk.outcome = lambda one: Outcome(tell=(an_approval(return_id=one.key),), keep=(guarded,))

    batch = await desk.hears(a_click(1))

    assert len(desk.batches) == 3
    assert (told(batch), batch.decided) == ([an_id(1)], 1)


async def test_what_never_stops_changing_waits_and_is_not_parked():
    """A store everybody fights over is no fault of the message."""
    desk = Desk()
    guarded = Change("parcels", lambda: False, guarded=True)
    desk.outcome = lambda _: Outcome(tell=(an_approval(),), keep=(guarded,))

    with pytest.raises(Unavailable):
        await desk.hears(a_click(1), a_click(2))

    assert len(desk.batches) == RACES


async def test_an_identity_somebody_else_decided_meanwhile_is_told_as_they_decided():
    """Two processes hear the same message while a partition changes hands."""
    desk, other = Desk(), Desk()
    theirs = await other.hears(a_click(1))
    keep, first = desk.ledger.keep, True

    async def late(*args: Any) -> None:
        nonlocal first
        if first:
            first = False
            desk.ledger.decisions |= other.ledger.decisions
        await keep(*args)

    desk.ledger.keep = late
    desk.outcome = lambda one: Outcome(tell=(an_approval(return_id=one.key, order_no="other"),))

    batch = await desk.hears(a_click(1))

    assert batch.tells == theirs.tells
    assert (batch.decided, batch.repeated) == (0, 1)


# ── routes that only keep ────────────────────────────────────────────────────────────────────────


async def test_a_route_that_only_keeps_remembers_no_messages():
    """Its writes come out the same when repeated; a ledger would only grow."""
    desk, kept = Desk(once=None), list[str]()
    desk.outcome = lambda one: Outcome(
        keep=(Change("parcels", lambda: kept.append(one.key)),),
        plan=(Plan("ring_bell", one.key, an_approval()),),
    )

    batch = await desk.hears(a_click(1), a_click(2), a_click(1))

    assert kept == [an_id(1), an_id(2), an_id(1)]
    assert (batch.tells, batch.planned, desk.ledger.decisions) == ([], 3, {})
    assert len(desk.intents.all) == 2


async def test_a_route_that_only_keeps_parks_what_it_refuses_and_keeps_the_rest():
    """Neighbours go on here too."""
    desk, kept = Desk(once=None), list[str]()

    def outcome(one: Heard[Any]) -> Outcome | Permanent:
        if one.key == an_id(1):
            return Permanent("too_odd")
        return Outcome(keep=(Change("parcels", lambda: kept.append(one.key)),))

    desk.outcome = outcome

    batch = await desk.hears(a_click(1), a_click(2))

    assert (parked(batch), kept) == ([("too_odd", "1")], [an_id(2)])


async def test_a_route_that_only_keeps_may_tell_nothing():
    """What is told but not remembered would be told with other words next time."""
    desk = Desk(once=None)

    batch = await desk.hears(a_click(1))

    assert (told(batch), parked(batch)) == ([], [("not_once", "1")])


async def test_a_service_cannot_tell_what_is_not_its_own():
    """One teller per event: a slip parks the message instead of confusing the house."""
    desk = Desk()
    desk.outcome = lambda _: Outcome(tell=(a_label_issued(),))

    batch = await desk.hears(a_click(1))

    assert parked(batch) == [("not_ours", "1")]


async def test_too_many_or_too_few_outcomes_park_rather_than_mix_up():
    """Answers must belong to their questions."""
    desk = Desk()
    handle = desk.route.handle

    async def forgetful(said: Sequence[Heard[Any]]) -> list[Outcome | Permanent]:
        return (await handle(said))[:-1]

    desk.route = Route(topics.REQUEST_RETURN, forgetful, by_message)

    batch = await desk.hears(a_click(1), a_click(2))

    assert [code for code, _ in parked(batch)] == ["unexpected", "unexpected"]
    assert desk.ledger.decisions == {}


async def test_a_conflict_is_a_fault_with_a_name():
    """Alerts are made of codes."""
    assert (Conflict().code, str(Permanent("too_odd"))) == ("conflict", "too_odd")


@pytest.mark.parametrize(
    "ended",
    [
        MemoryError(),
        OSError(errno.ENOMEM, "Cannot allocate memory"),
        RuntimeError("can't start new thread"),
        OSError(errno.EMFILE, "Too many open files"),
        OSError(errno.ENOSPC, "No space left on device"),
    ],
    ids=["memory", "memory of the system", "threads", "descriptors", "disk"],
)
@pytest.mark.parametrize("times", [1, TRIES])
async def test_a_message_is_not_parked_because_something_of_ours_ended(ended, times):
    """It is not the message's fault, and the next one would fare no better."""
    desk = Desk()
    desk.stumbles[an_id(1)] = [ended] * times

    with pytest.raises(type(ended)):
        await desk.hears(a_click(1))


async def test_a_message_is_not_parked_because_memory_ended_while_it_was_tried_alone():
    """Nor if something else was wrong before."""
    desk = Desk()
    desk.stumbles[an_id(1)] = [ValueError(), MemoryError()]

    with pytest.raises(MemoryError):
        await desk.hears(a_click(1), a_click(2))
