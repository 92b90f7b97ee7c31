"""The rank test, against values others computed and against what it must see."""

from __future__ import annotations

from random import Random

import pytest

from tests.bench.ranks import holm, rank_test


def test_it_agrees_with_a_published_example():
    """SciPy's own documentation: U is 17, the asymptotic p-value 0.1113."""
    males, females = [19, 22, 16, 29, 24], [20, 11, 17, 12]

    assert rank_test(males, females) == pytest.approx(0.11134688653314041)
    assert rank_test(females, males) == pytest.approx(0.11134688653314041)


def test_samples_of_nothing_but_ties_are_alike():
    """A clock that stands still tells nothing apart."""
    assert rank_test([1.0] * 50, [1.0] * 40) == 1.0


def test_a_gap_far_smaller_than_the_noise_is_seen():
    """Two thousand samples: a shift of a fifth of the noise must not pass for chance."""
    dice = Random(5)
    one = [dice.gauss(100, 5) for _ in range(2000)]
    other = [dice.gauss(101, 5) for _ in range(2000)]

    assert rank_test(one, other) < 0.001


def test_equal_noise_passes_as_often_as_it_should():
    """Of two hundred honest comparisons about two are below 0.01: more would be false alarm."""
    dice = Random(6)
    values = [
        rank_test([dice.gauss(0, 1) for _ in range(100)], [dice.gauss(0, 1) for _ in range(100)])
        for _ in range(200)
    ]

    assert sum(value < 0.01 for value in values) <= 7
    assert 0.3 < sum(value < 0.5 for value in values) / 200 < 0.7


def test_many_tests_at_once_are_held_to_a_stricter_measure():
    """Whoever looks ten times finds something once."""
    assert holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])
