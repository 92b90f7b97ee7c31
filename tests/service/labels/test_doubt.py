"""When a carrier falters or a process dies: a label is never bought twice, and none is lost."""

from __future__ import annotations

import gzip
import json
from base64 import b64decode, b64encode

import httpx
import pytest

from contracts.labels import LabelIssued, LabelPrinted
from deploy.local.carrier.sales import entries
from services._runtime.intents import State
from tests.support.builders import a_shipment, an_approval, an_id

INTENT, REFERENCE = f"issue_label:{an_id()}:1", f"{an_id()}:1"
REACHED_NOBODY, LOST = httpx.ConnectError("nobody there"), httpx.ReadTimeout("no answer")

ANSWER = {
    "reference": REFERENCE,
    "tracking_number": "SIM12345678901234567",
    "kind": "label",
    "cost": {"minor": 449, "currency": "EUR"},
}
"""A label the simulator never sold."""


def an_answer(status, body=b"", **headers):
    """What comes back over the line."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return httpx.Response(status, headers=named, stream=httpx.ByteStream(body))


@pytest.fixture
async def approved(labels):
    """Zoë's return was approved, her address is known, and the worker has not begun."""
    await labels.hears(a_shipment())
    await labels.hears(an_approval(carrier="simulated"))
    return labels


async def test_a_crash_after_the_purchase_finds_the_label_again(approved):
    """The process died before it could write down what it bought."""
    await approved.works()
    issued, _ = approved.label()
    approved.interrupt(INTENT)

    await approved.works()

    first, again = approved.told(LabelIssued)
    assert first.tracking_number == again.tracking_number == issued.tracking_number
    assert approved.sales() == ["sold"]


async def test_a_crash_before_the_purchase_buys_once(approved):
    """Nothing had been sold, and the carrier says so."""
    approved.interrupt(INTENT)

    await approved.works()

    assert approved.label()
    assert approved.sales() == ["sold"]


async def test_an_answer_that_got_lost_is_asked_for_at_once(approved):
    """Sold, and the line went dead: within the same attempt the label is found."""
    approved.line.after = [LOST]

    await approved.works()

    assert approved.label()
    assert approved.sales() == ["sold"]


async def test_a_doubt_lasts_as_long_as_nobody_answers(approved):
    """Sold, then the carrier is down: nothing is ordered anew, the label is found when it is up."""
    approved.line.after = [LOST, REACHED_NOBODY, REACHED_NOBODY]
    await approved.works()
    await approved.works_later(seconds=21)
    assert approved.states()[INTENT] is State.IN_FLIGHT

    await approved.works_later(seconds=21)

    assert approved.label()
    assert approved.sales() == ["sold"]


async def test_a_doubt_nobody_resolves_is_left_to_a_person(approved):
    """Three days later: it may have been bought, so neither a label nor a refusal is told."""
    approved.line.after = [LOST, *[REACHED_NOBODY] * 2]
    await approved.works()

    await approved.works_later(days=4)

    assert approved.states()[INTENT] is State.UNKNOWN
    assert approved.told_kinds() == []


async def test_an_order_that_never_arrived_is_sent_again(approved):
    """The line failed on the way there, which we cannot see: the carrier knows of nothing."""
    approved.line.before = [LOST]
    await approved.works()
    assert approved.states()[INTENT] is State.PLANNED

    await approved.works_later(seconds=2)

    assert approved.label()
    assert approved.sales() == ["sold"]


async def test_a_carrier_that_is_down_is_tried_until_it_is_up(approved):
    """Nobody was reached, so nothing was bought, and patience grows."""
    approved.line.before = [REACHED_NOBODY] * 3
    for seconds in (0, 1, 2):
        await approved.works_later(seconds=seconds)
    assert approved.told_kinds() == []

    await approved.works_later(seconds=4)

    assert approved.label()


async def test_a_carrier_that_stays_down_is_given_up_and_the_customer_told(approved):
    """After three days with nothing bought, the answer is no."""
    approved.line.before = [REACHED_NOBODY]
    await approved.works()

    await approved.works_later(days=4)

    assert approved.refusals() == ["carrier_unavailable"]
    assert approved.sales() == []


async def test_a_busy_carrier_is_left_alone_for_as_long_as_it_asks(approved):
    """Asking sooner would make it busier."""
    approved.line.instead = [an_answer(429, retry_after="90")]
    await approved.works()
    await approved.works_later(seconds=89)
    assert approved.sales() == []

    await approved.works_later(seconds=2)

    assert approved.sales() == ["sold"]


