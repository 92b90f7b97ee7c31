"""A request before the rules: what holds for each item, its price, and every reason for a no."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Final

from contracts.rules import Refusal, RequestedItem, RequestReturn
from contracts.shape import Money
from contracts.words import Refused, ReturnMethod
from services.rules.domain.hearing.case import Case, WhyNot, Wish, nothing_returns, why_not
from services.rules.domain.parcel import Line
from services.rules.domain.rulebook import known
from services.rules.domain.rulebook.book import Ruling, together
from services.rules.domain.rulebook.effect import Effect
from services.rules.domain.rulebook.known import Fact

_TOLD_ONCE: Final = (Refused.COUNTRY_BLOCKED, Refused.NOT_DELIVERED, Refused.WINDOW_CLOSED)
"""What is said of the parcel, and not of each item, if it is so for all of them."""
_ORDER: Final = tuple(Refused)


@dataclass(frozen=True, slots=True)
class HeardItem:
    """An item of the parcel that was asked for, and what the rules say of it."""

    asked: RequestedItem
    line: Line
    facts: dict[str, Fact]
    held: tuple[Ruling, ...]
    effect: Effect
    until: datetime | None
    """The last instant to ask for it."""
    why_not: tuple[WhyNot, ...]


@dataclass(frozen=True, slots=True)
class Hearing:
    """What a verdict is made of."""

    about: Case
    request: RequestReturn
    heard: tuple[HeardItem | None, ...]
    """By what was asked for. None: the parcel does not have it."""
    value: Money
    """What they cost the customer, in the portal's currency."""
    price: Money
    """What the return costs."""
    refusals: tuple[Refusal, ...]
    """The same, in whatever order the items were asked for."""

    @property
    def items(self) -> tuple[HeardItem, ...]:
        """Those that the parcel has."""
        return tuple([item for item in self.heard if item is not None])

    @property
    def until(self) -> datetime | None:
        """The last instant to ask for all of it."""
        return _earliest(self.items)

    @property
    def send_back_by(self) -> datetime:
        """The end of the window of what travels, the first to end. If nothing does: of all."""
        return _last_instant(self.items, self.about)

    @property
    def collect_on(self) -> date | None:
        """The day somebody shall come, where somebody does."""
        return self.request.collect_on if _is_collected(self.request) else None


def _last_instant(items: Sequence[HeardItem], about: Case) -> datetime:
    travelling = [item for item in items if not item.effect.kept]
    return _earliest(travelling or items) or about.now


def _is_collected(request: RequestReturn) -> bool:
    return request.return_method == ReturnMethod.PICKUP


def _earliest(items: Sequence[HeardItem]) -> datetime | None:
    return min([item.until for item in items if item.until is not None], default=None)


def hear(request: RequestReturn, about: Case) -> Hearing:
    """Look at every item by rules' own facts."""
    heard = tuple([_heard(request, asked, about) for asked in request.items])
    items = tuple([item for item in heard if item is not None])
    value = _value(items, about.portal.settings.currency)
    price = about.portal.fees.dearest(
        (
            about.portal.fees.tariff(item.effect, request.return_method, about.parcel.country)
            for item in items
        ),
        value,
    )
    found = [*_of_parcel(items, about), *_of_wish(request, items, price, about)]
    refusals = _sorted([*found, *_of_items(request, items, about, found)])
    return Hearing(about, request, heard, value, price, refusals)


def _heard(request: RequestReturn, asked: RequestedItem, about: Case) -> HeardItem | None:
    line = about.parcel.lines.get(asked.line_id)
    if line is None:
        return None
    wish = Wish(asked.quantity, asked.reason, request.refund_method, request.return_method)
    facts = {
        **about.facts,
        **known.of_line(line),
        **known.asked(wish.reason, wish.refund_method, wish.return_method, wish.units),
    }
    held = about.portal.rulebook.holding(facts, about.near)
    effect = together(held)
    reasons = tuple(why_not(about, line, wish, effect))
    return HeardItem(asked, line, facts, held, effect, about.until(effect), reasons)


