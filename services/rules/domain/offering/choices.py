"""What may be asked for one item: every wish put to the rules, alike ones only once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import product

from contracts.words import Refused, ReturnMethod
from services.rules.domain.hearing.case import Case, WhyNot, Wish, why_not
from services.rules.domain.offering.rectangles import Rectangle, merged
from services.rules.domain.offering.wishes import Groups, groups
from services.rules.domain.parcel import Line
from services.rules.domain.price import Tariff
from services.rules.domain.rulebook import known
from services.rules.domain.rulebook.book import Partly, Ruling, in_order, together
from services.rules.domain.rulebook.effect import Effect
from services.rules.domain.rulebook.known import (
    QUANTITY,
    REASON,
    REFUND_METHOD,
    RETURN_METHOD,
    Fact,
)

KEPT = str(ReturnMethod.NONE)


@dataclass(slots=True)
class Choosing:
    """What there is to choose from for one item, and what is not and why."""

    rectangles: list[Rectangle] = field(default_factory=list)
    why_not: dict[WhyNot, None] = field(default_factory=dict)
    """Why some wish is refused, each reason once."""
    open_until: list[datetime] = field(default_factory=list)
    """The last instants of all wishes that may be had."""
    shut_since: list[datetime] = field(default_factory=list)
    """The last instants of all others."""
    limited: set[str] = field(default_factory=set)
    """Ways back that a rule takes away from some wish."""


@dataclass(frozen=True, slots=True)
class _Answer:
    """What the rules say to a wish."""

    effect: Effect
    rulings: tuple[Ruling, ...]
    why_not: tuple[WhyNot, ...]


def choosing(about: Case, line: Line) -> Choosing:
    """What a customer may ask for this item, and gets whatever they ask for other items with it.

    An item that may be kept is offered so if it is kept however the others go back: a rule that
    lets it be kept for one way back only cannot be promised.
    """
    facts = {**about.facts, **known.of_line(line)}
    reasons, methods = tuple(about.portal.reasons), (*about.methods, KEPT)
    refunds = about.portal.refund_methods
    most = max(about.parcel.left(line.line_id), 1)
    rules = about.portal.rulebook.partly(
        facts,
        {REASON: reasons, REFUND_METHOD: refunds, RETURN_METHOD: methods, QUANTITY: (1, most)},
        about.near,
    )
    found = Choosing()
    if not refunds:
        found.why_not[Refused.REFUND_METHOD_NOT_OFFERED, None] = None
    alike = groups(rules.open, reasons, refunds, methods, most)
    for some, units in product(alike.reasons, alike.units):
        for refund, answers in _answers(about, line, facts, rules, alike, some[0], units[0]):
            _sort_in(found, about, Rectangle(some, (refund,), units), answers)
    found.rectangles = merged(found.rectangles, reasons, refunds)
    return found


def _answers(
    about: Case,
    line: Line,
    facts: Mapping[str, Fact],
    rules: Partly,
    alike: Groups,
    reason: str,
    units: int,
) -> Iterator[tuple[str, Mapping[str, _Answer]]]:
    """By refund method, the answer to each way back. Rules are asked once for all alike."""
    for refunds in alike.refund_methods:
        held: dict[str, tuple[Effect, tuple[Ruling, ...]]] = {}
        for methods in alike.return_methods:
            asked = {**facts, **known.asked(reason, refunds[0], methods[0], units)}
            hold = [r for r in rules.open if r.test is None or r.test(asked)]
            rulings = in_order((*rules.sure, *hold)) if hold else rules.sure
            held |= dict.fromkeys(methods, (together(rulings), rulings))
        for refund in refunds:
            yield (
                refund,
                {
                    method: _Answer(
                        effect,
                        rulings,
                        tuple(why_not(about, line, Wish(units, reason, refund, method), effect)),
                    )
                    for method, (effect, rulings) in held.items()
                },
            )


def _sort_in(
    found: Choosing, about: Case, wished: Rectangle, answers: Mapping[str, _Answer]
) -> None:
    """Keep what may be had, and why the rest may not."""
    fees, country = about.portal.fees, about.parcel.country
    if _kept(answers):
        free = ((KEPT, fees.free),)
        _offer(found, about, wished, free, list(answers.values()))
        return
    granted: dict[bool, list[str]] = {False: [], True: []}
    for method in about.methods:
        answer = answers[method]
        whys = answer.why_not
        if not whys and answer.effect.kept:
            whys = ((Refused.RETURN_METHOD_NOT_OFFERED, None),)
        if not whys:
            granted[answer.effect.needs_approval].append(method)
            continue
        found.why_not |= dict.fromkeys(whys)
        found.shut_since += _until(about, answer)
        if any(code is Refused.RETURN_METHOD_NOT_OFFERED and rule for code, rule in whys):
            found.limited.add(method)
    for methods in granted.values():
        ways = tuple([(m, fees.tariff(answers[m].effect, m, country)) for m in methods])
        _offer(found, about, wished, ways, [answers[m] for m in methods])
    if not about.methods:
        found.why_not |= dict.fromkeys(answers[KEPT].why_not)
        found.why_not.setdefault((Refused.RETURN_METHOD_NOT_OFFERED, None))
        found.shut_since += _until(about, answers[KEPT])


def _kept(answers: Mapping[str, _Answer]) -> bool:
    """Whether the item stays with the customer, however other items go back."""
    return (
        all(answer.effect.kept and not answer.why_not for answer in answers.values())
        and len({answer.effect.needs_approval for answer in answers.values()}) == 1
    )


def _offer(
    found: Choosing,
    about: Case,
    wished: Rectangle,
    ways: tuple[tuple[str, Tariff], ...],
    answers: Sequence[_Answer],
) -> None:
    if not ways:
        return
    found.rectangles.append(
        replace(
            wished,
            ways=ways,
            needs_approval=answers[0].effect.needs_approval,
            rulings=tuple([ruling for answer in answers for ruling in answer.rulings]),
        )
    )
    found.open_until += [until for answer in answers for until in _until(about, answer)]


def _until(about: Case, answer: _Answer) -> tuple[datetime, ...]:
    until = about.until(answer.effect)
    return () if until is None else (until,)
