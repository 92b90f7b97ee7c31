"""What notifications does outside: it sends letters, each once."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Final

import structlog

from contracts.envelope import derived_id
from contracts.labels import (
    LabelDelayed,
    LabelIssued,
    LabelLapsed,
    LabelPrinted,
    LabelRefused,
    ParcelMoved,
)
from contracts.notifications import CustomerEmailed, EmailBounced, MerchantAlerted
from contracts.rules import (
    RefundDue,
    ReturnApproved,
    ReturnAwaitingApproval,
    ReturnCancelled,
    ReturnRejected,
)
from contracts.shape import Shape
from contracts.topics import name_of
from services._runtime.errors import is_outage
from services._runtime.intents import Intent
from services._runtime.words import Clock
from services._runtime.worker import Again, Deed, Done, Rejected, Unknown
from services.notifications.domain.address import Address
from services.notifications.domain.alert import ForMerchant, alert, occasion_of
from services.notifications.domain.compose import compose
from services.notifications.domain.happened import ForCustomer, letter_about
from services.notifications.domain.letter import Letter, Missing, Unsendable, Unwanted
from services.notifications.domain.phrases import Words
from services.notifications.ports import Answer, Deferred, Facts, InDoubt, Mail, Refused, Taken

log = structlog.get_logger()

IN_DOUBT: Final = "mail_outcome_unknown"
NOT_COMPOSED: Final = "not_composed"

_FOR_CUSTOMER: Final[Mapping[str, type[ForCustomer]]] = {
    name_of(model): model
    for model in (
        LabelPrinted,
        LabelRefused,
        LabelDelayed,
        LabelLapsed,
        ReturnRejected,
        ReturnAwaitingApproval,
        ReturnApproved,
        ReturnCancelled,
        RefundDue,
    )
}
_FOR_MERCHANT: Final[Mapping[str, type[ForMerchant]]] = {
    name_of(model): model
    for model in (LabelIssued, LabelRefused, LabelLapsed, ParcelMoved, ReturnAwaitingApproval)
}

Composed = Letter | Missing | Unsendable | Unwanted


def message_id_of(intent: Intent) -> str:
    """The letter's Message-ID. It follows from what was planned, so every attempt has the same."""
    return f"<{derived_id('letter', intent.id).replace('-', '')}@retour.invalid>"


@dataclass(frozen=True, slots=True)
class Post:
    """The one way out of the house, for every kind of letter."""

    mail: Mail
    words: Words
    sender: Address
    """Who writes where the merchant named no address of its own."""
    drops_repeats: bool
    """Whether the mail server promises to drop a letter whose Message-ID it took before."""
    now: Clock

    async def deliver(
        self,
        intent: Intent,
        composing: Awaitable[Composed],
        taken: Callable[[Letter], Shape],
        bounced: Callable[[str], Rejected],
    ) -> Deed:
        """The letter is with the mail server, or it is known why not, or nobody can tell."""
        try:
            composed = await composing
        except Exception as error:
            # Nothing has left the house: whatever went wrong may be tried again until the deadline.
            log.warning(
                "letter_not_composed", error=type(error).__name__, exc_info=not is_outage(error)
            )
            return Again(NOT_COMPOSED)
        match composed:
            case Unwanted():
                return Done()
            case Missing(code):
                return Again(code)
            case Unsendable(code):
                return bounced(code)
            case Letter():
                answer = await self.mail.send(composed, message_id_of(intent), self.now())
                return self._deed(answer, lambda: Done((taken(composed),)), bounced)

    def _deed(
        self, answer: Answer, done: Callable[[], Done], bounced: Callable[[str], Rejected]
    ) -> Deed:
        match answer:
            case Taken():
                return done()
            case Deferred(code):
                return Again(code)
            case Refused(code):
                return bounced(code)
            case InDoubt():
                return Again(IN_DOUBT) if self.drops_repeats else Unknown(IN_DOUBT)


