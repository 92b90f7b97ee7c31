"""Taken, not answered, and killed: money is spent once, and nothing is lost sight of."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from deploy.local import ending
from deploy.local.stack import Stack
from tests.faults.money import FAST, ROUTES, Spent, spent

pytestmark = [pytest.mark.real, pytest.mark.slow]

TIMES = 12


@pytest.fixture(scope="module")
def found() -> Iterator[Spent]:
    """A dozen orders at three carriers, and two kills among them."""
    with Stack(("labels",), mischief=True, environment=FAST) as stack:
        yield ending.run(spent(stack, TIMES))


def test_no_carrier_sold_two_labels_for_one_return(found: Spent):
    """Its ledger is the truth about money."""
    assert found.sold_twice == []


def test_orders_were_taken_and_not_answered_and_labels_was_killed(found: Spent):
    """Or nothing was proven."""
    assert found.silences >= TIMES // 2
    assert found.kills == TIMES // 6


def test_every_order_in_doubt_is_listed_for_a_person(found: Spent):
    """The carrier that cannot tell leaves some, and none may be forgotten."""
    assert found.unknown
    assert found.unknown <= found.listed


def test_a_carrier_that_can_be_asked_or_reserves_a_number_leaves_nobody_anything(found: Spent):
    """They end by themselves, with a label each."""
    each = TIMES // len(ROUTES)
    assert found.states["simulated succeeded"] == each
    assert found.states["postnl succeeded"] == each


def test_a_person_can_end_every_one(found: Spent):
    """What is resolved is over: a label, or a word that its documents are lost."""
    assert found.wrong == []
    assert sum(found.states_after.values()) == TIMES
