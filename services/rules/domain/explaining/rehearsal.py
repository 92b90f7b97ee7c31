"""What other settings would have said to requests that were recorded: the same verdict, once more.

A customer asks for what is offered. So a request is put to other settings with the price they would
have shown, and where they keep everything, or nothing, with a way back they would have offered.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from contracts.lookup import ShipmentFound
from contracts.rules import (
    Refusal,
    RequestReturn,
    ReturnApproved,
    ReturnAwaitingApproval,
    ReturnRejected,
)
from contracts.shape import Money
from contracts.words import Refused, ReturnMethod
from services.rules.domain.decide import Verdict, decide
from services.rules.domain.hearing.case import Case, case
from services.rules.domain.hearing.hear import hear
from services.rules.domain.offer import offer
from services.rules.domain.parcel import Parcel
from services.rules.domain.portal import Portal

Told = ReturnApproved | ReturnRejected | ReturnAwaitingApproval

_ABOUT_PRICE = frozenset({Refused.PRICE_CHANGED, Refused.PRICE_NOT_SHOWN})


class Change(StrEnum):
    """In what two verdicts on one request differ."""

    BLOCKED = "blocked"
    """It was accepted, or left to a person, and would be refused."""
    FREED = "freed"
    """It was refused, and would be accepted, or left to a person."""
    TO_A_PERSON = "to_a_person"
    """It was accepted at once, and a person would have to say yes."""
    AT_ONCE = "at_once"
    """A person had to say yes, and nobody would have to."""
    FEE = "fee"
    """It would cost something else."""
    KEPT = "kept"
    """The customer would keep more."""
    TRAVELS = "travels"
    """The customer would keep less."""
    OTHER_REASONS = "other_reasons"
    """It was refused and would be, but not for the same reasons."""
    METHODS = "methods"
    """Other methods would have been offered."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """A request, what was known when it was judged, and the first verdict."""

    request: RequestReturn
    parcel: Parcel | None
    """With what was taken before. None: it was unknown."""
    verdict: Told
    at: datetime


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a verdict comes to."""

    granted: bool
    """At once, or once a person says yes."""
    waits: bool
    price: Money | None
    """What the return costs. Nothing is due for what is refused."""
    refusals: tuple[Refusal, ...] = ()
    """Without those that are about the price shown, if there are others."""
    kept: frozenset[str] = frozenset()
    """Lines of items that do not travel."""
    rules: tuple[str, ...] = ()
    """The merchant's rules that held for some item."""


@dataclass(frozen=True, slots=True)
class Methods:
    """What a customer could choose from, for something of the parcel."""

    back: frozenset[str]
    refunds: frozenset[str]


@dataclass(frozen=True, slots=True)
class Replayed:
    """One request: what was said to it, and what would have been."""

    recorded: Recorded
    before: Outcome
    after: Outcome
    no_longer: Methods
    newly: Methods

    @property
    def return_id(self) -> str:
        """Which return this is."""
        return self.recorded.request.return_id

    @property
    def changes(self) -> tuple[Change, ...]:
        """Every way in which they differ. None is best understood: nobody would have noticed."""
        was, would = self.before, self.after
        both = was.granted and would.granted
        found = {
            Change.BLOCKED: was.granted and not would.granted,
            Change.FREED: would.granted and not was.granted,
            Change.TO_A_PERSON: both and would.waits and not was.waits,
            Change.AT_ONCE: both and was.waits and not would.waits,
            Change.FEE: both and was.price != would.price,
            Change.KEPT: both and bool(would.kept - was.kept),
            Change.TRAVELS: both and bool(was.kept - would.kept),
            Change.OTHER_REASONS: was.refusals != would.refusals
            and not was.granted
            and not would.granted,
            Change.METHODS: any((*_each(self.no_longer), *_each(self.newly))),
        }
        return tuple([change for change, holds in found.items() if holds])


@dataclass(frozen=True, slots=True)
class Sums:
    """Fees of everything that was accepted or left to a person, in minor units by currency."""

    before: Counter[str] = field(default_factory=Counter)
    after: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """Every request of some days, put to other settings."""

    replayed: tuple[Replayed, ...]

    @property
    def different(self) -> tuple[Replayed, ...]:
        """Those that would have come out differently; to whom more was offered, have not."""
        return tuple([one for one in self.replayed if set(one.changes) - {Change.METHODS}])

    @property
    def counts(self) -> Counter[Change]:
        """How many returns differ in what."""
        return Counter(change for one in self.replayed for change in one.changes)

    @property
    def fees(self) -> Sums:
        """What all returns cost their customers, and would have."""
        sums = Sums()
        for one in self.replayed:
            for said, into in ((one.before, sums.before), (one.after, sums.after)):
                if said.price is not None:
                    into[said.price.currency] += said.price.minor
        return sums