def _value(items: Sequence[HeardItem], currency: str) -> Money:
    total = sum(
        item.asked.quantity * item.line.unit_price.minor
        for item in items
        if item.line.unit_price.currency == currency
    )
    return Money(minor=total, currency=currency)


def _of_parcel(items: Sequence[HeardItem], about: Case) -> Iterator[Refusal]:
    """What is so for the whole parcel, or for everything that was asked for."""
    told = [Refusal(code=code) for code in nothing_returns(about)]
    yield from told
    if not any(item.why_not for item in items):
        return
    for code in _TOLD_ONCE:
        if code in {refusal.code for refusal in told}:
            continue
        rules = [rule_id for item in items for said, rule_id in item.why_not if said is code]
        if rules and len(rules) == len(items) and len(set(rules)) == 1:
            yield Refusal(code=code, rule_id=rules[0])


def _of_wish(
    request: RequestReturn, items: Sequence[HeardItem], price: Money, about: Case
) -> Iterator[Refusal]:
    if request.refund_method not in about.portal.refund_methods:
        yield Refusal(code=Refused.REFUND_METHOD_NOT_OFFERED)
    if not _can_go(request.return_method, items, about):
        # What is not offered has no price.
        yield Refusal(code=Refused.RETURN_METHOD_NOT_OFFERED)
        return
    if _is_collected(request) and request.collect_on is not None:
        last = _last_instant(items, about).astimezone(UTC).date()
        if items and not about.now.astimezone(UTC).date() <= request.collect_on <= last:
            yield Refusal(code=Refused.COLLECT_ON_IMPOSSIBLE)
    if items and request.price_shown != price:
        if request.price_shown is not None:
            yield Refusal(code=Refused.PRICE_CHANGED)
        elif price.minor != 0:
            yield Refusal(code=Refused.PRICE_NOT_SHOWN)


def _can_go(method: str, items: Sequence[HeardItem], about: Case) -> bool:
    if items and all(item.effect.kept for item in items):
        return method == ReturnMethod.NONE
    if about.portal.return_to is None:
        return True  # there is no way back at all: the portal is closed for it
    return method in about.methods


def _of_items(
    request: RequestReturn, items: Sequence[HeardItem], about: Case, told: Sequence[Refusal]
) -> Iterator[Refusal]:
    """What is so for one item, unless it was said of all."""
    said = {refusal.code for refusal in told}
    judged = {item.line.line_id for item in items}
    for line_id, times in Counter(asked.line_id for asked in request.items).items():
        if line_id not in judged:
            yield Refusal(code=Refused.ITEM_UNKNOWN, line_id=line_id)
        elif times > 1:
            yield Refusal(code=Refused.ITEM_TWICE, line_id=line_id)
    for item in items:
        line_id = item.line.line_id
        for code, rule_id in item.why_not:
            if code not in said:
                yield Refusal(code=code, line_id=line_id, rule_id=rule_id)
        if _wants_comment(item.asked, about):
            yield Refusal(code=Refused.COMMENT_MISSING, line_id=line_id)


def _wants_comment(asked: RequestedItem, about: Case) -> bool:
    reason = about.portal.reasons.get(asked.reason)
    return reason is not None and reason.needs_comment and not commented(asked)


def commented(asked: RequestedItem) -> bool:
    """Whether the customer typed something that can be seen."""
    return asked.comment is not None and asked.comment.strip() != ""


def _sorted(refusals: Sequence[Refusal]) -> tuple[Refusal, ...]:
    """Each once: first what is about the whole request, then item by item."""

    def place(refusal: Refusal) -> tuple[str, int, str]:
        return (refusal.line_id or "", _ORDER.index(Refused(refusal.code)), refusal.rule_id or "")

    return tuple(sorted(dict.fromkeys(refusals), key=place))
