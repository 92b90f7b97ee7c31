"""How many wrong answers are too many: the arithmetic, without a store."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import count

import pytest

from contracts.lookup import FindShipment
from services.lookup.domain.budget import Budget, Limits, Standing, Tally, Traffic
from services.lookup.domain.guess import Scope, guess_of
from tests.support.builders import an_id

KEY = bytes(range(16))
NOON = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)
SMALL = Limits(number=2, client=3, code=4, portal=6, portal_share=0.5)
_numbers = count(1)


def guess(number="N", code="C", client=None, portal="shop"):
    """A new question."""
    return guess_of(
        FindShipment(
            lookup_id=an_id(next(_numbers)),
            portal_id=portal,
            tracking_number=number,
            postal_code=code,
            client_ref=client,
        ),
        KEY,
    )


class Desk:
    """Budgets that are kept from batch to batch, as any store would."""

    def __init__(self, limits=SMALL, now=NOON):
        self.limits, self.now = limits, now
        self.budgets: dict[str, Budget] = {}
        self.traffic: dict[str, list[Traffic]] = {}
        self.news = []

    def batch(self, *guesses, hits=()):
        """For each guess the budget that refused it, or `wrong`, or `found`."""
        tally = Tally(self.limits, Standing(self.budgets, self.traffic), self.now)
        became = [self._one(tally, guess, hits) for guess in guesses]
        self.budgets = self.budgets | tally.budgets
        for portal, added in tally.traffic.items():
            self.traffic.setdefault(portal, []).append(added)
        return became

    def _one(self, tally, guess, hits):
        if spent := tally.spent(guess):
            tally.refuse(guess)
            return spent
        if guess in hits:
            tally.find(guess)
            return "found"
        self.news += [(s.scope, tally.window_of(s)) for s in tally.miss(guess)]
        return "wrong"


def test_the_first_too_many_is_refused_in_one_batch_or_in_several():
    """Guesses that arrive together are still guesses."""
    guesses = [guess(code=f"C{n}") for n in range(4)]
    together, apart = Desk(), Desk()

    became = together.batch(*guesses)

    assert became == ["wrong", "wrong", Scope.NUMBER, Scope.NUMBER]
    assert [apart.batch(one)[0] for one in guesses] == became
    assert apart.budgets.keys() == together.budgets.keys()


@pytest.mark.parametrize(
    ("change", "limit", "scope"),
    [
        (lambda n: {"code": f"C{n}"}, 2, Scope.NUMBER),
        (lambda n: {"number": f"N{n}", "code": f"C{n}", "client": "c"}, 3, Scope.CLIENT),
        (lambda n: {"number": f"N{n}", "client": f"c{n}"}, 4, Scope.CODE),
        (lambda n: {"number": f"N{n}", "code": f"C{n}", "client": f"c{n}"}, 6, Scope.PORTAL),
    ],
    ids=["number", "client", "code", "portal"],
)
def test_every_scope_has_its_own_limit_and_says_so_once(change, limit, scope):
    """Whatever an attacker varies, something stays the same and is counted."""
    desk = Desk()

    became = desk.batch(*(guess(**change(n)) for n in range(limit + 3)))

    assert became == ["wrong"] * limit + [scope] * 3
    assert [told for told, _ in desk.news] == [scope]


def test_the_same_claim_again_is_no_new_guess():
    """Whoever types the right thing over and over before the parcel arrives is not locked out."""
    desk, early = Desk(), guess()

    assert desk.batch(*(guess() for _ in range(9))) == ["wrong"] * 9
    assert desk.batch(early, hits=[early]) == ["found"]


def test_a_right_claim_is_refused_too_once_the_budget_is_spent():
    """Or the sixth guess would be as good as the first."""
    desk, right = Desk(), guess(code="RIGHT")
    desk.batch(guess(code="C1"), guess(code="C2"))

    assert desk.batch(right, hits=[right]) == [Scope.NUMBER]


def test_what_is_refused_uses_nothing_up():
    """Or one client could go on locking numbers out after its own budget is spent."""
    desk = Desk()
    desk.batch(*(guess(number=f"N{n}", code=f"C{n}", client="c") for n in range(3)))

    for _ in range(3):
        assert desk.batch(guess("HIS", "X", "c"), guess("HIS", "Y", "c")) == [Scope.CLIENT] * 2

    assert desk.batch(guess("HIS", "Z", "other")) == ["wrong"]


def test_hits_use_nothing_up():
    """A household with nine parcels is no attacker."""
    desk = Desk()
    hits = [guess(number=f"N{n}", client="c") for n in range(9)]

    assert desk.batch(*hits, hits=hits) == ["found"] * 9
    assert desk.budgets == {}


def test_any_span_of_the_window_holds_no_more_than_the_limit():
    """A budget that fills up all at once would allow twice as much around that instant."""
    desk = Desk()
    desk.batch(guess(code="C1"))
    desk.now += timedelta(hours=23)
    desk.batch(guess(code="C2"))

    desk.now += timedelta(minutes=61)
    assert desk.batch(guess(code="C3"), guess(code="C4")) == ["wrong", Scope.NUMBER]
    desk.now += timedelta(hours=23)
    assert desk.batch(guess(code="C5"), guess(code="C6")) == ["wrong", Scope.NUMBER]


@pytest.mark.parametrize("hours", [-1, -24 * 400, 1, 23.9])
def test_a_clock_that_jumps_opens_nothing_early(hours):
    """One that was ahead left entries in the future: they count until they are old."""
    desk = Desk()
    desk.batch(guess(code="C1"), guess(code="C2"))

    desk.now += timedelta(hours=hours)

    assert desk.batch(guess(code="C3")) == [Scope.NUMBER]


def test_a_locked_number_opens_again_by_itself():
    """A stranger must not lock a customer out for good."""
    desk, right = Desk(), guess(code="RIGHT")
    desk.batch(guess(code="C1"), guess(code="C2"))

    desk.now += timedelta(hours=24)

    assert desk.batch(right, hits=[right]) == ["found"]


def test_a_busy_portal_with_its_usual_mistakes_stays_open():
    """The share decides, not the number: whoever has ten thousand customers has many typos."""
    desk = Desk()
    for n in range(20):
        hits = [guess(number=f"N{n}{m}") for m in range(3)]
        desk.batch(*hits, guess(number=f"W{n}", code=f"W{n}"), hits=hits)

    assert desk.batch(guess(number="W", code="W")) == ["wrong"]


def test_a_closed_portal_opens_as_its_wrong_answers_grow_old():
    """Half of the hour before counts half: no instant at which everything is forgotten."""
    desk = Desk(now=NOON + timedelta(minutes=30))
    desk.batch(*(guess(number=f"N{n}", code=f"C{n}") for n in range(7)))
    outcomes = []

    for _ in range(4):
        desk.now += timedelta(minutes=20)
        outcomes += desk.batch(guess(number=f"{desk.now}", code=f"{desk.now}"))

    assert outcomes == [Scope.PORTAL, "wrong", "wrong", "wrong"]


def test_one_portal_under_attack_closes_no_other():
    """A merchant must not pay for a neighbour's visitors."""
    desk = Desk()
    desk.batch(*(guess(number=f"N{n}", code=f"C{n}") for n in range(9)))

    assert desk.batch(guess(portal="next-door")) == ["wrong"]
    assert desk.batch(guess(number="new", code="new")) == [Scope.PORTAL]


def test_a_budget_spent_twice_in_one_window_is_one_piece_of_news():
    """The intent's key is made of it: planned twice, told once."""
    desk = Desk()
    desk.batch(guess(code="C1"), guess(code="C2"))
    desk.now += timedelta(hours=24)
    desk.batch(guess(code="C3"), guess(code="C4"))

    assert len(desk.news) == 2
    assert len({window for _, window in desk.news}) == 2
