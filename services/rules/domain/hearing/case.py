"""A parcel before the rules of its portal, at an instant: what holds for all of its items."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from contracts.words import Refused
from services.rules.domain.capability import Way
from services.rules.domain.parcel import Line, Parcel
from services.rules.domain.portal import Portal
from services.rules.domain.rulebook import known
from services.rules.domain.rulebook.effect import Effect, broken
from services.rules.domain.rulebook.index import Near
from services.rules.domain.rulebook.known import Fact

WhyNot = tuple[Refused, str | None]
"""A reason, and the merchant's rule that says so, if one does."""


@dataclass(frozen=True, slots=True)
class Case:
    """What offer and verdict both start from."""

    portal: Portal
    parcel: Parcel
    now: datetime
    ways: Mapping[str, Way]
    """Every method that is switched on, and whether this parcel can go so today."""
    facts: Mapping[str, Fact]
    near: Near
    """Where these facts lead in the rulebook."""
    delivered_at: datetime | None
    """Nothing if it was not, by now."""
    base_until: datetime | None
    """The last instant to ask for what no rule extends. Nothing before delivery."""

    @property
    def methods(self) -> tuple[str, ...]:
        """The methods this parcel can take."""
        return tuple([method for method, way in self.ways.items() if way.offered])

    def until(self, effect: Effect) -> datetime | None:
        """The last instant to ask for an item, inclusive. Nothing before delivery."""
        return None if self.base_until is None else self.base_until + effect.longer


def case(portal: Portal, parcel: Parcel, now: datetime) -> Case:
    """The case of `parcel`."""
    to = None if portal.return_to is None else portal.return_to.country
    delivered_at = parcel.delivered_at
    if delivered_at is not None and delivered_at > now:
        delivered_at = None
    facts = known.of_parcel(parcel, to, portal.settings.currency, now)
    return Case(
        portal=portal,
        parcel=parcel,
        now=now,
        ways=portal.ways(parcel.country, now.astimezone(UTC).date()),
        facts=facts,
        near=portal.rulebook.near(facts),
        delivered_at=delivered_at,
        base_until=(
            None if delivered_at is None else portal.return_until(parcel.ordered_at, delivered_at)
        ),
    )


def nothing_returns(about: Case) -> Iterator[Refused]:
    """Why nothing of this parcel may come back now, whatever it is."""
    if not about.portal.open:
        yield Refused.PORTAL_CLOSED
    if about.parcel.country in about.portal.blocked:
        yield Refused.COUNTRY_BLOCKED
    if about.delivered_at is None:
        yield Refused.NOT_DELIVERED


@dataclass(frozen=True, slots=True)
class Wish:
    """What a customer asks for one item."""

    units: int
    reason: str
    refund_method: str
    return_method: str


def why_not(about: Case, line: Line, wish: Wish, effect: Effect) -> Iterator[WhyNot]:
    """Why this item may not come back like that, by the rules that hold for it; each reason once.

    An item that is kept does not travel: rules about ways back do not touch it.
    """
    if line.final_sale or line.sku in about.portal.not_returnable:
        yield Refused.NOT_RETURNABLE, None
    elif Refused.NOT_RETURNABLE in effect.refused:
        yield Refused.NOT_RETURNABLE, effect.refused[Refused.NOT_RETURNABLE]
    if Refused.COUNTRY_BLOCKED in effect.refused:
        yield Refused.COUNTRY_BLOCKED, effect.refused[Refused.COUNTRY_BLOCKED]
    if wish.units > about.parcel.left(line.line_id):
        yield Refused.QUANTITY_EXCEEDED, None
    until = about.until(effect)
    if until is not None and about.now > until:
        yield Refused.WINDOW_CLOSED, None
    if wish.reason not in about.portal.reasons:
        yield Refused.REASON_NOT_OFFERED, None
    refund = broken(effect.refund_limits, wish.refund_method)
    if refund is not None:
        yield Refused.REFUND_METHOD_NOT_OFFERED, refund.rule_id
    back = None if effect.kept else broken(effect.return_limits, wish.return_method)
    if back is not None:
        yield Refused.RETURN_METHOD_NOT_OFFERED, back.rule_id
