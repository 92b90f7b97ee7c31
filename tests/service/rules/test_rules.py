"""rules as its neighbours see it: what goes in, what comes out."""

from __future__ import annotations

from datetime import timedelta

import pytest

from contracts.lookup import ShipmentFound
from contracts.rules import (
    OptionsOffered,
    PortalOpened,
    PortalRefused,
    RequestedItem,
    RequestReturn,
    ReturnApproved,
    ReturnRejected,
)
from contracts.shape import Address, Home, Money
from contracts.shop import Brand, Customer, PortalConfigured, ShipmentRecorded, ShippedItem
from services.rules.adapters.facts_memory import FactsMemory
from services.rules.handlers import Handlers
from services.rules.ports import JUDGE_REQUEST, OFFER_OPTIONS
from services.rules.workers import JudgeRequest, OfferOptions
from tests.support.one_service import TUESDAY, Clock, OneService

RETURN = "6f1c6f0e-6d0c-4a7e-9d55-5a3f4d1f0b8e"


def portal(**changes):
    """A portal that offers little."""
    return PortalConfigured(
        **{
            "portal_id": "p",
            "version": 1,
            "brand": Brand(name="Moss & Fern"),
            "return_addresses": (
                Address(
                    address_id="a", company="M", street="S", postal_code="1", town="T", country="NL"
                ),
            ),
            "return_address_id": "a",
            "window_days": 30,
            "currency": "GBP",
            "return_methods": ("drop_off_point", "in_store"),
            "refund_methods": ("refund",),
        }
        | changes
    )


def shipment(**changes):
    """Two grumpy teapots, delivered five days ago."""
    return ShipmentRecorded(
        **{
            "shipment_id": "s",
            "portal_id": "p",
            "order_no": "536365",
            "tracking_number": "RR123456785GB",
            "ordered_at": TUESDAY - timedelta(days=9),
            "delivered_at": TUESDAY - timedelta(days=5),
            "customer": Customer(name="Zoë", email="zoe@example.com"),
            "deliver_to": Home(street="Dam", postal_code="1012JS", town="Amsterdam", country="NL"),
            "items": (
                ShippedItem(
                    line_id="1",
                    sku="TEAPOT",
                    name="Grumpy teapot",
                    quantity=2,
                    unit_price=Money(minor=1295, currency="GBP"),
                ),
            ),
        }
        | changes
    )


def request(**changes):
    """One of them shall come back."""
    return RequestReturn(
        **{
            "return_id": RETURN,
            "portal_id": "p",
            "shipment_id": "s",
            "items": (RequestedItem(line_id="1", quantity=1, reason="other"),),
            "refund_method": "refund",
            "return_method": "in_store",
        }
        | changes
    )


@pytest.fixture
def rules():
    """The service in memory."""
    clock, facts = Clock(), FactsMemory()
    return OneService(
        "rules",
        Handlers(facts, clock, 60.0).routes(),
        {JUDGE_REQUEST: JudgeRequest(facts, clock), OFFER_OPTIONS: OfferOptions(facts, clock)},
        clock,
    )


async def test_a_teapot_may_come_back(rules):
    """The happy path."""
    await rules.hears(portal())
    await rules.hears(shipment())

    await rules.hears(request())

    (approved,) = rules.told(ReturnApproved)
    assert (approved.return_id, approved.value.minor, approved.country) == (RETURN, 1295, "NL")
    assert rules.told(PortalOpened)
    assert not rules.parked()


async def test_the_same_request_is_decided_once_and_told_again(rules):
    """A double click costs nothing, and a redelivery tells the same message with the same id."""
    await rules.hears(portal())
    await rules.hears(shipment())

    await rules.hears(request(), ce_id="click")
    await rules.hears(request(), ce_id="click")
    await rules.hears(request(), ce_id="double click")

    told = [t for t in rules.speaker.said if t.topic == "returns.return-approved.v1"]
    assert len(told) == 3
    assert len({dict(t.headers)["ce_id"] for t in told}) == 1


async def test_the_same_return_with_other_content_is_parked(rules):
    """One id names one return."""
    await rules.hears(portal())
    await rules.hears(shipment())
    await rules.hears(request())

    await rules.hears(request(return_method="drop_off_point"))

    assert rules.parked() == ["id_reuse"]


async def test_no_more_units_come_back_than_were_delivered(rules):
    """Two were sent; the third is refused."""
    await rules.hears(portal())
    await rules.hears(shipment())
    for number in range(3):
        await rules.hears(request(return_id=f"{number}f1c6f0e-6d0c-4a7e-9d55-5a3f4d1f0b8e"))

    assert len(rules.told(ReturnApproved)) == 2
    (rejected,) = rules.told(ReturnRejected)
    assert [r.code for r in rejected.refusals] == ["quantity_exceeded"]


async def test_a_request_that_overtook_its_parcel_waits_for_it(rules):
    """Topics keep no order among each other."""
    await rules.hears(portal())
    await rules.hears(request())
    rules.clock.pass_(seconds=1)
    await rules.works()
    assert not rules.told(ReturnApproved)

    await rules.hears(shipment())
    rules.clock.pass_(seconds=1)
    await rules.works()

    assert len(rules.told(ReturnApproved)) == 1


async def test_a_parcel_that_never_comes_is_refused(rules):
    """Nobody waits for ever."""
    await rules.hears(portal())
    await rules.hears(request())

    rules.clock.pass_(seconds=61)
    await rules.works()
    rules.clock.pass_(seconds=1)
    await rules.works()

    (rejected,) = rules.told(ReturnRejected)
    assert [r.code for r in rejected.refusals] == ["shipment_unknown"]


async def test_an_unknown_portal_is_parked_and_its_neighbours_go_on(rules):
    """A frontend that names a portal nobody configured has a fault an operator must see."""
    await rules.hears(portal())
    await rules.hears(shipment())

    await rules.hears(request(portal_id="nobody"))
    await rules.hears(request(return_id="1f1c6f0e-6d0c-4a7e-9d55-5a3f4d1f0b8e"))

    assert rules.parked() == ["unknown_portal"]
    assert len(rules.told(ReturnApproved)) == 1


async def test_a_portal_without_return_address_stays_closed(rules):
    """The hard gate."""
    await rules.hears(portal(return_addresses=(), return_address_id=None))

    (refused,) = rules.told(PortalRefused)
    assert [f.code for f in refused.findings] == ["no_return_address"]


async def test_options_are_offered_with_prices(rules):
    """What the customer sees is what will be decided."""
    await rules.hears(portal())
    await rules.hears(shipment())

    await rules.hears(ShipmentFound(lookup_id=RETURN, portal_id="p", shipment_id="s", country="NL"))

    (options,) = rules.told(OptionsOffered)
    assert [m.method for m in options.return_methods] == ["drop_off_point", "in_store"]
    assert options.items[0].returnable_units == 2


async def test_a_forgotten_parcel_is_unknown(rules):
    """Erasure is an ordinary event."""
    await rules.hears(portal())
    await rules.hears(shipment())
    await rules.forgets("s")

    await rules.hears(request())

    assert list(rules.states()) == [f"{JUDGE_REQUEST}:{RETURN}"]
