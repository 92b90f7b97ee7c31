"""Services in memory with the post between them: what one tells, whoever listens to it hears.

Everything goes by messages, as on Kafka, but at once and in order. Nothing here shows what
happens between processes.
"""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import httpx

from contracts.shape import Shape
from contracts.topics import BY_MODEL
from deploy.local.carrier.counter import door
from deploy.local.carrier.sales import Ledger
from services._runtime.intents_memory import apply
from services._runtime.words import Tell
from services.analytics import handlers as analytics
from services.analytics.adapters.labels_memory import LabelsMemory as CostsMemory
from services.analytics.adapters.reasons_memory import ReasonsMemory
from services.analytics.adapters.shipments_memory import ShipmentsMemory
from services.labels import handlers as labels
from services.labels.adapters import carriers
from services.labels.adapters.answers_memory import AnswersMemory
from services.labels.adapters.carriers import simulated
from services.labels.adapters.connections import Known
from services.labels.adapters.labels_memory import LabelsMemory
from services.labels.adapters.lines.fuse import fused
from services.labels.adapters.lines.http import HttpLine
from services.labels.adapters.parcels_memory import CallsMemory, ParcelsMemory
from services.labels.adapters.places_memory import PlacesMemory
from services.labels.adapters.points_memory import PointsMemory
from services.labels.adapters.press import drawn
from services.labels.adapters.purchases_memory import PurchasesMemory, SpendingMemory
from services.labels.adapters.senders_memory import SendersMemory
from services.labels.domain.connection import PLATFORM, Connection
from services.labels.ports import CANCEL_LABEL, ISSUE_LABEL, TELL_DELAY
from services.labels.ports.parcels import FOLLOW_PARCELS, LAPSE_LABEL, MOVE_PARCEL, TAKE_HOOK
from services.labels.ports.points import PROPOSE_POINTS
from services.labels.workers.cancel import CancelLabel
from services.labels.workers.chosen import Chosen
from services.labels.workers.delay import TellDelay
from services.labels.workers.ending import Ending
from services.labels.workers.finding import Finder
from services.labels.workers.follow import FollowParcels
from services.labels.workers.issue import IssueLabel
from services.labels.workers.lapse import LapseLabel
from services.labels.workers.move import MoveParcel, TakeHook
from services.labels.workers.points import ProposePoints
from services.labels.workers.purse import Purse
from services.notifications.adapters.facts_memory import FactsMemory as Customers
from services.notifications.adapters.mail_memory import MailMemory
from services.notifications.adapters.words_toml import words
from services.notifications.domain.address import address
from services.notifications.handlers import Handlers as Letters
from services.notifications.ports import ALERT_MERCHANT, EMAIL_CUSTOMER
from services.notifications.workers import AlertMerchant, EmailCustomer, Post
from services.rules.adapters.capabilities_csv import registry
from services.rules.domain.capability import Registry
from tests.support.one_service import Clock, OneService
from tests.support.pointing import AMSTERDAM
from tests.support.rules import rules_in_memory

ROOT = Path(__file__).parents[2]
REGISTRY = registry(ROOT / "deploy" / "local" / "capabilities.csv")
"""What is shipped, and what the carrier simulator does."""


class DrawnHere:
    """A printer without processes of its own."""

    async def draw(self, kind, sheet):
        return drawn(kind, sheet)


