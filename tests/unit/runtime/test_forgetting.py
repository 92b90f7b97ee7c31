"""What the floor remembers of personal orders: enough to know a repeat, and no more."""

from __future__ import annotations

from hashlib import blake2b
from typing import Any

from contracts import topics
from services._runtime.intents_memory import IntentsMemory
from services._runtime.judging import Batch, Judge, digest_of
from services._runtime.ledger_memory import LedgerMemory
from services._runtime.words import Heard, Outcome, Route, by_key
from tests.support.builders import TUESDAY, a_request, a_requested_item, an_approval
from tests.support.records import heard

KEY, OTHER = b"k" * 32, b"o" * 32


class Desk:
    """Rules' judge over one ledger, under whatever key it is started with."""

    def __init__(self) -> None:
        self.ledger = LedgerMemory(IntentsMemory())

    async def hears(self, one: Heard[Any], key: bytes = KEY) -> Batch:
        async def approve(said):
            return [Outcome(tell=(an_approval(return_id=each.key),)) for each in said]

        batch = Batch()
        route = Route(topics.REQUEST_RETURN, approve, once=by_key)
        await Judge("rules", self.ledger, lambda: TUESDAY, key).judge(route, [one], batch)
        return batch


def a_comment(text: str) -> Heard[Any]:
    """Somebody says why."""
    return heard(a_request(items=(a_requested_item(comment=text),)))


def test_who_holds_the_decisions_cannot_try_what_a_customer_may_have_typed():
    """Few comments are long: without a key all short ones are tried in a night."""
    said = a_comment("too small")

    kept = digest_of(said, KEY)

    guesses = [blake2b(said.data, digest_size=size).digest() for size in (16, 20)]
    guesses += [digest_of(said), digest_of(said, OTHER)]
    assert not any(guess[-16:] in kept or kept[-16:] in guess for guess in guesses)
    assert KEY not in kept
    assert digest_of(said, KEY) == kept != digest_of(a_comment("too large"), KEY)


async def test_the_same_key_tells_a_repeat_from_another_content():
    """Across processes: the key is the service's, not the process's."""
    desk = Desk()
    first = await desk.hears(a_comment("too small"))

    again, other = await desk.hears(a_comment("too small")), await desk.hears(a_comment("no"))

    assert (again.tells, again.parked) == (first.tells, 0)
    assert other.parked == 1


async def test_a_new_key_parks_nobody_who_was_answered_before():
    """Keys are replaced while messages are under way, and nothing may be lost by it."""
    desk = Desk()
    first = await desk.hears(a_comment("too small"))

    again = await desk.hears(a_comment("too small"), OTHER)

    assert (again.tells, again.parked) == (first.tells, 0)


async def test_what_was_decided_before_digests_had_keys_is_told_again():
    """The ledger of yesterday is there when a new version starts."""
    desk = Desk()
    first = await desk.hears(a_comment("too small"))
    ((identity, decision),) = desk.ledger.decisions.items()
    old = blake2b(a_comment("too small").data, digest_size=16).digest()
    desk.ledger.decisions[identity] = decision._replace(digest=old)

    again = await desk.hears(a_comment("too small"))

    assert (again.tells, again.parked) == (first.tells, 0)


async def test_a_null_value_decides_nothing_and_is_not_parked():
    """It follows a request to have it erased. Whoever obeyed it has nothing to do."""
    desk, request = Desk(), a_comment("too small")
    await desk.hears(request)

    batch = await desk.hears(request._replace(message=None, data=b""))

    assert (batch.tells, batch.parked, len(desk.ledger.decisions)) == ([], 0, 1)
