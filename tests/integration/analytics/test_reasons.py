"""One suite for every home of the reasons, and the proof that both give the same answers."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.rules import ReturnCancelled
from contracts.shape import Money
from services._runtime.errors import Permanent
from services.analytics.adapters import reasons_mongo
from services.analytics.adapters.reasons_mongo import ReasonsMongo
from services.analytics.domain.record import cancellation, record
from tests.support.builders import (
    SPOON,
    TUESDAY,
    a_cancellation,
    a_judged_item,
    a_question,
    a_rejection,
    a_wait,
    an_approval,
    an_id,
    pounds,
)
from tests.support.decided_returns import patiently, questions, retold, stories


def changes_of(reasons, *told):
    """What keeping these messages comes to."""
    return [
        change
        for message in told
        for change in (
            (reasons.cancel(cancellation(message)),)
            if isinstance(message, ReturnCancelled)
            else reasons.keep(record(message))
        )
    ]


async def test_reasons_are_ranked_and_counted(home):
    """The answer a merchant sees."""
    spoons = a_judged_item(line_id="2", sku=SPOON, reason="gift", quantity=3, unit_price=pounds(3))
    told = [
        an_approval(return_id=an_id(1), items=(a_judged_item(), spoons)),
        a_rejection(return_id=an_id(2), items=(a_judged_item(reason="too_large"),)),
    ]
    await home.keeps(*changes_of(home.reasons, *told))

    found = await home.reasons.ranked(a_question(limit=2))

    assert [(one.reason, one.lines, one.units, one.value) for one in found.reasons] == [
        ("gift", 1, 3, pounds(9)),
        ("damaged_on_arrival", 1, 1, pounds(12.95)),
    ]
    assert (found.query_id, found.lines, found.returns) == (an_id(42), 3, 2)


async def test_nothing_kept_is_answered_with_nothing(home):
    """An empty database is an ordinary one."""
    found = await home.reasons.ranked(a_question())

    assert (found.lines, found.returns, found.reasons) == (0, 0, ())


async def test_kept_again_counts_once(home):
    """Any replay is exact, within a batch and across batches."""
    changes = changes_of(home.reasons, an_approval(), an_approval())

    await home.keeps(*changes)
    await home.keeps(*changes)

    found = await home.reasons.ranked(a_question())
    assert (found.lines, found.returns, found.reasons[0].units) == (1, 1, 1)


@pytest.mark.parametrize(
    "asked",
    [
        {"since": TUESDAY + timedelta(hours=1)},
        {"until": TUESDAY},
        {"country": "DE"},
        {"sku": SPOON},
        {"verdict": "rejected"},
        {"portal_id": "grey-gull"},
        {"since": TUESDAY, "until": TUESDAY},
    ],
)
async def test_what_does_not_fit_the_question_is_not_counted(home, asked):
    """Each filter keeps out what it must."""
    await home.keeps(*changes_of(home.reasons, an_approval()))

    assert (await home.reasons.ranked(a_question(**asked))).lines == 0
    assert (await home.reasons.ranked(a_question())).lines == 1


async def test_a_reason_in_two_currencies_has_no_value_and_unpriced_lines_change_none(home):
    """Pounds and euros do not add up, and nothing takes nothing away."""
    in_euro = a_judged_item(reason="gift", unit_price=Money(minor=1, currency="EUR"))
    in_pound = a_judged_item(reason="gift")
    unpriced = a_judged_item(reason="other", unit_price=None)
    priced = a_judged_item(reason="other")
    lines = (in_euro, in_pound, unpriced, priced)
    await home.keeps(*changes_of(home.reasons, an_approval(items=lines)))

    found = await home.reasons.ranked(a_question())

    values = {one.reason: one.value for one in found.reasons}
    assert values == {"gift": None, "other": pounds(12.95)}


async def test_a_question_about_all_the_time_a_contract_knows_has_an_answer(home):
    """Such bounds are strange, and no reason to stumble."""
    auckland, samoa = timezone(timedelta(hours=13)), timezone(timedelta(hours=-11))
    await home.keeps(*changes_of(home.reasons, an_approval()))

    found = await home.reasons.ranked(
        a_question(
            since=datetime(1900, 1, 1, tzinfo=auckland),
            until=datetime(2199, 12, 31, 23, 59, 59, tzinfo=samoa),
        )
    )

    assert found.lines == 1


async def test_sums_beyond_the_contract_and_beyond_64_bits_have_no_value(home):
    """A wrong amount would be worse than none."""
    dear = a_judged_item(unit_price=Money(minor=10**15, currency="GBP"))
    # 2 x 10^15 is more than Money takes; 95 x 100 x 10^15 is more than 64 bits hold.
    few = [an_approval(return_id=an_id(n), items=(dear,)) for n in range(2)]
    many = [
        an_approval(return_id=an_id(n), portal_id="grey-gull", items=(dear,) * 100)
        for n in range(100, 195)
    ]
    await home.keeps(*changes_of(home.reasons, *few, *many))

    assert (await home.reasons.ranked(a_question())).reasons[0].value is None
    found = await home.reasons.ranked(a_question(portal_id="grey-gull"))
    assert (found.lines, found.returns, found.reasons[0].value) == (9500, 95, None)


async def test_the_last_word_on_a_return_stands_in_whatever_order_words_come(home):
    """A wait heard late must not make a refusal undone, nor a second record."""
    waited, refused = a_wait(), a_rejection()

    for told in ([waited, refused], [refused, waited]):
        await home.forgets_everything()
        for message in told:
            await home.keeps(*changes_of(home.reasons, message))

        assert (await home.reasons.ranked(a_question(verdict="rejected"))).lines == 1
        assert (await home.reasons.ranked(a_question())).lines == 1


async def test_a_cancelled_return_is_left_out_even_if_its_mark_came_first(home):
    """Cancellations have a topic of their own, which may be read before the others."""
    gone = an_approval(return_id=an_id(8), items=(a_judged_item(reason="gift"),))
    mark = a_cancellation(return_id=an_id(8))
    await home.keeps(*changes_of(home.reasons, mark))

    await home.keeps(*changes_of(home.reasons, gone, an_approval(), mark))

    left = await home.reasons.ranked(a_question(cancelled=False))
    assert [one.reason for one in left.reasons] == ["damaged_on_arrival"]
    assert (left.lines, left.returns) == (1, 1)
    assert (await home.reasons.ranked(a_question(cancelled=True))).reasons[0].reason == "gift"
    assert (await home.reasons.ranked(a_question())).returns == 2


async def test_a_trend_counts_by_month_without_gaps(home):
    """January and March with nothing in between is not January and February."""
    january = an_approval(return_id=an_id(1), decided_at=datetime(2026, 1, 31, 23, tzinfo=UTC))
    march = an_approval(items=(a_judged_item(reason="gift", kept=True), a_judged_item()))
    await home.keeps(*changes_of(home.reasons, january, march))

    found = await home.reasons.ranked(a_question(by="month"))

    assert [(one.since.month, one.lines, one.returns) for one in found.periods] == [
        (1, 1, 1),
        (2, 0, 0),
        (3, 2, 1),
    ]
    assert [(one.reason, one.trend, one.kept) for one in found.reasons] == [
        ("damaged_on_arrival", (1, 0, 1), 0),
        ("gift", (0, 0, 1), 1),
    ]


async def test_a_trend_is_cut_to_its_latest_weeks_and_a_week_begins_on_monday(home):
    """Sunday the 8th belongs to the week of the 2nd, and February is not asked for."""
    march = {5: (2, 20), 6: (3, 8), 7: (3, 9), 8: (3, 20)}
    told = [
        an_approval(return_id=an_id(number), decided_at=datetime(2026, *month_and_day, tzinfo=UTC))
        for number, month_and_day in march.items()
    ]
    await home.keeps(*changes_of(home.reasons, *told))

    found = await home.reasons.ranked(a_question(by="week", periods=3))

    assert [(period.since.day, period.lines) for period in found.periods] == [
        (2, 1),
        (9, 1),
        (16, 1),
    ]
    assert [(one.lines, one.trend) for one in found.reasons] == [(4, (1, 1, 1))]


@pytest.mark.real
@patiently
@given(data=st.data(), told=stories(), asked=questions)
async def test_both_homes_give_the_same_answer(mongo_home, memory_home, data, told, asked):
    """Every test in memory is worth as much as this one, whatever order its topics come in."""
    for home in (mongo_home, memory_home):
        await home.forgets_everything()
        await home.keeps(*changes_of(home.reasons, *data.draw(retold(told))))

    expected = await memory_home.reasons.ranked(asked)

    assert await mongo_home.reasons.ranked(asked) == expected


@pytest.mark.real
async def test_a_record_is_stored_with_the_columns_that_are_documented(mongo_home):
    """Other tools read this collection; what is absent is left out, not null."""
    unknown = a_judged_item(sku=None, name=None, unit_price=None)
    await mongo_home.keeps(
        *changes_of(
            mongo_home.reasons,
            an_approval(),
            a_rejection(return_id=an_id(8), items=(unknown,), country=None),
            an_approval(return_id=an_id(9), items=(a_judged_item(kept=True),)),
            a_cancellation(return_id=an_id(9)),
        )
    )

    (teapot, nothing, kept) = await mongo_home.db.reasons.find().sort("_id").to_list(None)
    (mark,) = await mongo_home.db.cancellations.find().to_list(None)

    assert teapot == {
        "_id": f"{an_id()}:1:0",
        "return_id": an_id(),
        "line_id": "1",
        "position": 0,
        "portal_id": "moss-and-fern",
        "shipment_id": "MF-1001",
        "sku": "GRUMPY-TEAPOT",
        "name": "Grumpy teapot",
        "reason": "damaged_on_arrival",
        "quantity": 1,
        "value": {"minor": 1295, "currency": "GBP"},
        "country": "NL",
        "verdict": "approved",
        "refusals": [],
        "refund_method": "refund",
        "return_method": "drop_off_point",
        "decided_at": TUESDAY,
        "settings_version": 1,
    }
    assert nothing["refusals"] == ["window_closed"]
    assert {"sku", "name", "value", "country"}.isdisjoint(nothing)
    assert kept["kept"] is True
    assert mark == {
        "_id": an_id(9),
        "portal_id": "moss-and-fern",
        "by": "customer",
        "cancelled_at": TUESDAY + timedelta(days=2),
    }


@pytest.mark.real
@pytest.mark.parametrize(
    ("asked", "records_read"),
    [
        ({"since": TUESDAY}, 0),
        ({"since": TUESDAY, "country": "NL", "verdict": "approved"}, 0),
        ({"since": TUESDAY, "by": "week"}, 0),
        ({"sku": SPOON}, 1),
    ],
)
async def test_a_question_costs_what_it_asks_about(mongo_home, asked, records_read):
    """A merchant's month must not get slower with everybody's years."""
    fitting = an_approval(items=(a_judged_item(sku=SPOON),))
    others = [
        an_approval(return_id=an_id(n), portal_id=portal, decided_at=TUESDAY - timedelta(hours=1))
        for n, portal in enumerate(["moss-and-fern", "grey-gull"] * 20, start=100)
    ]
    await mongo_home.keeps(*changes_of(mongo_home.reasons, fitting, *others))

    plan = await mongo_home.db.command(
        "explain",
        {
            "aggregate": reasons_mongo.REASONS,
            "pipeline": reasons_mongo.pipeline(a_question(**asked)),
            "cursor": {},
        },
        verbosity="executionStats",
    )

    executed = plan["stages"][0]["$cursor"]["executionStats"]
    assert executed["totalDocsExamined"] == records_read
    assert executed["totalKeysExamined"] <= 2


@pytest.mark.real
async def test_a_question_that_takes_too_long_is_refused_for_good(mongo_home, monkeypatch):
    """Trying it again for ever would stop everything else this service hears."""
    monkeypatch.setattr(reasons_mongo, "LONGEST_MS", 1)
    gifts = (a_judged_item(reason="gift"),) * 100
    told = [an_approval(return_id=an_id(n), items=gifts) for n in range(100)]
    await mongo_home.keeps(*changes_of(mongo_home.reasons, *told))
    reasons = ReasonsMongo(mongo_home.db)

    with pytest.raises(Permanent) as refused:
        await reasons.ranked(a_question())

    assert refused.value.code == "question_too_large"


@pytest.mark.real
async def test_two_processes_may_keep_the_same_return_at_once(mongo_home):
    """While partitions change hands, two processes hear the same return."""
    changes = changes_of(mongo_home.reasons, *(an_approval(return_id=an_id(n)) for n in range(20)))

    for _ in range(2):  # the loser of a race is told so, and the floor keeps its batch again
        await asyncio.gather(
            *(mongo_home.keeps(*changes) for _ in range(4)), return_exceptions=True
        )

    found = await mongo_home.reasons.ranked(a_question())
    assert (found.lines, found.returns) == (20, 20)
