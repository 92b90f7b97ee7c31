"""Whom to write to, and for whom: one suite, in memory and on a real mongod."""

from __future__ import annotations

from uuid import uuid4

import pytest

from contracts.shop import Brand, Customer, OfferedReason
from services._runtime import mongo
from services._runtime.intents_memory import IntentsMemory
from services._runtime.ledger_memory import LedgerMemory
from services._runtime.ledger_mongo import LedgerMongo
from services.notifications.adapters.facts_memory import FactsMemory
from services.notifications.adapters.facts_mongo import FactsMongo
from services.notifications.domain.known import Erased, customer_of, portal_of
from tests.support.builders import (
    PORTAL,
    SHIPMENT,
    a_label_issued,
    a_portal,
    a_shipment,
    a_wait,
    an_approval,
    an_id,
)


class House:
    """Facts and the ledger of the same technology, as the floor uses them."""

    def __init__(self, facts, ledger):
        self.facts, self._ledger = facts, ledger

    async def keeps(self, *changes):
        """One batch of changes stands."""
        await self._ledger.keep((), changes, ())


@pytest.fixture
async def database(mongo_uri):
    """A database of this test's own."""
    db = mongo.database(mongo_uri, f"notifications-{uuid4().hex[:12]}")
    yield db
    await db.client.drop_database(db.name)
    db.client.close()


@pytest.fixture(params=["memory", pytest.param("mongo", marks=pytest.mark.real)])
def house(request):
    """The suite runs on every adapter."""
    if request.param == "memory":
        return House(FactsMemory(), LedgerMemory(IntentsMemory()))
    db = request.getfixturevalue("database")
    return House(FactsMongo(db), LedgerMongo(db))


async def test_what_nobody_told_us_is_unknown(house):
    """Unknown is not erased: it may still come."""
    assert await house.facts.customer(SHIPMENT) is None
    assert await house.facts.portal(PORTAL) is None
    assert await house.facts.customer_of_return(an_id()) is None


async def test_a_customer_is_kept_as_they_were_told(house):
    """To the letter: names have letters."""
    hostile = Customer(name="$where {{7*7}} Zoë\t", email="zoe@example.com")
    shipment = a_shipment(customer=hostile)

    await house.keeps(house.facts.recorded(shipment))

    assert await house.facts.customer(SHIPMENT) == customer_of(shipment)


async def test_a_portal_is_kept_as_it_was_told(house):
    """Everything a letter shows of a merchant."""
    settings = a_portal(
        brand=Brand(name="$Moss", colour="#2f6b3a", logo_url="https://moss.example.com/logo.png"),
        policy_url="https://moss.example.com/returns",
        support_url="https://moss.example.com/help",
        reasons=(
            OfferedReason(code="gift", wording={"en": "$A gift. Or {so}", "nl": "Cadeau"}),
            OfferedReason(code="other"),
        ),
    )

    await house.keeps(house.facts.configured(settings))

    assert await house.facts.portal(PORTAL) == portal_of(settings)


async def test_the_newest_version_stands_in_whatever_order_they_come(house):
    """A replay begins with the oldest."""
    versions = (2, 3, 1, 3)
    shipments = [a_shipment(version=v, order_no=f"order {v}") for v in versions]
    portals = [a_portal(version=v, window_days=v) for v in versions]

    await house.keeps(*map(house.facts.recorded, shipments))
    await house.keeps(*map(house.facts.configured, portals))

    assert (await house.facts.customer(SHIPMENT)).order_no == "order 3"
    assert (await house.facts.portal(PORTAL)).window_days == 3


async def test_a_younger_version_may_take_something_away(house):
    """A merchant that no longer wants alerts gets none."""
    await house.keeps(house.facts.configured(a_portal()))

    await house.keeps(house.facts.configured(a_portal(version=2, notification_email=None)))

    assert (await house.facts.portal(PORTAL)).notification_email is None


async def test_a_redelivered_shipment_does_not_bring_an_erased_customer_back(house):
    """A batch may be heard twice, its end before its beginning."""
    story = [
        house.facts.recorded(a_shipment()),
        house.facts.recorded(a_shipment(version=2)),
        house.facts.forgotten(SHIPMENT),
    ]
    await house.keeps(*story)

    await house.keeps(*story[:2])

    assert await house.facts.customer(SHIPMENT) == Erased(SHIPMENT, 2)


async def test_a_customer_can_be_erased_before_they_are_known(house):
    """A null value may be all that compaction left."""
    await house.keeps(house.facts.forgotten(SHIPMENT), house.facts.forgotten(SHIPMENT))

    assert await house.facts.customer(SHIPMENT) == Erased(SHIPMENT)


async def test_only_a_younger_version_brings_an_erased_customer_back(house):
    """The shop has a reason to tell it anew, such as a new order under an old number."""
    await house.keeps(house.facts.recorded(a_shipment()), house.facts.forgotten(SHIPMENT))

    await house.keeps(house.facts.recorded(a_shipment(version=2)))

    assert await house.facts.customer(SHIPMENT) == customer_of(a_shipment(version=2))


async def test_a_return_leads_to_its_customer(house):
    """Carriers report a parcel by its return alone."""
    await house.keeps(house.facts.issued(a_label_issued()), house.facts.recorded(a_shipment()))
    await house.keeps(house.facts.issued(a_label_issued(parcel_no=2)))

    assert await house.facts.customer_of_return(an_id()) == customer_of(a_shipment())


async def test_a_return_leads_to_its_customer_and_language_before_it_has_a_label(house):
    """Whatever is kept first: a refund or a cancellation may be all that comes next."""
    await house.keeps(house.facts.recorded(a_shipment()))
    for number, told in enumerate(([a_wait], [an_approval], [a_wait, an_approval]), start=1):
        return_id = an_id(number)
        label = house.facts.issued(a_label_issued(return_id=return_id))
        asked = [house.facts.asked(one(return_id=return_id, language="fr")) for one in told]
        await house.keeps(*(asked if number == 1 else [label, *asked, label]))

        assert await house.facts.customer_of_return(return_id) == customer_of(a_shipment())
        assert await house.facts.language_of_return(return_id) == "fr"


async def test_a_language_that_is_not_named_is_not_forgotten(house):
    """A younger message may say less than an older one."""
    await house.keeps(house.facts.asked(a_wait(language="fr")))

    await house.keeps(house.facts.asked(an_approval(language=None)))

    assert await house.facts.language_of_return(an_id()) == "fr"
    assert await house.facts.language_of_return(an_id(99)) is None


@pytest.mark.real
async def test_a_portal_kept_by_an_older_version_of_us_has_no_words_of_its_own(database):
    """Its letters are written all the same."""
    facts, ledger = FactsMongo(database), LedgerMongo(database)
    await ledger.keep((), [facts.configured(a_portal())], ())

    await database["portals"].update_one({"_id": PORTAL}, {"$unset": {"wordings": ""}})

    assert await facts.portal(PORTAL) == portal_of(a_portal())


@pytest.mark.real
async def test_nothing_of_an_erased_person_is_left_in_the_database(database):
    """The name, the address and the order are gone, byte for byte."""
    facts, ledger = FactsMongo(database), LedgerMongo(database)
    await ledger.keep((), [facts.recorded(a_shipment())], ())

    await ledger.keep((), [facts.forgotten(SHIPMENT)], ())

    (left,) = [document async for document in database["customers"].find()]
    assert left.keys() == {"_id", "erased", "version"}
