"""How many wrong answers are too many. Pure: what was kept goes in, what to keep comes out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from contracts.shape import Code, Name, Shape
from services.lookup.domain.guess import Guess, Scope


@dataclass(frozen=True, slots=True)
class Limits:
    """How many different wrong claims are answered for what they are; the next is refused unseen.

    A portal closes for number and code once it has had `portal` of them within `portal_window`,
    and they are more than `portal_share` of all that was asked.
    """

    number: int = 5
    client: int = 8
    code: int = 10
    window: timedelta = timedelta(hours=24)
    portal: int = 100
    portal_share: float = 0.5
    portal_window: timedelta = timedelta(hours=1)

    def of(self, scope: Scope) -> int:
        """The limit of one scope."""
        return {
            Scope.NUMBER: self.number,
            Scope.CLIENT: self.client,
            Scope.CODE: self.code,
            Scope.PORTAL: self.portal,
        }[scope]


@dataclass(frozen=True, slots=True)
class Wrong:
    """One wrong claim, and when it was first made."""

    claim: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Budget:
    """What was used up under one key. `version` counts its changes."""

    version: int = 0
    wrong: tuple[Wrong, ...] = ()

    def within(self, since: datetime) -> tuple[Wrong, ...]:
        """The wrong claims younger than `since`. One from the future counts: clocks go wrong."""
        return tuple(wrong for wrong in self.wrong if wrong.at > since)


@dataclass(frozen=True, slots=True)
class Traffic:
    """What became of the questions at one portal in one slot of time, as one writer counted it."""

    slot: int
    found: int = 0
    wrong: int = 0
    refused: int = 0


@dataclass(frozen=True, slots=True)
class Standing:
    """The budgets around a batch of questions. Keys and portals nobody asked about are missing."""

    budgets: Mapping[str, Budget] = field(default_factory=dict)
    traffic: Mapping[str, Sequence[Traffic]] = field(default_factory=dict)
    """By portal."""


class BudgetSpent(Shape):
    """Order: an operator is told, once per key and window, that a budget is used up."""

    scope: Code
    portal_id: Name
    key: Name
    wrong: int


class Tally:
    """Spends the budgets around one batch, question by question, in the order they were asked."""

    def __init__(self, limits: Limits, standing: Standing, now: datetime) -> None:
        self._limits, self._now = limits, now
        self._since = now - limits.window
        self._kept = standing.budgets
        self.budgets: dict[str, Budget] = {}
        """What is written, used up or not, as it stands after the batch.

        That is every budget of a question that got a no: every kind of no is written alike. A hit
        is no secret; of its budgets those are written that somebody has taken from."""
        seconds = limits.portal_window.total_seconds()
        self._slot, elapsed = divmod(now.timestamp(), seconds)
        self._weight = 1.0 - elapsed / seconds
        self._before = {portal: self._weighed(slots) for portal, slots in standing.traffic.items()}
        self.traffic: dict[str, Traffic] = {}
        """What this batch adds at each portal."""

    def kept(self, key: str) -> Budget:
        """The budget as it was read."""
        return self._kept.get(key, Budget())

    def spent(self, guess: Guess) -> Scope | None:
        """The first budget that has nothing left for this guess. None: it may be answered."""
        for scope, key in guess.keys:
            if len(self._now_at(key).within(self._since)) >= self._limits.of(scope):
                return scope
        return Scope.PORTAL if self._closed(guess.question.portal_id) else None

    def refuse(self, guess: Guess) -> None:
        """It is not answered for what it is, so it teaches nothing and uses nothing up."""
        self._look_at(guess)
        self._add(guess.question.portal_id, refused=1)

    def find(self, guess: Guess) -> None:
        """It named a parcel. Budgets somebody took from before must still be as they were read."""
        for _, key in guess.keys:
            if self._now_at(key).version:
                self.budgets.setdefault(key, self.kept(key))
        self._add(guess.question.portal_id, found=1)

    def miss(self, guess: Guess) -> Sequence[BudgetSpent]:
        """It named none. The budgets which that used up; none for a claim that missed before."""
        portal = guess.question.portal_id
        self._look_at(guess)
        if self._missed_before(guess):
            self._add(portal)
            return ()
        spent = [
            BudgetSpent(scope=scope, portal_id=portal, key=key, wrong=self._limits.of(scope))
            for scope, key in guess.keys
            if self._miss(key, guess.claim) == self._limits.of(scope)
        ]
        self._add(portal, wrong=1)
        if self._closed(portal):
            _, wrong = self._rates(portal)
            spent.append(
                BudgetSpent(scope=Scope.PORTAL, portal_id=portal, key=portal, wrong=int(wrong))
            )
        return spent

    def window_of(self, spent: BudgetSpent) -> int:
        """Which window it is: a budget spent twice in one is one piece of news."""
        of_portal = spent.scope == Scope.PORTAL
        window = self._limits.portal_window if of_portal else self._limits.window
        return int(self._now.timestamp() // window.total_seconds())

    def _now_at(self, key: str) -> Budget:
        return self.budgets.get(key) or self.kept(key)

    def _look_at(self, guess: Guess) -> None:
        for _, key in guess.keys:
            self.budgets.setdefault(key, self.kept(key))

    def _missed_before(self, guess: Guess) -> bool:
        _, key = guess.keys[0]
        return any(w.claim == guess.claim for w in self.budgets[key].within(self._since))

    def _miss(self, key: str, claim: str) -> int:
        budget = self.budgets[key]
        wrong = (*budget.within(self._since), Wrong(claim, self._now))
        self.budgets[key] = Budget(self.kept(key).version + 1, wrong)
        return len(wrong)

    def _add(self, portal: str, *, found: int = 0, wrong: int = 0, refused: int = 0) -> None:
        t = self.traffic.get(portal, Traffic(int(self._slot)))
        self.traffic[portal] = Traffic(
            t.slot, t.found + found, t.wrong + wrong, t.refused + refused
        )

    def _closed(self, portal: str) -> bool:
        found, wrong = self._rates(portal)
        enough = wrong >= self._limits.portal
        return enough and wrong > self._limits.portal_share * (found + wrong)

    def _rates(self, portal: str) -> tuple[float, float]:
        """Found and wrong within the window that ends now."""
        found, wrong = self._before.get(portal, (0.0, 0.0))
        added = self.traffic.get(portal, Traffic(0))
        return found + added.found, wrong + added.wrong

    def _weighed(self, slots: Sequence[Traffic]) -> tuple[float, float]:
        """This slot in full, and of the one before what still lies within the window.

        A slot that has not begun yet counts in full: clocks go wrong.
        """
        found = wrong = 0.0
        for each in slots:
            weight = 1.0 if each.slot >= self._slot else self._weight
            if each.slot >= self._slot - 1:
                found, wrong = found + weight * each.found, wrong + weight * each.wrong
        return found, wrong
