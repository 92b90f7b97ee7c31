"""A number and a postal code are no secret: only counting keeps guessers out."""

from __future__ import annotations

import pytest

from services.lookup.domain.budget import Limits
from tests.support.depot import NEVER, TRIED, Lookup, attack, many, one, parcels, people

COUNT, FEW, SPRAYED = 1_000, 300, 10_000
TRIES = 100
"""Ten times as often as a code's budget lets through."""


def test_two_dozen_codes_hold_half_of_a_depots_people():
    """The attack is worth defending against: the sample is as real depots are."""
    live = people()

    assert len(live) == 105
    assert 0.45 < sum(list(live.values())[:TRIED]) / sum(live.values()) < 0.55


async def test_without_budgets_half_of_the_parcels_are_opened():
    """The attack works, or stopping it would prove nothing."""
    assert 0.4 < await attack(Lookup(FEW, limits=None), many) < 0.6


async def test_counting_by_number_alone_would_not_do():
    """Five guesses a day at the five most populous codes are a good many parcels."""
    alone = Limits(client=NEVER, code=NEVER, portal=NEVER)

    assert await attack(Lookup(FEW, alone), many) > 0.03


@pytest.mark.parametrize(
    ("client", "hours"),
    [(one, 0.0), (many, 0.0), (many, 24.0)],
    ids=["one client", "a client per guess", "a client per guess, all day"],
)
async def test_with_budgets_less_than_a_hundredth_of_the_parcels_is_opened(client, hours):
    """Whoever has one address or thousands, in a hurry or not."""
    lookup = Lookup(COUNT)

    share = await attack(lookup, client, hours, TRIES)

    assert share < 0.01
    assert lookup.spent, "and nobody was told"


async def test_spraying_one_code_over_ten_thousand_numbers_is_stopped_and_said_once():
    """Every number sees one wrong code only; the code itself gives the attacker away."""
    lookup, code = Lookup(SPRAYED), next(iter(people()))
    numbers = [number for number, _ in parcels(SPRAYED)]

    found = set()
    for start in range(0, len(numbers), 500):
        batch = numbers[start : start + 500]
        found |= await lookup.asks([(n, code, many(start + i)) for i, n in enumerate(batch)])

    assert len(found) < 20
    assert lookup.spent == ["code"]


async def test_spraying_changing_codes_over_ten_thousand_numbers_closes_the_portal():
    """No number, code or client is asked twice: what is left to see is that nothing is right."""
    lookup = Lookup(SPRAYED)

    found = set()
    for start in range(0, SPRAYED, 500):
        guesses = [(f"RR{n:09}DE", f"{n:05}", many(n)) for n in range(start, start + 500)]
        found |= await lookup.asks(guesses)

    assert lookup.spent == ["portal"]
    assert len(found) < 5
    assert await lookup.asks([(*next(parcels(1)), None)]) == set()
