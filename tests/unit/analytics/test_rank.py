"""Which reasons are given most."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.rules import ReturnApproved, ReturnCancelled, ReturnRejected
from contracts.shape import Money
from services.analytics.adapters.reasons_memory import ReasonsMemory
from services.analytics.domain.rank import fits, rank
from services.analytics.domain.record import cancellation, record
from tests.support.builders import (
    SPOON,
    TEAPOT,
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
from tests.support.decided_returns import (
    decided_returns,
    patiently,
    questions,
    retold,
    stories,
)


def remembered(*told):
    """The records of these messages, each kept under its id, as every adapter keeps them."""
    return {kept.id: kept for message in told for kept in record(message)}.values()


def answered(told, asked):
    """What the service in memory answers when it has heard these messages in this order."""
    reasons = ReasonsMemory()
    for message in told:
        changes = (
            (reasons.cancel(cancellation(message)),)
            if isinstance(message, ReturnCancelled)
            else reasons.keep(record(message))
        )
        for change in changes:
            change.write()
    return asyncio.run(reasons.ranked(asked))


def in_march(*given):
    """A return per day of March and reason."""
    return [
        a_return(number, reason, decided_at=datetime(2026, 3, day, 12, tzinfo=UTC))
        for number, (day, reason) in enumerate(given, start=1)
    ]


def a_return(number, *reasons, quantity=1, **changes):
    """The `number`th return, a line per reason."""
    items = tuple(
        a_judged_item(line_id=str(line), reason=reason, quantity=quantity)
        for line, reason in enumerate(reasons)
    )
    return an_approval(return_id=an_id(number), items=items, **changes)


def ranked(found):
    """Reason, lines and units, in order."""
    return [(one.reason, one.lines, one.units) for one in found.reasons]


def test_the_reason_given_for_most_lines_comes_first():
    """This is the question merchants ask."""
    kept = remembered(a_return(1, "gift"), a_return(2, "too_large", "too_large"))

    found = rank(kept, a_question())

    assert ranked(found) == [("too_large", 2, 2), ("gift", 1, 1)]
    assert (found.lines, found.returns) == (3, 2)
    assert (found.query_id, found.portal_id) == (an_id(42), "moss-and-fern")


def test_many_lines_outrank_many_units():
    """One customer who bought fifty is one customer; fifty who bought one are a problem."""
    kept = remembered(a_return(1, "too_large", "too_large"), a_return(2, "gift", quantity=50))

    assert ranked(rank(kept, a_question())) == [("too_large", 2, 2), ("gift", 1, 50)]


def test_equal_lines_are_ranked_by_units_and_then_by_code():
    """The same records must give the same list every time."""
    kept = remembered(a_return(1, "zeal", "gift"), a_return(2, "other", quantity=3))

    assert ranked(rank(kept, a_question())) == [("other", 1, 3), ("gift", 1, 1), ("zeal", 1, 1)]


def test_the_limit_cuts_the_list_and_not_the_totals():
    """A short list must not make a merchant believe that little comes back."""
    kept = remembered(a_return(1, "gift", "gift", "other"), a_return(2, "too_large"))

    found = rank(kept, a_question(limit=1))

    assert ranked(found) == [("gift", 2, 2)]
    assert (found.lines, found.returns) == (4, 2)


def test_a_reason_has_the_value_of_its_lines():
    """Two teapots and one teapot are three teapots' money."""
    kept = remembered(a_return(1, "gift", quantity=2), a_return(2, "gift"))

    assert rank(kept, a_question()).reasons[0].value == pounds(38.85)


def test_a_reason_in_two_currencies_has_no_value():
    """Pounds and euros do not add up."""
    in_euro = a_judged_item(reason="gift", unit_price=Money(minor=1, currency="EUR"))
    kept = remembered(a_return(1, "gift"), an_approval(return_id=an_id(2), items=(in_euro,)))

    assert rank(kept, a_question()).reasons[0].value is None


