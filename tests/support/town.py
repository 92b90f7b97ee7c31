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
from deploy.local.carrier import door
from deploy.local.sales import Ledger
from services._runtime.words import Tell
from services.analytics import handlers as analytics
from services.analytics.adapters.labels_memory import LabelsMemory as CostsMemory
from services.analytics.adapters.reasons_memory import ReasonsMemory
from services.analytics.adapters.shipments_memory import ShipmentsMemory
from services.labels import handlers as labels
from services.labels.adapters.carriers.in_store import InStore
from services.labels.adapters.carriers.own_label import OwnLabel
from services.labels.adapters.carriers.simulated import Simulated
from services.labels.adapters.labels_memory import LabelsMemory
from services.labels.adapters.press import drawn
from services.labels.adapters.senders_memory import SendersMemory
from services.labels.ports import ISSUE_LABEL
from services.labels.workers import IssueLabel
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
        simulated = Simulated("http://carrier.example", httpx.ASGITransport(door(Ledger(sales))))
        carriers = {carrier.name: carrier for carrier in (InStore(), OwnLabel(), simulated)}
        performer = IssueLabel(senders, LabelsMemory(), carriers, DrawnHere(), self.clock)
        return OneService("labels", labels.routes(senders), {ISSUE_LABEL: performer}, self.clock)

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
