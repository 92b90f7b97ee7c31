"""What notifications needs from the world."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from contracts.labels import LabelIssued
from contracts.rules import ReturnApproved, ReturnAwaitingApproval
from contracts.shop import PortalConfigured, ShipmentRecorded
from services._runtime.words import Change
from services.notifications.domain.known import Customer, Erased, Portal
from services.notifications.domain.letter import Letter

EMAIL_CUSTOMER, ALERT_MERCHANT = "email_customer", "alert_merchant"
"""Intents: letters to be sent, each once."""


class Facts(Protocol):
    """Whom to write to, and for whom."""

    async def customer(self, shipment_id: str) -> Customer | Erased | None:
        """Who got this parcel. None: the shipment has not reached us."""
        ...

    async def customer_of_return(self, return_id: str) -> Customer | Erased | None:
        """Who asked for this return. None: nothing that says so has reached us."""
        ...

    async def language_of_return(self, return_id: str) -> str | None:
        """Which language this return was asked for in, as far as we have heard."""
        ...

    async def portal(self, portal_id: str) -> Portal | None:
        """The portal's settings in force. None: they have not reached us."""
        ...

    def recorded(self, shipment: ShipmentRecorded) -> Change:
        """The customer is known, unless this version or a younger one was known or erased."""
        ...

    def forgotten(self, shipment_id: str) -> Change:
        """Nothing of the customer is left but up to which version they were erased."""
        ...

    def configured(self, settings: PortalConfigured) -> Change:
        """These settings are in force, unless younger ones are."""
        ...

    def issued(self, label: LabelIssued) -> Change:
        """It is known which parcel this return is of."""
        ...

    def asked(self, judged: ReturnApproved | ReturnAwaitingApproval) -> Change:
        """It is known which parcel this return is of, and which language it was asked for in."""
        ...


@dataclass(frozen=True, slots=True)
class Taken:
    """The mail server took the letter and answers for it from now on."""


@dataclass(frozen=True, slots=True)
class Deferred:
    """The letter certainly was not taken, and may be later."""

    code: str


@dataclass(frozen=True, slots=True)
class Refused:
    """The mail server will never take this letter."""

    code: str


@dataclass(frozen=True, slots=True)
class InDoubt:
    """The letter went out and no answer came: it may have been taken."""


Answer = Taken | Deferred | Refused | InDoubt


class Mail(Protocol):
    """Takes letters to a mail server."""

    async def send(self, letter: Letter, message_id: str, at: datetime) -> Answer:
        """What the mail server answered. Raises nothing, and ends within 15 seconds.

        `message_id` (RFC 5322, with its angle brackets) is the letter's identity: whoever sends it
        again gives the same.
        """
        ...
