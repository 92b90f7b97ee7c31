"""The carrier simulator as a process, and the adapter that buys from it over a real socket."""

from __future__ import annotations

import asyncio
import re
import sys
from contextlib import asynccontextmanager, suppress

import httpx
import pytest

from deploy.local.carrier.sales import entries
from deploy.local.processes import LOOPBACK, Process, free_port
from deploy.local.readiness import until_http
from deploy.local.runs import ROOT
from services.labels.domain import faults
from services.labels.domain.order import order_for
from services.labels.domain.sender import sender_of
from tests.support.builders import a_shipment, an_approval, an_id
from tests.support.customer_of import CustomerOfSimulated

REFERENCE = f"{an_id()}:1"


def an_order(**changes):
    """Zoë's teapot, to be sent back."""
    return order_for(an_approval(**{"carrier": "simulated"} | changes), sender_of(a_shipment()))


class Counter:
    """A running carrier, its ledger, and our adapter for it."""

    def __init__(self, folder, latency_ms=0):
        self.port, self.ledger = free_port(), folder / "sales.jsonl"
        command = (sys.executable, "-m", "deploy.local.carrier", "--port", str(self.port))
        self.process = Process(
            "carrier",
            [*command, "--ledger", self.ledger, "--latency-ms", str(latency_ms)],
            log=folder / "carrier.log",
            environment={},
            folder=ROOT,
        )
        self.url = f"http://{LOOPBACK}:{self.port}"
        self.adapter = CustomerOfSimulated(self.url)

    async def opens(self):
        """It answers."""
        self.process.start()
        await until_http(self.port, "/health", self.process)

    def events(self):
        """What the ledger says happened, in order."""
        return [entry.event for entry in entries(self.ledger)]


@pytest.fixture
async def counter(tmp_path):
    """An open carrier."""
    counter = Counter(tmp_path)
    await counter.opens()
    yield counter
    await counter.adapter.close()
    counter.process.stop()


async def test_a_label_is_sold_and_written_down(counter):
    """The ledger is what every count of labels is compared with."""
    label = await counter.adapter.issue(an_order())

    (sale,) = entries(counter.ledger)
    assert (sale.event, sale.reference) == ("sold", REFERENCE)
    assert (sale.tracking_number, sale.cost_minor) == (label.tracking_number, label.cost.minor)


async def test_the_same_reference_is_sold_once_however_often_it_is_ordered(counter):
    """The promise, kept even while orders come at the same time and with other content."""
    orders = [an_order(), an_order(), an_order(return_method="pickup")]

    labels = await asyncio.gather(*map(counter.adapter.issue, orders))

    assert len({label.tracking_number for label in labels}) == 1
    assert counter.events() == ["sold", "repeated", "repeated"]


async def test_a_killed_carrier_still_knows_what_it_sold(counter):
    """What it answered was on disk before."""
    before = await counter.adapter.issue(an_order())
    counter.process.kill()
    await counter.opens()

    assert await counter.adapter.recover(REFERENCE) == before
    assert await counter.adapter.issue(an_order()) == before
    assert counter.events() == ["sold", "repeated"]


async def test_a_line_half_written_is_a_sale_that_never_was(counter):
    """Nobody had been answered, so nobody owns that label."""
    await counter.adapter.issue(an_order())
    counter.process.kill()
    with counter.ledger.open("ab") as ledger:
        ledger.write(b'{"reference": "00000008-0000-4000-8000-')
    await counter.opens()

    assert await counter.adapter.recover(f"{an_id(8)}:1") is None
    await counter.adapter.issue(an_order(return_id=an_id(8)))

    assert [entry.reference for entry in entries(counter.ledger)] == [REFERENCE, f"{an_id(8)}:1"]


