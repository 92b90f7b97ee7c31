"""Two readings of the demo's settings: ours in rules, and the independent count's. They agree."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from contracts.lookup import ShipmentFound
from contracts.rules import ReturnRejected
from deploy.demo import expected_maison, maison, shop
from deploy.demo.choosing import request_for
from deploy.demo.expected import Tally, expected, price_due, refusals
from deploy.demo.sample import AskedReturn, read, returns
from services.rules.domain.decide import Verdict, decide
from services.rules.domain.offer import offer
from services.rules.domain.parcel import Parcel, parcel_of
from services.rules.domain.portal import compiled
from tests.support.town import REGISTRY

NOW = datetime(2026, 3, 10, 9, tzinfo=UTC)
PORTALS = {settings.portal_id: compiled(settings, REGISTRY) for settings in shop.portals()}
EVERY_RULE = {rule.rule_id for rule in PORTALS[maison.PORTAL].settings.rules}


def judged(asked: list[AskedReturn]) -> Iterator[tuple[AskedReturn, Verdict]]:
    """Every return looked up, chosen and confirmed as the demo's frontend does, by rules alone."""
    parcels: dict[str, Parcel] = {}
    for one in asked:
        order = one.order
        parcel = parcels.get(order.order_no) or parcel_of(shop.shipment(order, NOW))
        found = ShipmentFound(
            lookup_id=one.return_id,
            portal_id=order.portal_id,
            shipment_id=parcel.shipment_id,
            country=order.country,
        )
        portal = PORTALS[order.portal_id]
        request = request_for(one, offer(found, portal, parcel, NOW))
        verdict = decide(request, portal, parcel, NOW)
        if verdict.granted is not None:
            parcel = parcel.without(request.items)
        parcels[order.order_no] = parcel
        yield one, verdict


def codes(verdict: Verdict) -> set[str]:
    """Why it is refused."""
    told = verdict.told
    return (
        {refusal.code for refusal in told.refusals} if isinstance(told, ReturnRejected) else set()
    )


def test_both_refuse_the_same_of_the_three_portals_for_the_same_reasons():
    """And the price that is due is the one that was shown, to the penny."""
    gone: Counter[tuple[str, int]] = Counter()
    for one, verdict in judged(returns(read())):
        why = refusals(one, gone)

        assert codes(verdict) == why
        if verdict.granted is not None:
            assert verdict.granted.price.minor == price_due(one)
            taken = {(one.order.order_no, item.line_no): item.quantity for item in one.items}
            gone.update(taken)


def test_both_say_the_same_of_the_portal_with_rules():
    """Codes, rules that held, price, value, who decides, and what is kept."""
    gone: Counter[tuple[str, int]] = Counter()
    held: Counter[str] = Counter()
    for one, verdict in judged(maison.returns()):
        must = expected_maison.judged(one, gone)

        assert codes(verdict) == must.codes, one.return_id
        told = verdict.told
        assert Counter(rule for item in told.items for rule in item.rules) == must.rules
        held += must.rules
        if verdict.granted is not None:
            granted = verdict.granted
            assert granted.price.minor == (0 if must.kept else must.price)
            assert granted.value.minor == must.value
            assert (granted.return_method == "none") == must.kept
            assert (told is not granted) == must.asks
            taken = {(one.order.order_no, item.line_no): item.quantity for item in one.items}
            gone.update(taken)
    assert held.keys() == EVERY_RULE


@pytest.fixture(scope="module")
def tally() -> Tally:
    """What must come of all of the demo's returns."""
    return expected([*returns(read()), *maison.returns()], wrong_codes=12)


def test_everything_a_rule_can_lead_to_occurs(tally: Tally):
    """A check of what never happens checks nothing."""
    assert tally.rules.keys() == EVERY_RULE
    assert min(tally.rules.values()) > 0
    assert tally.refusals["refused_by_merchant"] > 0
    assert tally.refunds.keys() == {"nothing_to_send", "released"}
    assert min(tally.left_to_a_person, tally.still_waiting, tally.kept) > 0
    assert min(tally.cancelled, tally.unchanged, tally.refunded_pence) > 0


def test_every_return_has_one_end(tally: Tally):
    """Approved, refused, or waiting for somebody: nothing is lost between them."""
    assert tally.asked == tally.approved + tally.rejected + tally.still_waiting
    assert tally.labels + tally.qr_codes + tally.kept == tally.approved


def test_no_order_is_shared_between_portals():
    """A parcel has one merchant."""
    sample, ours = read(), maison.orders()

    assert {o.order_no for o in sample}.isdisjoint(o.order_no for o in ours)
    assert {o.tracking_number for o in sample}.isdisjoint(o.tracking_number for o in ours)
    assert {o.portal_id for o in ours} == {maison.PORTAL}
