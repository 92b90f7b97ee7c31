"""Rules as its neighbours see it: what goes in, what comes out."""

from __future__ import annotations

import pytest

from contracts import topics
from contracts.rules import (
    OptionsOffered,
    PortalOpened,
    PortalRefused,
    ReturnApproved,
    ReturnRejected,
)
from contracts.shop import CarrierChoice, Fee
from services._runtime.intents import State
from services.rules.ports import JUDGE_REQUEST
from tests.support.builders import (
    PORTAL,
    SHIPMENT,
    a_find,
    a_portal,
    a_request,
    a_requested_item,
    a_shipment,
    an_id,
    pounds,
)
from tests.support.rules import rules_in_memory

ANOTHER = "another-portal"


@pytest.fixture
def rules():
    """The service in memory."""
    return rules_in_memory()


@pytest.fixture
async def open_rules(rules):
    """Rules that knows Moss & Fern and Zoë's parcel."""
    await rules.hears(a_portal())
    await rules.hears(a_shipment())
    return rules


# ── portals ──────────────────────────────────────────────────────────────────────────────────────


async def test_saved_settings_open_a_portal(rules):
    """By the version that was saved."""
    await rules.hears(a_portal(version=4))

    (opened,) = rules.told(PortalOpened)
    assert (opened.portal_id, opened.version) == (PORTAL, 4)


async def test_a_portal_without_return_address_stays_closed(rules):
    """The hard gate."""
    await rules.hears(a_portal(return_addresses=(), return_address_id=None))

    (refused,) = rules.told(PortalRefused)
    blocking = [f.code for f in refused.findings if f.severity == "blocking"]
    assert blocking == ["no_return_address"]


async def test_an_older_version_of_the_settings_is_not_told(rules):
    """A replay must not open what the merchant has closed."""
    await rules.hears(a_portal(version=2, open=False))

    await rules.hears(a_portal(version=1))
    await rules.hears(a_portal(version=2))

    assert rules.told_kinds() == [topics.PORTAL_REFUSED.name]
    assert not rules.parked()


async def test_settings_heard_again_are_told_again_with_the_same_id(rules):
    """The process may have died before it told them."""
    await rules.hears(a_portal(), ce_id="saved")

    await rules.hears(a_portal(), ce_id="saved")

    first, again = rules.speaker.said
    assert first == again


async def test_new_settings_hold_for_the_next_request(open_rules):
    """And the verdict names the version it was made by."""
    await open_rules.hears(a_portal(version=2, refund_methods=("exchange",)))

    await open_rules.hears(a_request())

    (rejected,) = open_rules.told(ReturnRejected)
    assert rejected.settings_version == 2
    assert [r.code for r in rejected.refusals] == ["refund_method_not_offered"]


# ── requests ─────────────────────────────────────────────────────────────────────────────────────


async def test_a_teapot_may_come_back(open_rules):
    """The happy path."""
    await open_rules.hears(a_request())

    (approved,) = open_rules.told(ReturnApproved)
    assert (approved.return_id, approved.value, approved.country) == (an_id(), pounds(12.95), "NL")
    assert not open_rules.parked()


async def test_the_same_request_is_decided_once_and_told_again(open_rules):
    """A double click costs nothing, and a redelivery tells the same message with the same id."""
    await open_rules.hears(a_request(), ce_id="click")
    await open_rules.hears(a_request(), ce_id="click")
    await open_rules.hears(a_request(), ce_id="double click")

    told = [t for t in open_rules.speaker.said if t.topic == topics.RETURN_APPROVED.name]
    assert len(told) == 3
    assert len({dict(t.headers)["ce_id"] for t in told}) == 1


async def test_the_same_return_with_other_content_is_parked(open_rules):
    """One id names one return."""
    await open_rules.hears(a_request())

    await open_rules.hears(a_request(return_method="in_store"))

    assert open_rules.parked() == ["id_reuse"]


