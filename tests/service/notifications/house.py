"""The service in memory, with a mail server that keeps what it takes."""

from __future__ import annotations

from services.notifications.adapters.facts_memory import FactsMemory
from services.notifications.adapters.mail_memory import MailMemory
from services.notifications.adapters.words_toml import words
from services.notifications.domain.address import address
from services.notifications.handlers import Handlers
from services.notifications.ports import ALERT_MERCHANT, EMAIL_CUSTOMER
from services.notifications.workers import AlertMerchant, EmailCustomer, Post
from tests.support.one_service import Clock, OneService


class House(OneService):
    """notifications with a mail server in memory."""

    def __init__(self, mail=None, *, drops_repeats=False, facts=None):
        clock, self.mail, facts = Clock(), mail or MailMemory(), facts or FactsMemory()
        sender = address("returns@retour.invalid")
        post = Post(self.mail, words(), sender, drops_repeats, clock)
        super().__init__(
            "notifications",
            Handlers(facts).routes(),
            {
                EMAIL_CUSTOMER: EmailCustomer(facts, post),
                ALERT_MERCHANT: AlertMerchant(facts, post),
            },
            clock,
        )

    async def after(self, *messages):
        """These messages were heard, and what followed from them is done."""
        for message in messages:
            await self.hears(message)
        await self.works()

    async def later(self, **time):
        """Some time later, everything due is done."""
        self.clock.pass_(**time)
        await self.works()

    def letters(self):
        """What the mail server took."""
        return list(self.mail.letters.values())
