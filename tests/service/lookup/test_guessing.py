"""lookup and those who guess: what is counted, what it leads to, and what nobody can tell apart."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

import pytest
from structlog.testing import capture_logs

from contracts.envelope import Envelope
from contracts.lookup import ShipmentFound, ShipmentNotFound
from contracts.rules import PortalOpened
from contracts.shape import PERSONAL
from contracts.topics import FIND_SHIPMENT, SHIPMENT_NOT_FOUND
from services.lookup.adapters.budgets_memory import BudgetsMemory
from services.lookup.adapters.facts_memory import FactsMemory
from services.lookup.domain.budget import Limits
from services.lookup.handlers import Handlers
from services.lookup.ports import BUDGET_SPENT, LOOK_AGAIN
from services.lookup.workers import Alert, LookAgain
from tests.support.builders import OUTBOUND, PORTAL, a_lookup, a_shipment, an_id
from tests.support.one_service import Clock, OneService

KEY = bytes(range(16))
SMALL = Limits(number=5, client=6, code=7, portal=8)


class House(OneService):
    """A lookup that knows Zoë's parcel, and what was asked so far."""

    def __init__(self, limits=SMALL):
        clock, facts = Clock(), FactsMemory()
        handlers = Handlers(facts, BudgetsMemory(), KEY, clock, 2, 15, limits)
        performers = {LOOK_AGAIN: LookAgain(facts, clock), BUDGET_SPENT: Alert()}
        super().__init__("lookup", handlers.routes(), performers, clock)

    async def opens(self):
        """The portal is open and the parcel delivered."""
        await self.hears(PortalOpened(portal_id=PORTAL, version=1))
        await self.hears(a_shipment())
        return self

    async def guesses(self, *codes, **changes):
        """Somebody tries these codes on Zoë's number, or on another."""
        for code in codes:
            await self.hears(a_lookup(postal_code=code, **changes))

    async def hears_late(self, message):
        """Asked a minute ago: lookup is catching up."""
        self.clock.pass_(minutes=-1)
        said = Envelope(
            f"late-{len(self.ledger.decisions)}", "/t", FIND_SHIPMENT.name, self.clock()
        )
        self.clock.pass_(minutes=1)
        key = message.lookup_id.encode()
        await self.hears_bytes(FIND_SHIPMENT.name, key, message.body(), dict(said.headers()))

    async def finds(self, **changes):
        """Whether Zoë, who knows what she types, finds her parcel now."""
        before = len(self.told(ShipmentFound))
        await self.hears(a_lookup(**changes))
        return len(self.told(ShipmentFound)) > before


@pytest.fixture
async def lookup():
    """The service under test."""
    return await House().opens()


WRONG = [f"10{n}" for n in range(12)]


async def test_after_five_wrong_codes_the_right_one_alone_opens_nothing(lookup):
    """A code has few possibilities: whoever may go on guessing will be right."""
    await lookup.guesses(*WRONG[:5])

    assert not await lookup.finds()


async def test_after_four_wrong_codes_a_customer_who_remembers_is_let_in(lookup):
    """People mistype."""
    await lookup.guesses(*WRONG[:4])

    assert await lookup.finds()


async def test_a_locked_customer_gets_in_a_day_later(lookup):
    """A stranger who knows the number must not lock her out for good."""
    await lookup.guesses(*WRONG[:5])

    lookup.clock.pass_(hours=24)

    assert await lookup.finds()


async def test_nobody_else_is_locked_out_with_her(lookup):
    """One locked number is one locked number."""
    await lookup.hears(a_shipment(shipment_id="twin", tracking_number="RR000000005GB"))
    await lookup.guesses(*WRONG[:5])

    assert not await lookup.finds()
    assert await lookup.finds(tracking_number="RR000000005GB")


async def test_a_question_that_is_delivered_again_counts_once(lookup):
    """Kafka repeats itself; customers must not pay for it."""
    for code in WRONG[:4]:
        for _ in range(3):
            await lookup.hears(a_lookup(postal_code=code), ce_id=f"click-{code}")

    assert await lookup.finds()