class Town:
    """Some of the services, on one clock. To be closed: the carrier keeps its ledger on disk."""

    def __init__(self, *names: str, registry: Registry = REGISTRY) -> None:
        self.clock, self.mail, self._registry = Clock(), MailMemory(), registry
        self.points = PointsMemory()
        self._folder = TemporaryDirectory(prefix="town-")
        self.services = {name: getattr(self, f"_{name}")() for name in names}
        self._heard = dict.fromkeys(names, 0)

    def close(self) -> None:
        """Nothing is left on the disk."""
        self._folder.cleanup()

    async def hears(self, *messages: Shape, source: str = "/test") -> None:
        """Each message arrives at whoever listens, and what follows from it is done."""
        for message in messages:
            for service in self._listening(BY_MODEL[type(message)].name):
                await service.hears(message, source=source)
            await self.settles()

    async def hears_bytes(self, topic, key, value, headers) -> None:
        """A record arrives at whoever listens, whatever it holds."""
        for service in self._listening(topic):
            await service.hears_bytes(topic, key, value, headers)
        await self.settles()

    async def settles(self) -> None:
        """Everything that is due is done, and what was told has been heard."""
        for service in self.services.values():
            await service.works()
        while fresh := [tell for name in self.services for tell in self._fresh(name)]:
            for tell in fresh:
                for service in self._listening(tell.topic):
                    headers = {name: value or b"" for name, value in tell.headers}
                    await service.hears_bytes(tell.topic, tell.key, tell.body, headers)
            for service in self.services.values():
                await service.works()

    def imports(self, *points) -> None:
        """An operator fills the collection of service points."""
        apply(self.points.keep(points, "now"))

    async def later(self, **time: float) -> None:
        """This much later, everything due is done."""
        self.clock.pass_(**time)
        await self.settles()

    def told(self, model: type[Shape]) -> list:
        """Every message of this kind that anybody told, in order."""
        return [said for service in self.services.values() for said in service.told(model)]

    def parked(self) -> list[str]:
        """The codes of everything parked, by anybody."""
        return [code for service in self.services.values() for code in service.parked()]

    def letters(self) -> list:
        """What the mail server took, in order."""
        return list(self.mail.letters.values())

    def _listening(self, topic: str) -> list[OneService]:
        return [
            service
            for service in self.services.values()
            if topic in {route.topic.name for route in service.routes}
        ]

    def _fresh(self, name: str) -> list[Tell]:
        said = self.services[name].speaker.said
        fresh, self._heard[name] = said[self._heard[name] :], len(said)
        return fresh

    def _rules(self) -> OneService:
        return rules_in_memory(self._registry, self.clock)

    def _labels(self) -> OneService:
        senders, sales = SendersMemory(), Path(self._folder.name, "sales.jsonl")
        line = HttpLine(httpx.ASGITransport(door(Ledger(sales))))
        found = {**carriers.every(), simulated.NAME: fused(simulated.adapter(line))}
        known = Known([Connection(PLATFORM, simulated.NAME, "http://carrier.example")])
        rows, purse = LabelsMemory(), Purse(PurchasesMemory(), SpendingMemory(), self.clock)
        places, finder = (
            PlacesMemory(),
            Finder(self.points, AnswersMemory(), found, known, self.clock),
        )
        apply(places.keep((AMSTERDAM,)))
        parcels, chosen = ParcelsMemory(), Chosen(finder, places)
        ending = Ending(senders, rows, DrawnHere(), purse, parcels, chosen, self.clock)
        performers = {
            ISSUE_LABEL: IssueLabel(senders, rows, found, known, purse, ending, self.clock),
            TAKE_HOOK: TakeHook(parcels),
            MOVE_PARCEL: MoveParcel(parcels, self.clock),
            FOLLOW_PARCELS: FollowParcels(parcels, rows, CallsMemory(), found, known, self.clock),
            LAPSE_LABEL: LapseLabel(parcels, rows, self.clock),
            CANCEL_LABEL: CancelLabel(rows, purse.purchases, found, known, self.clock),
            TELL_DELAY: TellDelay(),
            PROPOSE_POINTS: ProposePoints(senders, places, finder, found, known, self.clock),
        }
        return OneService("labels", labels.routes(senders), performers, self.clock)

    def _notifications(self) -> OneService:
        facts = Customers()
        post = Post(self.mail, words(), address("returns@retour.invalid"), False, self.clock)
        does = {
            EMAIL_CUSTOMER: EmailCustomer(facts, post),
            ALERT_MERCHANT: AlertMerchant(facts, post),
        }
        return OneService("notifications", Letters(facts).routes(), does, self.clock)

    def _analytics(self) -> OneService:
        routes = analytics.routes(ReasonsMemory(), CostsMemory(), ShipmentsMemory())
        return OneService("analytics", routes, {}, self.clock)
