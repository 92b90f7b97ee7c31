"""Labels with all it deals with: a carrier that sells, processes that draw, stores in memory."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest

from contracts.labels import LabelIssued, LabelPrinted, LabelRefused
from deploy.local.carrier import door
from deploy.local.sales import Ledger, entries
from services.labels import handlers
from services.labels.adapters.carriers.in_store import InStore
from services.labels.adapters.carriers.own_label import OwnLabel
from services.labels.adapters.carriers.simulated import Simulated
from services.labels.adapters.labels_memory import LabelsMemory
from services.labels.adapters.press import Press
from services.labels.adapters.senders_memory import SendersMemory
from services.labels.ports import ISSUE_LABEL
from services.labels.workers import IssueLabel
from tests.support.one_service import Clock, OneService


class Line(httpx.AsyncBaseTransport):
    """The wire to the carrier. What a test puts in `before`, `after` or `instead` happens once."""

    def __init__(self, carrier):
        self._carrier = carrier
        self.before, self.after, self.instead = [], [], []

    async def handle_async_request(self, request):
        if self.before:
            raise self.before.pop(0)
        if self.instead:
            return self.instead.pop(0)
        answer = await self._carrier.handle_async_request(request)
        if self.after:
            raise self.after.pop(0)
        return answer


@dataclass
class Labels(OneService):
    """See `OneService`."""

    sales_file: Path | None = None
    line: Line | None = None
    rows: LabelsMemory = field(default_factory=LabelsMemory)

    def sales(self):
        """What the carrier's ledger says happened, in order."""
        return [entry.event for entry in entries(self.sales_file)]

    def label(self):
        """The one label that was told: issued, with its documents."""
        (issued,), (printed,) = self.told(LabelIssued), self.told(LabelPrinted)
        assert issued.tracking_number == printed.tracking_number
        return issued, printed

    def refusals(self):
        """The codes of every refusal told."""
        return [refused.code for refused in self.told(LabelRefused)]

    async def works_later(self, **time):
        """This much later, the worker does what is due."""
        self.clock.pass_(**time)
        await self.works()


@pytest.fixture(scope="module")
def press():
    """The processes that draw."""
    press = Press()
    yield press
    asyncio.run(press.close())


@pytest.fixture
def printer(press):
    """Who draws the documents: a test may put somebody else in."""
    return press


@pytest.fixture
async def labels(tmp_path, printer):
    """The service, nothing heard yet."""
    clock, senders, rows = Clock(), SendersMemory(), LabelsMemory()
    sales = tmp_path / "sales.jsonl"
    line = Line(httpx.ASGITransport(door(Ledger(sales))))
    simulated = Simulated("http://carrier.example", line)
    carriers = {carrier.name: carrier for carrier in (InStore(), OwnLabel(), simulated)}
    performer = IssueLabel(senders, rows, carriers, printer, clock)
    yield Labels(
        "labels", handlers.routes(senders), {ISSUE_LABEL: performer}, clock, sales, line, rows
    )
    await simulated.close()