async def test_no_more_units_come_back_than_were_delivered(open_rules):
    """Two were sent; the third is refused."""
    for number in range(3):
        await open_rules.hears(a_request(return_id=an_id(number)))

    assert len(open_rules.told(ReturnApproved)) == 2
    (rejected,) = open_rules.told(ReturnRejected)
    assert [r.code for r in rejected.refusals] == ["quantity_exceeded"]


async def test_a_refused_request_takes_nothing(open_rules):
    """What was not promised is still there for the next one."""
    await open_rules.hears(a_request(return_id=an_id(1), refund_method="gold"))

    await open_rules.hears(a_request(items=(a_requested_item(quantity=2),)))

    assert len(open_rules.told(ReturnApproved)) == 1


async def test_an_unknown_portal_is_parked_and_its_neighbours_go_on(open_rules):
    """A frontend that names a portal nobody configured has a fault an operator must see."""
    await open_rules.hears(a_request(portal_id="nobody"))
    await open_rules.hears(a_find(portal_id="nobody"))
    await open_rules.hears(a_request(return_id=an_id(1)))

    assert open_rules.parked() == ["unknown_portal", "unknown_portal"]
    assert len(open_rules.told(ReturnApproved)) == 1


async def test_what_a_customer_typed_is_told_to_nobody(open_rules):
    """Comments are personal, and verdicts go to everybody."""
    items = (a_requested_item(comment="My neighbour Anna sat on it"),)

    await open_rules.hears(a_request(items=items))
    await open_rules.hears(a_request(return_id=an_id(1), items=items, refund_method="gold"))

    assert len(open_rules.speaker.said) == 3
    assert not any(b"Anna" in (tell.body or b"") for tell in open_rules.speaker.said)


# ── options ──────────────────────────────────────────────────────────────────────────────────────


async def test_options_are_offered_with_prices(open_rules):
    """What the customer sees is what will be decided."""
    await open_rules.hears(
        a_portal(version=2, fees=(Fee(price=pounds(4), return_method="drop_off_point"),))
    )

    await open_rules.hears(a_find())

    (options,) = open_rules.told(OptionsOffered)
    assert [(m.method, m.price) for m in options.return_methods] == [
        ("drop_off_point", pounds(4)),
        ("in_store", pounds(0)),
    ]
    assert options.items[0].returnable_units == 2


async def test_what_was_offered_is_approved(open_rules):
    """From the first message to the second, with nothing but what the first one said."""
    await open_rules.hears(
        a_portal(version=2, fees=(Fee(price=pounds(4)),), carriers=(CarrierChoice(carrier="dhl"),))
    )
    await open_rules.hears(a_find())
    (options,) = open_rules.told(OptionsOffered)
    way = options.return_methods[0]

    await open_rules.hears(
        a_request(
            items=(
                a_requested_item(line_id=options.items[1].line_id, reason=options.reasons[0].code),
            ),
            refund_method=options.refund_methods[0],
            return_method=way.method,
            price_shown=way.price,
        )
    )

    (approved,) = open_rules.told(ReturnApproved)
    assert (approved.price, approved.carrier) == (way.price, way.carrier)
    assert approved.send_back_by == options.return_until


async def test_one_merchants_customers_see_nothing_of_anothers_parcel(open_rules):
    """Not what was in it, and not whether it exists."""
    await open_rules.hears(a_portal(portal_id=ANOTHER))

    await open_rules.hears(a_find(portal_id=ANOTHER))
    await open_rules.hears(a_request(portal_id=ANOTHER))

    (options,) = open_rules.told(OptionsOffered)
    (rejected,) = open_rules.told(ReturnRejected)
    assert (options.items, [r.code for r in options.refusals]) == ((), ["shipment_unknown"])
    assert [r.code for r in rejected.refusals] == ["shipment_unknown"]
    assert (rejected.country, rejected.items[0].sku) == (None, None)


# ── what overtakes its parcel ────────────────────────────────────────────────────────────────────


async def test_a_request_that_overtook_its_parcel_waits_for_it(rules):
    """Topics keep no order among each other."""
    await rules.hears(a_portal())
    await rules.hears(a_request())
    rules.clock.pass_(seconds=1)
    await rules.works()
    assert not rules.told(ReturnApproved)

    await rules.hears(a_shipment())
    rules.clock.pass_(seconds=1)
    await rules.works()

    assert len(rules.told(ReturnApproved)) == 1