async def test_refused_credentials_wait_for_somebody_to_mend_them(approved):
    """Our mistake is not the customer's."""
    approved.line.instead = [an_answer(401)]
    await approved.works()
    assert approved.refusals() == []

    await approved.works_later(seconds=2)

    assert approved.label()


@pytest.mark.parametrize(
    "answer",
    [
        {"status": 500},
        {"status": 201, "body": b'{"reference": "ab'},
        {"status": 201, "body": json.dumps(ANSWER).encode() + b" " * 2_000_000},
        {"status": 201, "body": gzip.compress(b"{}"), "content_encoding": "gzip"},
    ],
    ids=["server error", "cut off", "endless", "packed"],
)
async def test_an_answer_that_is_none_costs_nothing(approved, answer):
    """Whatever came back, the carrier itself says what it did."""
    approved.line.instead = [an_answer(**answer)]

    await approved.works()
    await approved.works_later(seconds=2)

    issued, _ = approved.label()
    (sale,) = entries(approved.sales_file)
    assert (sale.event, sale.tracking_number) == ("sold", issued.tracking_number)


async def test_a_redirect_is_not_followed(approved):
    """An order holds an address, and goes to the carrier we know or to nobody."""
    elsewhere = an_answer(307, location="http://elsewhere.example/labels")
    approved.line.instead = [elsewhere]

    await approved.works()

    assert approved.states()[INTENT] is State.PLANNED
    assert approved.sales() == []


async def test_somebody_elses_label_reaches_nobody(approved):
    """The carrier mixed up two orders, and insists: a person must look."""
    mixed_up = json.dumps(ANSWER | {"reference": f"{an_id(99)}:1"}).encode()
    approved.line.instead = [an_answer(201, mixed_up), an_answer(200, mixed_up)]

    await approved.works()

    assert approved.states()[INTENT] is State.UNKNOWN
    assert approved.told_kinds() == []


async def test_a_customer_forgotten_after_the_purchase_gets_nothing_but_it_stays_known(approved):
    """Bought, the process died, then came the erasure: no letter, but the bill has its entry."""
    approved.line.after = [LOST, REACHED_NOBODY]
    await approved.works()
    await approved.forgets(a_shipment().shipment_id)

    await approved.works_later(seconds=21)

    assert approved.refusals() == ["sender_erased"]
    assert (await approved.rows.of(REFERENCE)).tracking_number.startswith("SIM")


class Forgetful:
    """A printer at whose side the customer is forgotten while it draws."""

    def __init__(self, press):
        self._press, self.forget = press, None

    async def draw(self, kind, sheet):
        drawn = await self._press.draw(kind, sheet)
        await self.forget(a_shipment().shipment_id)
        return drawn


class TestForgetful:
    """The erasure came between the question who sends it and the last word."""

    @pytest.fixture
    def printer(self, press):
        return Forgetful(press)

    async def test_a_customer_forgotten_while_the_label_is_drawn_is_on_no_document(
        self, approved, printer
    ):
        """Or their name and address would go to Kafka after they were erased there."""
        printer.forget = approved.forgets

        await approved.works()

        assert approved.refusals() == ["sender_erased"]
        assert approved.told(LabelPrinted) == []
        assert (await approved.rows.of(REFERENCE)).tracking_number.startswith("SIM")


async def test_the_carriers_own_document_is_passed_on_unchanged(approved):
    """Its barcode may say more than ours could."""
    paper = b"%PDF-1.7 drawn by the carrier"
    answer = json.dumps(ANSWER | {"pdf": b64encode(paper).decode()}).encode()
    approved.line.instead = [an_answer(201, answer)]

    await approved.works()

    (document,) = approved.label()[1].documents
    assert b64decode(document.content) == paper


class TornPaper:
    """A printer whose first sheet tears."""

    def __init__(self, press):
        self._press, self._torn = press, False

    async def draw(self, kind, sheet):
        if not self._torn:
            self._torn = True
            raise MemoryError
        return await self._press.draw(kind, sheet)


class TestTornPaper:
    """Bought, but the documents could not be drawn."""

    @pytest.fixture
    def printer(self, press):
        return TornPaper(press)

    async def test_the_same_label_is_drawn_again(self, approved):
        """Drawing is repeated; buying is not."""
        await approved.works()
        assert approved.told_kinds() == []

        await approved.works_later(seconds=21)

        assert approved.label()
        assert approved.sales() == ["sold"]