def replay(one: Recorded, after: Portal, before: Portal | None) -> Replayed:
    """The request, put to `after`, alone: what others of its parcel took then stays taken.

    `before` are the settings its verdict names; only the methods offered are compared by them, and
    not at all where they are not known any more.
    """
    lost = won = Methods(frozenset(), frozenset())
    now = _methods(one, after)
    was = now if before is None else _methods(one, before)
    if was is not None and now is not None:
        lost = Methods(was.back - now.back, was.refunds - now.refunds)
        won = Methods(now.back - was.back, now.refunds - was.refunds)
    would_be = _outcome(said_again(one, after).told)
    return Replayed(one, _outcome(one.verdict), would_be, lost, won)


def said_again(recorded: Recorded, portal: Portal) -> Verdict:
    """What these settings would have said, by the very function that said it."""
    request = _as_asked(recorded, portal)
    return decide(request, portal, recorded.parcel, recorded.at)


def _as_asked(recorded: Recorded, portal: Portal) -> RequestReturn:
    """The request as its customer would have sent it, shown what these settings offer."""
    if recorded.parcel is None:
        return recorded.request
    about = case(portal, recorded.parcel, recorded.at)
    codes = _codes(recorded.verdict)
    request = recorded.request
    if Refused.RETURN_METHOD_NOT_OFFERED not in codes:
        request = _travelling(request, about)
    if codes and codes <= _ABOUT_PRICE:
        return request  # its price was the one thing wrong with it, and still may be
    return request.model_copy(update={"price_shown": hear(request, about).price})


def _travelling(request: RequestReturn, about: Case) -> RequestReturn:
    """With a way back where something travels, and without one where nothing does."""
    nothing = request.model_copy(update={"return_method": str(ReturnMethod.NONE)})
    if request.return_method != ReturnMethod.NONE:
        kept = _nothing_travels(request, about) and _nothing_travels(nothing, about)
        return nothing if kept else request
    if _nothing_travels(request, about):
        return request
    tried = [request.model_copy(update={"return_method": method}) for method in about.methods]
    return next((one for one in tried if _can_go(one, about)), request)


def _nothing_travels(request: RequestReturn, about: Case) -> bool:
    items = hear(request, about).items
    return bool(items) and all(item.effect.kept for item in items)


def _can_go(request: RequestReturn, about: Case) -> bool:
    codes = {refusal.code for refusal in hear(request, about).refusals}
    return Refused.RETURN_METHOD_NOT_OFFERED not in codes


def _methods(one: Recorded, portal: Portal) -> Methods | None:
    """What these settings would have offered. None: nothing could come back at all."""
    if one.parcel is None or one.parcel.portal_id != one.request.portal_id:
        return None
    found = ShipmentFound(
        lookup_id=one.request.return_id,
        portal_id=one.request.portal_id,
        shipment_id=one.request.shipment_id,
        country=one.parcel.country,
    )
    offered = offer(found, portal, one.parcel, one.at)
    if offered.refusals:
        return None
    back = frozenset(way.method for way in offered.return_methods) - {ReturnMethod.NONE}
    return Methods(back, frozenset(offered.refund_methods))


def _outcome(told: Told) -> Outcome:
    rules = tuple(dict.fromkeys(rule for item in told.items for rule in item.rules))
    if isinstance(told, ReturnRejected):
        others = tuple([one for one in told.refusals if one.code not in _ABOUT_PRICE])
        return Outcome(False, False, None, others or told.refusals, rules=rules)  # noqa: FBT003
    kept = frozenset(item.line_id for item in told.items if item.kept)
    waits = isinstance(told, ReturnAwaitingApproval)
    return Outcome(True, waits, told.price, kept=kept, rules=rules)  # noqa: FBT003


def _codes(told: Told) -> set[str]:
    return {one.code for one in told.refusals} if isinstance(told, ReturnRejected) else set()


def _each(methods: Methods) -> tuple[frozenset[str], frozenset[str]]:
    return methods.back, methods.refunds
