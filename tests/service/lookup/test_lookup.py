"""lookup as its neighbours see it: what goes in, what comes out."""

from __future__ import annotations

import itertools
import json
from datetime import timedelta

import pytest

from contracts.envelope import Envelope
from contracts.lookup import FindShipment, ShipmentFound, ShipmentNotFound
from contracts.rules import PortalOpened, PortalRefused
from contracts.shape import Home, Money
from contracts.shop import Customer, ShipmentRecorded, ShippedItem
from contracts.topics import BY_MODEL, FIND_SHIPMENT, SHIPMENT_FOUND, SHIPMENT_NOT_FOUND
from services import lookup as service
from services.lookup.adapters.budgets_memory import BudgetsMemory
from services.lookup.adapters.facts_memory import FactsMemory
from services.lookup.domain.budget import Limits
from services.lookup.handlers import Handlers
from services.lookup.ports import BUDGET_SPENT, LOOK_AGAIN
from services.lookup.workers import Alert, LookAgain
from tests.support.one_service import TUESDAY, Clock, OneService

LOOKUP = "6f1c6f0e-6d0c-4a7e-9d55-5a3f4d1f0b8e"
KEY = bytes(range(16))
UNLIMITED = Limits(number=99, client=99, code=99)


def shipment(**changes):
    """A parcel with a teapot, delivered in Amsterdam, as a shop tells it."""
    return ShipmentRecorded(
        **{
            "shipment_id": "teapot",
            "portal_id": "moss-and-fern",
            "order_no": "536365",
            "tracking_number": "RR 123 456 785 GB",
            "ordered_at": TUESDAY - timedelta(days=9),
            "delivered_at": TUESDAY - timedelta(days=5),
            "customer": Customer(name="Zoë Quill", email="zoe@example.com"),
            "deliver_to": Home(street="Dam", postal_code="1012 JS", town="Amsterdam", country="NL"),
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


def question(**changes):
    """A customer asks after the teapot."""
    return FindShipment(
        **{
            "lookup_id": LOOKUP,
            "portal_id": "moss-and-fern",
            "tracking_number": "rr123456785gb",
            "postal_code": "nl-1012js",
        }
        | changes
    )


def opened(version=1, portal_id="moss-and-fern"):
    """The word of rules: the portal is open."""
    return PortalOpened(portal_id=portal_id, version=version)


def refused(version=1, portal_id="moss-and-fern"):
    """The word of rules: the portal is closed."""
    return PortalRefused(portal_id=portal_id, version=version, findings=())


def house(facts, limits=UNLIMITED):
    """A lookup of its own on these facts. Budgets have tests of their own."""
    clock, budgets = Clock(), BudgetsMemory()
    handlers = Handlers(facts, budgets, KEY, clock, 2, 15, limits)
    performers = {LOOK_AGAIN: LookAgain(facts, clock), BUDGET_SPENT: Alert()}
    return OneService("lookup", handlers.routes(), performers, clock)


@pytest.fixture
def facts():
    """What this lookup knows."""
    return FactsMemory()


@pytest.fixture
def lookup(facts):
    """The service under test."""
    return house(facts)


async def test_a_customer_finds_the_parcel(lookup):
    """The happy path: typed carelessly, found all the same, in the customer's language."""
    await lookup.hears(opened())
    await lookup.hears(shipment())

    await lookup.hears(question(tracking_number="rr 123-456-785 gb\n", language="nl"))

    (found,) = lookup.told(ShipmentFound)
    assert found == ShipmentFound(
        lookup_id=LOOKUP,
        portal_id="moss-and-fern",
        shipment_id="teapot",
        country="NL",
        language="nl",
    )
    assert lookup.told_kinds() == [SHIPMENT_FOUND.name]


@pytest.mark.parametrize(
    ("told_before", "asked"),
    [
        ([opened(), shipment()], {"tracking_number": "RR987654321GB"}),
        ([opened(), shipment()], {"postal_code": "1012 JT"}),
        ([opened(), shipment()], {"tracking_number": "1012JS", "postal_code": "RR123456785GB"}),
        ([opened(), shipment()], {"tracking_number": ""}),
        ([opened(), shipment()], {"postal_code": "-"}),
        ([opened(), shipment(delivered_at=None)], {}),
        ([opened(), shipment(delivered_at=TUESDAY + timedelta(seconds=1))], {}),
        ([opened(), shipment(), shipment(shipment_id="twin")], {}),
        ([opened(), shipment(portal_id="another-shop")], {}),
        ([refused(), shipment()], {}),
        ([refused()], {}),
    ],
    ids=[
        "unknown number",
        "wrong code",
        "number and code swapped",
        "no number",
        "a dash for a code",
        "not delivered",
        "delivered in a second",
        "two parcels",
        "another shop's parcel",
        "closed portal",
        "closed portal, unknown number",
    ],
)
async def test_every_kind_of_no_is_the_same_to_the_last_byte(lookup, told_before, asked):
    """Whoever guesses must not learn which half was right, nor that there is a parcel at all."""
    empty = house(FactsMemory())
    await empty.hears(opened())
    await empty.hears(question(language="nl"), ce_id="guess")
    for message in told_before:
        await lookup.hears(message)

    await lookup.hears(question(**asked, language="nl", client_ref="gateway-7"), ce_id="guess")

    (told,) = lookup.speaker.said
    assert [told] == empty.speaker.said
    assert told.topic == SHIPMENT_NOT_FOUND.name
    assert told.body == b'{"lookup_id":"%b","portal_id":"moss-and-fern"}' % LOOKUP.encode()
    assert lookup.ledger.decisions.keys() == empty.ledger.decisions.keys()


async def test_a_portal_nobody_ever_heard_of_is_parked(lookup):
    """Customers do not type portal ids, frontends do: that is a mistake to mend, not a no."""
    await lookup.hears(opened())
    await lookup.hears(shipment())

    await lookup.hears(question(portal_id="moss-und-farn"))
    await lookup.hears(question())

    assert lookup.parked() == ["unknown_portal"]
    assert len(lookup.told(ShipmentFound)) == 1


@pytest.mark.parametrize("told", list(itertools.permutations([opened(1), refused(3), opened(2)])))
async def test_the_youngest_word_on_a_portal_stands_in_whatever_order_it_comes(lookup, told):
    """Opened and refused travel on two topics, and neither waits for the other."""
    await lookup.hears(shipment())
    for message in told:
        await lookup.hears(message)

    await lookup.hears(question())
    await lookup.hears(opened(4))
    await lookup.hears(question())

    assert lookup.told_kinds() == [SHIPMENT_NOT_FOUND.name, SHIPMENT_FOUND.name]


async def test_a_parcel_can_be_found_once_it_is_delivered(lookup):
    """Shops tell a parcel twice: when it leaves, and when it has arrived."""
    await lookup.hears(opened())
    await lookup.hears(shipment(version=1, delivered_at=None))
    await lookup.hears(question())

    await lookup.hears(shipment(version=2))
    await lookup.hears(shipment(version=1, delivered_at=None))
    await lookup.hears(question())

    assert lookup.told_kinds() == [SHIPMENT_NOT_FOUND.name, SHIPMENT_FOUND.name]


async def test_a_mended_postal_code_takes_the_place_of_the_wrong_one(lookup):
    """The old code must not open the parcel any more."""
    elsewhere = Home(street="Coolsingel", postal_code="3011 AD", town="Rotterdam", country="NL")
    await lookup.hears(opened())
    await lookup.hears(shipment(version=1))
    await lookup.hears(shipment(version=2, deliver_to=elsewhere))

    await lookup.hears(question())
    await lookup.hears(question(postal_code="3011ad"))

    assert lookup.told_kinds() == [SHIPMENT_NOT_FOUND.name, SHIPMENT_FOUND.name]


async def test_a_question_is_answered_once_and_told_again(lookup):
    """A redelivery repeats the very message, even if the world has changed meanwhile."""
    await lookup.hears(opened())
    await lookup.hears(shipment())

    await lookup.hears(question(), ce_id="click")
    await lookup.hears(refused(2))
    await lookup.hears(question(), ce_id="click")

    first, again = lookup.speaker.said
    assert first == again
    assert first.topic == SHIPMENT_FOUND.name


async def test_the_same_question_under_another_id_is_another_question(lookup):
    """A customer who tries again tomorrow must not get yesterday's no."""
    await lookup.hears(opened())
    await lookup.hears(shipment(delivered_at=TUESDAY + timedelta(hours=1)))

    await lookup.hears(question())
    lookup.clock.pass_(hours=1)
    await lookup.hears(question())

    assert lookup.told_kinds() == [SHIPMENT_NOT_FOUND.name, SHIPMENT_FOUND.name]


async def test_a_forgotten_customer_is_found_no_more(lookup, facts):
    """A null value erases; asking again is answered like asking for anything unknown."""
    await lookup.hears(opened())
    await lookup.hears(shipment())

    await lookup.forgets("teapot")
    await lookup.forgets("never-heard-of")
    await lookup.hears(question())

    assert facts.parcels == {}
    assert len(lookup.told(ShipmentNotFound)) == 1
    assert lookup.parked() == []


async def hears_late(lookup, message, seconds=60.0):
    """The question was asked a while ago: lookup was away, and is catching up."""
    lookup.clock.pass_(seconds=-seconds)
    envelope = Envelope("late", "/test", FIND_SHIPMENT.name, lookup.clock())
    lookup.clock.pass_(seconds=seconds)
    await lookup.hears_bytes(
        FIND_SHIPMENT.name, LOOKUP.encode(), message.body(), dict(envelope.headers())
    )


async def test_a_question_that_overtook_its_parcel_is_answered_when_the_parcel_comes(lookup):
    """After an hour away, topics are read in no order: a miss is no proof of anything yet."""
    await hears_late(lookup, question())
    await lookup.works()
    assert lookup.speaker.said == []

    await lookup.hears(shipment())
    await lookup.hears(opened())
    lookup.clock.pass_(seconds=2)
    await lookup.works()
    lookup.clock.pass_(hours=1)
    await lookup.works()
    await hears_late(lookup, question(), seconds=3662.0)

    assert lookup.told_kinds() == [SHIPMENT_FOUND.name]


async def test_a_late_question_that_hits_is_answered_at_once(lookup):
    """Waiting is for those who may be wronged by a no."""
    await lookup.hears(opened())
    await lookup.hears(shipment())

    await hears_late(lookup, question())

    assert lookup.told_kinds() == [SHIPMENT_FOUND.name]
    assert lookup.states() == {}


@pytest.mark.parametrize(
    "told_before",
    [[opened()], [refused(), shipment()], [opened(), shipment(delivered_at=None)], []],
    ids=["unknown number", "closed portal", "not delivered", "unknown portal"],
)
async def test_a_late_question_gets_the_same_no_when_patience_ends(lookup, told_before):
    """However long it waited, and for whatever reason, it is one answer and the usual one."""
    for message in told_before:
        await lookup.hears(message)

    await hears_late(lookup, question(language="nl"))
    for _ in range(18):
        lookup.clock.pass_(seconds=1)
        await lookup.works()

    (told,) = lookup.speaker.said
    assert told.topic == SHIPMENT_NOT_FOUND.name
    assert told.body == b'{"lookup_id":"%b","portal_id":"moss-and-fern"}' % LOOKUP.encode()


async def test_a_question_interrupted_while_it_waited_is_answered_once(lookup):
    """The process died while looking again; the next one looks again."""
    await hears_late(lookup, question())
    await lookup.hears(opened())
    await lookup.hears(shipment())
    (waiting,) = lookup.states()

    lookup.interrupt(waiting)
    await lookup.works()

    assert lookup.told_kinds() == [SHIPMENT_FOUND.name]


async def test_what_a_customer_typed_is_kept_nowhere(lookup, facts):
    """Not in the facts, not with the decision, not in what is told: hits and misses alike."""
    await lookup.hears(opened())
    await lookup.hears(shipment())

    await lookup.hears(question())
    await lookup.hears(question(postal_code="9999 ZZ"))
    await hears_late(lookup, question(postal_code="9999 ZZ"))

    held = repr((facts.parcels, lookup.ledger.decisions, lookup.speaker.said, lookup.intents.all))
    canaries = ("123456785", "123 456", "1012", "9999", "Zoë", "zoe@", "Dam", "536365")
    assert [canary for canary in canaries if canary in held] == []
    assert "teapot" in held
    assert len(lookup.states()) == 1


@pytest.mark.parametrize(
    ("mangle", "code"),
    [
        ({"postal_code": 1012}, "schema"),
        ({"tracking_number": {"$gt": ""}}, "schema"),
        ({"postal_code": None}, "schema"),
        ({"portal_id": "moss and fern"}, "schema"),
        ({"lookup_id": "teapot"}, "schema"),
    ],
)
async def test_what_is_no_question_is_parked_and_the_next_is_answered(lookup, mangle, code):
    """A number where text is due has lost its zeros; a query where text is due is an attack."""
    await lookup.hears(opened())
    await lookup.hears(shipment())
    body = json.dumps(json.loads(question().body()) | mangle).encode()
    headers = {
        "ce_specversion": b"1.0",
        "ce_id": b"bad",
        "ce_source": b"/test",
        "ce_type": FIND_SHIPMENT.name.encode(),
        "content-type": b"application/json",
    }

    await lookup.hears_bytes(FIND_SHIPMENT.name, LOOKUP.encode(), body, headers)
    await lookup.hears(question())

    assert lookup.parked() == [code]
    assert len(lookup.told(ShipmentFound)) == 1


async def test_lookup_hears_and_tells_what_it_says_it_does(lookup):
    """READS and TELLS are what the table of services and the access rules are made from."""
    await lookup.hears(opened())
    await lookup.hears(shipment())
    await lookup.hears(question())
    await lookup.hears(question(postal_code="9999ZZ"))

    assert tuple(route.topic for route in lookup.routes) == service.READS
    assert {told.topic for told in lookup.speaker.said} == {topic.name for topic in service.TELLS}
    assert BY_MODEL[ShipmentFound].owner == "lookup"
