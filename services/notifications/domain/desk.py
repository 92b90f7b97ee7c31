"""Where a letter is written: in these words, to this customer, for this merchant."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from contracts.rules import JudgedItem
from contracts.shape import Money
from services.notifications.domain.amount import amount
from services.notifications.domain.display import line, quoted
from services.notifications.domain.known import Customer, Portal
from services.notifications.domain.phrases import Phrases, day

LONGEST_BRAND: Final = 80
LONGEST_ITEM: Final = 100


@dataclass(frozen=True, slots=True)
class Desk:
    """What every part of a letter is written with."""

    phrases: Phrases
    customer: Customer
    portal: Portal

    @property
    def brand(self) -> str:
        """The merchant's name."""
        return line(self.portal.brand, LONGEST_BRAND)

    @property
    def order_no(self) -> str:
        """The order's number, as the shop told it."""
        return line(self.customer.order_no)

    def filled(self, phrase: str, **more: object) -> str:
        """`phrase` with its names filled in. What is filled in is never read as a phrase itself."""
        return phrase.format(brand=self.brand, order_no=self.order_no, **more)

    def day(self, at: datetime) -> str:
        """The day of `at`, as this language writes it."""
        return day(at, self.phrases)

    def money(self, money: Money) -> str:
        """`money`, as this language writes it."""
        return amount(money, self.phrases)

    def reason(self, code: str) -> str | None:
        """The reason in the merchant's own words, else in ours. None: nobody has a word for it."""
        own = self.portal.wordings.get(code, {}).get(self.phrases.language)
        return quoted(own) if own else self.phrases.reasons.get(code)

    def item(self, item: JudgedItem) -> str:
        """How many of what, and why it was to come back."""
        name = line(item.name or item.sku or item.line_id, LONGEST_ITEM)
        if (reason := self.reason(item.reason)) is None:
            return self.phrases.item.format(quantity=item.quantity, item=name)
        return self.phrases.item_because.format(quantity=item.quantity, item=name, reason=reason)
