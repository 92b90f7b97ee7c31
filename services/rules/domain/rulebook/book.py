"""A portal's rules, compiled: which of them hold, without looking at those that cannot."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from contracts.rulebook import (
    DaysSinceDelivery,
    DaysSinceOrder,
    Rule,
    UnknownAction,
    UnknownCondition,
)
from services.rules.domain.rulebook import condition
from services.rules.domain.rulebook.condition import Leaf, Test
from services.rules.domain.rulebook.effect import NONE, Effect, effect
from services.rules.domain.rulebook.index import ASKED_FOR, Index, Near, Possible
from services.rules.domain.rulebook.known import Known
from services.rules.domain.rulebook.ranges import HIGHEST, LOWEST


@dataclass(frozen=True, slots=True, eq=False)
class Ruling:
    """One rule, compiled."""

    position: int
    rule: Rule
    test: Test | None
    """None holds always."""
    looks_at: frozenset[str]
    """Kinds of facts its condition names."""
    asks: tuple[Leaf, ...]
    """Of what it looks at, what the customer asks for."""

    @property
    def rule_id(self) -> str:
        """The merchant's name for it."""
        return self.rule.rule_id


@dataclass(frozen=True, slots=True)
class Partly:
    """Which rules hold, as far as that can be told before the customer has asked."""

    sure: tuple[Ruling, ...]
    open: tuple[Ruling, ...]
    """They hold or not by what will be asked for."""


class Rulebook:
    """A portal's rules, in the merchant's order."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        self.understood = not any(_strange(rule) for rule in rules)
        """Whether it has no rule that nobody here can read. With one, nothing may be decided."""
        self._rulings = tuple([_compiled(place, rule) for place, rule in enumerate(rules)])
        self._index = Index([rule.when for rule in rules])
        self.delivery_days = _turns(rules, DaysSinceDelivery)
        """Days since delivery at which some rule begins or ceases to hold, ascending."""
        self.order_days = _turns(rules, DaysSinceOrder)

    def near(self, known: Known) -> Near:
        """What facts that are the same for several items lead to: looked up once for all."""
        return self._index.near(known)

    def holding(self, known: Known, near: Near | None = None) -> tuple[Ruling, ...]:
        """The rules that hold for what is known, in order. All must be known."""
        return self.partly(known, {}, near).sure

    def partly(self, known: Known, possible: Possible, near: Near | None = None) -> Partly:
        """The rules that hold for what is known, and those that hang on what is not."""
        sure, hanging = [], []
        for place in self._index.candidates(known, possible, near):
            ruling = self._rulings[place]
            answer = True if ruling.test is None else ruling.test(known)
            if answer is None:
                hanging.append(ruling)
            elif answer:
                sure.append(ruling)
        return Partly(tuple(sure), tuple(hanging))


def together(held: Iterable[Ruling]) -> Effect:
    """What these rules do to an item."""
    rulings = [(ruling.rule_id, ruling.rule.then) for ruling in held]
    return effect(rulings) if rulings else NONE


def in_order(rulings: Iterable[Ruling]) -> tuple[Ruling, ...]:
    """Each once, in the merchant's order."""
    by_position = {ruling.position: ruling for ruling in rulings}
    return tuple([by_position[place] for place in sorted(by_position)])


def _compiled(position: int, rule: Rule) -> Ruling:
    if rule.when is None:
        return Ruling(position, rule, None, frozenset(), ())
    leaves = tuple(condition.leaves(rule.when))
    asks = tuple(
        [
            leaf
            for leaf in leaves
            if not isinstance(leaf, UnknownCondition) and leaf.kind.startswith(ASKED_FOR)
        ]
    )
    looks_at = frozenset(leaf.kind for leaf in leaves)
    return Ruling(position, rule, condition.compiled(rule.when), looks_at, asks)


def _strange(rule: Rule) -> bool:
    conditions = () if rule.when is None else condition.leaves(rule.when)
    return any(isinstance(leaf, UnknownCondition) for leaf in conditions) or any(
        isinstance(action, UnknownAction) for action in rule.then
    )


def _turns(
    rules: Iterable[Rule], kind: type[DaysSinceDelivery | DaysSinceOrder]
) -> tuple[int, ...]:
    """The days on which conditions of this kind change their answer."""
    found: set[int] = set()
    for rule in rules:
        for leaf in () if rule.when is None else condition.leaves(rule.when):
            if isinstance(leaf, kind):
                low, high = condition.ends(leaf)
                found |= {low} - {LOWEST}
                found |= set() if high == HIGHEST else {high + 1}
    return tuple(sorted(found))
