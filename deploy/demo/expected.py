"""What must come of the demo's returns, counted from the sample alone.

This is the demo's second opinion. It knows the portals' settings as a person would read them and
asks no service, no contract and no rule of ours; where it and the system differ, one is wrong.
The portal with rules is counted in `expected_maison`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta

from deploy.demo import expected_maison, maison
from deploy.demo.maison import Afterwards, Decision
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
    left_to_a_person: int = 0
    still_waiting: int = 0
    kept: int = 0
    """Returns of which nothing travels."""
    cancelled: int = 0
    unchanged: int = 0
    """Orders that came too late."""
    refunds: Counter[str] = field(default_factory=Counter)
    """Refunds that became due, by what made them so."""
    refunded_pence: int = 0
    rules: Counter[str] = field(default_factory=Counter)
    """Items by the merchant's rules that held for them."""


def expected(asked: Iterable[AskedReturn], wrong_codes: int) -> Tally:
    """The tally of these returns, asked in this order, and of so many look-ups gone wrong."""
    tally = Tally(not_found=wrong_codes)
    gone: Counter[tuple[str, int]] = Counter()
    for one in asked:
        tally.asked += 1
        tally.found += 1
        tally.reasons.update(str(item.reason) for item in one.items)
        if one.order.portal_id == maison.PORTAL:
            _by_rules(one, gone, tally)
            continue
        tally.emails += 1
        why = refusals(one, gone)
        if why:
            tally.rejected += 1
            tally.refusals.update(why)
            continue
        tally.approved += 1
        gone.update(_taken(one))
        tally.qr_codes += one.return_method in WITH_QR_CODE
        tally.labels += one.return_method not in WITH_QR_CODE
        tally.alerts += one.order.portal_id in ALERTED
    return tally


def _taken(one: AskedReturn) -> dict[tuple[str, int], int]:
    return {(one.order.order_no, item.line_no): item.quantity for item in one.items}


def _by_rules(one: AskedReturn, gone: Counter[tuple[str, int]], tally: Tally) -> None:
    """What becomes of a return to the portal with rules, to its end."""
    said = expected_maison.judged(one, gone)
    tally.rules.update(said.rules)
    if said.codes:
        tally.rejected += 1
        tally.refusals.update(said.codes)
        tally.emails += 1
        return
    gone.update(_taken(one))
    if said.asks:
        tally.left_to_a_person += 1
        tally.emails += 1
        tally.alerts += 1
        if maison.decision(one) is Decision.NOTHING:
            tally.still_waiting += 1
            return
        if maison.decision(one) is Decision.REFUSE:
            tally.rejected += 1
            tally.refusals["refused_by_merchant"] += 1
            tally.emails += 1
            gone.subtract(_taken(one))
            return
    tally.approved += 1
    tally.emails += 1  # with the label, or that nothing has to come back
    if said.kept:
        tally.kept += 1
        tally.refunds["nothing_to_send"] += 1
        tally.refunded_pence += said.value
        tally.unchanged += maison.afterwards(one) is not Afterwards.NOTHING  # it is due already
        return
    tally.qr_codes += one.return_method in WITH_QR_CODE
    tally.labels += one.return_method not in WITH_QR_CODE
    tally.alerts += 1
    if maison.afterwards(one) is Afterwards.CANCEL:
        tally.cancelled += 1
        tally.emails += 1
        gone.subtract(_taken(one))
    if maison.afterwards(one) is Afterwards.RELEASE:
        tally.refunds["released"] += 1
        tally.refunded_pence += max(0, said.value - said.price)
        tally.emails += 1


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
    if found and price_due(one) > 0 and one.return_method in WAYS[order.portal_id]:
        found.add("price_not_shown")  # what is not offered has no price to show
    return found


def price_due(one: AskedReturn) -> int:
    """What the return costs its customer, in pence."""
    if one.order.portal_id == "brocante-eu" and one.return_method == "drop_off_point":
        return 0 if expected_maison.value(one) > 5000 else 395  # noqa: PLR2004  # pence
    if one.order.portal_id == "brocante-uk" and one.return_method == "pickup":
        return 650
    return 0


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
