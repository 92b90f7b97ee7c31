"""Messages owned by notifications: that a letter went out, never to whom or what it said."""

from __future__ import annotations

from contracts.shape import Code, Instant, Language, Name, RandomId, Shape


class CustomerEmailed(Shape):
    """Fact: the mail server took this letter."""

    return_id: RandomId
    portal_id: Name
    letter: Code
    language: Language
    sent_at: Instant


class EmailBounced(Shape):
    """Fact: this letter cannot be delivered, and why."""

    return_id: RandomId
    portal_id: Name
    letter: Code
    code: Code
    bounced_at: Instant


class MerchantAlerted(Shape):
    """Fact: the merchant was told."""

    return_id: RandomId
    portal_id: Name
    occasion: Code
    sent_at: Instant
