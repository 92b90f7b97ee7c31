"""The fuse: a carrier that answers nobody is left alone, and its neighbours do not notice."""

from __future__ import annotations

from contextlib import suppress

import pytest

from services.labels.adapters.lines.fuse import BLOWS_AFTER, RESTS_SECONDS, Fused
from services.labels.domain import faults
from services.labels.domain.issued import IssuedLabel

LABEL = IssuedLabel("SIM1", "label", "Parcel")
DOWN, BUSY = faults.OutcomeUnknown("no answer"), faults.RateLimited(30)


class Carrier:
    """Answers each order with the next thing it was told; a label when it was told nothing."""

    def __init__(self):
        self.answers, self.orders, self.questions = [], 0, 0

    async def issue(self, order, connection):
        self.orders += 1
        answer = self.answers.pop(0) if self.answers else LABEL
        if isinstance(answer, Exception):
            raise answer
        return answer

    async def recover(self, doubt, connection):
        self.questions += 1


class Steady:
    """A clock that nobody can set, but tests."""

    def __init__(self):
        self.seconds = 100.0

    def __call__(self):
        return self.seconds


@pytest.fixture
def carrier():
    """Up."""
    return Carrier()


@pytest.fixture
def steady():
    """A hundred seconds after something."""
    return Steady()


@pytest.fixture
def fused(carrier, steady):
    """The carrier behind its fuse."""
    return Fused("simulated", carrier, steady)


async def blown(fused, carrier):
    """It has not answered often enough."""
    carrier.answers = [DOWN] * BLOWS_AFTER
    for _ in range(BLOWS_AFTER):
        with pytest.raises(faults.OutcomeUnknown):
            await fused.issue("order", "connection")


async def test_a_carrier_that_answers_nobody_is_left_alone(fused, carrier, steady):
    """Nothing goes out, so nothing is in doubt, and the order knows when to come again."""
    await blown(fused, carrier)
    steady.seconds += 4

    with pytest.raises(faults.Resting) as rest:
        await fused.issue("order", "connection")

    assert carrier.orders == BLOWS_AFTER
    assert rest.value.after_seconds == RESTS_SECONDS - 4
    assert rest.value.code == "carrier_unavailable"


async def test_after_its_rest_one_order_tries_and_the_others_wait(fused, carrier, steady):
    """A carrier that just came back is not run over."""
    await blown(fused, carrier)
    steady.seconds += RESTS_SECONDS
    carrier.answers = [DOWN]

    with pytest.raises(faults.OutcomeUnknown):
        await fused.issue("first", "connection")
    with pytest.raises(faults.Resting):
        await fused.issue("second", "connection")

    assert carrier.orders == BLOWS_AFTER + 1


async def test_one_answer_is_enough(fused, carrier, steady):
    """It is back: everybody may order again."""
    await blown(fused, carrier)
    steady.seconds += RESTS_SECONDS

    labels = [await fused.issue("order", "connection") for _ in range(3)]

    assert labels == [LABEL] * 3


@pytest.mark.parametrize("answer", [LABEL, BUSY, faults.Rejected(), faults.AuthFailed("401")])
async def test_a_no_is_an_answer(fused, carrier, answer):
    """Who says no is there. Only silence in a row counts."""
    carrier.answers = [DOWN] * (BLOWS_AFTER - 1) + [answer] + [DOWN] * (BLOWS_AFTER - 1)
    for _ in range(2 * BLOWS_AFTER - 1):
        with suppress(faults.CarrierFault):
            await fused.issue("order", "connection")

    assert await fused.issue("order", "connection") == LABEL
    assert carrier.orders == 2 * BLOWS_AFTER


async def test_orders_in_doubt_are_asked_about_at_all_times(fused, carrier):
    """A label that may have been bought is worth a question."""
    await blown(fused, carrier)

    assert await fused.recover("r1:1", "connection") is None
    assert carrier.questions == 1