@dataclass(frozen=True, slots=True)
class EmailCustomer:
    """Writes to a customer."""

    facts: Facts
    post: Post

    async def perform(self, intent: Intent) -> Deed:
        """See `worker.Performer`."""
        happened = intent.ordered(_FOR_CUSTOMER[intent.cause.type])
        return await self.post.deliver(
            intent,
            self._composed(happened),
            taken=lambda letter: self._emailed(happened, letter),
            bounced=lambda code: self._bounced(happened, code),
        )

    async def recover(self, intent: Intent) -> Deed:
        """Nobody knows how far the last attempt came: repeated only where repeats are dropped."""
        return await self.perform(intent) if self.post.drops_repeats else Unknown(IN_DOUBT)

    async def give_up(self, intent: Intent, code: str) -> Rejected:
        """See `worker.Performer`."""
        return self._bounced(intent.ordered(_FOR_CUSTOMER[intent.cause.type]), code)

    async def _composed(self, happened: ForCustomer) -> Composed:
        customer = await (
            self.facts.customer_of_return(happened.return_id)
            if isinstance(happened, RefundDue)
            else self.facts.customer(happened.shipment_id)
        )
        portal = await self.facts.portal(happened.portal_id)
        asked_in = (
            await self.facts.language_of_return(happened.return_id)
            if isinstance(happened, RefundDue | ReturnCancelled | LabelDelayed)
            else None
        )
        return compose(happened, customer, portal, self.post.words, self.post.sender, asked_in)

    def _emailed(self, happened: ForCustomer, letter: Letter) -> CustomerEmailed:
        return CustomerEmailed(
            return_id=happened.return_id,
            portal_id=happened.portal_id,
            letter=_letter(happened),
            language=letter.language,
            sent_at=self.post.now(),
        )

    def _bounced(self, happened: ForCustomer, code: str) -> Rejected:
        return _bounced(happened, _letter(happened), code, self.post)


@dataclass(frozen=True, slots=True)
class AlertMerchant:
    """Writes to a merchant who wants to be alerted."""

    facts: Facts
    post: Post

    async def perform(self, intent: Intent) -> Deed:
        """See `worker.Performer`."""
        happened = intent.ordered(_FOR_MERCHANT[intent.cause.type])
        return await self.post.deliver(
            intent,
            self._composed(happened),
            taken=lambda _: self._alerted(happened),
            bounced=lambda code: self._bounced(happened, code),
        )

    async def recover(self, intent: Intent) -> Deed:
        """See `EmailCustomer.recover`."""
        return await self.perform(intent) if self.post.drops_repeats else Unknown(IN_DOUBT)

    async def give_up(self, intent: Intent, code: str) -> Rejected:
        """See `worker.Performer`."""
        return self._bounced(intent.ordered(_FOR_MERCHANT[intent.cause.type]), code)

    async def _composed(self, happened: ForMerchant) -> Composed:
        portal = await self.facts.portal(happened.portal_id)
        customer = await (
            self.facts.customer_of_return(happened.return_id)
            if isinstance(happened, ParcelMoved)
            else self.facts.customer(happened.shipment_id)
        )
        return alert(happened, customer, portal, self.post.words, self.post.sender)

    def _alerted(self, happened: ForMerchant) -> MerchantAlerted:
        return MerchantAlerted(
            return_id=happened.return_id,
            portal_id=happened.portal_id,
            occasion=_occasion(happened),
            sent_at=self.post.now(),
        )

    def _bounced(self, happened: ForMerchant, code: str) -> Rejected:
        return _bounced(happened, _occasion(happened), code, self.post)


def _letter(happened: ForCustomer) -> str:
    """Only what leads to a letter was planned."""
    return str(letter_about(happened))


def _occasion(happened: ForMerchant) -> str:
    """Only what is news was planned."""
    return str(occasion_of(happened))


def _bounced(happened: ForCustomer | ForMerchant, letter: str, code: str, post: Post) -> Rejected:
    told = EmailBounced(
        return_id=happened.return_id,
        portal_id=happened.portal_id,
        letter=letter,
        code=code,
        bounced_at=post.now(),
    )
    return Rejected(code, (told,))