async def test_a_client_that_guesses_is_refused_whatever_it_asks(lookup):
    """One number at a time is how sprayers stay below the number's budget."""
    for number, code in enumerate(WRONG[:6]):
        await lookup.guesses(code, tracking_number=f"RR{number}", client_ref="nosy")

    assert not await lookup.finds(client_ref="nosy")
    assert await lookup.finds(client_ref="zoe")
    assert await lookup.finds()


async def test_who_asks_is_what_the_message_says_and_no_header(lookup):
    """Headers may come from anywhere; the field is the gateway's."""
    spoofed = {"x-forwarded-for": b"1.1.1.1", "client_ref": b"zoe", "ce_clientref": b"zoe"}
    for number, code in enumerate(WRONG[:6]):
        asked = a_lookup(postal_code=code, tracking_number=f"RR{number}", client_ref="nosy")
        said = Envelope(f"c{number}", "/t", FIND_SHIPMENT.name, lookup.clock())
        headers = dict(said.headers()) | {k: v + b"%d" % number for k, v in spoofed.items()}
        key = asked.lookup_id.encode()
        await lookup.hears_bytes(FIND_SHIPMENT.name, key, asked.body(), headers)

    assert not await lookup.finds(client_ref="nosy")
    assert await lookup.finds(client_ref="zoe")


async def test_a_code_tried_on_many_numbers_opens_nothing_any_more(lookup):
    """Popular codes on number after number: each number sees only one of them."""
    await lookup.guesses(*["1012JS"] * 7)  # the right code, again and again: that is no guess
    for number in range(7):
        await lookup.guesses("1012JS", tracking_number=f"RR{number}", client_ref=f"c{number}")

    assert not await lookup.finds()


async def spends_the_number(lookup):
    """Five codes on one number."""
    await lookup.guesses(*WRONG[:5])


async def spends_the_client(lookup):
    """Six numbers by one client."""
    for number, code in enumerate(WRONG[:6]):
        await lookup.guesses(code, tracking_number=f"RR{number}", client_ref="nosy")


async def spends_the_code(lookup):
    """Seven numbers with one code."""
    for number in range(7):
        await lookup.guesses("1012JS", tracking_number=f"RR{number}")


async def spends_the_portal(lookup):
    """Eight times nothing in common."""
    for number, code in enumerate(WRONG[:8]):
        await lookup.guesses(code, tracking_number=f"RR{number}")


SPENDINGS = [spends_the_number, spends_the_client, spends_the_code, spends_the_portal]


@pytest.mark.parametrize("spends", SPENDINGS)
@pytest.mark.parametrize("right", [True, False], ids=["right", "wrong"])
async def test_limited_and_locked_say_no_like_any_other_no(lookup, spends, right):
    """To the last byte: whoever is refused must not learn that they are."""
    empty = House()
    await empty.hears(PortalOpened(portal_id=PORTAL, version=1))
    await spends(lookup)
    lookup.speaker.said.clear()
    asked = a_lookup(client_ref="nosy", **({} if right else {"postal_code": "9999ZZ"}))

    await lookup.hears(asked, ce_id="guess")
    await empty.hears(asked, ce_id="guess")

    assert lookup.speaker.said == empty.speaker.said
    assert lookup.told_kinds() == [SHIPMENT_NOT_FOUND.name]


@pytest.mark.parametrize("spends", SPENDINGS)
async def test_a_late_question_with_nothing_left_waits_and_is_refused_like_any_other(
    lookup, spends
):
    """Catching up must not be a way around the budgets, nor look like one."""
    await spends(lookup)
    lookup.speaker.said.clear()

    await lookup.hears_late(a_lookup(client_ref="nosy"))
    await lookup.works()
    assert lookup.speaker.said == []
    for _ in range(18):
        lookup.clock.pass_(seconds=1)
        await lookup.works()

    assert lookup.told_kinds() == [SHIPMENT_NOT_FOUND.name]


