"""Labels with all it deals with: a carrier that sells, processes that draw, stores in memory."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from contracts.labels import LabelIssued, LabelPrinted, LabelRefused
from deploy.local.carrier.counter import door
from deploy.local.carrier.desks.simulated import tracking_number
from deploy.local.carrier.sales import Label, Ledger, entries
from services._runtime.doors import Planned
from services.labels import handlers
from services.labels.adapters import carriers
from services.labels.adapters.answers_memory import AnswersMemory
from services.labels.adapters.carriers import simulated
from services.labels.adapters.connections import Known
from services.labels.adapters.hooks_http import HookDoor
from services.labels.adapters.labels_memory import LabelsMemory
from services.labels.adapters.lines.fuse import fused
from services.labels.adapters.lines.http import HttpLine
from services.labels.adapters.parcels_memory import CallsMemory, ParcelsMemory
from services.labels.adapters.places_memory import PlacesMemory
from services.labels.adapters.points_memory import PointsMemory
from services.labels.adapters.press import Press
from services.labels.adapters.purchases_memory import PurchasesMemory, SpendingMemory
from services.labels.adapters.senders_memory import SendersMemory
from services.labels.domain.connection import PLATFORM, Connection
from services.labels.ports import CANCEL_LABEL, ISSUE_LABEL, TELL_DELAY
from services.labels.ports.parcels import FOLLOW_PARCELS, LAPSE_LABEL, MOVE_PARCEL, TAKE_HOOK
from services.labels.workers.cancel import CancelLabel
from services.labels.workers.chosen import Chosen
from services.labels.workers.delay import TellDelay
from services.labels.workers.ending import Ending
from services.labels.workers.finding import Finder
from services.labels.workers.follow import FollowParcels
from services.labels.workers.issue import IssueLabel
from services.labels.workers.lapse import LapseLabel
from services.labels.workers.move import MoveParcel, TakeHook
from services.labels.workers.purse import Purse
from tests.service.labels.watched import KEY
from tests.support.builders import a_shipment, an_approval
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
    purse: Purse | None = None
    spending: SpendingMemory = field(default_factory=SpendingMemory)
    parcels: ParcelsMemory = field(default_factory=ParcelsMemory)
    calls: CallsMemory = field(default_factory=CallsMemory)

    def sales(self):
        """What the carrier's ledger says happened, in order."""
        return [entry.event for entry in entries(self.sales_file)]

    def sells_late(self, reference):
        """The carrier works off an order that got lost on its way, as far as we know."""
        ledger = Ledger(self.sales_file)
        ledger.sell(
            Label(
                reference=reference,
                tracking_number=tracking_number(reference),
                kind="label",
                cost_minor=449,
                valid_until=self.clock() + timedelta(days=60),
                routing="GB",
            )
        )
        self.line._carrier = httpx.ASGITransport(door(Ledger(self.sales_file)))

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
def connection():
    """The contract with the carrier: a test may put another one in."""
    url = "http://carrier.example"
    return Connection(PLATFORM, simulated.NAME, url, secrets={"hook_key": KEY})


@pytest.fixture
def carrier():
    """What a test changes of the simulated carrier's adapter."""
    return {}


@pytest.fixture
async def labels(tmp_path, printer, connection, carrier):
    """The service, nothing heard yet."""
    clock, senders, rows = Clock(), SendersMemory(), LabelsMemory()
    spending = SpendingMemory()
    sales = tmp_path / "sales.jsonl"
    line = Line(httpx.ASGITransport(door(Ledger(sales))))
    pretended = simulated.adapter(HttpLine(line))
    found = {**carriers.every(), simulated.NAME: fused(replace(pretended, **carrier))}
    known = Known([connection])
    purse = Purse(PurchasesMemory(), spending, clock)
    parcels, calls = ParcelsMemory(), CallsMemory()
    finder = Finder(PointsMemory(), AnswersMemory(), found, known, clock)
    chosen = Chosen(finder, PlacesMemory())
    ending = Ending(senders, rows, printer, purse, parcels, chosen, clock)
    performers = {
        ISSUE_LABEL: IssueLabel(senders, rows, found, known, purse, ending, clock),
        TAKE_HOOK: TakeHook(parcels),
        MOVE_PARCEL: MoveParcel(parcels, clock),
        FOLLOW_PARCELS: FollowParcels(parcels, rows, calls, found, known, clock),
        LAPSE_LABEL: LapseLabel(parcels, rows, clock),
        CANCEL_LABEL: CancelLabel(rows, purse.purchases, found, known, clock),
        TELL_DELAY: TellDelay(),
    }
    yield Labels(
        *("labels", handlers.routes(senders), performers, clock),
        *(sales, line, rows, purse, spending, parcels, calls),
    )
    for each in found.values():
        await each.close()


@pytest.fixture
async def followed(labels):
    """A label was issued, and the carrier knows of its parcel."""
    await labels.hears(a_shipment())
    await labels.hears(an_approval(carrier="simulated"))
    await labels.works()
    return labels


@pytest.fixture(name="door")
async def hook_door(labels, connection):
    """Where the carrier posts, as over HTTP."""
    inbox = Planned(labels.ledger, labels.clock, lambda: None)
    app = HookDoor(carriers.every(), Known([connection]), inbox)
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app), base_url="http://labels.example"
    ) as client:
        yield client
