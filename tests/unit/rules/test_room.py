"""A return or parcel of very many items is answered, in fewer words towards its end."""

from __future__ import annotations

import pytest

from contracts.rulebook import ItemCategory, ItemTag, RequestReason, Rule, SetFee, WaiveFee
from contracts.topics import OPTIONS_OFFERED, RETURN_APPROVED
from services.rules.domain.decide import decide
from services.rules.domain.offer import offer
from services.rules.domain.parcel import parcel_of
from services.rules.domain.portal import compiled
from tests.support.builders import (
    TUESDAY,
    a_find,
    a_portal,
    a_request,
    a_requested_item,
    a_shipment,
    a_shipped_item,
    pounds,
)
from tests.support.carriers import REGISTRY

LONG = "Hand-thrown grumpy teapot with two lids, a strainer and a cosy, for left-handed people"


def a_long_parcel(lines):
    """So many kinds of teapots, each with a long name and many tags."""
    return parcel_of(
        a_shipment(
            items=tuple(
                a_shipped_item(
                    line_id=f"{number}",
                    name=f"{LONG}, no. {number}",
                    tags=tuple(f"tag-number-{tag}" for tag in range(15)),
                )
                for number in range(lines)
            )
        )
    )


def a_portal_of_many_rules(rules):
    """So many rules, each of which holds for every teapot that arrived damaged."""
    waived = Rule(
        rule_id="damaged-teapots-are-free",
        when=RequestReason(any_of=("damaged_on_arrival",)),
        then=(WaiveFee(),),
    )
    others = tuple(
        Rule(
            rule_id=f"teapots-cost-a-little-more-{number}",
            when=[ItemCategory(any_of=("kitchen",)), ItemTag(any_of=("tag-number-3",))][number % 2],
            then=(SetFee(price=pounds(1)),),
        )
        for number in range(rules - 1)
    )
    return compiled(a_portal(rules=(waived, *others)), REGISTRY)


def verdict(lines, rules):
    """On one unit of each line."""
    items = tuple(a_requested_item(line_id=f"{number}") for number in range(lines))
    portal, parcel = a_portal_of_many_rules(rules), a_long_parcel(lines)
    return decide(a_request(items=items), portal, parcel, TUESDAY).told


@pytest.mark.parametrize(("lines", "rules"), [(100, 30), (100, 150), (20, 150)])
def test_a_verdict_on_very_many_items_can_be_told(lines, rules):
    """The customer waits for an answer, not for how it came about."""
    told = verdict(lines, rules)
    traced = [bool(item.rules and item.facts) for item in told.items]

    assert len(told.body()) <= RETURN_APPROVED.max_bytes
    assert len(told.items) == lines
    assert all(item.sku and item.name and item.unit_price for item in told.items)
    assert traced == sorted(traced, reverse=True)
    assert traced[0]
    assert not traced[-1]


def test_a_usual_verdict_says_everything():
    """Leaving out is for what nobody could read anyway."""
    told = verdict(lines=20, rules=10)

    assert all(len(item.rules) == 10 for item in told.items)
    assert all(item.facts["item_tag"].startswith("tag-number-0, ") for item in told.items)


@pytest.mark.parametrize("lines", [300, 500])
def test_an_offer_of_very_many_items_can_be_told(lines):
    """Every item is shown, and that it may come back; what goes together only for the first."""
    told = offer(a_find(), a_portal_of_many_rules(10), a_long_parcel(lines), TUESDAY)
    chosen = [bool(item.choices) for item in told.items]

    assert len(told.body()) <= OPTIONS_OFFERED.max_bytes
    assert all(item.returnable_units and item.why_not is None for item in told.items)
    assert told.reasons
    assert told.refund_methods
    assert told.return_methods
    assert chosen == sorted(chosen, reverse=True)
    assert chosen[0]
    assert not chosen[-1]


def test_a_usual_offer_says_everything():
    """A parcel of thirty kinds of things is no rarity."""
    told = offer(a_find(), a_portal_of_many_rules(10), a_long_parcel(30), TUESDAY)

    assert all(item.choices for item in told.items)
