"""A short soak: the code, stage and faults of `make soak`, for half a minute, from a fixed seed."""

from __future__ import annotations

import asyncio
from itertools import islice

import pytest

from tests.faults.stage import Stage
from tests.soak.chaos import OUTSIDE, Hand, chosen, inside
from tests.soak.flow import Amount, parcels
from tests.soak.judgement import wrongly_parked
from tests.soak.mishaps import POISON, Mishaps, listeners
from tests.soak.run import Soaked, soak
from tests.support.log import Letter, Log, digest_of
from tests.support.oracle import verdicts

AMOUNT, SEED = Amount(returns=200, seconds=30, at_once=80, patience_seconds=240), 20260310
AMONG = "F2 F8 F20 F21 F23 F24".split()  # noqa: SIM905  # as one would type it
"""Faults that strike within seconds; the others are for the long one."""


@pytest.fixture(scope="module")
def soaked() -> Soaked:
    """Two hundred returns, and whatever the seed has in store for them."""
    return asyncio.run(
        soak(AMOUNT, SEED, chosen(inside(), AMONG), chosen(OUTSIDE, AMONG), lambda _: None)
    )


@pytest.mark.real
@pytest.mark.slow
def test_nothing_is_lost_and_nothing_twice_whatever_fails(soaked: Soaked):
    """Oracle, books, log and every reader agree, whatever came together by chance."""
    assert soaked.violations == []
    assert len(soaked.asked) >= AMOUNT.returns


@pytest.mark.real
@pytest.mark.slow
def test_faults_of_both_kinds_bit_while_work_was_in_hand(soaked: Soaked):
    """A soak in which nothing failed shows nothing."""
    bit = {kind.split()[0] for kind in soaked.struck.bit}

    assert bit & {row.id for row in inside()}
    assert bit & {row.id for row in OUTSIDE}
    assert soaked.struck.in_flight
    assert soaked.mishaps.again
    assert soaked.mishaps.sure
    assert soaked.judgement.parked


def test_the_seed_replays_the_faults():
    """What was found once must be found again."""
    rows = inside()
    first, again, other = (
        [row.name for row in islice(a_hand(rows, seed).schedule(), 2 * len(rows))]
        for seed in (7, 7, 8)
    )

    assert first == again != other
    assert set(first) == {row.name for row in rows}


def a_hand(rows, seed: int) -> Hand:
    """A hand that strikes nothing yet."""
    return Hand("inside", rows, seed, Stage(None, {}, {}), None)


def test_ten_thousand_returns_are_ten_thousand_different_ones():
    """The sample is small; its editions must not be taken for one another."""
    orders, grouped = parcels(10_000)
    asked = [one for group in grouped for one in group]

    assert len(asked) >= 10_000
    assert len({one.return_id for one in asked}) == len(asked)
    assert len({order.order_no for order in orders}) == len(orders)
    named = {(o.portal_id, o.tracking_number, o.recipient.postal_code) for o in orders}
    assert len(named) == len(orders)
    emails = {(o.recipient.email, o.order_no.partition("-")[2]) for o in orders}
    assert len({email for email, _ in emails}) == len(emails)


def test_every_edition_has_both_verdicts():
    """Its dice fell anew: other wishes, other ways back, and so another mixture."""
    _, grouped = parcels(700)
    must = verdicts([one for group in grouped for one in group])

    for verdict in (must.approved, must.refused):
        editions = {one.order.order_no.partition("-")[2] for one in verdict.values()}
        assert editions >= {"", "1"}


@pytest.mark.parametrize(
    ("parked", "wrong"),
    [
        ({}, 0),
        ({"code": "limit"}, 1),
        ({"value": digest_of(b"other")}, 1),
        ({"origin": ("t", 0, 1)}, 2),
        (None, 1),
    ],
    ids=["as it must be", "another code", "other bytes", "another record", "nothing"],
)
def test_the_dead_letters_are_exactly_the_poison(parked, wrong):
    """One too many is a message lost, one too few is a message skipped."""
    poison = next(
        one for one in POISON if one.code == "not_json" and len(listeners(one.topic.name)) == 1
    )
    (service,) = listeners(poison.topic.name)
    place = (poison.topic.name, 0, 7)
    log = Log(strange={place: (b"key", digest_of(poison.value))})
    if parked is not None:
        usual = {"code": poison.code, "origin": place, "value": digest_of(poison.value)}
        letter = Letter(service=service, **(usual | parked))
        log.letters[service, letter.origin] = letter

    found = list(wrongly_parked(log, Mishaps(poisoned={b"key": poison}, sure={b"key"})))

    assert len(found) == wrong, found


def test_poison_that_vanished_is_noticed():
    """Kafka took it: whoever lost it would lose a return, too."""
    mishaps = Mishaps(poisoned={b"key": POISON[0]}, sure={b"key"})

    assert list(wrongly_parked(Log(), mishaps)) == ["poison key: Kafka took it, and it is gone"]
