"""What must come of returns to the portal with rules: read from its file by a person, and counted.

No service, no contract and no rule of ours has a part in it, and the file is not read either: what
stands here is a second reading of it. Where the two differ, one of them is wrong.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta

from deploy.demo import goods
from deploy.demo.sample import AskedItem, AskedReturn

OUR_MISTAKES = {
    *("damaged_on_arrival", "does_not_work", "wrong_item_received", "not_as_described"),
}
SECOND_THOUGHTS = {"changed_mind", "no_longer_needed", "better_price", "ordered_by_mistake"}
BROKEN = {"damaged_on_arrival", "does_not_work", "poor_quality"}
TRIFLE, DEAR, FREE_ABOVE = 400, 995, 6000
"""Pence."""
PAPER_TAKEN_BACK = {"damaged_on_arrival", "wrong_item_received"}


@dataclass(frozen=True)
class Judged:
    """What the rules say to one return."""

    codes: frozenset[str]
    """Why it is refused; none if it is not."""
    rules: Counter[str]
    """How often which rule held, over its items."""
    asks: bool
    """A person decides."""
    kept: bool
    """Nothing travels."""
    price: int
    """Pence."""
    value: int
    """Pence."""


def judged(one: AskedReturn, gone: Counter[tuple[str, int]]) -> Judged:
    """The verdict, given what has gone back of its order before."""
    held = {item.line_no: _held(one, item) for item in one.items}
    kept = all("not-worth-the-post" in rules for rules in held.values())
    found: set[str] = set()
    for item in one.items:
        found |= _why_not(one, item, held[item.line_no], gone)
    price = max(_costs(one, rules) for rules in held.values())
    # Who wants what is not offered is not told that all of it may be kept, and is shown no price.
    if found and kept:
        found.add("return_method_not_offered")
    elif found and price > 0:
        found.add("price_not_shown")
    asks = any("dear-things-are-looked-at" in rules for rules in held.values())
    rules = Counter(rule for each in held.values() for rule in each)
    return Judged(frozenset(found), rules, asks, kept, price, value(one))


def value(one: AskedReturn) -> int:
    """What the items cost their buyer, in pence."""
    order = one.order
    return sum(item.quantity * order.line(item.line_no).unit_price_minor for item in one.items)


def _held(one: AskedReturn, item: AskedItem) -> set[str]:
    line, reason = one.order.line(item.line_no), str(item.reason)
    kind, tags = goods.category(line.name), goods.tags(line.sku)
    holds = {
        "paper-stays-sold": kind == "paper" and reason not in PAPER_TAKEN_BACK,
        "sale-for-credit": "sale" in tags,
        "glass-by-hand": kind == "glass",
        "our-mistake": reason in OUR_MISTAKES,
        "second-thoughts": reason in SECOND_THOUGHTS,
        "not-worth-the-post": reason in BROKEN and line.unit_price_minor <= TRIFLE,
        "dear-things-are-looked-at": line.unit_price_minor >= DEAR,
        "kitchen-is-tried-at-length": kind == "kitchen",
    }
    return {rule for rule, holds_here in holds.items() if holds_here}


def _why_not(
    one: AskedReturn, item: AskedItem, held: set[str], gone: Counter[tuple[str, int]]
) -> set[str]:
    found, order = set(), one.order
    if "paper-stays-sold" in held:
        found.add("not_returnable")
    if item.quantity > order.line(item.line_no).quantity - gone[order.order_no, item.line_no]:
        found.add("quantity_exceeded")
    if _too_late(one, 90 if "kitchen-is-tried-at-length" in held else 30):
        found.add("window_closed")
    if "sale-for-credit" in held and one.refund_method == "refund":
        found.add("refund_method_not_offered")
    by_hand = one.return_method in ("pickup", "in_store")
    if "glass-by-hand" in held and "not-worth-the-post" not in held and not by_hand:
        found.add("return_method_not_offered")
    return found


def _too_late(one: AskedReturn, window: int) -> bool:
    since_purchase = min(back.days for back in one.order.real_returns)
    since_delivery = max(0, since_purchase - one.order.transit_days)
    # A parcel is dated some hours before midnight of its day, so a full window of days is over.
    return timedelta(days=since_delivery) >= timedelta(days=window)


def _costs(one: AskedReturn, held: set[str]) -> int:
    """Pence. Of two rules about the fee the upper one counts; what is kept costs nothing."""
    if "not-worth-the-post" in held or "our-mistake" in held:
        return 0
    if "second-thoughts" in held:
        return 495
    if one.return_method == "pickup":
        return 650
    free = value(one) > FREE_ABOVE
    return 395 if one.return_method == "drop_off_point" and not free else 0
