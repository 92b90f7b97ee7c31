"""Intents: one suite, in memory and on a real mongod."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest

from contracts.rules import ReturnApproved
from services._runtime import intents_mongo
from services._runtime.errors import Conflict
from services._runtime.intents import Intent, State, doubted, postponed, settled
from services._runtime.intents_mongo import INTENTS
from services._runtime.ledger_mongo import LedgerMongo
from tests.support.builders import TUESDAY, an_approval, days
from tests.support.stores import KIND, LEASE, a_tell, an_intent

# ── claiming ─────────────────────────────────────────────────────────────────────────────────────


async def test_a_claimed_intent_is_what_was_planned(house):
    """Order, cause and trace included: performers need them, and so does whoever reads a story."""
    planned = an_intent()
    await house.plans(planned)

    (claimed,) = await house.claims()

    assert claimed == replace(
        planned, state=State.IN_FLIGHT, attempts=1, fence=1, wake_at=TUESDAY + LEASE
    )
    assert claimed.ordered(ReturnApproved) == an_approval()


async def test_what_is_not_due_is_not_claimed(house):
    """It waits for its time, and not a moment longer."""
    await house.plans(an_intent(wait_seconds=60))

    assert await house.claims(TUESDAY + timedelta(seconds=59)) == []
    assert len(await house.claims(TUESDAY + timedelta(seconds=60))) == 1


async def test_no_more_is_claimed_than_was_asked_for(house):
    """The rest is for somebody with free hands."""
    await house.plans(*(an_intent(f"r{number}") for number in range(5)))

    first, second, third = [await house.claims(most=2) for _ in range(3)]

    assert [len(first), len(second), len(third)] == [2, 2, 1]
    assert len({intent.id for intent in (*first, *second, *third)}) == 5


async def test_a_claimed_intent_is_nobody_elses_until_its_lease_ends(house):
    """And then it is handed over as interrupted: an answer may have got lost."""
    await house.plans(an_intent())
    (first,) = await house.claims()
    assert await house.claims(TUESDAY + LEASE - timedelta(milliseconds=1)) == []

    (second,) = await house.claims(TUESDAY + LEASE)

    assert not first.interrupted
    assert second.interrupted
    assert (second.state, second.attempts, second.fence) == (State.IN_FLIGHT, 1, 2)


async def test_an_intent_stays_interrupted_until_somebody_found_out(house):
    """A second crash does not make the first attempt unhappen."""
    await house.plans(an_intent())
    await house.claims()
    await house.claims(TUESDAY + LEASE)

    (third,) = await house.claims(TUESDAY + 2 * LEASE)

    assert third.interrupted


async def test_an_intent_in_doubt_is_due_at_once_and_interrupted(house):
    """Its answer came and could not be kept."""
    await house.plans(an_intent())
    (claimed,) = await house.claims()

    await house.intents.settle(doubted(claimed, "conflict", TUESDAY))
    (again,) = await house.claims()

    assert (again.interrupted, again.code) == (True, "conflict")


async def test_a_postponed_intent_is_tried_anew_and_not_recovered(house):
    """It certainly was not done."""
    await house.plans(an_intent())
    await house.claims()
    (interrupted,) = await house.claims(TUESDAY + LEASE)
    until = TUESDAY + days(1)

    assert await house.intents.settle(postponed(interrupted, "bell_busy", until))
    assert await house.claims(until - timedelta(seconds=1)) == []
    (again,) = await house.claims(until)

    assert (again.interrupted, again.attempts, again.code) == (False, 2, "bell_busy")


async def test_two_claimers_never_share_an_intent(house):
    """Ten workers, a hundred intents, all at once: each intent has one owner."""
    await house.plans(*(an_intent(f"r{number}") for number in range(100)))

    async def claims_all() -> list[Intent]:
        found: list[Intent] = []
        while claimed := await house.claims(most=7):
            found += claimed
        return found

    shares = await asyncio.gather(*(claims_all() for _ in range(10)))

    owners = Counter(intent.id for share in shares for intent in share)
    assert len(owners) == 100
    assert set(owners.values()) == {1}
    assert {intent.fence for share in shares for intent in share} == {1}


async def test_two_claimers_never_share_what_was_interrupted(house):
    """After a crash everything is due at once, and everybody comes for it."""
    await house.plans(*(an_intent(f"r{number}") for number in range(30)))
    await house.claims()
    later = TUESDAY + LEASE

    shares = await asyncio.gather(*(house.claims(later, most=30) for _ in range(10)))

    claimed = [intent for share in shares for intent in share]
    assert sorted(intent.id for intent in claimed) == sorted(f"{KIND}:r{n}" for n in range(30))
    assert all(intent.interrupted and intent.fence == 2 for intent in claimed)


# ── settling ─────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("state", [State.SUCCEEDED, State.REJECTED])
async def test_a_settled_intent_is_awake_until_it_was_told(house, state: State):
    """Done and told are two things, and the second may need another try."""
    await house.plans(an_intent())
    (claimed,) = await house.claims()
    ended = settled(claimed, state, (a_tell(),), "code", TUESDAY + LEASE)
    assert await house.intents.settle(ended)

    (again,) = await house.claims(TUESDAY + LEASE)
    assert (again.state, again.tells, again.interrupted) == (state, (a_tell(),), False)
    assert again.attempts == 1
    await house.intents.told([again])

    assert await house.claims(TUESDAY + days(365)) == []


@pytest.mark.parametrize("tells", [(), (a_tell(),)])
async def test_what_is_over_keeps_its_end_and_forgets_what_it_was_about(house, tells):
    """Order and words may be personal; that it was done is not."""
    await house.plans(an_intent())
    (claimed,) = await house.claims()
    ended = settled(claimed, State.SUCCEEDED, tells, "code", TUESDAY + LEASE)

    await house.intents.settle(ended)
    if tells:
        await house.intents.told([ended])

    over = await house.stored(ended.id)
    assert (over.state, over.code, over.wake_at) == (State.SUCCEEDED, "code", None)
    assert (over.order, over.tells) == (b"", ())


async def test_what_is_unknown_keeps_what_it_was_about(house):
    """A person has to decide, and must see on what."""
    await house.plans(an_intent())
    (claimed,) = await house.claims()

    await house.intents.settle(settled(claimed, State.UNKNOWN, (), "bell_silent", TUESDAY))

    over = await house.stored(claimed.id)
    assert (over.state, over.wake_at) == (State.UNKNOWN, None)
    assert over.ordered(ReturnApproved) == an_approval()


@pytest.mark.parametrize("changed", ["nothing", "unguarded", "guarded"])
async def test_an_old_owner_can_settle_nothing(house, changed: str):
    """Its lease ended and the fence has moved on: neither its result nor its changes count."""
    await house.ledger.keep((), [house.rings("front")], ())
    await house.plans(an_intent())
    (old,) = await house.claims()
    (new,) = await house.claims(TUESDAY + LEASE)
    changes = {
        "nothing": (),
        "unguarded": (house.rings("back"),),
        "guarded": (house.rings_if("front", 1),),
    }

    result = settled(old, State.REJECTED, (a_tell(),), "late", TUESDAY)
    assert not await house.intents.settle(result, changes[changed])

    assert await house.stored(old.id) == new
    assert (await house.heard("front"), await house.heard("back")) == (1, 0)


async def test_an_old_owner_cannot_call_it_told(house):
    """What the new owner keeps must be told by it."""
    await house.plans(an_intent())
    (old,) = await house.claims()
    (new,) = await house.claims(TUESDAY + LEASE)
    ended = settled(new, State.SUCCEEDED, (a_tell(),), None, TUESDAY + 2 * LEASE)
    await house.intents.settle(ended)

    await house.intents.told([old])

    assert await house.stored(new.id) == ended


@pytest.mark.parametrize("guarded", [False, True])
async def test_an_end_and_its_changes_stand_together(house, *, guarded: bool):
    """The label was bought, and it is known which."""
    await house.ledger.keep((), [house.rings("front")], ())
    await house.plans(an_intent())
    (claimed,) = await house.claims()
    change = house.rings_if("front", 1) if guarded else house.rings("back")

    assert await house.intents.settle(
        settled(claimed, State.SUCCEEDED, (), None, TUESDAY), [change]
    )

    assert (await house.stored(claimed.id)).state is State.SUCCEEDED
    assert (await house.heard("front"), await house.heard("back")) == (
        (2, 0) if guarded else (1, 1)
    )


@pytest.mark.parametrize("guarded", [False, True])
async def test_what_comes_later_is_planned_once_with_the_end(house, *, guarded: bool):
    """Whoever ends it again, after a crash in between, plans nothing twice."""
    await house.ledger.keep((), [house.rings("front")], ())
    await house.plans(an_intent())
    (claimed,) = await house.claims()
    later = an_intent("later", wait_seconds=3600)
    ended = settled(claimed, State.SUCCEEDED, (), None, TUESDAY)

    changes = [house.rings_if("front", 1)] if guarded else []
    assert await house.intents.settle(ended, changes, [later])
    assert await house.intents.settle(ended, (), [replace(later, order=b"other")])

    assert await house.stored(later.id) == later


async def test_with_a_conflict_nothing_is_planned(house):
    """What it was decided on has changed: it may come out otherwise."""
    await house.plans(an_intent())
    (claimed,) = await house.claims()

    with pytest.raises(Conflict):
        await house.intents.settle(
            settled(claimed, State.SUCCEEDED, (), None, TUESDAY),
            [house.rings_if("back", 7)],
            [an_intent("later")],
        )

    assert [one.id for one in await house.claims(TUESDAY + LEASE)] == [claimed.id]


async def test_a_conflict_keeps_neither_end_nor_changes(house):
    """What it was decided on has changed: nothing happened."""
    await house.plans(an_intent())
    (claimed,) = await house.claims()

    with pytest.raises(Conflict):
        await house.intents.settle(
            settled(claimed, State.SUCCEEDED, (a_tell(),), None, TUESDAY),
            [house.rings("front"), house.rings_if("back", 7)],
        )

    assert await house.stored(claimed.id) == claimed
    assert await house.heard("front") == 0


async def test_ends_that_race_for_one_document_all_find_out(house):
    """Each takes its turn or learns that it lost; none hangs, none is lost between the two."""
    await house.ledger.keep((), [house.rings("front")], ())
    await house.plans(*(an_intent(f"r{number}") for number in range(8)))

    async def ends(intent: Intent) -> bool:
        times = await house.heard("front")
        try:
            return await house.intents.settle(
                settled(intent, State.SUCCEEDED, (), None, TUESDAY),
                [house.rings_if("front", times)],
            )
        except Conflict:
            return False

    won = await asyncio.gather(*(ends(intent) for intent in await house.claims()))

    states = [(await house.stored(f"{KIND}:r{number}")).state for number in range(8)]
    assert await house.heard("front") == 1 + sum(won)
    assert states.count(State.SUCCEEDED) == sum(won) >= 1


# ── MongoDB only ─────────────────────────────────────────────────────────────────────────────────


@pytest.mark.real
async def test_what_is_due_is_found_by_an_index(database):
    """A year of finished intents must not slow down the next one."""
    intents = [replace(an_intent(f"r{number}"), wake_at=None) for number in range(50)]
    await LedgerMongo(database).keep((), (), intents)
    await LedgerMongo(database).keep((), (), [an_intent("due")])

    found = database[INTENTS].find(intents_mongo.due(TUESDAY)).sort("wake_at", 1).limit(5)
    plan = await found.explain()

    assert plan["executionStats"]["totalDocsExamined"] == 1
    assert (await found.to_list())[0]["key"] == "due"