def test_lines_of_unknown_price_leave_the_value_of_the_others():
    """One made-up line must not hide what the rest cost."""
    unknown = a_judged_item(reason="gift", unit_price=None)
    kept = remembered(a_return(1, "gift"), a_rejection(return_id=an_id(2), items=(unknown,)))

    (gift,) = rank(kept, a_question()).reasons

    assert (gift.lines, gift.value) == (2, pounds(12.95))


def test_a_portal_never_heard_of_has_no_reasons():
    """Analytics knows returns, not portals: nothing came back, as far as it has heard."""
    found = rank(remembered(a_return(1, "gift")), a_question(portal_id="nobody"))

    assert (found.lines, found.returns, found.reasons) == (0, 0, ())


@pytest.mark.parametrize(
    ("asked", "fitting"),
    [
        ({}, True),
        ({"portal_id": "grey-gull"}, False),
        ({"since": TUESDAY}, True),
        ({"since": TUESDAY + timedelta(milliseconds=1)}, False),
        ({"until": TUESDAY}, False),
        ({"until": TUESDAY + timedelta(milliseconds=1)}, True),
        ({"country": "NL"}, True),
        ({"country": "DE"}, False),
        ({"sku": TEAPOT}, True),
        ({"sku": SPOON}, False),
        ({"verdict": "approved"}, True),
        ({"verdict": "rejected"}, False),
        ({"verdict": "awaiting"}, False),
    ],
)
def test_each_filter_lets_through_what_it_names(asked, fitting):
    """Since is inside the period and until is not, so that two months never share a return."""
    (teapot,) = remembered(an_approval(decided_at=TUESDAY))

    assert fits(teapot, a_question(**asked)) is fitting


def test_a_line_without_country_fits_no_country():
    """What rules did not know cannot be counted for anybody."""
    (nowhere,) = remembered(a_rejection(country=None))

    assert not fits(nowhere, a_question(country="NL"))
    assert fits(nowhere, a_question())


@patiently
@given(st.data(), decided_returns(), questions)
def test_the_answer_is_the_same_whatever_the_order_or_repetition_of_the_events(data, told, asked):
    """Kafka repeats, partitions race, operators replay: the numbers must not move."""
    again = data.draw(retold(told))

    assert rank(remembered(*again), asked) == rank(remembered(*told), asked)


@patiently
@given(decided_returns(), questions)
def test_two_halves_of_a_period_make_the_whole(told, asked):
    """A return of the last microsecond of a month belongs to one month, and to no other."""
    kept, middle = remembered(*told), TUESDAY + timedelta(hours=1, microseconds=1600)
    whole = asked.model_copy(update={"since": None, "until": None})

    before = rank(kept, whole.model_copy(update={"until": middle}))
    after = rank(kept, whole.model_copy(update={"since": middle}))

    assert before.lines + after.lines == rank(kept, whole).lines


@patiently
@given(decided_returns())
def test_no_line_is_lost_and_none_counts_twice(told):
    """The totals are those of the messages themselves, counted without any of our code."""
    lines = [item for message in told if message.portal_id == "grey-gull" for item in message.items]

    found = rank(remembered(*told), a_question(portal_id="grey-gull"))

    assert found.lines == sum(one.lines for one in found.reasons) == len(lines)
    assert sum(one.units for one in found.reasons) == sum(item.quantity for item in lines)
    assert found.returns == sum(message.portal_id == "grey-gull" for message in told)


def test_a_return_that_waited_counts_once_with_its_last_word():
    """Whichever of the two is heard first: topics keep no order among each other."""
    waited, refused = a_wait(), a_rejection()

    for told in ([waited, refused], [refused, waited], [waited, refused, waited]):
        assert (answered(told, a_question()).lines, answered(told, a_question()).returns) == (1, 1)
        assert answered(told, a_question(verdict="rejected")).lines == 1
        assert answered(told, a_question(verdict="awaiting")).lines == 0
    assert answered([waited], a_question(verdict="awaiting")).lines == 1


