"""What must come of the sample's returns, counted from the sample alone.

This is the demo's second opinion. It knows the portals' settings as a person would read them and
asks no service, no contract and no rule of ours; where it and the system differ, one is wrong.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta

from deploy.demo.sample import BLOCKED_COUNTRIES, NON_RETURNABLE_SKUS, AskedReturn

REFUNDS = {
    "brocante-eu": {"refund", "exchange", "store_credit"},
    "brocante-fr": {"refund", "store_credit"},
    "brocante-uk": {"refund", "exchange"},
}
WAYS = {
    "brocante-eu": {"drop_off_point", "drop_off_labelless", "in_store"},
    "brocante-fr": {"drop_off_point", "in_store"},
    "brocante-uk": {"drop_off_point", "drop_off_labelless", "pickup", "in_store"},
}
ALERTED = {"brocante-eu", "brocante-uk"}
WITH_QR_CODE = {"drop_off_labelless", "in_store"}


@dataclass
class Tally:
    """Counts of a demo, either as expected or as seen."""

    asked: int = 0
    found: int = 0
    not_found: int = 0
    approved: int = 0
    rejected: int = 0
    refusals: Counter[str] = field(default_factory=Counter)
    labels: int = 0
    qr_codes: int = 0
    emails: int = 0
    alerts: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    """Order lines by reason, over all portals."""


def expected(asked: Iterable[AskedReturn], wrong_codes: int) -> Tally:
    """The tally of these returns, asked in this order, and of so many look-ups gone wrong."""
    tally = Tally(not_found=wrong_codes)
    gone: Counter[tuple[str, int]] = Counter()
    for one in asked:
        tally.asked += 1
        tally.found += 1
        tally.reasons.update(str(item.reason) for item in one.items)
        tally.emails += 1
        why = refusals(one, gone)
        if why:
            tally.rejected += 1
            tally.refusals.update(why)
            continue
        tally.approved += 1
        gone.update({(one.order.order_no, item.line_no): item.quantity for item in one.items})
        tally.qr_codes += one.return_method in WITH_QR_CODE
        tally.labels += one.return_method not in WITH_QR_CODE
        tally.alerts += one.order.portal_id in ALERTED
    return tally


def refusals(one: AskedReturn, gone: Counter[tuple[str, int]]) -> set[str]:
    """Why this return is refused, given what has gone back of its order before."""
    order, found = one.order, set()
    if order.country in BLOCKED_COUNTRIES:
        found.add("country_blocked")
    if _too_late(one):
        found.add("window_closed")
    if one.refund_method not in REFUNDS[order.portal_id]:
        found.add("refund_method_not_offered")
    if one.return_method not in WAYS[order.portal_id]:
        found.add("return_method_not_offered")
    for item in one.items:
        line = order.line(item.line_no)
        if line.sku in NON_RETURNABLE_SKUS:
            found.add("not_returnable")
        elif item.quantity > line.quantity - gone[order.order_no, item.line_no]:
            found.add("quantity_exceeded")
    return found


def _too_late(one: AskedReturn) -> bool:
    """Days as in the sample: from purchase to the order's first return, less those in the post."""
    order = one.order
    since_purchase = min(back.days for back in order.real_returns)
    since_delivery = max(0, since_purchase - order.transit_days)
    # A parcel is dated some hours before midnight of its day, so a full window of days is over.
    match order.portal_id:
        case "brocante-eu":
            return timedelta(days=since_delivery) >= timedelta(days=30)
        case "brocante-fr":
            return timedelta(days=since_delivery) >= timedelta(days=14)
        case _:
            return timedelta(days=since_delivery + order.transit_days) >= timedelta(days=60)
