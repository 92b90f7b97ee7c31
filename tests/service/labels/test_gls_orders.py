"""GLS sells again whenever it is asked: an order in doubt is looked up, never simply repeated."""

from __future__ import annotations

from datetime import timedelta

import httpx
import pytest

from contracts.labels import LabelIssued, LabelPrinted
from deploy.local.carrier.counter import door
from deploy.local.carrier.sales import Ledger, entries
from services._runtime.intents import State
from services.labels.adapters.carriers import gls
from services.labels.adapters.lines.fuse import fused
from services.labels.adapters.lines.http import HttpLine
from tests.support.builders import a_return_address, a_shipment, an_approval, an_id
from tests.support.gls import a_connection, over_the_line
from tests.support.one_carrier import labels_by

INTENT = f"issue_label:{an_id()}:1"
LOST, NOBODY = httpx.ReadTimeout("no answer"), httpx.ConnectError("nobody there")
UTRECHT = {"postal_code": "3511 AA", "town": "Utrecht", "country": "NL"}


def a_page():
    """Where an answer was expected."""
    return httpx.Response(200, stream=httpx.ByteStream(b"<!doctype html>"))


class Line(httpx.AsyncBaseTransport):
    """The wire to GLS. What stands in these happens once, to the next order for a parcel."""

    def __init__(self, counter):
        self._counter = counter
        self.before, self.after, self.instead = [], [], []
        self.orders = 0

    async def handle_async_request(self, request):
        ordering = request.url.path.endswith("/rs/shipments")
        self.orders += ordering
        if ordering and self.before:
            said = self.before.pop(0)
            if isinstance(said, Exception):
                raise said
            return said
        answer = await self._counter.handle_async_request(request)
        if ordering and self.after:
            raise self.after.pop(0)
        return self.instead.pop(0) if ordering and self.instead else answer


@pytest.fixture
def line(tmp_path):
    """To the counter of GLS's simulator, which is in this process."""
    return Line(httpx.ASGITransport(door(Ledger(tmp_path / "sales.jsonl"))))


@pytest.fixture
def sales(tmp_path):
    """What happened in GLS's ledger."""
    return lambda: [entry.event for entry in entries(tmp_path / "sales.jsonl")]


@pytest.fixture
async def service(line):
    """Zoë's address is known; nothing is approved yet."""
    carrier = fused(gls.adapter(HttpLine(line)))
    service = labels_by(carrier, a_connection("http://carrier.example/gls"))
    await service.hears(a_shipment())
    yield service
    await carrier.close()


async def approved(service, method="drop_off_point"):
    """Her return goes by GLS."""
    to = a_return_address(**UTRECHT)
    await service.hears(an_approval(carrier=gls.NAME, return_method=method, return_to=to))


async def works_for(service, **time):
    """The worker works, minute by minute."""
    for _ in range(int(timedelta(**time).total_seconds()) // 60):
        await service.works()
        service.clock.pass_(seconds=60)


@pytest.mark.parametrize(
    ("trouble", "what", "events"),
    [
        ("before", NOBODY, ["sold"]),
        ("after", LOST, ["sold", "repeated"]),
        ("instead", a_page(), ["sold", "repeated"]),
        ("instead", over_the_line(500), ["sold", "repeated"]),
        ("before", over_the_line(500), ["sold"]),
        ("before", LOST, ["sold"]),
        ("before", over_the_line(401), ["sold"]),
    ],
    ids=[
        *("never-sent", "answer-lost", "a-web-page", "error-after"),
        *("error-before", "lost-on-its-way", "token-refused"),
    ],
)
async def test_one_label_is_sold_whatever_becomes_of_the_answer(
    service, line, sales, trouble, what, events
):
    """F20, F21: sold once and told once, with GLS's own document."""
    getattr(line, trouble).append(what)
    await approved(service)

    await works_for(service, minutes=20)

    (issued,), (printed,) = service.told(LabelIssued), service.told(LabelPrinted)
    assert issued.tracking_number == printed.tracking_number
    assert printed.documents[0].media_type == "application/pdf"
    assert sales() == events


async def test_that_there_is_none_is_believed_only_after_a_while(service, line, sales):
    """An order may lie on GLS's desk when its books do not know it yet."""
    line.before.append(LOST)
    await approved(service)

    await works_for(service, minutes=4)
    assert (line.orders, sales()) == (1, [])

    await works_for(service, minutes=4)
    assert (line.orders, sales()) == (2, ["sold"])


async def test_a_pickup_in_doubt_waits_for_a_person(service, line, sales):
    """A second order would send a second driver."""
    line.after.append(LOST)
    await approved(service, "pickup")

    await works_for(service, hours=2)

    assert service.states()[INTENT] is State.UNKNOWN
    assert (line.orders, sales(), service.told(LabelIssued)) == (1, ["sold"], [])


async def test_a_process_that_dies_after_the_purchase_looks_it_up(service, line, sales):
    """The lease has ended: what became of it is asked, not ordered."""
    await approved(service)
    await works_for(service, minutes=1)
    service.interrupt(INTENT)

    await works_for(service, minutes=1)

    assert (line.orders, sales()) == (1, ["sold", "repeated"])
    assert len({one.tracking_number for one in service.told(LabelIssued)}) == 1
