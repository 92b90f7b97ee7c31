"""PostNL's number is the order: whatever gets lost, the same number goes out again."""

from __future__ import annotations

import httpx
import pytest

from contracts.labels import LabelIssued, LabelPrinted
from deploy.local.carrier.counter import door
from deploy.local.carrier.sales import Ledger, entries
from services.labels.adapters.carriers import postnl
from services.labels.adapters.lines.fuse import fused
from services.labels.adapters.lines.http import HttpLine
from services.labels.domain.connection import PLATFORM, Connection
from tests.support.builders import a_return_address, a_shipment, an_approval, an_id
from tests.support.one_carrier import labels_by

INTENT = f"issue_label:{an_id()}:1"
LOST, NOBODY = httpx.ReadTimeout("no answer"), httpx.ConnectError("nobody there")
PAGE = httpx.Response(200, stream=httpx.ByteStream(b"<!doctype html>"))
CONNECTION = Connection(
    PLATFORM,
    postnl.NAME,
    "http://carrier.example/postnl",
    secrets={"apikey": "key"},
    options={
        "customer_code": "DEVC",
        "customer_number": "11223344",
        "collection_location": "123456",
        "contact_email": "returns@moss.example",
    },
)


class Line(httpx.AsyncBaseTransport):
    """The wire to PostNL. What stands in these happens once, to the next order for a label."""

    def __init__(self, counter):
        self._counter = counter
        self.before, self.after, self.instead = [], [], []

    async def handle_async_request(self, request):
        ordering = request.method == "POST"
        if ordering and self.before:
            raise self.before.pop(0)
        answer = await self._counter.handle_async_request(request)
        if ordering and self.after:
            raise self.after.pop(0)
        return self.instead.pop(0) if ordering and self.instead else answer


@pytest.fixture
def line(tmp_path):
    """To the counter of PostNL's simulator, which is in this process."""
    return Line(httpx.ASGITransport(door(Ledger(tmp_path / "sales.jsonl"))))


@pytest.fixture
def sales(tmp_path):
    """What happened in PostNL's ledger, and to which number."""
    return lambda: [
        (entry.event, entry.tracking_number) for entry in entries(tmp_path / "sales.jsonl")
    ]


@pytest.fixture
async def approved(line):
    """Zoë's return goes by PostNL, and the worker has not begun."""
    carrier = fused(postnl.adapter(HttpLine(line)))
    service = labels_by(carrier, CONNECTION)
    await service.hears(a_shipment())
    to = a_return_address(
        street="Antwoordnummer",
        house_number="1234",
        postal_code="3500 VB",
        town="Utrecht",
        country="NL",
    )
    await service.hears(an_approval(carrier=postnl.NAME, return_to=to))
    yield service
    await carrier.close()


async def works_for_long(service):
    """Until it is content, or an hour has passed."""
    for _ in range(60):
        await service.works()
        if service.told(LabelIssued):
            return
        service.clock.pass_(seconds=60)


def the_label(service):
    """The one that was told; its document is PostNL's own."""
    (issued,), (printed,) = service.told(LabelIssued), service.told(LabelPrinted)
    assert printed.documents[0].media_type == "application/pdf"
    assert issued.tracking_number == printed.tracking_number
    return issued.tracking_number


@pytest.mark.parametrize(
    ("trouble", "what", "events"),
    [
        ("nothing", None, ["sold"]),
        ("before", NOBODY, ["sold"]),
        ("after", LOST, ["sold", "repeated"]),
        ("instead", PAGE, ["sold", "repeated"]),
    ],
    ids=["nothing goes wrong", "never sent", "answer lost", "a web page"],
)
async def test_one_number_is_sold_whatever_becomes_of_the_answer(
    approved, line, sales, trouble, what, events
):
    """Sold once, and told once."""
    if what is not None:
        getattr(line, trouble).append(what)

    await works_for_long(approved)

    number = the_label(approved)
    assert sales() == [(event, number) for event in events]


async def test_a_process_that_dies_after_the_purchase_orders_the_same_number_again(approved, sales):
    """The number was kept before the order went out."""
    await works_for_long(approved)
    number = the_label(approved)
    approved.interrupt(INTENT)

    await approved.works()

    assert {one.tracking_number for one in approved.told(LabelIssued)} == {number}
    assert sales() == [("sold", number), ("repeated", number)]