async def test_a_carrier_nobody_reaches_took_nothing(tmp_path):
    """Refused connections are certain: the order never left."""
    adapter = CustomerOfSimulated(f"http://{LOOPBACK}:{free_port()}")

    with pytest.raises(faults.Unavailable):
        await adapter.issue(an_order())
    with pytest.raises(faults.Unavailable):
        await adapter.recover(REFERENCE)
    await adapter.close()


@asynccontextmanager
async def a_carrier_that(answers):
    """Our adapter, and a server that hears the whole question and then does as `answers` says."""

    async def talk(reader, writer):
        head = await reader.readuntil(b"\r\n\r\n")
        length = re.search(rb"content-length: (\d+)", head)
        await reader.readexactly(int(length[1]) if length else 0)
        with suppress(ConnectionError):
            await answers(writer)
        writer.close()

    server = await asyncio.start_server(talk, LOOPBACK)
    adapter = CustomerOfSimulated(f"http://{LOOPBACK}:{server.sockets[0].getsockname()[1]}")
    async with server:
        yield adapter
    await adapter.close()


async def test_a_carrier_that_hangs_up_over_an_order_leaves_it_in_doubt():
    """The order was in its hands; what became of it only the carrier knows."""

    async def hangs_up(writer):
        """Not a word."""

    async with a_carrier_that(hangs_up) as adapter:
        with pytest.raises(faults.OutcomeUnknown):
            await adapter.issue(an_order())
        with pytest.raises(faults.Unavailable):
            await adapter.recover(REFERENCE)


@pytest.mark.slow
async def test_a_carrier_that_answers_letter_by_letter_is_not_listened_to_for_ever():
    """Each letter comes in time, the last one never: the whole answer has a limit too."""
    listened = asyncio.Event()

    async def dawdles(writer):
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 1000000\r\n\r\n")
        while not writer.is_closing() and not listened.is_set():
            writer.write(b"x")
            await writer.drain()
            with suppress(TimeoutError):
                await asyncio.wait_for(listened.wait(), 0.2)

    async with a_carrier_that(dawdles) as adapter:
        with pytest.raises(faults.Unavailable, match="TimeoutError"):
            await adapter.recover(REFERENCE)
        listened.set()


async def test_every_kind_of_label_has_its_price(counter):
    """Collecting costs more than dropping off, and abroad costs more than at home."""
    home = an_approval().return_to.model_copy(update={"country": "NL"})
    wanted = [("drop_off_point", 1), ("drop_off_labelless", 2), ("pickup", 3)]

    labels = [
        await counter.adapter.issue(an_order(return_id=an_id(n), return_method=m, return_to=home))
        for m, n in wanted
    ]
    abroad = await counter.adapter.issue(an_order(return_id=an_id(4)))

    assert [(label.kind, label.cost.minor) for label in [*labels, abroad]] == [
        ("label", 449),
        ("qr_code", 479),
        ("label", 799),
        ("label", 1049),
    ]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "order_invalid"),
        (b"[]", "order_invalid"),
        (b"\xff\xfe", "order_invalid"),
        (b'{"reference": "short"}', "order_invalid"),
    ],
)
async def test_an_order_that_is_none_is_refused_and_sells_nothing(counter, body, code):
    """422 with the fields at fault, as a real carrier answers."""
    async with httpx.AsyncClient(base_url=counter.url, trust_env=False) as client:
        answer = await client.post("/labels", content=body)

    assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert counter.events() == []


async def test_an_endless_order_is_turned_away(counter):
    """Memory is for customers."""
    async with httpx.AsyncClient(base_url=counter.url, trust_env=False) as client:
        answer = await client.post("/labels", content=b"x" * 100_000)
        lost = await client.get("/elsewhere")

    assert (answer.status_code, lost.status_code) == (413, 404)


async def test_the_ledger_names_nobody(counter):
    """It is kept, copied and compared, so it must not hold an address."""
    await counter.adapter.issue(an_order())

    written = counter.ledger.read_text()

    assert "Zonder" not in written
    assert "1012JS" not in written