def test_a_cancelled_return_can_be_left_out_and_asked_for_alone():
    """A rate of returns must not count what never came back."""
    kept, cancelled = a_return(1, "gift"), a_return(2, "too_large")
    mark = a_cancellation(return_id=an_id(2))

    for told in ([kept, cancelled, mark], [mark, cancelled, kept]):
        assert answered(told, a_question()).lines == 2
        assert ranked(answered(told, a_question(cancelled=False))) == [("gift", 1, 1)]
        assert ranked(answered(told, a_question(cancelled=True))) == [("too_large", 1, 1)]


def test_a_reason_says_how_many_of_its_lines_were_kept():
    """What a customer keeps costs the goods, and no way back."""
    items = (
        a_judged_item(reason="gift", kept=True, quantity=3),
        a_judged_item(line_id="2", reason="gift"),
        a_judged_item(line_id="3", reason="other"),
    )

    found = answered([an_approval(items=items)], a_question())

    assert [(one.reason, one.lines, one.kept) for one in found.reasons] == [
        ("gift", 2, 1),
        ("other", 1, 0),
    ]


def test_a_trend_shows_each_reason_in_each_week():
    """Is it getting worse? Totals cannot say."""
    told = in_march((2, "gift"), (8, "gift"), (9, "other"), (9, "gift"), (23, "other"))

    found = answered(told, a_question(by="week"))

    assert [(p.since.day, p.until.day, p.lines, p.returns) for p in found.periods] == [
        (2, 9, 2, 2),
        (9, 16, 2, 2),
        (16, 23, 0, 0),
        (23, 30, 1, 1),
    ]
    assert [(one.reason, one.trend) for one in found.reasons] == [
        ("gift", (2, 1, 0, 0)),
        ("other", (0, 1, 0, 1)),
    ]


def test_a_trend_ends_with_the_last_period_and_is_as_long_as_asked():
    """The totals are those of the whole question all the same."""
    told = in_march((1, "gift"), (5, "gift"), (7, "other"))

    found = answered(told, a_question(by="day", periods=3))

    assert [period.since.day for period in found.periods] == [5, 6, 7]
    assert found.lines == 3
    assert [(one.reason, one.lines, one.trend) for one in found.reasons] == [
        ("gift", 2, (1, 0, 0)),
        ("other", 1, (0, 0, 1)),
    ]


@pytest.mark.parametrize("by", [None, "fortnight"])
def test_without_a_period_we_know_there_is_no_trend(by):
    """A word from the future gets the rest of its answer."""
    found = answered(in_march((1, "gift")), a_question(by=by))

    assert (found.lines, found.periods, found.reasons[0].trend) == (1, (), ())


@patiently
@given(st.data(), stories(), questions)
def test_whole_stories_give_one_answer_in_whatever_order_their_topics_arrive(data, told, asked):
    """Waits, verdicts and cancellations come on three topics, and are replayed separately."""
    again = data.draw(retold(told))

    assert answered(again, asked) == answered(told, asked)


@patiently
@given(stories(), st.sampled_from(["day", "week", "month"]))
def test_every_return_of_a_story_counts_once_as_what_became_of_it(told, by):
    """Counted from the messages themselves, without any of our code."""
    ours = [message for message in told if message.portal_id == "grey-gull"]
    last = {}
    for message in ours:
        if isinstance(message, ReturnApproved | ReturnRejected):
            last[message.return_id] = type(message).__name__
        elif not isinstance(message, ReturnCancelled):
            last.setdefault(message.return_id, "waiting")
    gone = {one.return_id for one in ours if isinstance(one, ReturnCancelled)}

    def returns(**asked):
        return answered(told, a_question(portal_id="grey-gull", **asked)).returns

    assert returns() == len(last)
    assert returns(verdict="approved") == sum(word == "ReturnApproved" for word in last.values())
    assert returns(verdict="awaiting") == sum(word == "waiting" for word in last.values())
    assert (returns(cancelled=True), returns(cancelled=False)) == (len(gone), len(last) - len(gone))
    trend = answered(told, a_question(portal_id="grey-gull", by=by, periods=60, limit=100))
    if by != "day":
        assert sum(period.returns for period in trend.periods) == len(last)
    for place, period in enumerate(trend.periods):
        assert sum(one.trend[place] for one in trend.reasons) == period.lines