async def test_late_guesses_count_when_they_are_heard(lookup):
    """A thousand guesses that wait together are a thousand guesses."""
    for number, code in enumerate([*WRONG[:5], "1012JS"]):
        await lookup.hears_late(a_lookup(lookup_id=an_id(number), postal_code=code))
    for _ in range(18):
        lookup.clock.pass_(seconds=1)
        await lookup.works()

    assert len(lookup.told(ShipmentNotFound)) == 6
    assert lookup.told(ShipmentFound) == []


@pytest.mark.parametrize("spends", SPENDINGS)
async def test_an_operator_is_told_once_which_budget_is_spent(lookup, spends):
    """An alarm per refused question is an alarm nobody reads."""
    with capture_logs() as lines:
        await spends(lookup)
        await spends(lookup)
        await lookup.guesses(*WRONG, client_ref="nosy")
        await lookup.works()
        await lookup.works()

    told = [line for line in lines if line["event"] == "lookup_budget_spent"]
    scope = spends.__name__.removeprefix("spends_the_")
    (ours,) = (line for line in told if line["scope"] == scope)
    assert ours["log_level"] == "warning"
    assert ours["wrong"] >= 5
    assert ours["portal"] == PORTAL
    for line in told:
        for canary in (*WRONG, "1012JS", OUTBOUND, "nosy"):
            assert canary not in repr(line)


async def test_a_window_later_it_is_news_again_and_again_only_once(lookup):
    """A patient attacker spends a number as fast as it opens: that is one line a day, not five."""
    with capture_logs() as lines:
        for day in range(2):
            for code in WRONG[5 * day : 5 * day + 5]:
                await lookup.guesses(code)
                await lookup.works()
                lookup.clock.pass_(minutes=1)
            lookup.clock.pass_(hours=24, minutes=-5)

    assert [line["event"] for line in lines].count("lookup_budget_spent") == 2


async def test_the_first_answer_says_nothing_about_the_customer():
    """Whoever guesses right learns that there is a parcel, and not whose."""
    canaries = ("CANARYNAME", "canary@example.com", "CANARY STREET", "CANARYTOWN", "55512345")
    name, email, street, town, phone = canaries
    shipment = a_shipment()
    customer = shipment.customer.model_copy(update={"name": name, "email": email, "phone": phone})
    home = shipment.deliver_to.model_copy(update={"street": street, "town": town})
    lookup = House()
    await lookup.hears(PortalOpened(portal_id=PORTAL, version=1))
    await lookup.hears(shipment.model_copy(update={"customer": customer, "deliver_to": home}))

    assert await lookup.finds()

    said = b"".join(
        (tell.body or b"") + repr(tell.headers).encode() for tell in lookup.speaker.said
    )
    assert b"shipment_id" in said
    for canary in (*canaries, "1012JS", OUTBOUND):
        assert canary.encode() not in said
    for answer in (ShipmentFound, ShipmentNotFound):
        assert PERSONAL not in str(answer.model_json_schema())


async def test_the_window_of_a_number_is_any_day_and_not_a_calendar_day(lookup):
    """Or five guesses before midnight and five after would be ten in a minute."""
    for code, hours in zip(WRONG, (0, 6, 6, 6, 5.9), strict=False):
        lookup.clock.at += timedelta(hours=hours)
        await lookup.guesses(code)
    lookup.clock.pass_(minutes=1)

    assert not await lookup.finds()
    lookup.clock.pass_(minutes=6)
    assert await lookup.finds()


async def test_no_id_counts_anything(lookup):
    """Whoever sees two ids must not learn how many questions came between them."""
    for n in range(64):
        await lookup.hears(a_lookup(lookup_id=an_id(n), postal_code="9999ZZ"))
    ids = [dict(tell.headers)["ce_id"].decode() for tell in lookup.speaker.said]

    bits = [int(told.replace("-", ""), 16) for told in ids]
    apart = [(one ^ other).bit_count() for one, other in pairwise(bits)]
    assert len(set(ids)) == 64
    assert min(apart) > 40
    assert max(apart) < 90
