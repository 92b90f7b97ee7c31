"""The ledger: one suite, in memory and on a real mongod."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest
from pymongo import InsertOne, UpdateOne

from contracts.labels import LabelPrinted
from services._runtime.errors import Conflict
from services._runtime.intents import State, settled
from services._runtime.intents_mongo import INTENTS
from services._runtime.ledger_mongo import DECISIONS, LedgerMongo
from services._runtime.words import Change, Decision, worded
from tests.support.builders import TUESDAY, a_label_printed, days
from tests.support.records import an_envelope
from tests.support.stores import KIND, PLACE, InMongo, a_decision, a_tell, an_intent


async def test_what_was_never_decided_is_missing(house):
    """Absence is an answer."""
    assert dict(await house.ledger.decided(["click-1"])) == {}
    assert dict(await house.ledger.decided([])) == {}


async def test_a_decision_comes_back_with_the_very_words(house):
    """Told again means the same bytes, headers in the same order, a minute or a month later."""
    large = worded(a_label_printed(), an_envelope(a_label_printed(), id="ü ✓"), "labels", TUESDAY)
    decision = a_decision("returns.x.v1 /frontend $click.1", a_tell(1), a_tell(2), large)

    await house.ledger.keep([decision], (), ())

    found = await house.ledger.decided([decision.identity, "click-2"])
    assert dict(found) == {decision.identity: decision}
    for told, kept in zip(found[decision.identity].tells, decision.tells, strict=True):
        assert (told.headers, told.body, told.key) == (kept.headers, kept.body, kept.key)
    assert LabelPrinted.read(found[decision.identity].tells[2].body) == a_label_printed()


async def test_a_decision_that_leads_to_nothing_is_kept_too(house):
    """Nothing to tell is a decision: it must not be taken again."""
    silent = Decision("click-1", b"d", (), TUESDAY)

    await house.ledger.keep([silent], (), ())

    assert dict(await house.ledger.decided(["click-1"])) == {"click-1": silent}


async def test_decision_change_and_plan_stand_together(house):
    """One durable write for all that follows from a message."""
    await house.ledger.keep([a_decision()], [house.rings("front")], [an_intent()])

    assert "click-1" in await house.ledger.decided(["click-1"])
    assert await house.heard("front") == 1
    assert (await house.stored(f"{KIND}:r1")).state is State.PLANNED


async def test_nothing_at_all_is_kept_without_a_word(house):
    """A batch of refused messages changes nothing."""
    await house.ledger.keep((), (), ())


async def test_a_guarded_change_that_finds_nothing_undoes_everything(house):
    """Somebody was faster: no decision, no other change, no plan may outlive that."""
    with pytest.raises(Conflict):
        await house.ledger.keep(
            [a_decision("click-1"), a_decision("click-2")],
            [house.rings("front"), house.rings_if("back", 7)],
            [an_intent()],
        )

    assert dict(await house.ledger.decided(["click-1", "click-2"])) == {}
    assert (await house.heard("front"), await house.heard("back")) == (0, 0)
    assert await house.claims() == []


async def test_a_single_guarded_change_that_finds_nothing_is_a_conflict_too(house):
    """One write needs no transaction, and keeps its promise without."""
    with pytest.raises(Conflict):
        await house.ledger.keep((), [house.rings_if("back", 7)], ())


async def test_guarded_changes_that_find_their_match_stand(house):
    """In order: the second builds on the first."""
    await house.ledger.keep((), [house.rings("front")], ())

    await house.ledger.keep(
        [a_decision()], [house.rings_if("front", 1), house.rings_if("front", 2)], ()
    )

    assert await house.heard("front") == 3


async def test_an_identity_decided_meanwhile_is_a_conflict(house):
    """Two processes, one message: the first decision stands, the second never was."""
    first = a_decision("click-1", a_tell(1))
    await house.ledger.keep([first], (), ())

    with pytest.raises(Conflict):
        await house.ledger.keep([a_decision("click-1", a_tell(2))], (), ())

    assert dict(await house.ledger.decided(["click-1"])) == {"click-1": first}


async def test_an_identity_decided_meanwhile_undoes_everything_beside_it(house):
    """A batch is kept whole or not at all."""
    first = a_decision("click-1", a_tell(1))
    await house.ledger.keep([first], (), ())
    batch = [a_decision("click-0"), a_decision("click-1", a_tell(2))]

    with pytest.raises(Conflict):
        await house.ledger.keep(batch, [house.rings("front")], [an_intent()])

    assert dict(await house.ledger.decided(["click-0", "click-1"])) == {"click-1": first}
    assert (await house.heard("front"), await house.claims()) == (0, [])


async def test_an_intent_planned_twice_is_planned_once(house):
    """Whoever plans it again changes neither what is to be done nor when."""
    await house.plans(an_intent())

    await house.plans(replace(an_intent(), order=b"{}", deadline_at=TUESDAY))
    await house.ledger.keep([a_decision()], (), [replace(an_intent(), order=b"{}")])

    assert await house.stored(f"{KIND}:r1") == an_intent()


async def test_an_intent_that_is_over_is_not_planned_anew(house):
    """A label that was bought is not bought again because somebody asks again."""
    await house.plans(an_intent())
    (claimed,) = await house.claims()
    await house.intents.settle(settled(claimed, State.SUCCEEDED, (), None, TUESDAY))

    await house.plans(an_intent())

    assert await house.claims(TUESDAY + days(30)) == []


# ── MongoDB only ─────────────────────────────────────────────────────────────────────────────────


@pytest.mark.real
async def test_two_processes_that_decide_the_same_message_at_once_keep_one_decision(database):
    """In MongoDB they meet inside their transactions, and one of them learns that it lost."""
    ledger = LedgerMongo(database)

    async def decides(number: int) -> bool:
        bell = Change(PLACE, UpdateOne({"_id": "front"}, {"$inc": {"times": 1}}, upsert=True))
        try:
            await ledger.keep([a_decision("click-1", a_tell(number))], [bell], [an_intent()])
        except Conflict:
            return False
        return True

    won = await asyncio.gather(*(decides(number) for number in range(10)))

    assert sum(won) == 1
    assert (await database[PLACE].find_one({"_id": "front"}))["times"] == 1
    assert await database[DECISIONS].count_documents({}) == 1


@pytest.mark.real
async def test_one_guarded_change_of_several_that_finds_nothing_undoes_the_others(database):
    """A batch decides for many parcels; one that was overtaken takes back all, not only its own."""
    house = InMongo(database)
    await house.ledger.keep((), [house.rings("front")], ())

    with pytest.raises(Conflict):
        await house.ledger.keep(
            [a_decision()], [house.rings_if("front", 1), house.rings_if("back", 7)], ()
        )

    assert (await house.heard("front"), await house.heard("back")) == (1, 0)
    assert dict(await house.ledger.decided(["click-1"])) == {}


@pytest.mark.real
async def test_a_write_the_database_refuses_undoes_everything_and_is_no_conflict(database):
    """Deciding again would not help, so it must not look as if it did."""
    await database[PLACE].insert_one({"_id": "front", "times": "often"})
    broken = Change(PLACE, UpdateOne({"_id": "front"}, {"$inc": {"times": 1}}))

    with pytest.raises(Exception, match="Cannot apply") as refused:
        await LedgerMongo(database).keep([a_decision()], [broken], [an_intent()])

    assert not isinstance(refused.value, Conflict)
    assert await database[DECISIONS].count_documents({}) == 0
    assert await database[INTENTS].count_documents({}) == 0


@pytest.mark.real
async def test_decisions_and_intents_are_kept_for_seventy_five_days(database):
    """Longer than any topic brings their cause back, and not for ever."""
    seconds = [
        options["expireAfterSeconds"]
        for place in (DECISIONS, INTENTS)
        for options in (await database[place].index_information()).values()
        if "expireAfterSeconds" in options
    ]

    assert seconds == [75 * 24 * 3600] * 2


@pytest.mark.real
async def test_a_collection_nobody_made_is_made_inside_the_transaction(database):
    """The first message of a new service must not fail for want of a collection."""
    new = Change("never_seen", InsertOne({"_id": 1}))

    await LedgerMongo(database).keep([a_decision()], [new], [an_intent()])

    assert await database["never_seen"].count_documents({}) == 1
