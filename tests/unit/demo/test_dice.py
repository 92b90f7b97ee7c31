"""Choices that must never depend on the machine, the run or the year."""

from __future__ import annotations

from collections import Counter

import pytest

from deploy.demo.dice import one_of, thrown, weighted


def test_a_throw_is_a_number_everybody_gets():
    """Python's own hash differs from run to run; this number is the proof that ours does not."""
    assert thrown("teapot", "536370") == 6457615311823981873


def test_words_do_not_run_into_each_other():
    """Otherwise order 1 of customer 23 would share its fate with order 12 of customer 3."""
    assert thrown("1", "23") != thrown("12", "3")


def test_a_heavier_side_falls_more_often_and_one_without_weight_never():
    """The weights of reasons and wishes mean what they say."""
    falls = Counter(
        weighted({"heads": 3, "never": 0, "tails": 1}, str(throw)) for throw in range(4000)
    )

    assert set(falls) == {"heads", "tails"}
    assert 2800 < falls["heads"] < 3200


def test_every_side_of_a_fair_throw_falls():
    """A side that never fell would be a name, a street or a town nobody has."""
    falls = Counter(one_of("abcdef", str(throw)) for throw in range(600))

    assert set(falls) == set("abcdef")


@pytest.mark.parametrize("weights", [{}, {"edge": 0}])
def test_dice_without_a_side_say_so(weights):
    """Falling on nothing would surface far away from here."""
    with pytest.raises(ValueError, match="dice need a side"):
        weighted(weights, "anything")