async def test_a_lookup_that_overtook_its_parcel_waits_for_it(rules):
    """The customer sees the options a moment later, and not that there are none."""
    await rules.hears(a_portal())
    await rules.hears(a_find())

    await rules.hears(a_shipment())
    rules.clock.pass_(seconds=1)
    await rules.works()

    (options,) = rules.told(OptionsOffered)
    assert len(options.items) == 2


async def test_requests_that_waited_together_share_what_there_is(rules):
    """Judged at the same time, by the same worker: still two teapots and not three."""
    await rules.hears(a_portal())
    for number in range(3):
        await rules.hears(a_request(return_id=an_id(number)))

    await rules.hears(a_shipment())
    rules.clock.pass_(seconds=1)
    await rules.works()

    assert (len(rules.told(ReturnApproved)), len(rules.told(ReturnRejected))) == (2, 1)


async def test_a_parcel_that_never_comes_is_refused(rules):
    """Nobody waits for ever."""
    await rules.hears(a_portal())
    await rules.hears(a_request())
    await rules.hears(a_find())

    for _ in range(2):
        rules.clock.pass_(seconds=61)
        await rules.works()

    (rejected,) = rules.told(ReturnRejected)
    (options,) = rules.told(OptionsOffered)
    assert [r.code for r in rejected.refusals] == ["shipment_unknown"]
    assert [r.code for r in options.refusals] == ["shipment_unknown"]
    assert set(rules.states().values()) == {State.REJECTED}


async def test_a_request_that_waits_is_asked_for_twice_and_judged_once(rules):
    """The second click finds the first one waiting."""
    await rules.hears(a_portal())
    await rules.hears(a_request(), ce_id="click")
    await rules.hears(a_request(), ce_id="double click")

    await rules.hears(a_shipment())
    rules.clock.pass_(seconds=1)
    await rules.works()
    await rules.hears(a_request(), ce_id="triple click")

    assert len(rules.told(ReturnApproved)) == 1


async def test_a_forgotten_parcel_is_unknown(open_rules):
    """Erasure is an ordinary event."""
    await open_rules.forgets(SHIPMENT)

    await open_rules.hears(a_request())

    assert list(open_rules.states()) == [f"{JUDGE_REQUEST}:{an_id()}"]


async def test_what_a_customer_typed_does_not_wait_with_the_request(rules):
    """No verdict hangs on it, so it need not be kept, found or erased."""
    await rules.hears(a_portal())
    typed = (a_requested_item(comment="I, Zoë Zonder, of Dam 1"),)
    await rules.hears(a_request(items=typed))
    (waiting,) = rules.intents.all.values()
    assert b"Zonder" not in waiting.order

    await rules.hears(a_shipment())
    rules.clock.pass_(seconds=1)
    await rules.works()

    assert len(rules.told(ReturnApproved)) == 1


async def test_a_null_value_on_the_requests_topic_asks_nothing_and_is_not_parked(open_rules):
    """It is there to have a request erased; the verdict stands."""
    await open_rules.hears(a_request())

    await open_rules.hears_bytes(topics.REQUEST_RETURN.name, an_id().encode(), None, {})

    assert open_rules.parked() == []
    assert len(open_rules.told(ReturnApproved)) == 1


async def test_a_null_value_that_erases_what_was_put_back_is_not_parked(open_rules):
    """On the topic of letters put back too, a customer can be erased."""
    await open_rules.hears_bytes(topics.redriven_to("rules"), b"some/place/0/7/1", None, {})

    assert open_rules.parked() == []


async def test_an_erased_parcel_put_back_from_the_dead_letters_stays_erased(open_rules):
    """An operator redrives a letter from before the erasure."""
    await open_rules.forgets(SHIPMENT)

    await open_rules.hears(a_shipment(), ce_id="from the dead letters")
    await open_rules.hears(a_request())

    assert open_rules.told(ReturnApproved) == []
