"""What holds for every portal, rule, parcel and wish, by messages through the whole service."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st

from contracts.rulebook import ItemSku
from contracts.rules import (
    OptionsOffered,
    PortalOpened,
    ReturnApproved,
    ReturnAwaitingApproval,
    ReturnRejected,
)
from tests.support.any_rules import (
    METHODS,
    REFUNDS,
    SKUS,
    any_rules,
    one_of,
    portals,
    pricing,
    shipments,
)
from tests.support.any_rules import rules as rules_of
from tests.support.any_rules import wishes as any_items
from tests.support.builders import a_find, a_request, an_id
from tests.support.rules import rules_in_memory
from tests.support.wishing import wishes

MOST_ASKED = 8
"""Of one offer; which of them is drawn."""
VERDICTS = (ReturnApproved, ReturnAwaitingApproval, ReturnRejected)

dear_and_cheap = rules_of(pricing, when=one_of(ItemSku, SKUS))
"""What a return costs hangs on which items are in it: rare where rules are about anything."""
EVERY_KIND = pytest.mark.parametrize(
    "kind", [any_rules, dear_and_cheap], ids=["any rules", "dear and cheap items"]
)
of_several_articles = shipments.filter(lambda one: len({item.sku for item in one.items}) > 1)


def by_messages(examples):
    """So many examples, however long each takes. One that fails is shown as it was found."""
    slow = [HealthCheck.too_slow, HealthCheck.filter_too_much]
    phases = (Phase.explicit, Phase.reuse, Phase.generate)
    return settings(max_examples=examples, deadline=None, suppress_health_check=slow, phases=phases)


def some_of(found, data):
    """A few of an offer's wishes: as many of several items as of one, if there are so many."""
    several = [wish for wish in found if len(wish.items) > 1]
    single = [wish for wish in found if len(wish.items) == 1]
    chosen = data.draw(st.permutations(several))[: MOST_ASKED // 2]
    return [*chosen, *data.draw(st.permutations(single))[: MOST_ASKED - len(chosen)]]


async def opened(portal, *parcels):
    """The service with this portal, which must be open, and these parcels."""
    rules = rules_in_memory()
    await rules.hears(portal)
    assume(rules.told(PortalOpened))
    for parcel in parcels:
        await rules.hears(parcel)
    return rules


def copies(shipment, number):
    """The same parcel over and over, under names of their own: each has its units."""
    return [shipment.model_copy(update={"shipment_id": f"S-{n}"}) for n in range(number)]


def verdicts(rules):
    """Every verdict that was told, by its return."""
    return {told.return_id: told for kind in VERDICTS for told in rules.told(kind)}


@pytest.mark.slow
@EVERY_KIND
@by_messages(30)
@given(shipment=of_several_articles, data=st.data())
async def test_whatever_is_offered_is_accepted_in_time(kind, shipment, data):
    """A customer who chooses from what was shown, before the deadline, is never refused."""
    rules = await opened(data.draw(portals(kind)), *copies(shipment, MOST_ASKED))
    await rules.hears(a_find(shipment_id="S-0"))
    (options,) = rules.told(OptionsOffered)
    found = list(wishes(options))
    assume(found)
    asked = some_of(found, data)
    begun = rules.clock()

    for number, wish in enumerate(asked):
        left = (wish.until - begun) // timedelta(microseconds=1)
        after = data.draw(st.sampled_from([0, left]) | st.integers(0, left))
        rules.clock.at = begun + timedelta(microseconds=after)
        request = {"return_id": an_id(number), "shipment_id": f"S-{number}"}
        await rules.hears(a_request(**request | wish.asked()))

    told = verdicts(rules)
    expected = [ReturnAwaitingApproval if wish.waits else ReturnApproved for wish in asked]
    assert [type(told[an_id(n)]) for n in range(len(asked))] == expected
    assert [told[an_id(n)].price for n in range(len(asked))] == [w.price_shown for w in asked]
    assert not rules.parked()


@pytest.mark.slow
@EVERY_KIND
@by_messages(100)
@given(
    shipment=shipments | of_several_articles,
    items=any_items,
    refund=st.sampled_from(REFUNDS),
    method=st.sampled_from((*METHODS, "none")),
    data=st.data(),
)
async def test_the_order_of_items_never_changes_a_verdict(
    kind, shipment, items, refund, method, data
):
    """A frontend may list them as it likes, and so may a shop."""
    portal = data.draw(portals(kind, harsh=True))
    rules = rules_in_memory()
    first, second = copies(shipment, 2)
    shuffled = tuple(data.draw(st.permutations(shipment.items)))
    for message in (portal, first, second.model_copy(update={"items": shuffled})):
        await rules.hears(message)
    await rules.hears(a_find(shipment_id="S-0"))
    (options,) = rules.told(OptionsOffered)
    anything = {"items": items, "refund_method": refund, "return_method": method}
    offered = [wish.asked() for wish in wishes(options) if len(wish.items) > 1]
    asked = data.draw(st.sampled_from([anything, *offered]))
    items = asked["items"]
    places = data.draw(st.permutations(range(len(items))))

    for number, order in enumerate((range(len(items)), places)):
        other = {"items": tuple(items[place] for place in order)}
        request = {"return_id": an_id(number), "shipment_id": f"S-{number}"}
        await rules.hears(a_request(**request | asked | other))

    told = verdicts(rules)
    usual, shuffled = (told[an_id(number)] for number in range(2))
    back = tuple(usual.items[place] for place in places)
    same = {"return_id": an_id(1), "shipment_id": "S-1", "items": back}
    assert shuffled == usual.model_copy(update=same)
