"""Distances: reckoned like MongoDB, told so that nobody finds a door by them."""

from __future__ import annotations

from itertools import product
from math import cos, radians, tau
from random import Random

import pytest

from services.labels.domain.distance import EARTH_METRES, amid, metres, middle, told
from services.labels.domain.point import Spot

DAM = Spot(52.3731, 4.8926)
DEGREE = EARTH_METRES * tau / 360


@pytest.mark.parametrize(
    ("one", "other", "far"),
    [
        (DAM, DAM, 0),
        (Spot(0, 0), Spot(0, 1), DEGREE),
        (Spot(0, 0), Spot(1, 0), DEGREE),
        (Spot(60, 0), Spot(60, 0.001), DEGREE / 2000),
        (Spot(0, 179.5), Spot(0, -179.5), DEGREE),
        (Spot(90, 0), Spot(-90, 0), 180 * DEGREE),
    ],
)
def test_a_distance_goes_along_the_ball(one, other, far):
    """The date line is no wall, and a degree of longitude is half as long at 60 degrees."""
    assert metres(one, other) == pytest.approx(far, rel=1e-6)


@pytest.mark.parametrize(
    ("exact", "said"),
    [
        (0, 100),
        (1, 100),
        (100, 100),
        (100.1, 200),
        (1_000, 1_000),
        (1_000.1, 1_500),
        (5_000, 5_000),
        (5_000.1, 6_000),
        (49_999, 50_000),
    ],
)
def test_a_distance_is_told_in_steps_that_grow(exact, said):
    """Rounded up: nobody is told that a counter is nearer than it is."""
    assert told(exact) == said


def test_a_farther_point_is_never_told_to_be_nearer():
    """A list that is sorted must look sorted."""
    said = [told(far / 10) for far in range(300_000)]

    assert said == sorted(said)


def _homes_that_fit(home: Spot, points: list[Spot], step: float) -> int:
    """How many spots on a grid around a home would have been told the same distances."""
    up, along = step / DEGREE, step / (DEGREE * cos(radians(home.latitude)))
    said = [told(metres(home, point)) for point in points]
    grid = product(range(-40, 41), repeat=2)
    spots = (Spot(home.latitude + a * up, home.longitude + b * along) for a, b in grid)
    return sum(
        all(told(metres(s, p)) == d for p, d in zip(points, said, strict=True)) for s in spots
    )


@pytest.mark.parametrize(("apart", "least_square_metres"), [(700, 700), (5_000, 30_000)])
def test_ten_distances_do_not_lead_to_a_door(apart, least_square_metres):
    """In a town a row of houses fits them, in the country fields do; exact ones fit one door."""
    dice, step = Random("ten points"), 4.0 if apart < 1000 else 25.0
    areas = []
    for _ in range(8):
        spread = apart / DEGREE
        points = [
            Spot(DAM.latitude + dice.gauss(0, spread), DAM.longitude + dice.gauss(0, spread))
            for _ in range(10)
        ]
        areas.append(_homes_that_fit(DAM, points, step) * step**2)

    assert sorted(areas)[len(areas) // 2] >= least_square_metres


def test_the_middle_of_places_close_together_is_their_mean():
    """Neighbouring postal codes stand in for one we do not know."""
    assert middle([Spot(52, 4), Spot(52.2, 4.2)]) == Spot(52.1, 4.1)


@pytest.mark.parametrize("spots", [[], [Spot(16.0, -61.7), Spot(-21.1, 55.5)]])
def test_places_far_apart_have_no_middle(spots):
    """Guadeloupe and Réunion share the 97; between them lies Africa."""
    assert middle(spots) is None


def test_one_stray_place_does_not_move_what_is_amid():
    """A carrier's list may hold a point with swapped coordinates."""
    assert amid([Spot(52, 4), Spot(52.1, 4.1), Spot(4, 52)]) == Spot(52, 4.1)
    assert amid([]) is None
